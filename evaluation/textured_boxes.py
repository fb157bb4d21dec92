"""A sharp photo in, boxes of it that hold crisp detail out."""

import numpy as np
from numpy.typing import NDArray

from data.known_blur import crispness
from dbd_mobile.pyramid import CELL

SIDES = (80, 128)
"""Sides of the boxes in pixels."""
_MOST = 12
_CRISP = 2
# Of a box's cells.
_LEAST_CRISP = 0.5

Box = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels."""


def textured_boxes(photo: NDArray[np.uint8], most: int = _MOST) -> list[Box]:
    """Boxes at least half of whose cells are as crisp as the photo has them.

    Args:
        photo: (H, W, 3) uint8, sharp at least in parts.
        most: Of each side; of more, some are taken at equal distances in reading order.

    Returns:
        Boxes of ``SIDES``; those of one side do not overlap.
    """
    crisp = crispness(photo) == _CRISP
    boxes: list[Box] = []
    for side in SIDES:
        cells = side // CELL
        rows, columns = crisp.shape[0] // cells, crisp.shape[1] // cells
        blocks = crisp[: rows * cells, : columns * cells].reshape(rows, cells, columns, cells)
        found = np.argwhere(blocks.mean(axis=(1, 3)) >= _LEAST_CRISP)
        for row, column in found[:: -(-len(found) // most) or 1].tolist():
            x, y = column * side, row * side
            boxes.append((x, y, x + side, y + side))
    return boxes
