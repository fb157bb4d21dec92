"""How many pixels each cell of a photo is blurred by, with how sure that is."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dbd_mobile.errors import ArgumentError
from dbd_mobile.focus import Focus
from dbd_mobile.focus_picture import hatched, with_scale
from dbd_mobile.photo import Photo, Pixels, whole_pixels
from dbd_mobile.pyramid import CELL, cells_of
from dbd_mobile.reading import MIN_CONFIDENCE
from dbd_mobile.strictness import Strictness, checked_width, strictness_of


class RadiusMap:
    """The radius of the circle of confusion of each cell of 16 x 16 pixels of one photo.

    Made by :meth:`BlurDetector.measure <dbd_mobile.BlurDetector.measure>`.

    Args:
        radius_px: (h, w) float32, above 0: measured radius in the photo's own pixels; a crisp photo
            has 1 to 1.5. h and w are the photo's sides over 16, rounded up.
        confidence: (h, w) float32 in 0..1: probability that the radius is right to a factor of
            1.41. Of less than 0.55, where there is no texture, say, take nothing for true.
        motion: (h, w) float32 in 0..1: probability that the blur is one of motion.
        size_wh: The photo's (width, height) in pixels, upright.
        timings_ms: Milliseconds by stage.

    The arrays are copied where they can be written to, and read-only.

    Raises:
        ArgumentError: The values do not fit together.

    Examples:
        >>> cells = np.ones((2, 3), np.float32)
        >>> RadiusMap(radius_px=cells, confidence=cells, motion=0 * cells, size_wh=(40, 32))
        RadiusMap(size_wh=(40, 32), cells_wh=(3, 2), confident=1.000)
    """

    cell_px = CELL
    """Side of a cell in the photo's pixels."""

    def __init__(
        self,
        *,
        radius_px: NDArray[np.float32],
        confidence: NDArray[np.float32],
        motion: NDArray[np.float32],
        size_wh: tuple[int, int],
        timings_ms: Mapping[str, float] | None = None,
    ) -> None:
        columns, rows = cells_of(size_wh)
        for name, array, highest in (
            ("radius_px", radius_px, np.inf),
            ("confidence", confidence, 1),
            ("motion", motion, 1),
        ):
            if array.shape != (rows, columns) or array.dtype != np.float32:
                raise ArgumentError(
                    f"{name} is ({rows}, {columns}) float32 for a photo of "
                    f"{size_wh[0]}x{size_wh[1]}, got {array.shape} {array.dtype}."
                )
            low, high = float(array.min()), float(array.max())
            if not (low >= 0 and high <= highest and np.isfinite(high)):
                raise ArgumentError(
                    f"{name} is from 0 to {highest:g}, got values from {low:g} to {high:g}."
                )
        self.radius_px = _read_only(radius_px)
        self.confidence = _read_only(confidence)
        self.motion = _read_only(motion)
        self._size_wh = size_wh
        self._timings_ms = dict(timings_ms or {})

    @property
    def size_wh(self) -> tuple[int, int]:
        """The photo's (width, height) in pixels, upright."""
        return self._size_wh

    @property
    def timings_ms(self) -> dict[str, float]:
        """Milliseconds by stage, ``decode`` and ``measure``: a copy."""
        return dict(self._timings_ms)

    def overlay(
        self,
        photo: Photo | Pixels,
        *,
        at_width: int | None = None,
        strictness: str | Strictness = "pixel",
    ) -> Image.Image:
        """Hatch what is not sharp, for a look at the result.

        Args:
            photo: The photo that was measured, in any form that ``measure`` takes.
            at_width: Width in pixels that the photo is viewed at; None takes the strictness's own.
            strictness: What counts as sharp, as for
                :meth:`BlurDetector.judge <dbd_mobile.BlurDetector.judge>`.

        Returns:
            PIL image of mode "RGB" at the photo's size: black and white lines, seen on every
            colour, over what is soft, twice as dense over what is blurred. What is sharp is as it
            was, and so is what the measurement is not sure of.

        Raises:
            ArgumentError: An argument is not as said above.
            ImageError: The photo cannot be read, or has another size than the map.
        """
        asked = strictness_of(strictness)
        width = asked.at_width if at_width is None else checked_width(at_width)
        return self._hatched(photo, at_width=width, max_radius_px=asked.max_radius_px)

    def picture(
        self, photo: Photo | Pixels, focus: Focus, *, strictness: str | Strictness = "pixel"
    ) -> Image.Image:
        """Show what was found in a region, with all that was measured around it.

        Args:
            photo: As for :meth:`overlay`.
            focus: What ``judge`` said of a region of the photo, or of its subject.
            strictness: What it was judged by; the width is that of ``focus``.

        Returns:
            PIL image of mode "RGB": the overlay with the region outlined, above a scale of radii
            on which the region's is marked. It is as wide as the photo, 320 pixels at least.

        Raises:
            ArgumentError: ``focus`` is of a photo of another size, or there is no such strictness.
            ImageError: The photo cannot be read, or has another size than the map.
        """
        if focus.size_wh != self._size_wh:
            raise ArgumentError(
                "The focus is of another photo: the map is for {}x{}, got {}x{}.".format(
                    *self._size_wh, *focus.size_wh
                )
            )
        max_radius_px = strictness_of(strictness).max_radius_px
        overlay = self._hatched(photo, at_width=focus.at_width, max_radius_px=max_radius_px)
        return with_scale(overlay, focus, max_radius_px=max_radius_px)

    def _hatched(
        self, photo: Photo | Pixels, *, at_width: int | None, max_radius_px: float
    ) -> Image.Image:
        return hatched(
            whole_pixels(photo, size_wh=self._size_wh),
            self.radius_px,
            self.confidence >= np.float32(MIN_CONFIDENCE),
            at_width=at_width,
            max_radius_px=max_radius_px,
        )

    def __repr__(self) -> str:
        rows, columns = self.radius_px.shape
        confident = float((self.confidence >= MIN_CONFIDENCE).mean())
        return (
            f"RadiusMap(size_wh={self._size_wh}, cells_wh={(columns, rows)}, "
            f"confident={confident:.3f})"
        )


def _read_only(array: NDArray[Any]) -> NDArray[np.float32]:
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array
