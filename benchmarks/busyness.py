"""The machine in, now and then; whether others keep it busy while something is measured, out."""

import os
import time
from statistics import median

from dbd_mobile.machine import usable_cores

# Of the usable cores, by others, before anything is measured.
_BUSY_LOAD = 0.5
# Of the least time of the fixed loop, by half of its runs.
_BUSY_LOOP = 1.15
_LOOP_STEPS = 200_000
_LOOPS = 5


class Busyness:
    """Looks at the load once, when it is made, and at a fixed loop's time whenever it is asked."""

    def __init__(self) -> None:
        # Windows says nothing of the kind.
        self._load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
        self._cores = usable_cores()
        self._loops_s: list[float] = []

    def look(self) -> None:
        """Time the loop, between measurements."""
        for _ in range(_LOOPS):
            start = time.perf_counter()
            sum(range(_LOOP_STEPS))
            self._loops_s.append(time.perf_counter() - start)

    @property
    def said(self) -> str:
        """A sentence if the machine was busy; "" if it was not."""
        return busyness_said(self._load, self._cores, self._loops_s)


def busyness_said(load: float, cores: int, loops_s: list[float]) -> str:
    """Say whether a machine was busy.

    Args:
        load: Its load average before anything was measured.
        cores: Usable cores.
        loops_s: Times of a fixed loop.

    Returns:
        A sentence if so; "" if not.
    """
    slower = median(loops_s) / min(loops_s)
    if load <= _BUSY_LOAD * cores and slower <= _BUSY_LOOP:
        return ""
    return (
        f"The machine was busy: its load was {load:.1f} on {cores} cores before, and a fixed loop "
        f"took {slower:.2f} times its least time."
    )
