"""How photos were taken, and what they look like, in; those of one burst, in groups, out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.jobs.library.capture import Capture
from dbd_mobile.photo import Pixels

MAX_GAP_S = 3.0
"""Shots of a burst follow each other within so many seconds, ..."""

MIN_LIKENESS = 0.7
"""... and are alike by so much at least; of photos of different scenes one pair in 100 is."""

_SIDE = 16
# A quarter of the picture: so far a camera may pan from one shot to the next.
_MAX_SHIFT = 4
# Of 255, squared: less is noise, and pictures of nothing else are alike.
_NOISE = 9.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Look:
    """What a photo looks like.

    Attributes:
        gray: A small grey picture of it, (16, 16) float32, 0 to 255.
        size_wh: The photo's own (width, height) in pixels, upright.
    """

    gray: NDArray[np.float32]
    size_wh: tuple[int, int]


def look_of(pixels: Pixels) -> Look:
    """Give the look of a photo, decoded at any size."""
    gray = pixels.squash((_SIDE, _SIDE)).astype(np.float32).mean(axis=2)
    return Look(gray=gray, size_wh=pixels.size_wh)


def bursts_of(
    captures: Sequence[Capture | None],
    look_at: Callable[[int], Look | None],
    *,
    max_gap_s: float = MAX_GAP_S,
    min_likeness: float = MIN_LIKENESS,
) -> Iterator[list[int]]:
    """Put together what was shot in a burst: by one camera, at one size, each shot like the last.

    Args:
        captures: Of the photos; those without, and those of an exposure bracket, are in no burst.
        look_at: Gives the look of a photo, by its index; None if it cannot be read. Asked once, and
            only of photos that were taken near another one.
        max_gap_s: Seconds from the end of an exposure to the start of the next.
        min_likeness: As :func:`likeness` gives it; at 0 the time alone decides.

    Yields:
        Indices of the photos of each burst in the order of their times; every other photo alone.
    """
    known = {i: c for i, c in enumerate(captures) if c is not None and not c.is_bracketed}
    yield from ([index] for index in range(len(captures)) if index not in known)
    times_s = {index: capture.time_s for index, capture in known.items()}

    def clock_of(index: int) -> tuple[tuple[str, ...], bool]:
        return known[index].camera, known[index].zone == ""

    def is_near(before: int, after: int) -> bool:
        exposure_s = max(known[before].exposure_s, known[after].exposure_s)
        passed_s = times_s[after] - times_s[before]
        return clock_of(before) == clock_of(after) and passed_s <= max_gap_s + exposure_s

    # Cameras apart, or the shots of a second one would come between.
    for near in _runs(sorted(known, key=lambda i: (clock_of(i), times_s[i], i)), is_near):
        if len(near) == 1:
            yield near
            continue
        # Sizes apart, likewise: a phone has several cameras.
        by_size: dict[tuple[int, int], dict[int, Look]] = {}
        for index in near:
            look = look_at(index)
            if look is None:
                yield [index]
            else:
                by_size.setdefault(look.size_wh, {})[index] = look
        for looks in by_size.values():
            yield from _alike(looks, is_near, min_likeness)


def _alike(
    looks: Mapping[int, Look], is_near: Callable[[int, int], bool], min_likeness: float
) -> Iterator[list[int]]:
    def goes_on(before: int, after: int) -> bool:
        return is_near(before, after) and (
            min_likeness <= 0 or likeness(looks[before].gray, looks[after].gray) >= min_likeness
        )

    return _runs(list(looks), goes_on)


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Say how alike two small grey pictures are: 1 the same, 0 or less unlike.

    It is the correlation of what both show, where the second is shifted by up to a quarter to fit
    the first best; so a brighter exposure is alike, and so is what a camera saw that was panned.
    """
    return max(
        _correlation(one[rows, columns], other[other_rows, other_columns])
        for rows, other_rows in _overlaps()
        for columns, other_columns in _overlaps()
    )


def _overlaps() -> Iterator[tuple[slice, slice]]:
    for shift in range(-_MAX_SHIFT, _MAX_SHIFT + 1):
        start, end = max(shift, 0), _SIDE + min(shift, 0)
        yield slice(start, end), slice(start - shift, end - shift)


def _correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    a, b = one - one.mean(), other - other.mean()
    covariance, variances = (a * b).mean(), ((a * a).mean(), (b * b).mean())
    return float((covariance + _NOISE) / np.sqrt(np.prod([v + _NOISE for v in variances])))


def _runs(order: Sequence[int], goes_on: Callable[[int, int], bool]) -> Iterator[list[int]]:
    """Cut a sequence where one does not go on from the one before."""
    run: list[int] = []
    for index in order:
        if run and not goes_on(run[-1], index):
            yield run
            run = []
        run.append(index)
    if run:
        yield run
