"""The C library as the AAR has it: what it is made of, its results with TensorFlow Lite's own."""

import json
import os
import re
import shutil
import subprocess
import zipfile

import pytest
import skimage.data

from dbd_mobile.catalogue import bundled_ids

from .conftest import ROOT
from .test_inference import compare, compare_verdicts, photos, written_arguments

NATIVE = ROOT / "native"
PHOTOS = ROOT / "tests" / "native" / "run_photos.c"
MODULE = "prefab/modules/dbd"
MACHINES = {
    "arm64-v8a": "AArch64",
    "armeabi-v7a": "ARM",
    "x86_64": "Advanced Micro Devices X86-64",
}
# Every function of Android's C library that it calls; all of them are older than API level 26.
BIONIC = {
    "__stack_chk_fail", "calloc", "exp", "exp2", "free", "hypot", "malloc", "memcmp", "memcpy",
    "memset", "pow", "qsort", "snprintf", "strchr", "strlen", "vsnprintf",
    # What the two others have instructions for.
    "ceil", "floor", "lrint", "rint", "rintf", "sqrt",
}  # fmt: skip
# What it is for apps; nothing is taken away from these.
INTERFACE = {
    "dbd_create", "dbd_detect", "dbd_free", "dbd_interface", "dbd_judge",
    "dbd_map_blurred_fraction", "dbd_map_create", "dbd_map_focus_peaking", "dbd_map_free",
    "dbd_map_heat_map", "dbd_map_mask", "dbd_map_probabilities", "dbd_map_read_facts",
    "dbd_map_sharpness", "dbd_map_values",
}  # fmt: skip


@pytest.fixture(scope="module")
def packed(library, tmp_path_factory):
    """The AAR's prefab package, unpacked."""
    library.aar()
    folder = tmp_path_factory.mktemp("aar")
    with zipfile.ZipFile(ROOT / "dist" / f"dbd-{library.version()}.aar") as archive:
        archive.extractall(folder, [n for n in archive.namelist() if n.startswith("prefab/")])
    return folder


def symbols(library, kind):
    lines = subprocess.check_output(["nm", "-D", f"--{kind}-only", library], text=True)
    return {line.split()[-1].split("@")[0] for line in lines.splitlines()}


def test_prefab_package_is_as_prefab_asks_for(library, packed):
    package = json.loads((packed / "prefab" / "prefab.json").read_text())
    expected = {"schema_version": 2, "name": "dbd", "version": library.version()}
    assert package == {**expected, "dependencies": []}
    assert json.loads((packed / MODULE / "module.json").read_text())["export_libraries"] == []
    header = (packed / MODULE / "include" / "dbd.h").read_bytes()
    assert header == (NATIVE / "include" / "dbd.h").read_bytes()
    libraries = {folder.name for folder in (packed / MODULE / "libs").iterdir()}
    assert libraries == {f"android.{abi}" for abi in MACHINES}
    for abi in MACHINES:
        facts = json.loads((packed / MODULE / "libs" / f"android.{abi}" / "abi.json").read_text())
        assert facts == {"abi": abi, "api": 26, "ndk": 21, "stl": "none", "static": False}


@pytest.mark.parametrize("abi", MACHINES)
def test_library_asks_android_for_nothing_but_what_there_is(library, packed, abi):
    file = packed / MODULE / "libs" / f"android.{abi}" / "libdbd.so"
    tflite = symbols(library.TFLITE / "jni" / abi / "libtensorflowlite_jni.so", "defined")
    wanted = symbols(file, "undefined")
    if abi == "armeabi-v7a":
        # As TensorFlow Lite's: the stack's guard, and what compilers call for memcpy and memset.
        own = symbols(library.TFLITE / "jni" / abi / "libtensorflowlite_jni.so", "undefined")
        wanted -= {name for name in own if name.startswith(("__aeabi_mem", "__stack_chk"))}
    assert wanted <= tflite | BIONIC
    assert symbols(file, "defined") == INTERFACE
    said = subprocess.check_output(["readelf", "-hdlW", file], text=True)
    assert f"Machine:                           {MACHINES[abi]}" in said
    needed = set(re.findall(r"NEEDED.*\[(.*)\]", said))
    assert needed == {"libc.so", "libm.so", "libtensorflowlite_jni.so"}
    assert "SONAME" in said and "[libdbd.so]" in said and "TEXTREL" not in said
    # Android maps it in pages of 16 KiB, and in none that can be written and run.
    segments = re.findall(r"LOAD .* (R?)( ?W?) ?(E?) +(0x\w+)\n", said)
    assert len(segments) == 3 and all(int(align, 16) == 16384 for *_, align in segments)
    assert not [one for one in segments if one[1].strip() and one[2]]
    assert re.search(r"GNU_STACK .* RW ", said)
    with zipfile.ZipFile(ROOT / "dist" / f"dbd-{library.version()}.aar") as archive:
        info = archive.getinfo(f"{MODULE}/libs/android.{abi}/libdbd.so")
        assert info.compress_type == zipfile.ZIP_STORED


@pytest.mark.parametrize("abi", MACHINES)
def test_library_built_again_has_the_same_bytes(library, tmp_path, abi):
    first = library.native_for(abi).read_bytes()
    again = library.native_library.build_library(tmp_path / "elsewhere", abi, library.MIN_SDK)
    assert again.read_bytes() == first


def test_build_without_clang_says_what_to_install(library, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(library.BuildError, match="is missing; android_demo"):
        library.native_for("x86_64")


@pytest.mark.parametrize("abi", MACHINES)
def test_an_apps_own_library_links_to_it_as_the_ndk_links(library, packed, tmp_path, abi):
    source = tmp_path / "app.cpp"
    source.write_text('#include "dbd.h"\nint app() { return dbd_interface(); }\n', encoding="utf-8")
    module = packed / MODULE
    target = f"--target={library.native_library.TARGETS[abi]}{library.MIN_SDK}"
    options = ["-x", "c++", "-shared", "-fPIC", "-nostdlib", "-nostdlibinc", "-fuse-ld=lld"]
    options += ["-Wl,--no-undefined", "-Wl,--fatal-warnings", f"-I{module / 'include'}"]
    files = [source, "-x", "none", module / "libs" / f"android.{abi}" / "libdbd.so"]
    command = ["clang", target, *options, "-o", tmp_path / "libapp.so", *files]
    subprocess.run([str(part) for part in command], check=True)


def test_declarations_are_those_of_tensorflow_lites_own_headers(library, tmp_path):
    with zipfile.ZipFile(library.FETCHED / library.TFLITE_ARCHIVES[0]) as archive:
        archive.extractall(tmp_path, [n for n in archive.namelist() if n.startswith("headers/")])
    # The AAR lacks two that the others include.
    core = tmp_path / "headers" / "tensorflow" / "lite" / "core"
    for name, kind in (
        ("async/c/types.h", "TfLiteAsyncKernel"),
        ("c/registration_external.h", "TfLiteRegistrationExternal"),
    ):
        (core / name).parent.mkdir(parents=True, exist_ok=True)
        (core / name).write_text(f"typedef struct {kind} {kind};\n", encoding="utf-8")
    own = (NATIVE / "src" / "tflite.h").read_text(encoding="utf-8")
    # Statuses and types are enums there, and whole numbers here.
    lines = ['#include "tensorflow/lite/c/c_api.h"']
    for fact in (
        "sizeof(TfLiteStatus) == sizeof(int)",
        "sizeof(TfLiteType) == sizeof(int)",
        "kTfLiteOk == 0 && kTfLiteUInt8 == 3",
    ):
        lines.append(f'_Static_assert({fact}, "another value");')
    declared = re.findall(r"^(\w[^;{}]*?\b(TfLite\w+)\([^;]*\));", own, flags=re.MULTILINE)
    # The AAR has no header of XNNPACK's.
    declared = [one for one in declared if "XNNPack" not in one[1]]
    assert len(declared) == 21
    for declaration, name in declared:
        if declaration.startswith("int "):
            kind = "TfLiteType" if name == "TfLiteTensorType" else "TfLiteStatus"
            declaration = kind + declaration.removeprefix("int")
        lines.append(f"{declaration};")
    source = tmp_path / "same.c"
    source.write_text("\n".join([*lines, ""]), encoding="utf-8")
    options = ["-std=gnu11", "-fsyntax-only", "-Werror", f"-I{tmp_path / 'headers'}"]
    subprocess.run(["gcc", *options, source], check=True)


@pytest.fixture(scope="session")
def run_here(library, tmp_path_factory):
    """Runs the library for x86_64 phones in place of a Java program that does the same."""
    standins = library.standins(library.BUILD / "standins", "gcc", "x86_64", "x86_64")
    folders = [standins, library.TFLITE / "jni" / "x86_64", library.BUILD / "native" / "x86_64"]
    program = link_photos("gcc", tmp_path_factory.mktemp("photos"), folders[2])
    return runner([program], {**os.environ, "LD_LIBRARY_PATH": library.class_path(*folders[:2])})


@pytest.fixture(scope="session")
def run_arm64(library, emulation):
    """The same for arm64 phones, on an emulated one."""
    root = library.arm64_root()
    work = root / "dbd"
    native = library.native_for("arm64-v8a")
    for file in (native, library.TFLITE / "jni" / "arm64-v8a" / "libtensorflowlite_jni.so"):
        shutil.copy(file, work)
    shutil.copytree(ROOT / "dbd_mobile" / "models", work / "dbd_mobile/models", dirs_exist_ok=True)
    link_photos("aarch64-linux-gnu-gcc", work, native.parent)
    emulator = ["chroot", root, "/usr/bin/qemu-aarch64-static", "-cpu", "cortex-a72"]
    return runner([*emulator, "-E", "LD_LIBRARY_PATH=/dbd/standins:/dbd", "/dbd/run_photos"], None)


def link_photos(compiler, folder, library):
    """Link run_photos.c, of this machine's C library, to the C library for Android."""
    # Only Android's C library that libdbd.so names may stay unresolved. The folder of libdbd.so has
    # empty libraries of the same names beside it, which are for the linker alone.
    shutil.copy(library / "libdbd.so", folder)
    options = [
        "-std=gnu11",
        "-O1",
        f"-I{NATIVE / 'include'}",
        "-Wl,--unresolved-symbols=ignore-in-shared-libs",
    ]
    out = folder / "run_photos"
    link = [f"-L{folder}", "-Wl,-rpath,$ORIGIN", "-l:libdbd.so"]
    subprocess.run([compiler, *options, "-o", out, PHOTOS, *link], check=True)
    return out


def runner(command, environment):
    tasks = {"org.dbdmobile.DetectPhotos": "detect", "org.dbdmobile.JudgePhotos": "judge"}

    def run(name, *arguments):
        words = [*command, tasks[name], *arguments]
        subprocess.run([str(word) for word in words], check=True, env=environment)

    return run


@pytest.mark.parametrize("model_id", bundled_ids("blur-map"))
def test_x86_64_c_library_agrees_with_python(run_here, tmp_path, model_id):
    model_path = f"{ROOT}/dbd_mobile/models/{model_id}/model.tflite"
    compare(model_id, run_here, tmp_path, tmp_path, model_path, 2, photos())


def test_x86_64_c_library_has_the_java_librarys_maps(library, compiled_tests, run_here, tmp_path):
    model = f"{ROOT}/dbd_mobile/models/lite/model.tflite"
    found = []
    for name, run in (("java", library.on_host), ("c", run_here)):
        folder = tmp_path / name
        folder.mkdir()
        arguments, maps = written_arguments(folder, folder, photos())
        run("org.dbdmobile.DetectPhotos", model, "1", *arguments)
        found.append([file.read_bytes() for file in maps])
    assert found[0] == found[1]


def test_x86_64_c_library_judges_as_python_does(run_here, tmp_path):
    images = {"astronaut": skimage.data.astronaut(), "coffee": skimage.data.coffee()}
    compare_verdicts(run_here, tmp_path, tmp_path, ROOT, images)


@pytest.mark.parametrize("model_id", bundled_ids("blur-map"))
def test_arm64_c_library_agrees_with_python(library, run_arm64, model_id):
    folder = library.arm64_root() / "dbd" / "photos-of-c"
    folder.mkdir(exist_ok=True)
    images = {name: photos()[name] for name in ("scene", "coffee")}
    model_path = f"/dbd/dbd_mobile/models/{model_id}/model.tflite"
    compare(model_id, run_arm64, folder, "/dbd/photos-of-c", model_path, 2, images)


def test_arm64_c_library_judges_as_python_does(library, run_arm64):
    folder = library.arm64_root() / "dbd" / "photos-of-c"
    folder.mkdir(exist_ok=True)
    images = {name: photos()[name] for name in ("scene", "astronaut")}
    compare_verdicts(run_arm64, folder, "/dbd/photos-of-c", "/dbd", images)
