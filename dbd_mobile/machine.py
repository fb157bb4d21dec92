"""The machine in; its CPU, memory, clock governor, temperature and throttling out, where readable.

Linux and the Raspberry Pi first of all: what cannot be read is None.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from dbd_mobile.processor import processor_features, processor_name

# Some zones are no thermometers: they count something else, or say 1000 degrees.
LOWEST_C = -60
HIGHEST_C = 150

# Bits of `vcgencmd get_throttled`
# (https://www.raspberrypi.com/documentation/computers/os.html#get_throttled).
_THROTTLED_BITS = {
    0: "under-voltage now",
    1: "frequency capped now",
    2: "throttled now",
    3: "soft temperature limit now",
    16: "under-voltage since boot",
    17: "frequency capped since boot",
    18: "throttled since boot",
    19: "soft temperature limit since boot",
}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What a measurement ran on.

    Attributes:
        board: The board's name, e.g. "Raspberry Pi 5 Model B Rev 1.0"; None on a PC.
        cpu: The processor's name, of ARM's the kinds of its cores, e.g. "Cortex-A76"; None where
            the system does not say.
        features: Instructions of the processor that networks gain from; None where the system does
            not say.
        cores: Logical cores.
        usable_cores: Those that this process may use.
        governor: The first core's clock governor, e.g. "ondemand".
        memory_bytes: The memory's size.
        system: Operating system, its release and the instruction set.
        is_64_bit: Whether this Python is a 64-bit one.
        python: Python's version.
    """

    board: str | None
    cpu: str | None
    features: list[str] | None
    cores: int
    usable_cores: int
    governor: str | None
    memory_bytes: int | None
    system: str
    is_64_bit: bool
    python: str


@dataclass(frozen=True, kw_only=True)
class Heat:
    """How hot the machine is, and whether that slows it down.

    Attributes:
        temperature_c: The hottest thermal zone, in degrees Celsius.
        throttling: A Raspberry Pi's words for what is or was wrong, [] if nothing; None elsewhere.
    """

    temperature_c: float | None
    throttling: list[str] | None


def read_machine(root: Path = Path("/")) -> Machine:
    """Describe this machine.

    Args:
        root: Where the system's ``proc`` and ``sys`` folders are.
    """
    cores = os.cpu_count() or 1
    return Machine(
        board=_read(root / "proc/device-tree/model"),
        cpu=processor_name(root),
        features=processor_features(root),
        cores=cores,
        usable_cores=usable_cores(),
        governor=_read(root / "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
        memory_bytes=_kilobytes(_read(root / "proc/meminfo"), "MemTotal"),
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        is_64_bit=sys.maxsize > 2**32,
        python=platform.python_version(),
    )


def read_heat(root: Path = Path("/")) -> Heat:
    """Read temperature and throttling, now.

    Args:
        root: Where the system's ``sys`` folder is.
    """
    zones = [_read(zone) for zone in (root / "sys/class/thermal").glob("thermal_zone*/temp")]
    degrees = [int(zone) / 1000 for zone in zones if zone and re.fullmatch(r"-?\d{1,9}", zone)]
    possible = [c for c in degrees if LOWEST_C <= c <= HIGHEST_C]
    return Heat(temperature_c=max(possible, default=None), throttling=_throttling())


def usable_cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def peak_memory_bytes() -> int | None:
    """Give this process's largest resident memory so far; None where the system does not say."""
    # On Linux what getrusage says is that of whoever started this process, where it was larger.
    own = _kilobytes(_read(Path("/proc/self/status")), "VmHWM")
    if own is not None:
        return own
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _kilobytes(text: str | None, wanted: str) -> int | None:
    for line in (text or "").splitlines():
        key, _, value = line.partition(":")
        if key == wanted:
            return int(value.split()[0]) * 1024
    return None


def _throttling() -> list[str] | None:
    tool = shutil.which("vcgencmd")
    if tool is None:
        return None
    try:
        answer = subprocess.run(
            [tool, "get_throttled"], capture_output=True, text=True, timeout=5, check=True
        ).stdout
        bits = int(answer.strip().removeprefix("throttled="), 16)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return [words for bit, words in _THROTTLED_BITS.items() if bits >> bit & 1]


def _read(path: Path) -> str | None:
    try:
        # The device tree ends its texts with a zero byte.
        return path.read_text(errors="replace").strip("\0\n ") or None
    except OSError:
        return None
