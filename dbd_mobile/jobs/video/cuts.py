"""Two frames' brightness in; whether the scene changed between them out."""

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.jobs.video.motion import SIDE, Luma, motion_between

CELLS = SIDE // 4
"""Frames are looked at in so many cells a side."""

# Two scenes that have nothing to do with each other differ by the sum of their variances.
_UNLIKE = 0.5
# A variance of the brightness, of 255, that is the camera's noise.
_SMALL = 9.0
# A change of the whole picture's brightness that is more than one of the light or the exposure.
_OTHER_LIGHT = 60.0


def is_cut(before: Luma, after: Luma) -> bool:
    """Say whether two frames, one after the other, are of different scenes."""
    if not _differ(before, after):
        return False
    # Or the camera was moved.
    moved = motion_between(before, after).carry(before, outside=-1)
    return _differ(np.where(moved < 0, after, moved), after)


def cells_of(field: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means over the cells of a square array -> (CELLS, CELLS) float32."""
    side = len(field) // CELLS
    means: NDArray[np.float32] = field.reshape(CELLS, side, CELLS, side).mean(axis=(1, 3))
    return means


def _differ(before: Luma, after: Luma) -> bool:
    first, second = cells_of(before), cells_of(after)
    change = second - first
    if abs(float(change.mean())) > _OTHER_LIGHT:
        return True
    return float(change.var()) > max(_UNLIKE * float(first.var() + second.var()), _SMALL)
