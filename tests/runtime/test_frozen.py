"""The package inside applications that bring their own Python: archives and frozen programs."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipapp
from importlib.util import find_spec
from pathlib import Path

import pytest

import dbd_mobile

PACKAGE = Path(dbd_mobile.__file__).parent


def run(*command, **options):
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=600, **options
    )


@pytest.fixture
def archive(tmp_path):
    """An archive that holds the package, run beside what the package needs."""
    shutil.copytree(PACKAGE, tmp_path / "app" / "dbd_mobile")
    target = tmp_path / "dbd.pyz"
    zipapp.create_archive(tmp_path / "app", target, main="dbd_mobile.__main__:start")
    return target


def test_archive_finds_its_models(archive, photo_file):
    done = run(sys.executable, archive, "detect", photo_file, "--model", "nano")
    assert (done.returncode, done.stderr) == (0, "")
    assert "% blurred" in done.stdout


def test_archive_ends_with_the_status_of_the_command(archive, tmp_path):
    done = run(sys.executable, archive, "detect", tmp_path / "none.jpg", "--model", "nano")
    assert done.returncode == 1
    assert done.stderr == f"dbd-mobile: There is no photo {tmp_path / 'none.jpg'}.\n"


def test_archive_of_the_packages_inside_says_what_belongs_into_it(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "app")
    zipapp.create_archive(tmp_path / "app", tmp_path / "wrong.pyz")
    # Without the packages that are installed here: the package is one of them.
    done = run(sys.executable, "-I", "-S", tmp_path / "wrong.pyz", "models")
    assert done.returncode == 1
    assert "an archive holds the folder dbd_mobile" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def can_freeze():
    has_library = os.name == "nt" or sysconfig.get_config_var("Py_ENABLE_SHARED")
    return find_spec("PyInstaller") is not None and bool(has_library)


@pytest.mark.skipif(not can_freeze(), reason="PyInstaller or Python's shared library is missing")
def test_frozen_application_brings_models_and_interpreter(tmp_path, photo_file):
    script = tmp_path / "app.py"
    script.write_text("import sys\nfrom dbd_mobile.cli import main\nsys.exit(main())\n")
    folders = {f"--{name}path": tmp_path / name for name in ("dist", "work", "spec")}
    options = [part for option in folders.items() for part in option]
    made = run(sys.executable, "-m", "PyInstaller", "--log-level", "ERROR", *options, script)
    assert made.returncode == 0, made.stderr
    (tmp_path / "elsewhere").mkdir()
    done = run(
        tmp_path / "dist" / "app" / "app",
        *("detect", photo_file, "--model", "nano"),
        cwd=tmp_path / "elsewhere",
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "% blurred" in done.stdout
