"""What apps get: the header in C and C++, the guide's program, the build with CMake."""

import re
import shutil
import subprocess

import pytest
import skimage.data

from .conftest import DRIVERS, NATIVE, ROOT, compile_c, library_sources

SAMPLE = NATIVE / "sample" / "photo_focus.c"
MODELS = [ROOT / "dbd_mobile" / "models" / name / "model.tflite" for name in ("lite", "detail")]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only"]
# Bytes of each struct where pointers have eight: what is added later comes after these.
SIZES = {
    "dbd_options": 48, "dbd_plane": 24, "dbd_frame": 120, "dbd_map_facts": 32, "dbd_region": 48,
    "dbd_strictness": 24, "dbd_focus": 240,
}  # fmt: skip


@pytest.mark.parametrize("language", ["c11", "c99", "c++11", "c++20"])
def test_header_compiles_alone_without_a_warning(language):
    compiler = "g++" if "++" in language else "gcc"
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not on this machine")
    kind = "c++" if compiler == "g++" else "c"
    header = str(NATIVE / "include" / "dbd.h")
    command = [compiler, f"-std={language}", *WARNINGS, "-include", header, "-x", kind, "/dev/null"]
    subprocess.run(command, check=True)


def test_structs_keep_their_sizes(tmp_path):
    source = tmp_path / "sizes.c"
    checks = [
        f'_Static_assert(sizeof({name}) == {size}, "{name}");' for name, size in SIZES.items()
    ]
    source.write_text("\n".join(['#include "dbd.h"', *checks, ""]), encoding="utf-8")
    command = ["gcc", "-std=c11", *WARNINGS, f"-I{NATIVE / 'include'}", source]
    subprocess.run([str(part) for part in command], check=True)


def test_guide_is_the_program_that_compiles():
    [snippet] = re.findall(
        r"```c\n(.*?)```", (NATIVE / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL
    )
    parts = re.split(r" *(/\* )guide: ", SAMPLE.read_text(encoding="utf-8"))
    marked = "".join(parts[1:-2])
    assert snippet == "".join(line.removeprefix("    ") for line in marked.splitlines(True))


def test_guides_program_judges_a_photo(tmp_path):
    sources = [SAMPLE, DRIVERS / "fake_tflite.c", *library_sources()]
    program = compile_c(tmp_path / "photo_focus", sources, "-O1")
    rgb = skimage.data.astronaut()
    photo = tmp_path / "photo.ppm"
    photo.write_bytes(b"P6\n%d %d\n255\n" % rgb.shape[1::-1] + rgb.tobytes())
    said = subprocess.check_output([program, *MODELS, photo], text=True).splitlines()
    assert re.fullmatch(r"\d+ % blurred", said[0])
    assert re.match(r"(nothing stands out|sharp|soft|blurred|no texture)", said[1])
    damaged = tmp_path / "damaged.tflite"
    damaged.write_bytes(MODELS[0].read_bytes()[:1000])
    refused = subprocess.run([program, damaged, MODELS[1], photo], text=True, capture_output=True)
    assert refused.returncode == 1
    assert refused.stderr.startswith("The model is no intact TFLite file: ")


def test_cmake_builds_it(tmp_path):
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not on this machine")
    fake = compile_c(tmp_path / "libfake.so", [DRIVERS / "fake_tflite.c"], "-shared", "-fPIC")
    options = [
        "-DBUILD_SHARED_LIBS=ON",
        f"-DDBD_TFLITE={fake}",
        "-DCMAKE_C_FLAGS=-O0 -Wall -Werror",
    ]
    subprocess.run(["cmake", "-S", NATIVE, "-B", tmp_path / "build", *options], check=True)
    subprocess.run(["cmake", "--build", tmp_path / "build"], check=True)
    lines = subprocess.check_output(
        ["nm", "-D", "--defined-only", tmp_path / "build" / "libdbd.so"], text=True
    ).splitlines()
    assert {line.split()[-1][:4] for line in lines} == {"dbd_"}


def test_cmake_builds_an_app_as_the_guide_says(tmp_path):
    if shutil.which("cmake") is None:
        pytest.skip("cmake is not on this machine")
    [snippet] = re.findall(
        r"```cmake\n(.*?)```", (NATIVE / "README.md").read_text(encoding="utf-8"), flags=re.DOTALL
    )
    # The fake reads model files by the library's own code.
    fakes = [DRIVERS / "fake_tflite.c", *library_sources()]
    fake = compile_c(tmp_path / "libfake.so", fakes, "-shared", "-fPIC")
    app = [
        "cmake_minimum_required(VERSION 3.18)",
        "project(app LANGUAGES C)",
        f"add_executable(app {SAMPLE})",
        snippet.replace("/path/to/libtensorflowlite_c.so", str(fake)),
    ]
    (tmp_path / "CMakeLists.txt").write_text("\n".join(app), encoding="utf-8")
    (tmp_path / "native").symlink_to(NATIVE)
    build = tmp_path / "build"
    options = ["-DCMAKE_BUILD_TYPE=Debug", "-DCMAKE_C_FLAGS=-Wall -Werror"]
    subprocess.run(["cmake", "-S", tmp_path, "-B", build, *options], check=True)
    subprocess.run(["cmake", "--build", build], check=True)
    run = subprocess.run([build / "app"], text=True, capture_output=True)
    assert run.stderr == "photo_focus LITE.tflite DETAIL.tflite PHOTO.ppm\n"
