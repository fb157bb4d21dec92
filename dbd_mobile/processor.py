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

# ARM's numbers of its cores, which Linux shows in place of a name: those of small boards.
_ARM = 0x41
_CORES = {
    0xB76: "ARM1176",
    0xC07: "Cortex-A7",
    0xC0F: "Cortex-A15",
    0xD03: "Cortex-A53",
    0xD04: "Cortex-A35",
    0xD05: "Cortex-A55",
    0xD07: "Cortex-A57",
    0xD08: "Cortex-A72",
    0xD09: "Cortex-A73",
    0xD0A: "Cortex-A75",
    0xD0B: "Cortex-A76",
    0xD0C: "Neoverse N1",
    0xD41: "Cortex-A78",
}


def processor_name(root: Path = Path("/")) -> str | None:
    """Give the processor's name, of ARM's the kinds of core; None where the system does not say.

    Args:
        root: Where the system's ``proc`` folder is.
    """
    if platform.system() == "Darwin":
        return _sysctl().get("machdep.cpu.brand_string")
    # Kernels of 32 bits call each of ARM's cores "ARMv7 Processor".
    cores = ", ".join(_arm_cores(root))
    return cores or _cpuinfo(root).get("model name") or platform.processor() or None


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


def _arm_cores(root: Path) -> list[str]:
    """The names of the kinds of core, in the order of the cores."""
    names: dict[str, None] = {}
    implementer = 0
    for key, value in _cpuinfo_lines(root):
        if key == "CPU implementer":
            implementer = _number(value)
        elif key == "CPU part" and implementer == _ARM and _number(value) in _CORES:
            names[_CORES[_number(value)]] = None
    return list(names)


def _number(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        return -1


def _cpuinfo(root: Path) -> dict[str, str]:
    """What ``/proc/cpuinfo`` says of the first core."""
    # Of several cores the first one's line stays.
    return dict(reversed(_cpuinfo_lines(root)))


def _cpuinfo_lines(root: Path) -> list[tuple[str, str]]:
    try:
        text = (root / "proc/cpuinfo").read_text(errors="replace")
    except OSError:
        return []
    pairs = (line.partition(":") for line in text.splitlines())
    return [(key.strip(), value.strip()) for key, _, value in pairs]


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
