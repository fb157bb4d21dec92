"""Shots of one scene in; the same shots, the sharpest first, out."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dbd_mobile.errors import ArgumentError, ImageError
from dbd_mobile.focus import Focus
from dbd_mobile.photo import Photo, Pixels, is_one_photo, load_pixels
from dbd_mobile.photo_array import Channels
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
        radius_px: Radius of blur there in the shot's own pixels, which shots are compared by: it
            takes less certainty than a verdict does. None where there is nothing to compare.
    """

    index: int
    photo: Photo | Pixels
    focus: Focus
    radius_px: float | None


def rank(
    detector: "BlurDetector",
    photos: Sequence[Photo | Pixels],
    box_xyxy: Box | None,
    *,
    channels: Channels | None = None,
    on_unreadable: Callable[[int, ImageError], None] | None = None,
) -> list[Ranked]:
    """Sort shots; :meth:`BlurDetector.best_of <dbd_mobile.BlurDetector.best_of>` says how.

    Args:
        detector: Judges them.
        photos: As there.
        box_xyxy: As there.
        channels: As there.
        on_unreadable: Told of each shot that cannot be read, by its index, and why; it is then left
            out. None raises.

    Raises:
        DBDError: As there.
    """
    if is_one_photo(photos):
        raise ArgumentError(
            f"The best of several photos is chosen: give a list of them, got one, of type "
            f"{type(photos).__name__}."
        )
    if len(photos) == 0:
        raise ArgumentError("The best of no photos cannot be chosen: give one at least.")

    def judged(
        shots: Iterable[tuple[int, Photo | Pixels]],
        judge: Callable[[int, Photo | Pixels], tuple[Focus, float | None]],
    ) -> list[Ranked]:
        ranked = []
        for index, photo in shots:
            try:
                focus, radius_px = judge(index, photo)
                ranked.append(Ranked(index=index, photo=photo, focus=focus, radius_px=radius_px))
            except ImageError as error:
                if on_unreadable is None:
                    raise
                on_unreadable(index, error)
        return sorted(ranked, key=_relative_blur)

    def on_its_own(index: int, photo: Photo | Pixels) -> tuple[Focus, float | None]:
        focus = detector.judge(photo, channels=channels)
        return focus, focus.blur_radius_px

    shots = list(enumerate(photos))
    of_wh: tuple[int, int] | None = None
    if box_xyxy is None:
        by_own = judged(shots, on_its_own)
        if not by_own:
            return []
        box_xyxy, of_wh = by_own[0].focus.box_xyxy, by_own[0].focus.size_wh
        # None is told of twice.
        shots = [shots[index] for index in sorted(shot.index for shot in by_own)]
    box = box_xyxy

    def in_box(index: int, photo: Photo | Pixels) -> tuple[Focus, float | None]:
        nonlocal of_wh
        # Decoded again rather than kept: a burst may not fit the memory.
        pixels = load_pixels(photo, channels=channels, max_pixels=detector.max_pixels)
        if of_wh is None:
            of_wh = pixels.size_wh
        scaled = _scaled(box, of_wh, pixels.size_wh, index)
        return detector.judge(pixels, scaled), detector.radius_to_compare(pixels, scaled)

    return judged(shots, in_box)


def _relative_blur(shot: Ranked) -> float:
    """Blur as a share of the photo's width; where there is nothing to compare, the largest."""
    return math.inf if shot.radius_px is None else shot.radius_px / shot.focus.size_wh[0]


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
