"""Numbers of photos in; how long a scan of so many takes, and the peak of its memory, out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.made_photos import made_photo, many_photos
from benchmarks.own_process import OwnProcess
from benchmarks.spread import spread_of
from dbd_mobile.machine import usable_cores

PHOTO_WH = (320, 240)
MODEL = "nano"
"""Both small, so that what grows with the number shows and not what a photo takes."""

# More photos than so many are scanned once: they take a minute or two.
_ONCE_FROM = 5000


def measure_counts(
    counts: Sequence[int], turns: int, on_scan: Callable[[], None]
) -> list[dict[str, Any]]:
    """Scan folders by ``dbd-mobile scan``, then again by ``--resume``, in a process of its own.

    Args:
        counts: Numbers of photos.
        turns: How often each, one after the other.
        on_scan: Called after each.

    Returns:
        A row for each number.
    """
    photo = made_photo(PHOTO_WH)
    folders = {count: many_photos(photo, count) for count in counts}
    answers: dict[int, list[dict[str, Any]]] = {count: [] for count in counts}
    for turn in range(turns):
        for count, folder in folders.items():
            if turn == 0 or count < _ONCE_FROM:
                answers[count].append(_scanned(folder))
                on_scan()
    return [
        {"photos": count}
        | {
            name: spread_of([answer[name] for answer in of_count]).to_dict()
            for name in ("seconds", "seconds_again", "peak_mb")
        }
        for count, of_count in answers.items()
    ]


def scans(counts: Sequence[int], turns: int) -> int:
    """How many folders are scanned in all."""
    return sum(1 if count >= _ONCE_FROM else turns for count in counts)


def _scanned(folder: Path) -> dict[str, Any]:
    with TemporaryDirectory() as empty, OwnProcess(model=MODEL) as process:
        arguments = {"folder": str(folder), "jobs": min(4, usable_cores())}
        store = str(Path(empty, "found.jsonl"))
        first = process.ask("scan", **arguments, store=store)
        again = process.ask("scan", **arguments, store=store, resume=True)
    return {
        "seconds": first["seconds"],
        "seconds_again": again["seconds"],
        "peak_mb": again["peak_mb"],
    }
