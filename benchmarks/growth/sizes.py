"""Sizes of photos in; time by stage and peak of the memory of each out."""

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.made_photos import made_photo, size_of
from benchmarks.own_process import OwnProcess
from benchmarks.spread import spread_of

STEPS = ("share", "map", "judge")
"""What is done with a photo: find its blurred share, make its map at its own size, judge it."""

STAGES = {
    "decode": ("decode",),
    "resize": ("preprocess",),
    "invoke": ("invoke",),
    "map": ("dequantise", "upscale", "probability"),
    "judge": ("subject", "measure"),
}
"""The stages, by what the runtime calls their parts."""


def measure_sizes(
    megapixels: Sequence[float], turns: int, on_process: Callable[[], None]
) -> list[dict[str, Any]]:
    """Look at a JPEG of each size, on one thread, in a process of its own each time.

    Args:
        megapixels: The sizes.
        turns: How often each, one after the other.
        on_process: Called after each process.

    Returns:
        A row for each size and step.
    """
    photos = {size: made_photo(size_of(size)) for size in megapixels}
    answers: dict[tuple[float, str], list[dict[str, Any]]] = {}
    for _ in range(turns):
        for size, photo in photos.items():
            for step in STEPS:
                with OwnProcess() as process:
                    process.ask("warm")
                    answer = process.ask(step, photo=str(photo))
                answers.setdefault((size, step), []).append(answer)
                on_process()
    return [
        {
            "megapixels": size,
            "file_mb": photos[size].stat().st_size / 1e6,
            "step": step,
            "seconds": spread_of([answer["seconds"] for answer in of_step]).to_dict(),
            "stages_ms": {
                stage: spread_of([_sum_of(answer, parts) for answer in of_step]).to_dict()
                for stage, parts in STAGES.items()
            },
            "peak_mb": spread_of([answer["peak_mb"] for answer in of_step]).to_dict(),
        }
        for (size, step), of_step in answers.items()
    ]


def _sum_of(answer: dict[str, Any], parts: Sequence[str]) -> float:
    """Milliseconds of what a stage consists of; a step does without some of it."""
    return sum(answer["stages_ms"].get(part, 0.0) for part in parts)
