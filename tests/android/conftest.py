"""The build of the Android library and app, and photos to compare it with the Python runtime on."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The build's own modules lie beside it, as Python looks for a script's.
sys.path.append(str(ROOT / "android_demo"))
_SPEC = importlib.util.spec_from_file_location("build", ROOT / "android_demo" / "build.py")
_MODULE = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_MODULE)

EMULATION = ("mmdebstrap", "qemu-aarch64-static", "aarch64-linux-gnu-gcc", "chroot")


def disassemble(files):
    """What javap says of each class file; of all at once, since it takes longer to start."""
    said = subprocess.check_output(["javap", "-p", "-c", *map(str, files)], text=True)
    return dict(zip(files, said.split("Compiled from ")[1:], strict=True))


def compile_kotlin(library, paths, out, sources, *options):
    """What Kotlin's compiler says of sources, warnings being errors: nothing, or why not."""
    fetched = library.BUILD / "kotlin-inputs"
    library.fetch_pinned(library.INPUTS / "kotlin", fetched)
    compiler = library.class_path(*sorted(fetched.glob("*.jar")))
    command = ["java", *library.QUICK_JAVA, "-cp", compiler]
    command += ["org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-no-stdlib", "-no-reflect"]
    runtime = [*fetched.glob("kotlin-stdlib-*.jar"), *fetched.glob("kotlinx-coroutines-*.jar")]
    command += ["-Werror", "-d", out, "-cp", library.class_path(*paths, *runtime), *options]
    done = subprocess.run([*map(str, [*command, *sources])], capture_output=True, text=True)
    assert (done.returncode == 0) == (done.stderr == ""), done.stderr
    return done.stderr


@pytest.fixture(scope="session")
def library():
    """The build script as a module, with its inputs fetched."""
    _MODULE.fetch()
    return _MODULE


@pytest.fixture(scope="session")
def compiled_tests(library):
    """The library's test classes."""
    return library.compile_tests()


@pytest.fixture(scope="session")
def emulation():
    """Leave a test out where arm64 cannot be emulated."""
    missing = [tool for tool in EMULATION if shutil.which(tool) is None]
    if missing or os.geteuid() != 0:
        pytest.skip(f"arm64 is emulated as root only, with {', '.join(EMULATION)}")
