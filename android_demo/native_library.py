"""Builds the C library for Android without the NDK, and packs it as prefab.

clang and lld make libraries for Android as they are. What the NDK brings beside them is Android's C
library (bionic), of which libdbd uses what ``bionic`` declares: those functions are found when the
library is loaded, as are TensorFlow Lite's.
"""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

ANDROID = Path(__file__).resolve().parent
NATIVE = ANDROID.parent / "native"
BIONIC = ANDROID / "bionic"
TARGETS = {
    "arm64-v8a": "aarch64-linux-android",
    "armeabi-v7a": "armv7a-linux-androideabi",
    "x86_64": "x86_64-linux-android",
}
# By ABI, what the NDK's compiler does too: Thumb code, and divisions, which are functions there.
OWN_OPTIONS = {"armeabi-v7a": ("-mthumb",)}
OWN_SOURCES = {"armeabi-v7a": (BIONIC / "arm_division.c",)}
# What libdbd is linked to; Android's linker asks for them by these names.
NEEDED = ("libtensorflowlite_jni.so", "libm.so", "libc.so")
OPTIONS = ("-std=c11", "-O2", "-fPIC", "-fvisibility=hidden", "-fstack-protector-strong")
# No two roundings become one: results are the same on every processor.
OPTIONS += ("-ffp-contract=off", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
LINK = ("-shared", "-nostdlib", "-fuse-ld=lld", "-Wl,-soname,libdbd.so", "-Wl,--build-id=sha1")
# For phones with pages of 16 KiB too; both tables of symbols; nothing writable that need not be.
LINK += ("-Wl,-z,max-page-size=16384", "-Wl,--hash-style=both", "-Wl,-z,relro", "-Wl,-z,now")
LINK += ("-Wl,-z,noexecstack", "-Wl,--no-as-needed", "-Wl,-s")
# The oldest NDK that knows prefab; the library depends on none.
OLDEST_NDK = 21


def sources(abi):
    """Every source file of the library for one ABI."""
    return [*sorted((NATIVE / "src").glob("*.c")), *OWN_SOURCES.get(abi, ())]


def compiler(abi, min_sdk):
    """clang for one ABI, as a command without files."""
    target = ["clang", f"--target={TARGETS[abi]}{min_sdk}", *OWN_OPTIONS.get(abi, ()), *OPTIONS]
    headers = ["-nostdlibinc", "-isystem", str(BIONIC), f"-I{NATIVE / 'include'}"]
    return [*target, *headers]


def build_library(out: Path, abi: str, min_sdk: int) -> Path:
    """Build ``libdbd.so`` for one ABI in a folder; what was made of the same is left as it is.

    Raises:
        FileNotFoundError: clang or lld is missing.
        subprocess.CalledProcessError: the compiler complains.
    """
    library = out / "libdbd.so"
    made_of = out / "libdbd.sha256"
    needed = [out / name for name in NEEDED]
    command = [*compiler(abi, min_sdk), *LINK, "-o", library, *sources(abi), *needed]
    command = [str(part) for part in command]
    digest = digest_of(command)
    if library.is_file() and made_of.is_file() and made_of.read_text() == digest:
        return library
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for stub in needed:
        # Empty: they only say what the library asks for.
        empty = [*compiler(abi, min_sdk), "-Wno-empty-translation-unit", "-shared", "-nostdlib"]
        empty += ["-fuse-ld=lld", f"-Wl,-soname,{stub.name}", "-o", str(stub)]
        subprocess.run([*empty, "-x", "c", os.devnull], check=True)
    subprocess.run(command, check=True)
    made_of.write_text(digest)
    return library


def digest_of(command):
    """SHA-256 of the compiler, the linker, their arguments and the content of every input."""
    if shutil.which("ld.lld") is None:
        raise FileNotFoundError(2, "missing", "ld.lld")
    tools = [os.path.realpath(shutil.which(tool) or tool) for tool in ("clang", "ld.lld")]
    if not os.path.exists(tools[0]):
        raise FileNotFoundError(2, "missing", "clang")
    facts = [(tool, os.stat(tool).st_mtime_ns) for tool in tools]
    digest = hashlib.sha256(repr((command, facts)).encode())
    folders = (NATIVE / "include", NATIVE / "src", BIONIC)
    for file in sorted(file for folder in folders for file in folder.iterdir()):
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def prefab_entries(out: Path, version: str, min_sdk: int) -> list[tuple[str, bytes]]:
    """What an AAR holds for apps with C and C++ of their own: names and bytes.

    Args:
        out: the folder that libraries are built in.
        version: the package's.
        min_sdk: Android's oldest API level.

    Raises:
        FileNotFoundError: clang or lld is missing.
        subprocess.CalledProcessError: the compiler complains.
    """
    package = {"schema_version": 2, "name": "dbd", "version": version, "dependencies": []}
    module = {"export_libraries": [], "android": {"export_libraries": []}}
    header = (NATIVE / "include" / "dbd.h").read_bytes()
    entries = [
        ("prefab/prefab.json", as_json(package)),
        ("prefab/modules/dbd/module.json", as_json(module)),
        ("prefab/modules/dbd/include/dbd.h", header),
    ]
    for abi in TARGETS:
        folder = f"prefab/modules/dbd/libs/android.{abi}"
        facts = {"abi": abi, "api": min_sdk, "ndk": OLDEST_NDK, "stl": "none", "static": False}
        library = build_library(out / abi, abi, min_sdk)
        entries += [(f"{folder}/abi.json", as_json(facts))]
        entries += [(f"{folder}/libdbd.so", library.read_bytes())]
    return entries


def as_json(value):
    """The bytes of a JSON file."""
    return (json.dumps(value, indent=2) + "\n").encode()
