"""Photos in their cameras' own pixels in; how often their crisp boxes are called sharp, and those
of the same photos out of focus are not.

A crop stands for the photo that it was cut from: at 100 % a box is judged by the pixels in and
around it, however large the photo is. "Not called sharp" is what a user is warned by, but a
detector that finds everything undecidable would reach it too: how often the verdict is soft or
blurred stands beside it.
"""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.verdicts.row import Row, share
from data.known_blur import blurred_by
from data.native_photos import NativePhoto
from dbd_mobile import BlurDetector, Focus
from evaluation.scoring import with_progress
from evaluation.textured_boxes import Box, textured_boxes

MEASURE = "sharp boxes"
RADII = (2.0, 4.0, 6.0, 8.0, 12.0)
"""Radii of the circle of confusion in pixels that the photos are blurred by."""
SWEEP = tuple(step / 10 for step in range(5, 31))
"""Radii among which the smallest is looked for that is found."""
_FOUND_IN = 0.9
_LARGE_FROM = 4.0
# Boxes of a photo that the sweep looks at.
_SWEPT = 5


def measure_sharp_boxes(detector: BlurDetector, photos: Sequence[NativePhoto]) -> list[Row]:
    """Judge crisp boxes at 100 %, as the photos are and blurred.

    Args:
        detector: What judges.
        photos: Soft ones are left out.

    Raises:
        DBDError: If a photo cannot be used.
    """
    by_radius: dict[float, list[Focus]] = {radius: [] for radius in (0.0, *RADII)}
    not_sharp_from, blurred_from = [], []
    for photo in with_progress([p for p in photos if not p.soft], "Judging crisp boxes"):
        pixels = photo.read()
        boxes = textured_boxes(pixels)
        if not boxes:
            continue
        for radius, verdicts in by_radius.items():
            verdicts += _judge(detector, blurred_by(pixels, radius), boxes)
        few = boxes[:: -(-len(boxes) // _SWEPT)]
        swept = {radius: _judge(detector, blurred_by(pixels, radius), few) for radius in SWEEP}
        not_sharp_from.append(_found_from(swept, _not_sharp))
        blurred_from.append(_found_from(swept, _blurred))
    as_they_are = by_radius.pop(0.0)
    return [
        share(
            MEASURE,
            "called sharp as they are",
            [focus.verdict == "sharp" for focus in as_they_are],
            at_least=0.97,
        ),
        share(
            MEASURE,
            "undecidable as they are",
            [focus.verdict == "undecidable" for focus in as_they_are],
        ),
        *(
            share(
                MEASURE,
                f"not called sharp at radius {radius:g}",
                [_not_sharp(focus) for focus in verdicts],
                at_least=0.99 if radius >= _LARGE_FROM else 0.95,
            )
            for radius, verdicts in by_radius.items()
        ),
        *(
            share(
                MEASURE,
                f"called soft or blurred at radius {radius:g}",
                [_blurred(focus) for focus in verdicts],
            )
            for radius, verdicts in by_radius.items()
        ),
        _smallest("not called sharp", not_sharp_from, at_most=1.7),
        _smallest("called soft or blurred", blurred_from),
    ]


def _not_sharp(focus: Focus) -> bool:
    return focus.verdict != "sharp"


def _blurred(focus: Focus) -> bool:
    return focus.verdict in ("soft", "blurred")


def _judge(detector: BlurDetector, pixels: NDArray[np.uint8], boxes: Sequence[Box]) -> list[Focus]:
    return [detector.judge(pixels, box, strictness="pixel") for box in boxes]


def _found_from(swept: Mapping[float, Sequence[Focus]], found: Callable[[Focus], bool]) -> float:
    """The smallest radius from which on most of the boxes are found; infinite without one."""
    smallest = np.inf
    for radius, verdicts in sorted(swept.items(), reverse=True):
        if 2 * sum(map(found, verdicts)) <= len(verdicts):
            break
        smallest = radius
    return smallest


def _smallest(what: str, found_from: Sequence[float], at_most: float | None = None) -> Row:
    """The radius from which on enough photos are found."""
    enough = math.ceil(_FOUND_IN * len(found_from))
    radius = sorted(found_from)[enough - 1] if found_from else np.inf
    return Row(
        measure=MEASURE,
        what=f"smallest radius {what} in {_FOUND_IN:.0%} of the photos",
        value=radius if np.isfinite(radius) else None,
        unit="px",
        count=len(found_from),
        at_most=at_most,
    )
