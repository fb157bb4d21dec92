"""What the ``detail`` network gives in; radius of the blur, how sure that is and its kind out."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.radius_code import LOG2_RADIUS, LOG2_SPREAD, TOLERANCE

_erf = np.vectorize(math.erf, otypes=[np.float32])


@dataclass(frozen=True, kw_only=True)
class MeasuredCells:
    """What was measured in each cell of 16 x 16 pixels of a photo or tile.

    Attributes:
        radius_px: (h, w) float32: radius of the circle of confusion in pixels of the image that the
            network saw; about 1 where it is crisp.
        confidence: (h, w) float32 in [0, 1]: probability that log2 of the true radius lies within
            0.5 of it.
        motion: (h, w) float32 in [0, 1]: probability that the blur is one of motion.
    """

    radius_px: NDArray[np.float32]
    confidence: NDArray[np.float32]
    motion: NDArray[np.float32]


def read_codes(codes: NDArray[np.float32]) -> MeasuredCells:
    """Read the network's output.

    Args:
        codes: (h, w, 3) float32 in [0, 1], channels as in ``dbd_mobile.radius_code``.
    """
    spread = np.exp2(_on_scale(codes[..., 1], LOG2_SPREAD))
    return MeasuredCells(
        radius_px=np.exp2(_on_scale(codes[..., 0], LOG2_RADIUS)),
        confidence=_erf(TOLERANCE / (spread * math.sqrt(2))),
        motion=codes[..., 2],
    )


def _on_scale(codes: NDArray[np.float32], ends: tuple[float, float]) -> NDArray[np.float32]:
    low, high = ends
    return np.float32(low) + np.float32(high - low) * codes
