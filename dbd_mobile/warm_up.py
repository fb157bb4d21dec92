"""Something that is run again and again in; how often until it no longer gets faster, out."""

import time
from collections.abc import Callable
from statistics import median

# Two neighbouring windows are compared; a run in them may be disturbed.
_WINDOW = 5
_GAIN = 0.02
_MOST_RUNS = 100
_LONGEST_S = 10.0


def warm_up(run: Callable[[], float], runs: int | None = None) -> int:
    """Run something until caches and clocks have settled.

    Args:
        run: Runs it once and gives the time that it took.
        runs: How often, from 0; None goes on until the median of five runs is at most 2 % below
            that of the five before, through 100 runs or 10 seconds at most.

    Returns:
        How often it was run.
    """
    if runs is not None:
        for _ in range(runs):
            run()
        return runs
    times: list[float] = []
    end_s = time.monotonic() + _LONGEST_S
    while len(times) < _MOST_RUNS and time.monotonic() < end_s:
        times.append(run())
        before, last = times[-2 * _WINDOW : -_WINDOW], times[-_WINDOW:]
        if len(before) == _WINDOW and median(last) >= (1 - _GAIN) * median(before):
            break
    return len(times)
