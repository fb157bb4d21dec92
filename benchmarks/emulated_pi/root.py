"""The wheel in; a folder with Debian for an ARM processor, in which it is installed, out.

Raspberry Pi OS is that Debian with a kernel, a desktop and packages of its own. The folder is kept,
and made anew where what the wheel requires or this file changed; another wheel takes the place of
the one in it. Nothing is mounted, and nothing in it was configured: packages are unpacked only, as
no program of theirs could run before the emulator is there.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

from dbd_mobile.errors import InputError

ROOT = Path(__file__).parents[2]
WHEELS = ROOT / "build" / "wheel"
FOLDER = ROOT / "build" / "pi"
PYTHON = "/usr/bin/python3.11"
HOME = "/home/pi"
ENVIRONMENT = f"{HOME}/env"
EMULATOR = "/opt/emulator"
COUNTER = f"{EMULATOR}/count_instructions.so"

_RELEASE = "bookworm"
# Without its updates: they would change what the numbers are of, and servers of theirs disagree
# at times.
_MIRROR = "http://deb.debian.org/debian"
_COMMON = "python3.11-venv,libstdc++6,python3-pytest"
# Debian's numpy and Pillow are for 32 bits, of which PyPI has neither.
_PACKAGES = {"arm64": _COMMON, "armhf": f"{_COMMON},python3-numpy,python3-pil"}
_QEMU = {"arm64": "qemu-aarch64", "armhf": "qemu-arm"}
TOOLS = ("mmdebstrap", "chroot", "gcc", "ldd", *_QEMU.values())
"""What it takes, beside 64-bit x86 Linux and root's rights."""
_LOADER = f"{EMULATOR}/ld-linux-x86-64.so.2"
_COUNTER_SOURCE = Path(__file__).with_name("count_instructions.c")
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def missing_tools() -> list[str]:
    """Say what must be installed, or be otherwise, before anything can be emulated here."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if os.uname().machine != "x86_64":
        missing.append("a 64-bit x86 processor")
    return missing if os.geteuid() == 0 else [*missing, "root's rights"]


def emulated_root(arch: str) -> Path:
    """Give the folder with the wheel installed; makes it, in a minute or two, where it is not.

    Args:
        arch: "arm64" or "armhf", as Debian names them.

    Raises:
        InputError: Something is missing, there is no wheel or not one, or a step failed.
    """
    missing = missing_tools()
    if missing:
        raise InputError(f"A Raspberry Pi is emulated with {', '.join(missing)}: not here.")
    wheels = sorted(WHEELS.glob("*.whl"))
    if len(wheels) != 1:
        raise InputError(
            f"One wheel is needed in {WHEELS}, there are {len(wheels)}: make build/wheel/done."
        )
    (wheel,) = wheels
    root = FOLDER / arch
    made_of, installed = _made_of(arch, wheel), {wheel.name: _sha256(wheel)}
    if _is_new(root / "made_of.json", made_of):
        shutil.rmtree(root, ignore_errors=True)
        FOLDER.mkdir(parents=True, exist_ok=True)
        _unpack(arch, root)
        _install_emulator(arch, root)
        _install_wheel(arch, root, wheel)
    elif _is_new(root / "installed.json", installed):
        _pip_install(root, "--no-deps", "--force-reinstall", _put(root, wheel))
    _write(root / "installed.json", installed)
    _write(root / "made_of.json", made_of)
    return root


def emulate(root: Path, cpu: str, *options: str) -> list[str]:
    """Give the command that runs a program of a root; the program and its arguments follow.

    Args:
        root: As :func:`emulated_root` gives it.
        cpu: QEMU's name of a processor.
        options: Further options of QEMU.
    """
    (qemu,) = (root / EMULATOR[1:]).glob("qemu-*")
    emulator = [_LOADER, "--library-path", EMULATOR, f"{EMULATOR}/{qemu.name}"]
    return ["chroot", str(root), *emulator, "-cpu", cpu, *options]


def environment() -> dict[str, str]:
    """Give the variables of a program in a root: none of this machine's but pip's and proxies'."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("PIP_") or name.lower().endswith("_proxy")
    }
    # `chroot` lies in /usr/sbin.
    path = f"{ENVIRONMENT}/bin:/usr/bin:/bin:/usr/sbin"
    return {**kept, "HOME": HOME, "LANG": "C.UTF-8", "PATH": path, "OMP_NUM_THREADS": "1"}


def _made_of(arch: str, wheel: Path) -> dict[str, str]:
    with ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = archive.read(name).decode()
    return {
        "release": f"{_RELEASE} of {_MIRROR}",
        "packages": _PACKAGES[arch],
        "requirements": "\n".join(re.findall(r"^Requires-Dist: .*$", metadata, re.M)),
        "qemu": _said_by(_QEMU[arch], "--version"),
        **{file.name: _sha256(file) for file in (Path(__file__), _COUNTER_SOURCE)},
    }


def _is_new(stamp: Path, made_of: dict[str, str]) -> bool:
    return not stamp.exists() or json.loads(stamp.read_text("utf-8")) != made_of


def _write(stamp: Path, made_of: dict[str, str]) -> None:
    stamp.write_text(json.dumps(made_of), encoding="utf-8")


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _unpack(arch: str, root: Path) -> None:
    include = f"--include={_PACKAGES[arch]}"
    _run("mmdebstrap", "--quiet", f"--arch={arch}", "--variant=extract", include,
         _RELEASE, str(root), _MIRROR)  # fmt: skip
    # What Debian's packages do when they are configured: numpy's libraries under general names.
    for name in ("blas", "lapack"):
        for library in root.glob(f"usr/lib/*/{name}/lib{name}.so.3"):
            (library.parents[1] / library.name).symlink_to(f"{name}/{library.name}")
    (root / HOME[1:]).mkdir(parents=True)
    # To reach PyPI.
    for path in (Path("/etc/resolv.conf"), _CERTIFICATES):
        if path.exists():
            (root / path.relative_to("/")).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, root / path.relative_to("/"))


def _install_emulator(arch: str, root: Path) -> None:
    """QEMU with the libraries that it needs, under names of their own, and its plugin."""
    folder = root / EMULATOR[1:]
    folder.mkdir(parents=True)
    qemu = shutil.which(_QEMU[arch])
    assert qemu is not None
    libraries = re.findall(r"(?:=> |\t)(/\S+)", _said_by("ldd", qemu))
    for file in (qemu, *libraries):
        shutil.copy(file, folder)
    counter = str(root / COUNTER[1:])
    _run("gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
         "-o", counter, str(_COUNTER_SOURCE))  # fmt: skip


def _install_wheel(arch: str, root: Path, wheel: Path) -> None:
    """As a user does: pip, in a virtual environment that sees the system's packages."""
    command = [*emulate(root, "max"), PYTHON, "-m", "venv"]
    options = ["--without-pip", "--system-site-packages", ENVIRONMENT]
    _run(*command, *options, env=environment())
    if arch == "arm64":
        _pip_install(root, _put(root, wheel))
    else:
        # PyPI has no Pillow for it; piwheels, where Raspberry Pi OS looks too, is another server.
        _pip_install(root, "--no-deps", _put(root, wheel), "tflite-runtime==2.14.0")


def _pip_install(root: Path, *arguments: str) -> None:
    """By the system's pip; what is no wheel would need a compiler, and there is none."""
    (pip,) = (root / "usr/share/python-wheels").glob("pip-*.whl")
    command = [*emulate(root, "max"), f"{ENVIRONMENT}/bin/python", f"/{pip.relative_to(root)}/pip"]
    options = ["--quiet", "--no-compile", "--only-binary=:all:"]
    _run(*command, "install", *options, *arguments, env=environment())


def _put(root: Path, file: Path) -> str:
    shutil.copy(file, root / HOME[1:])
    return f"{HOME}/{file.name}"


def _said_by(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _run(*command: str, env: Mapping[str, str] | None = None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env=env)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise InputError(f"The emulated Raspberry Pi was not made: {said[-1]}")
