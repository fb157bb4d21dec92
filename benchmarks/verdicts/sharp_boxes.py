"""Photos in their cameras' own pixels in; how often their crisp boxes are called sharp, and those
of the same photos out of focus are not.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.verdicts.row import Row, share
from evaluation.textured_boxes import Box, textured_boxes
from data.known_blur import fine_kernel
from data.native_photos import NativePhoto
from data.synthesis import blur_all
from dbd_mobile import BlurDetector, Focus
from evaluation.scoring import with_progress

MEASURE = "sharp boxes"
RADII = (2.0, 4.0, 6.0, 8.0, 12.0)
"""Radii of the circle of confusion in pixels that the photos are blurred by."""
SWEEP = tuple(step / 10 for step in range(5, 31))
"""Radii among which the smallest is looked for that is found."""
_FOUND_IN = 0.9
_LARGE_FROM = 4.0


def disc_blur(photo: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    """A photo out of focus all over.

    Args:
        photo: (H, W, 3) uint8.
        radius: Of the circle of confusion in pixels; 0 leaves it as it is.
    """
    return blur_all(photo, fine_kernel(radius, 0, 0.0)) if radius else photo


def measure_sharp_boxes(detector: BlurDetector, photos: Sequence[NativePhoto]) -> list[Row]:
    """Judge crisp boxes at 100 %, as the photos are and blurred.

    Args:
        detector: What judges.
        photos: Soft ones are left out.

    Raises:
        DBDError: If a photo cannot be used.
    """
    by_radius: dict[float, list[Focus]] = {radius: [] for radius in (0.0, *RADII)}
    found_from = []
    for photo in with_progress([p for p in photos if not p.soft], "Judging crisp boxes"):
        pixels = photo.read()
        boxes = textured_boxes(pixels)
        for radius, verdicts in by_radius.items():
            verdicts += _judge(detector, disc_blur(pixels, radius), boxes)
        if boxes:
            found_from.append(_found_from(detector, pixels, boxes))
    rows = [
        share(
            MEASURE,
            "called sharp as they are",
            [focus.verdict == "sharp" for focus in by_radius[0.0]],
            at_least=0.97,
        )
    ]
    rows += [
        share(
            MEASURE,
            f"not called sharp at radius {radius:g}",
            [focus.verdict != "sharp" for focus in by_radius[radius]],
            at_least=0.99 if radius >= _LARGE_FROM else 0.95,
        )
        for radius in RADII
    ]
    rows.append(
        share(
            MEASURE,
            "undecidable at radius 0 to 12",
            [f.verdict == "undecidable" for verdicts in by_radius.values() for f in verdicts],
        )
    )
    rows.append(
        Row(
            measure=MEASURE,
            what=f"smallest radius that is found in {_FOUND_IN:.0%} of the photos",
            value=_reached(found_from),
            unit="px",
            count=len(found_from),
            at_most=1.7,
        )
    )
    return rows


def _judge(
    detector: BlurDetector, pixels: NDArray[np.uint8], boxes: Sequence[Box]
) -> list[Focus]:
    return [detector.judge(pixels, box, strictness="pixel") for box in boxes]


def _found_from(
    detector: BlurDetector, pixels: NDArray[np.uint8], boxes: Sequence[Box]
) -> float:
    """The smallest radius of ``SWEEP`` from which on most of a few boxes are not called sharp.

    Infinite where the last one is not found.
    """
    few = boxes[:: -(-len(boxes) // 5)]
    found_from = np.inf
    for radius in reversed(SWEEP):
        verdicts = _judge(detector, disc_blur(pixels, radius), few)
        if 2 * sum(focus.verdict != "sharp" for focus in verdicts) <= len(verdicts):
            break
        found_from = radius
    return found_from


def _reached(found_from: Sequence[float]) -> float | None:
    """The radius at which enough photos are found; None where too few are at any."""
    enough = int(np.ceil(_FOUND_IN * len(found_from)))
    radius = sorted(found_from)[enough - 1] if found_from else np.inf
    return radius if np.isfinite(radius) else None
