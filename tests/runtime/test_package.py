"""The package as it is installed: what it offers, what it brings, and what it does on import."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path

import dbd_mobile


def test_installed_wheel_is_under_test_and_not_the_checkout():
    assert "site-packages" in Path(dbd_mobile.__file__).parts


def test_wheel_holds_the_runtime_only():
    files = importlib.metadata.files("dbd-mobile")
    tops = {file.parts[0] for file in files if not file.parts[0].endswith(".dist-info")}
    assert tops - {"..", "__pycache__"} == {"dbd_mobile"}
    names = {str(file) for file in files}
    assert "dbd_mobile/models/lite/model.tflite" in names
    assert "dbd_mobile/py.typed" in names
    assert any(name.endswith("NOTICE") for name in names)


def test_public_names_are_sorted_and_exist():
    assert dbd_mobile.__all__ == sorted(dbd_mobile.__all__)
    assert all(hasattr(dbd_mobile, name) for name in dbd_mobile.__all__)


def test_every_error_is_a_dbd_error():
    errors = [getattr(dbd_mobile, name) for name in dbd_mobile.__all__ if name.endswith("Error")]
    assert len(errors) >= 4
    assert all(issubclass(error, dbd_mobile.DBDError) for error in errors)


def test_import_loads_no_interpreter_and_no_framework():
    code = (
        "import sys, dbd_mobile; "
        "print(sorted({'ai_edge_litert', 'tensorflow', 'torch', 'cv2', 'tflite_runtime'}"
        " & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
