"""The C library, built here for this machine and for arm64."""

import csv
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


@pytest.fixture(scope="session", params=["host", "arm64"])
def driver(request, tmp_path_factory):
    """The driver of the golden vectors: without TensorFlow Lite, which none of them needs."""
    folder = tmp_path_factory.mktemp(request.param)
    sources = [DRIVERS / "golden_driver.c", *library_sources(without={"detector", "interpreter"})]
    if request.param == "host":
        return GoldenDriver(compile_c(folder / "driver", sources, "-O2"))
    missing = [tool for tool in ARM64 if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"arm64 is emulated with {', '.join(ARM64)}")
    program = compile_c(folder / "driver", sources, "-O2", "-static", compiler=ARM64[0])
    return GoldenDriver(ARM64[1], program)
