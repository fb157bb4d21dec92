"""What the ``detail`` network said of each level in; one measurement for each cell out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.pyramid import LEVELS
from dbd_mobile.radius_code import CONFIDENCE, CRISP_PX, MOTION, RADIUS_PX

MIN_CONFIDENCE = 0.55
"""From this confidence on a measurement counts."""

RELIABLE_PX = 7.0
"""Radii from here on, in pixels of the level, are better measured on a coarser level."""

SOFT_PX = 2.0
"""Less than this, in a coarse level's own pixels, says no more than that a finer level may tell."""


def in_photo(radius_px: float, level: int) -> float:
    """Give a radius that was measured in a level's pixels in those of the photo.

    A crisp edge has one radius on every level: only what the lens added is larger in the photo.
    """
    added = radius_px**2 - CRISP_PX**2
    return math.sqrt(max(CRISP_PX**2 + level**2 * added, radius_px**2))


_RADIUS_PX = {
    level: np.array([in_photo(float(radius), level) for radius in RADIUS_PX], np.float32)
    for level in LEVELS
}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the network said of one level.

    Attributes:
        level: By how much the photo was reduced.
        codes: (h, w, 3) uint8, one vector for each of the level's cells.
        looked: (h, w) bool: where the network looked; elsewhere the codes mean nothing.
    """

    level: int
    codes: NDArray[np.uint8]
    looked: NDArray[np.bool_]

    def on(self, cells_wh: tuple[int, int], min_confidence: float = MIN_CONFIDENCE) -> "Measured":
        """Bring the reading to the finest level's grid of cells, each cell as it is."""
        confidence = np.where(self.looked, CONFIDENCE[self.codes[..., 1]], np.float32(0))
        measured = Measured(
            level=self.level,
            radius_px=_RADIUS_PX[self.level][self.codes[..., 0]],
            confidence=confidence,
            motion=MOTION[self.codes[..., 2]],
            looked=self.looked,
            is_sure=confidence >= np.float32(min_confidence),
        )
        return measured if self.level == 1 else measured.repeated(cells_wh)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Measurements on a grid of cells.

    Attributes:
        level: The level that they are of; 1 where each is of the level that was chosen for it.
        radius_px: (h, w) float32, in the photo's pixels.
        confidence: (h, w) float32 in 0..1, 0 where nobody looked.
        motion: (h, w) float32 in 0..1.
        looked: (h, w) bool: where the network looked.
        is_sure: (h, w) bool: where it counts.
    """

    level: int
    radius_px: NDArray[np.float32]
    confidence: NDArray[np.float32]
    motion: NDArray[np.float32]
    looked: NDArray[np.bool_]
    is_sure: NDArray[np.bool_]

    def repeated(self, cells_wh: tuple[int, int]) -> "Measured":
        """Bring a level's grid to the finest one of (across, down) cells."""
        height, width = self.looked.shape
        # An odd last row is left out when a level is halved: the last cell stands for it too.
        rows = np.minimum(np.arange(cells_wh[1]) // self.level, height - 1)[:, np.newaxis]
        columns = np.minimum(np.arange(cells_wh[0]) // self.level, width - 1)
        return Measured(
            level=self.level,
            radius_px=self.radius_px[rows, columns],
            confidence=self.confidence[rows, columns],
            motion=self.motion[rows, columns],
            looked=self.looked[rows, columns],
            is_sure=self.is_sure[rows, columns],
        )


def resolve(levels: Sequence[Measured]) -> Measured:
    """Choose, for each cell of the finest level, the level that measures it.

    It is the finest one that is confident of a radius in its reliable range, else the coarsest that
    is confident, else none: then the cell has what the finest that looked said. A coarse level that
    calls a cell crisp does not count where a finer one is not sure: all that it says is that the
    radius is below its own pixel. Where measurements of less than :data:`MIN_CONFIDENCE` count, one
    does not against a coarser level that is sure of a radius out of the finer one's range: of what
    is blurred so much that it sees nothing, a fine level makes a guess.

    Args:
        levels: What each level measured, coarsest first, all on the finest level's grid.

    Returns:
        The measurements, ``is_sure`` where one level was.
    """
    shape = levels[-1].looked.shape
    radius_px, confidence, motion = (np.zeros(shape, np.float32) for _ in range(3))
    looked, is_sure = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    for level in levels:
        reliable_px = in_photo(RELIABLE_PX, level.level)
        is_known = (confidence >= np.float32(MIN_CONFIDENCE)) & (radius_px >= reliable_px) & is_sure
        is_guess = (level.confidence < np.float32(MIN_CONFIDENCE)) & is_known
        counts = level.is_sure & ((level.radius_px < reliable_px) | ~is_sure) & ~is_guess
        if level.level > 1:
            counts &= level.radius_px >= in_photo(SOFT_PX, level.level)
        taken = counts | (level.looked & ~is_sure)
        radius_px[taken] = level.radius_px[taken]
        confidence[taken] = level.confidence[taken]
        motion[taken] = level.motion[taken]
        is_sure |= counts
        looked |= level.looked
    return Measured(
        level=1,
        radius_px=radius_px,
        confidence=confidence,
        motion=motion,
        looked=looked,
        is_sure=is_sure,
    )
