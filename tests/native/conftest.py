"""The C library, built here for this machine, for arm64 and, as Android has it, for 32-bit ARM."""

import csv
import importlib.util
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NATIVE = ROOT / "native"
GOLDEN = ROOT / "tests" / "golden"
DRIVERS = Path(__file__).parent
# As the library is built everywhere: warnings are errors, and no two roundings become one.
STRICT = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-ffp-contract=off"]
ARM64 = ("aarch64-linux-gnu-gcc", "qemu-aarch64-static")
# Its calls are those of 32-bit Android: numbers with a point travel in whole registers.
ARM32 = ("arm-linux-gnueabi-gcc", "qemu-arm-static", "clang")
# That compiler's own library has some of our functions beside others that the drivers need.
OURS_FIRST = "-Wl,--allow-multiple-definition"


def compile_c(out, sources, *options, compiler="gcc"):
    """Compile a program over the library's sources."""
    includes = [f"-I{NATIVE / 'include'}", f"-I{NATIVE / 'src'}"]
    command = [compiler, *STRICT, *options, *includes, "-o", out, *sources, "-lm"]
    subprocess.run([str(part) for part in command], check=True)
    return out


def library_sources(without=()):
    """The library's source files."""
    return sorted(file for file in (NATIVE / "src").glob("*.c") if file.stem not in without)


def golden_table(name):
    """Rows of a golden table as dictionaries."""
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


class GoldenDriver:
    """golden_driver.c, with what starts it."""

    def __init__(self, *command):
        self.command = [str(part) for part in command]

    def answers(self, commands):
        """One line for each command."""
        lines = [" ".join(str(word) for word in command) for command in commands]
        done = subprocess.run(
            self.command, input="\n".join([*lines, ""]), text=True, capture_output=True
        )
        assert done.returncode == 0, done.stderr
        answers = done.stdout.split("\n")
        assert answers.pop() == "" and len(answers) == len(lines)
        return answers


@pytest.fixture(scope="session", params=["host", "arm64", "android-arm32"])
def driver(request, tmp_path_factory):
    """The driver of the golden vectors: without TensorFlow Lite, which none of them needs."""
    folder = tmp_path_factory.mktemp(request.param)
    own = DRIVERS / "golden_driver.c"
    sources = library_sources(without={"detector", "interpreter"})
    if request.param == "host":
        return GoldenDriver(compile_c(folder / "driver", [own, *sources], "-O2"))
    tools = ARM64 if request.param == "arm64" else ARM32
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"{request.param} is emulated with {', '.join(tools)}")
    options = ["-O2", "-static"]
    if request.param == "android-arm32":
        sources = android_objects(folder, "armeabi-v7a", sources)
        options.append(OURS_FIRST)
    program = compile_c(folder / "driver", [own, *sources], *options, compiler=tools[0])
    return GoldenDriver(tools[1], program)


def android_objects(folder, abi, sources):
    """The sources as they are compiled for Android, with what its build adds."""
    build = native_build()
    objects = []
    for source in [*sources, *build.OWN_SOURCES[abi]]:
        objects.append(folder / f"{source.stem}.o")
        command = [*build.compiler(abi, 26), "-c", "-o", objects[-1], source]
        subprocess.run([str(part) for part in command], check=True)
    return objects


def native_build():
    """The module that builds the library for Android."""
    path = ROOT / "android_demo" / "native_library.py"
    spec = importlib.util.spec_from_file_location("native_library", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
