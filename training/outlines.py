"""A blur map and its photo's object mask in, the map with its edges on the object's outline out.

A network's map of a photo finds what is in focus, but its edges are vague. A person's mask of the
object has exact ones, but does not say what is in focus. Where both agree that the blur ends at
the object, the map takes the mask's outline. The agreement is that of a guided filter (He, Sun,
Tang, TPAMI 2013) with the mask as its guide: a linear regression in the square around each pixel.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 25
"""Of the square around a pixel, in pixels of the map."""

_RIM = 7
"""Width of the band along an outline whose pixels do not tell a side's level, in pixels."""


def follow_outline(
    blur: NDArray[np.float32], object_mask: NDArray[np.uint8]
) -> NDArray[np.float32]:
    """Move the edges of a blur map onto an object's outline, where they lie along it.

    Args:
        blur: (S, S) float32 in [0, 1], 1 = blurred.
        object_mask: (S, S) uint8, 255 = object.

    Returns:
        (S, S) float32 in [0, 1]. It is ``blur`` where the mask explains less than two fifths of
        the map's variance around a pixel, or the two sides differ by less than a half.
    """
    inside = object_mask.astype(np.float32) / np.float32(255)
    outside = np.float32(1) - inside
    share = _around(inside)
    spread = share * (1 - share)
    covariance = _around(inside * blur) - share * _around(blur)
    variance = np.maximum(_around(blur * blur) - _around(blur) ** 2, 1e-4)
    explained = covariance**2 / np.maximum(spread, 1e-4) / variance
    difference = np.abs(covariance) / np.maximum(spread, 1e-3)
    trust = np.clip((explained - 0.4) / 0.3, 0, 1) * np.clip((difference - 0.5) / 0.25, 0, 1)
    trust *= spread > 0.02  # A square that holds hardly any of one side says little of it.
    exact = inside * _level(blur, inside) + outside * _level(blur, outside)
    return np.clip(trust * exact + (1 - trust) * blur, 0, 1)


def _around(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.blur(values, (_SIDE, _SIDE), borderType=cv2.BORDER_REFLECT).astype(np.float32)


def _level(blur: NDArray[np.float32], side: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean of the map on one side of the outline, in the square around each pixel."""
    # A thin part has nothing but its rim: then that counts, though little.
    weight = cv2.erode(side, np.ones((_RIM, _RIM), np.uint8)) + 0.02 * side
    level: NDArray[np.float32] = _around(weight * blur) / np.maximum(_around(weight), 1e-4)
    return level
