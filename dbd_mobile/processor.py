"""The machine in; its processor's name, and which instructions for networks it has, out."""

import ctypes
import platform
import subprocess
from functools import cache
from pathlib import Path

# What TFLite's kernels choose between, in the order in which it came into processors; on ARM by one
# name, whatever the system calls it.
_X86 = (
    "sse4_1", "avx", "f16c", "fma", "avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16",
    "avx512_fp16", "amx_tile", "amx_bf16", "amx_int8",
)  # fmt: skip
_LINUX = {
    **{name: name for name in _X86},
    "neon": "neon",
    "asimd": "neon",
    "asimdhp": "fp16",
    "asimddp": "dotprod",
    "i8mm": "i8mm",
    "bf16": "bf16",
    "sve": "sve",
    "sve2": "sve2",
    "sme": "sme",
}
_MACOS = {
    "hw.optional.neon": "neon",
    "hw.optional.arm.FEAT_FP16": "fp16",
    "hw.optional.arm.FEAT_DotProd": "dotprod",
    "hw.optional.arm.FEAT_I8MM": "i8mm",
    "hw.optional.arm.FEAT_BF16": "bf16",
    "hw.optional.arm.FEAT_SME": "sme",
}
# Numbers of IsProcessorFeaturePresent
# (https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-isprocessorfeaturepresent).
_WINDOWS = {37: "sse4_1", 39: "avx", 40: "avx2", 41: "avx512f", 19: "neon", 43: "dotprod"}


def processor_name(root: Path = Path("/")) -> str | None:
    """Give the processor's name; None where the system does not say.

    Args:
        root: Where the system's ``proc`` folder is.
    """
    if platform.system() == "Darwin":
        return _sysctl().get("machdep.cpu.brand_string")
    return _cpuinfo(root).get("model name") or platform.processor() or None


def processor_features(root: Path = Path("/")) -> list[str] | None:
    """List the instructions of the processor that networks gain from, e.g. "dotprod".

    Args:
        root: Where the system's ``proc`` folder is.

    Returns:
        Names of Linux's for x86, else "neon", "fp16", "dotprod", "i8mm", "bf16", "sve", "sve2" or
        "sme"; None where the system does not say.
    """
    if platform.system() == "Windows":
        kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 - only Windows has it
        return [
            name for number, name in _WINDOWS.items() if kernel.IsProcessorFeaturePresent(number)
        ]
    if platform.system() == "Darwin":
        told = _sysctl()
        return [name for key, name in _MACOS.items() if told.get(key) == "1"] if told else None
    info = _cpuinfo(root)
    flags = info.get("flags") or info.get("Features")
    if flags is None:
        return None
    there = set(flags.split())
    # 64-bit ARM has one of two names, 32-bit ARM the other.
    return list(dict.fromkeys(name for flag, name in _LINUX.items() if flag in there))


def _cpuinfo(root: Path) -> dict[str, str]:
    """What ``/proc/cpuinfo`` says of the first core."""
    try:
        text = (root / "proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.splitlines())
    # Of several cores the first one's line stays.
    return {key.strip(): value.strip() for key, _, value in reversed(list(pairs))}


@cache
def _sysctl() -> dict[str, str]:
    """What macOS says of the processor."""
    command = ["sysctl", "machdep.cpu.brand_string", "hw.optional"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=5).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    pairs = (line.partition(":") for line in said.splitlines())
    return {key: value.strip() for key, _, value in pairs}
