"""Sizes and numbers in; how time and memory grow with them out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.busyness import Busyness
from benchmarks.growth.counts import measure_counts, scans
from benchmarks.growth.parallel import configurations, measure_parallel
from benchmarks.growth.sizes import STEPS, measure_sizes
from dbd_mobile.interpreter import find_backend
from dbd_mobile.machine import read_machine

SCHEMA = "dbd-mobile-growth/1"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is measured.

    Attributes:
        megapixels: Of the photos that are looked at one by one.
        judged_megapixels: Of the photos that threads, processes and jobs judge.
        numbers: Of threads, processes and jobs.
        counts: Of the photos that are scanned.
        turns: How often each, one after the other.
    """

    megapixels: Sequence[float]
    judged_megapixels: Sequence[float]
    numbers: Sequence[int]
    counts: Sequence[int]
    turns: int

    @property
    def steps(self) -> int:
        """How many there are in all, for a progress display."""
        sizes = len(self.megapixels) * len(STEPS)
        parallel = len(configurations(self.judged_megapixels, self.numbers))
        return self.turns * (sizes + parallel) + scans(self.counts, self.turns)


def measure_growth(plan: Plan, on_step: Callable[[], None]) -> dict[str, Any]:
    """Measure all of a plan.

    Args:
        plan: What is measured.
        on_step: Called after each of ``plan.steps``.

    Returns:
        What the tables and sentences are made from; JSON-serialisable.

    Raises:
        DBDError: A process failed.
    """
    busyness = Busyness()

    def step_done() -> None:
        busyness.look()
        on_step()

    machine = read_machine()
    backend, _ = find_backend()
    sizes = measure_sizes(plan.megapixels, plan.turns, step_done)
    parallel = measure_parallel(plan.judged_megapixels, plan.numbers, plan.turns, step_done)
    counts = measure_counts(plan.counts, plan.turns, step_done)
    return {
        "schema": SCHEMA,
        "cpu": machine.board or machine.cpu,
        "cores": machine.usable_cores,
        "backend": f"{backend.name} {backend.version}",
        "was_busy": busyness.said,
        "sizes": sizes,
        "parallel": parallel,
        "counts": counts,
    }
