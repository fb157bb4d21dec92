"""Reports of progress in, the same reports and the seconds that each step took out."""

import time

from export.job import Progress


class StepClock:
    """Passes on what it is told, and counts.

    Args:
        progress: Told the same.

    Attributes:
        seconds: How long each step took so far, by its name, in the order in which they began.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._last, self._step = time.perf_counter(), ""
        self.seconds: dict[str, float] = {}

    def __call__(self, step: str, done: int, total: int | None) -> None:
        now = time.perf_counter()
        # Up to the first word of a step, the time was that of the one before.
        took = step if done or not self._step else self._step
        self.seconds[took] = self.seconds.get(took, 0.0) + now - self._last
        self.seconds.setdefault(step, 0.0)
        self._last, self._step = now, step
        self._progress(step, done, total)
