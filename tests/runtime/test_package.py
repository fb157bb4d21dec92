"""The package as it is installed: what it offers, what it brings, and what it does on import."""

import importlib.metadata
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from packaging.requirements import Requirement

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
    assert "dbd_mobile/schemas/bench_report.schema.json" in names
    assert "dbd_mobile/jobs/library/report.css" in names
    assert "dbd_mobile/jobs/library/report.js" in names
    assert "dbd_mobile/jobs/page/static/page.js" in names
    assert any(name.endswith("NOTICE") for name in names)


def test_wheel_brings_the_manual_page():
    (page,) = (f for f in importlib.metadata.files("dbd-mobile") if f.name == "dbd-mobile.1")
    assert page.locate().resolve() == Path(sys.prefix, "share/man/man1/dbd-mobile.1").resolve()
    assert ".SS judge PHOTO ..." in page.read_text()


def required(python, machine):
    """What pip installs with the package, without versions, as it would be asked elsewhere."""
    environment = {"python_version": python, "platform_machine": machine, "extra": ""}
    lines = map(Requirement, importlib.metadata.requires("dbd-mobile"))
    return [line for line in lines if line.marker is None or line.marker.evaluate(environment)]


@pytest.mark.parametrize("python", ["3.10", "3.14"])
@pytest.mark.parametrize("machine", ["x86_64", "aarch64", "arm64", "AMD64"])
def test_library_needs_numpy_pillow_and_an_interpreter(python, machine):
    needed = required(python, machine)
    assert sorted(line.name for line in needed) == ["ai-edge-litert", "numpy", "pillow"]


@pytest.mark.parametrize("machine", ["armv7l", "armv8l"])
def test_on_32_bit_arm_the_interpreter_is_the_one_with_a_wheel_and_its_numpy(machine):
    needed = {line.name: line.specifier for line in required("3.11", machine)}
    assert sorted(needed) == ["numpy", "pillow", "tflite-runtime"]
    assert "1.26.4" in needed["numpy"]
    assert "2.0.0" not in needed["numpy"]


def test_public_names_are_sorted_and_exist():
    assert dbd_mobile.__all__ == sorted(dbd_mobile.__all__)
    assert all(hasattr(dbd_mobile, name) for name in dbd_mobile.__all__)


def classes_in(hint):
    """The classes that a type hint names, itself or within ``|`` and ``[]``."""
    yield from (part for outer in get_args(hint) for part in classes_in(outer))
    if isinstance(hint, type):
        yield hint


def given(public):
    """Type hints of what a public function, or a class's methods, properties and fields, give."""
    if not isinstance(public, type):
        return [get_type_hints(public)["return"]] if callable(public) else []
    members = [value for name, value in vars(public).items() if not name.startswith("_")]
    functions = [getattr(member, "fget", getattr(member, "func", member)) for member in members]
    returned = [get_type_hints(f).get("return") for f in functions if callable(f)]
    return [*returned, *get_type_hints(public).values()]


def test_every_type_that_a_public_name_gives_is_public():
    hints = [hint for name in dbd_mobile.__all__ for hint in given(getattr(dbd_mobile, name))]
    own = {c for hint in hints for c in classes_in(hint) if c.__module__.startswith("dbd_mobile")}
    assert {"Backend", "BlurMap", "ModelCard", "TensorFacts"} <= {c.__name__ for c in own}
    assert own <= {getattr(dbd_mobile, name) for name in dbd_mobile.__all__}


def test_every_error_is_a_dbd_error():
    errors = [getattr(dbd_mobile, name) for name in dbd_mobile.__all__ if name.endswith("Error")]
    assert len(errors) >= 4
    assert all(issubclass(error, dbd_mobile.DBDError) for error in errors)


def test_import_loads_no_interpreter_and_no_framework():
    code = (
        "import sys, dbd_mobile.cli; "
        "print(sorted({'ai_edge_litert', 'tensorflow', 'torch', 'cv2', 'tflite_runtime', 'rich', "
        "'starlette', 'uvicorn'}"
        " & {name.split('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_package_logs_only_for_those_who_ask(caplog):
    code = (
        "import logging, dbd_mobile; assert not logging.getLogger().handlers; "
        "logging.getLogger('dbd_mobile').error('unheard')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")
    with caplog.at_level("DEBUG", logger="dbd_mobile"), dbd_mobile.BlurDetector("nano", threads=1):
        assert "nano is ready: " in caplog.text
