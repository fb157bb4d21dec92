"""A long photo's size in; the squares that a network sees it in, and one map of theirs, out.

Squashed to a square, a panorama is sharper than it is: what is blurred becomes narrow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONG = 2
"""A photo whose longer side is more than this many times the shorter is seen in squares."""

MAX_SQUARES = 64
"""Most squares; of a photo that needs more, they become longer than they are high."""


@dataclass(frozen=True, kw_only=True)
class Strip:
    """How a long photo is seen: in pieces along it that lie over each other by a quarter or more.

    Attributes:
        length_px: Length of a piece along the longer side, in the photo's pixels.
        starts_px: Where the pieces start along it, rising.
        map_length: Length of the joined map along it, in places of the network's map.
        map_starts: Where the pieces start in that.
    """

    length_px: int
    starts_px: tuple[int, ...]
    map_length: int
    map_starts: tuple[int, ...]


def is_long(size_wh: tuple[int, int]) -> bool:
    """Say whether a photo of this size is seen in squares."""
    return max(size_wh) > LONG * min(size_wh)


def strip_of(size_wh: tuple[int, int], map_side: int) -> Strip:
    """Lay squares along a long photo.

    Args:
        size_wh: The photo's (width, height) in pixels, as it was decoded.
        map_side: Places of the network's map along the photo's longer side.

    Returns:
        Where they are.
    """
    long, short = max(size_wh), min(size_wh)
    # 64 pieces, each of which goes three quarters beyond the one before, reach this far.
    length = max(short, -(-4 * long // (3 * MAX_SQUARES + 1)))
    map_length = (2 * long * map_side + length) // (2 * length)
    beyond = map_length - map_side
    count = -(-4 * beyond // (3 * map_side)) + 1
    map_starts = tuple(i * beyond // (count - 1) for i in range(count))
    starts_px = tuple((2 * m * (long - length) + beyond) // (2 * beyond) for m in map_starts)
    return Strip(
        length_px=length, starts_px=starts_px, map_length=map_length, map_starts=map_starts
    )


def joined(maps: Sequence[NDArray[Any]], strip: Strip, *, axis: int) -> NDArray[Any]:
    """Join the maps of the pieces; where two lie over each other, one fades into the other.

    Args:
        maps: (h, w) uint8 or float32 each, of one size.
        strip: Where they are.
        axis: 1 for a wide photo, 0 for a high one.

    Returns:
        One map of the same dtype; uint8 is rounded.
    """
    side = maps[0].shape[axis]
    starts = strip.map_starts
    # Sums of whole numbers, which float64 holds exactly.
    total = np.zeros((strip.map_length, maps[0].shape[1 - axis]))
    weights = np.zeros((strip.map_length, 1))
    rising = 2 * np.arange(side) + 1
    for i, (start, part) in enumerate(zip(starts, maps, strict=True)):
        weight = np.full(side, 2 * side)
        if i > 0:
            weight = np.minimum(weight, rising * side // (starts[i - 1] + side - start))
        if i < len(maps) - 1:
            weight = np.minimum(weight, rising[::-1] * side // (start + side - starts[i + 1]))
        total[start : start + side] += weight[:, np.newaxis] * (part if axis == 0 else part.T)
        weights[start : start + side] += weight[:, np.newaxis]
    if maps[0].dtype == np.uint8:
        mean = np.floor((2 * total + weights) / (2 * weights))
    else:
        mean = total / weights
    return np.ascontiguousarray((mean if axis == 0 else mean.T).astype(maps[0].dtype))
