"""Stages of work in, milliseconds out: a stage timer and percentiles of repeated timings."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


class StageTimer:
    """Wall-clock milliseconds of named stages, in the order in which they were run.

    Args:
        ms: Stages timed before, to go on from.

    Examples:
        >>> timer = StageTimer()
        >>> with timer.stage("decode"):
        ...     pixels = bytes(10)
        >>> list(timer.ms)
        ['decode']
    """

    def __init__(self, ms: Mapping[str, float] | None = None) -> None:
        self._ms = dict(ms or {})

    @property
    def ms(self) -> dict[str, float]:
        """Milliseconds by stage: a copy."""
        return dict(self._ms)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the ``with`` block as stage ``name``; a block that raises is not recorded."""
        start = time.perf_counter_ns()
        yield
        self._ms[name] = (time.perf_counter_ns() - start) / 1e6


@dataclass(frozen=True, kw_only=True)
class Percentiles:
    """What repeated timings of one stage come to, in milliseconds.

    Attributes:
        runs: How many timings there were, at least 1.
        mean: Their mean.
        p50: The median.
        p90: The time that 90 % of the runs did not exceed.
        p99: The time that 99 % of the runs did not exceed.
    """

    runs: int
    mean: float
    p50: float
    p90: float
    p99: float


def percentiles(samples_ms: Sequence[float]) -> Percentiles:
    """Sum up timings by nearest-rank percentiles: each is a time that was really measured.

    Args:
        samples_ms: At least one time in milliseconds, in any order.

    Returns:
        Count, mean, p50, p90 and p99.

    Raises:
        ValueError: There are no timings.

    Examples:
        >>> percentiles([3.0, 1.0, 2.0]).p50
        2.0
    """
    if not samples_ms:
        raise ValueError("percentiles needs at least one timing, got none.")
    ordered = sorted(samples_ms)

    def rank(share: float) -> float:
        return ordered[math.ceil(share * len(ordered)) - 1]

    return Percentiles(
        runs=len(ordered),
        mean=sum(ordered) / len(ordered),
        p50=rank(0.50),
        p90=rank(0.90),
        p99=rank(0.99),
    )


def percentiles_by_stage(runs_ms: Sequence[Mapping[str, float]]) -> dict[str, Percentiles]:
    """Sum up repeated runs stage by stage.

    Args:
        runs_ms: One mapping of stage to milliseconds per run, all with the same stages.

    Returns:
        Percentiles by stage, in the order of the first run's stages.

    Raises:
        ValueError: There are no runs.
    """
    if not runs_ms:
        raise ValueError("percentiles_by_stage needs at least one run, got none.")
    return {stage: percentiles([run[stage] for run in runs_ms]) for stage in runs_ms[0]}
