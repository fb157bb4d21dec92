"""Shots of one scene in; the same shots, the sharpest first, out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbd_mobile.errors import ArgumentError
from dbd_mobile.focus import Focus
from dbd_mobile.photo import Photo, Pixels, load_pixels
from dbd_mobile.regions import Box, clip_box

if TYPE_CHECKING:
    from dbd_mobile.detector import BlurDetector

# By how much the shapes, width over height, of two shots of one scene may differ.
_SAME_SHAPE = 0.02


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """One shot's place in a burst.

    Attributes:
        index: Its place among the shots as they were given, from 0.
        photo: The shot as it was given.
        focus: What was found in the region that all shots are compared by.
    """

    index: int
    photo: Photo | Pixels
    focus: Focus


def rank(
    detector: "BlurDetector", photos: Sequence[Photo | Pixels], box_xyxy: Box | None
) -> list[Ranked]:
    """Sort shots; :meth:`BlurDetector.best_of <dbd_mobile.BlurDetector.best_of>` says how."""
    if not photos:
        raise ArgumentError("The best of no photos cannot be chosen: give one at least.")
    of_wh: tuple[int, int] | None = None
    if box_xyxy is None:
        best = min((detector.judge(photo) for photo in photos), key=_relative_blur)
        box_xyxy, of_wh = best.box_xyxy, best.size_wh
    ranked = []
    # Each is decoded again rather than kept: a burst may not fit the memory.
    for index, photo in enumerate(photos):
        pixels = load_pixels(photo)
        if of_wh is None:
            of_wh = pixels.size_wh
        box = _scaled(box_xyxy, of_wh, pixels.size_wh, index)
        ranked.append(Ranked(index=index, photo=photo, focus=detector.judge(pixels, box)))
    return sorted(ranked, key=lambda shot: _relative_blur(shot.focus))


def _relative_blur(focus: Focus) -> float:
    """Blur as a share of the photo's width; undecidable is last."""
    if focus.blur_radius_px is None:
        return math.inf
    return focus.blur_radius_px / focus.size_wh[0]


def _scaled(
    box_xyxy: Box, of_wh: tuple[int, int], size_wh: tuple[int, int], index: int
) -> tuple[float, ...]:
    """Bring a box from one shot to another of the same scene and shape."""
    shape, of_shape = size_wh[0] / size_wh[1], of_wh[0] / of_wh[1]
    if abs(shape / of_shape - 1) > _SAME_SHAPE:
        raise ArgumentError(
            f"Shots of one scene have one shape: number {index + 1} is {size_wh[0]}x{size_wh[1]}, "
            f"the box is for {of_wh[0]}x{of_wh[1]}."
        )
    across, down = size_wh[0] / of_wh[0], size_wh[1] / of_wh[1]
    left, top, right, bottom = clip_box(box_xyxy, of_wh)
    return left * across, top * down, right * across, bottom * down
