"""A stretch of time in; how busy the machine was with other things meanwhile, where readable, out.

How much, never with what: no process is looked at but this one.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Load:
    """What else ran while something was measured; None is what the system does not tell.

    Attributes:
        average_before: The load average over the minute before: how many processes ran or waited.
        average_after: That over the last minute, with this process among them.
        others_share: The part of all cores' time that went to others, from 0 to 1; on a virtual
            machine with what its host took.
    """

    average_before: float | None
    average_after: float | None
    others_share: float | None


class LoadWatch:
    """Watches from when it is made until :meth:`end`.

    Args:
        root: Where the system's ``proc`` folder is.
    """

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._average = _average()
        self._own_s = time.process_time()
        self._cores = _cores_s(root)

    def end(self) -> Load:
        """Sum up the time since then."""
        cores, own_s = _cores_s(self._root), time.process_time() - self._own_s
        share = None
        if cores is not None and self._cores is not None and cores[1] > self._cores[1]:
            busy_s, all_s = (now - before for now, before in zip(cores, self._cores, strict=True))
            share = min(max((busy_s - own_s) / all_s, 0.0), 1.0)
        return Load(average_before=self._average, average_after=_average(), others_share=share)


def _average() -> float | None:
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):  # Windows has none
        return None


def _cores_s(root: Path) -> tuple[float, float] | None:
    """Seconds since the start that the cores were busy, and those that there were, of all cores."""
    try:
        first = (root / "proc/stat").read_text().partition("\n")[0]
        # user, nice, system, idle, iowait, irq, softirq, steal; what follows is part of the first.
        ticks = [int(field) for field in first.split()[1:9]]
        seconds = sum(ticks) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, AttributeError):
        return None
    if len(ticks) < 8:
        return None
    return seconds * (1 - (ticks[3] + ticks[4]) / max(sum(ticks), 1)), seconds
