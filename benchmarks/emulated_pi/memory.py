"""A board and a photo in; how much memory ``dbd-mobile detect`` takes there at most, out.

The memory of a process that is emulated is the emulator's. So the program gets a range of
addresses of its own, and Linux says how much of that is resident, and how much of the rest, which
is what the emulator takes for itself: its code, and what it made of the program's. The latter only
grows. Linux keeps the peak of both together; what the emulator had before the peak, and has after
it, leave an upper and a lower bound of the program's.
"""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.emulated_pi.emulated_pi import EmulatedPi
from benchmarks.emulated_pi.root import environment
from dbd_mobile.errors import InputError

_GUEST = Path(__file__).parent / "guest" / "detect_twice.py"
_START = 1 << 40
_SIZE = 1 << 36


@dataclass(frozen=True, kw_only=True)
class Peak:
    """The largest resident memory of a program, Python and the interpreter among it.

    Attributes:
        at_least_mb: Lower bound, in MiB.
        at_most_mb: Upper bound, in MiB.
    """

    at_least_mb: float
    at_most_mb: float


def peak_memory(pi: EmulatedPi, small: Path, photo: Path, options: Sequence[str] = ()) -> Peak:
    """Detect a small photo, so that the emulator knows the program, then the one in question.

    Args:
        pi: A board of 64 bits: the emulator of the others chooses the range itself.
        small: A photo that takes less memory.
        photo: The photo.
        options: Of ``dbd-mobile detect``.

    Raises:
        InputError: It failed on the board.
    """
    qemu = ["-B", hex(_START), "-R", hex(_SIZE)]
    arguments = [pi.put(_GUEST), pi.put(small), pi.put(photo), *options]
    process = subprocess.Popen(
        pi.command(*arguments, qemu=qemu),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(),
    )
    assert process.stdin is not None and process.stdout is not None
    with process:
        try:
            own_kb = {}
            peak_kb = 0
            for word in process.stdout:
                if word.strip() in ("ready", "done"):
                    own_kb[word.strip()] = _emulators_kb(process.pid)
                    peak_kb = _peak_kb(process.pid)
                    process.stdin.write("\n")
                    process.stdin.flush()
        finally:
            process.kill()
    if "done" not in own_kb:
        raise InputError(f"{photo.name} was not detected on the emulated {pi.board.model}.")
    return Peak(
        at_least_mb=(peak_kb - own_kb["done"]) / 1024,
        at_most_mb=(peak_kb - own_kb["ready"]) / 1024,
    )


def _emulators_kb(pid: int) -> int:
    """Give what is resident outside the program's range of addresses."""
    outside = False
    resident = 0
    for line in Path(f"/proc/{pid}/smaps").read_text("utf-8").splitlines():
        if mapping := re.match(r"([0-9a-f]+)-[0-9a-f]+ ", line):
            outside = not _START <= int(mapping[1], 16) < _START + _SIZE
        elif outside and line.startswith("Rss:"):
            resident += int(line.split()[1])
    return resident


def _peak_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    (peak,) = re.findall(r"VmHWM:\s*(\d+)", status)
    return int(peak)
