"""What measures blur and sharp photos in; how far it is off at known radii out.

Photos are blurred in linear light by discs of known radius. What was there before is measured too:
a camera's own blur of r0 pixels and a lens's of r add up to ``sqrt(r0 ** 2 + r ** 2)``.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data.known_blur import blurred_by
from dbd_mobile.pyramid import CELL
from dbd_mobile.reading import MIN_CONFIDENCE
from evaluation.textured_boxes import Box, textured_boxes

DISC_RADII = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
"""In pixels: what the ``detail`` network is to measure at one scale."""

_LEAST_CELLS = 2
# Blur spreads: in a box the crisper cells show the photo, the others what lies around edges.
_QUANTILE = 0.3


class Cells(Protocol):
    """What was measured in each cell of 16 x 16 pixels: ``MeasuredCells``, or a ``RadiusMap``."""

    @property
    def radius_px(self) -> NDArray[np.float32]:
        """(h, w) float32, in the photo's pixels."""

    @property
    def confidence(self) -> NDArray[np.float32]:
        """(h, w) float32 in [0, 1]."""


Measurer = Callable[[NDArray[np.uint8]], Cells]
"""Measures a photo, (H, W, 3) uint8 RGB."""


@dataclass(frozen=True, kw_only=True)
class RadiusRow:
    """Boxes blurred by one disc.

    Attributes:
        disc_px: Its radius in pixels.
        boxes: How many boxes were measured.
        undecided: How many had too few confident cells.
        error: Median over the boxes of the absolute error of log2 of the radius; None without any.
        measured_px: Radius that was measured: of a tenth of the boxes less, of half of them, of
            nine tenths; None without any.
    """

    disc_px: float
    boxes: int
    undecided: int
    error: float | None
    measured_px: tuple[float, float, float] | None


@dataclass(frozen=True, kw_only=True)
class RadiusAccuracy:
    """How far measured radii are off.

    Attributes:
        photos: On how many photos.
        rows: By radius.
        error: As in a row, over the boxes of all radii.
    """

    photos: int
    rows: tuple[RadiusRow, ...]
    error: float | None


def measure_radius(
    measurer: Measurer, photos: Iterable[NDArray[np.uint8]], radii: Sequence[float] = DISC_RADII
) -> RadiusAccuracy:
    """Blur photos by known radii and measure them.

    Args:
        measurer: What measures.
        photos: (H, W, 3) uint8 RGB each, crisp where they are sharp at all; only boxes with crisp
            detail count.
        radii: Of the discs, in pixels, above 0.

    Returns:
        The errors by radius, in the order given.
    """
    count = 0
    measured: dict[float, list[float]] = {radius: [] for radius in radii}
    errors: dict[float, list[float]] = {radius: [] for radius in radii}
    undecided = dict.fromkeys(radii, 0)
    for photo in photos:
        count += 1
        boxes = textured_boxes(photo)
        before = _radii(measurer(photo), boxes)
        for radius in radii:
            blurred = blurred_by(photo, radius)
            for own, found in zip(before, _radii(measurer(blurred), boxes), strict=True):
                if own is None or found is None:
                    undecided[radius] += 1
                    continue
                measured[radius].append(found)
                errors[radius].append(abs(math.log2(found / math.hypot(own, radius))))
    rows = tuple(
        RadiusRow(
            disc_px=radius,
            boxes=len(errors[radius]),
            undecided=undecided[radius],
            error=_median(errors[radius]),
            measured_px=_tenths(measured[radius]),
        )
        for radius in radii
    )
    every = [error for radius in radii for error in errors[radius]]
    return RadiusAccuracy(photos=count, rows=rows, error=_median(every))


def _radii(cells: Cells, boxes: Sequence[Box]) -> list[float | None]:
    """The radius of each box in pixels; None where too little in it is confident."""
    found: list[float | None] = []
    for left, top, right, bottom in boxes:
        part = np.s_[top // CELL : bottom // CELL, left // CELL : right // CELL]
        confident = cells.radius_px[part][cells.confidence[part] >= MIN_CONFIDENCE]
        enough = len(confident) >= _LEAST_CELLS
        found.append(float(np.quantile(confident, _QUANTILE)) if enough else None)
    return found


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None


def _tenths(values: Sequence[float]) -> tuple[float, float, float] | None:
    if not values:
        return None
    low, middle, high = (float(value) for value in np.quantile(values, (0.1, 0.5, 0.9)))
    return low, middle, high
