"""Photos with their times in; those that were shot in a burst, in groups, out."""

from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.jobs.library.record import Record
from dbd_mobile.photo import Pixels

MAX_GAP_S = 3.0
"""Shots of a burst follow each other within so many seconds, ..."""

MAX_DIFFERENCE = 16.0
"""... and differ by no more in a small grey picture, on average, of 255."""

_GRAY_WH = (16, 16)

GrayOf = Callable[[int], NDArray[np.float32] | None]
"""Gives the small grey picture of a photo, by its index; None if it cannot be read."""


def bursts_of(records: Sequence[Record], gray_of: GrayOf) -> list[list[int]]:
    """Put together what was shot in a burst.

    Args:
        records: Of the photos.
        gray_of: Asked only of photos of one size whose times are near each other.

    Returns:
        Indices of two photos or more of each burst, in the order of their times.
    """
    times = {
        index: datetime.fromisoformat(_padded(record.taken))
        for index, record in enumerate(records)
        if record.taken is not None and _is_time(record.taken)
    }
    groups: list[list[int]] = []
    last_gray = None
    # Sizes apart, or a second camera would come between.
    order = sorted(times, key=lambda i: (records[i].width, records[i].height, times[i], i))
    for before, index in zip([None, *order], order, strict=False):
        is_near = (
            before is not None
            and (records[before].width, records[before].height)
            == (records[index].width, records[index].height)
            and (times[index] - times[before]).total_seconds() <= MAX_GAP_S
        )
        if not is_near:
            groups.append([index])
            last_gray = None
            continue
        assert before is not None
        if last_gray is None:
            last_gray = gray_of(before)
        gray = gray_of(index)
        if gray is None or last_gray is None or _difference(gray, last_gray) > MAX_DIFFERENCE:
            groups.append([index])
        else:
            groups[-1].append(index)
        last_gray = gray
    return sorted(group for group in groups if len(group) > 1)


def gray_of_pixels(pixels: Pixels) -> NDArray[np.float32]:
    """Give the small grey picture of a photo, (16, 16) float32, less its mean: exposure varies."""
    gray = pixels.squash(_GRAY_WH).astype(np.float32).mean(axis=2)
    difference: NDArray[np.float32] = gray - gray.mean()
    return difference


def _difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).mean())


def _padded(taken: str) -> str:
    """Until Python 3.11 a fraction has three digits or six."""
    whole, _, fraction = taken.partition(".")
    return f"{whole}.{fraction:0<6}" if fraction else whole


def _is_time(taken: str) -> bool:
    """A camera may say the 31st of February."""
    try:
        datetime.fromisoformat(_padded(taken))
    except ValueError:
        return False
    return True
