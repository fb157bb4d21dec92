"""Numbers of threads, processes and jobs in; photos a second and peak of the memory of each out."""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from math import lcm
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.made_photos import made_photo, many_photos, size_of
from benchmarks.own_process import OwnProcess
from benchmarks.spread import spread_of

WAYS = ("threads", "processes", "jobs")
"""What there are several of: threads of the interpreters of one process that judges photo after
photo, processes of one such thread, or photos at a time in a scan of one process."""

# Work for so many megapixels at least, for a second or so.
_MEGAPIXELS = 50


def measure_parallel(
    megapixels: Sequence[float],
    numbers: Sequence[int],
    turns: int,
    on_configuration: Callable[[], None],
) -> list[dict[str, Any]]:
    """Judge the same photos in each way.

    Args:
        megapixels: Sizes of the photos.
        numbers: Of threads, processes and jobs.
        turns: How often each, one after the other.
        on_configuration: Called after each.

    Returns:
        A row for each size, way and number. One process of one thread stands for itself among the
        threads and among the processes.
    """
    rates: dict[tuple[float, str, int], list[float]] = {}
    peaks: dict[tuple[float, str, int], list[float]] = {}
    for _ in range(turns):
        for size, way, number in configurations(megapixels, numbers):
            seconds, photos, peak_mb = _judged(size, way, number, _photos(size, numbers))
            rates.setdefault((size, way, number), []).append(photos / seconds)
            peaks.setdefault((size, way, number), []).append(peak_mb)
            on_configuration()
    return [
        {
            "megapixels": size,
            "way": way,
            "number": number,
            "photos_a_second": spread_of(of_way).to_dict(),
            "peak_mb": spread_of(peaks[size, way, number]).to_dict(),
        }
        for (size, way, number), of_way in rates.items()
    ]


def configurations(
    megapixels: Sequence[float], numbers: Sequence[int]
) -> list[tuple[float, str, int]]:
    """All that are measured, in their order: size, way and number."""
    return [(size, way, number) for size in megapixels for way in WAYS for number in numbers]


def _photos(megapixels: float, numbers: Sequence[int]) -> int:
    """How many photos: enough of them, which can be shared out evenly."""
    together = lcm(*numbers)
    return together * max(1, min(4, round(_MEGAPIXELS / megapixels / together)))


def _judged(megapixels: float, way: str, number: int, photos: int) -> tuple[float, int, float]:
    """Seconds that it took, for how many photos, and the peak of a process in MB."""
    photo = made_photo(size_of(megapixels))
    count = number if way == "processes" else 1
    folder = many_photos(photo, photos // count)
    with ExitStack() as stack, TemporaryDirectory() as empty:
        threads = number if way == "threads" else 1
        processes = [stack.enter_context(OwnProcess(threads=threads)) for _ in range(count)]
        for process in processes:
            process.ask("warm")
        start = time.perf_counter()
        for process in processes:
            if way == "jobs":
                store = str(Path(empty, "found.jsonl"))
                process.start("library", folder=str(folder), jobs=number, store=store)
            else:
                process.start("judge_all", folder=str(folder), jobs=1)
        peak_mb = max(process.answer()["peak_mb"] for process in processes)
        return time.perf_counter() - start, photos, peak_mb
