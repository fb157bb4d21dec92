"""What is to be measured in; each ratio with its own noise out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.busyness import Busyness
from benchmarks.own_process import OwnProcess
from benchmarks.ratios import meters
from benchmarks.ratios.ratio import Ratio, Watched
from benchmarks.spread import spread_of

# What others do on the machine takes no memory of ours: it is measured every so many turns.
_MEMORY_EVERY = 2


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is measured.

    Attributes:
        megapixels: Of the photos that are judged; the first is that of the scan too.
        photos: So many of them are scanned.
        small_photos: So many small ones are scanned for its memory.
        turns: How often each is measured, one after the other.
        with_export: Whether an export is timed, once, which takes minutes.
    """

    megapixels: Sequence[float]
    photos: int
    small_photos: int
    turns: int
    with_export: bool

    @property
    def steps(self) -> int:
        """How many there are in all, for a progress display."""
        memory = 1 + len(self.megapixels)
        return 4 * self.turns + memory * -(-self.turns // _MEMORY_EVERY) + self.with_export


def measure_ratios(plan: Plan, on_step: Callable[[], None]) -> tuple[list[Ratio], str]:
    """Measure turn by turn: what slows a machine down for a while is in all of them.

    Args:
        plan: What is measured.
        on_step: Called after each of ``plan.steps``.

    Returns:
        The ratios, and a sentence if the machine was busy.

    Raises:
        DBDError: Something cannot be measured.
    """
    busyness = Busyness()
    found: dict[Watched, list[float]] = {}

    def measure(meter: meters.Meter) -> None:
        for watched, value in meter().items():
            found.setdefault(watched, []).append(value)
        busyness.look()
        on_step()

    with OwnProcess() as process:
        of_time = [
            meters.overhead,
            meters.judging(plan.megapixels[0]),
            meters.scanning(process, plan.megapixels[0], plan.photos),
            meters.importing,
        ]
        of_memory = [
            meters.scan_memory(plan.small_photos),
            *map(meters.photo_memory, plan.megapixels),
        ]
        for turn in range(plan.turns):
            for meter in of_time:
                measure(meter)
            for meter in of_memory if turn % _MEMORY_EVERY == 0 else ():
                measure(meter)
    if plan.with_export:
        measure(meters.exporting)
    for watched, size in meters.built_files().items():
        found[watched] = [size]
    ratios = [Ratio(watched=watched, value=spread_of(values)) for watched, values in found.items()]
    return ratios, busyness.said
