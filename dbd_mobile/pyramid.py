"""A photo in; its halved copies, and where the tiles of each lie, out.

The ``detail`` network measures small radii of blur. Larger ones are measured on the photo reduced
by 2, 4 and 8, its levels: each pixel of one is the rounded mean of two by two of the one before.
All of it is whole numbers, so that other languages get the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dbd_mobile.photo import Pixels, image_of
from dbd_mobile.photo_array import packed

CELL = 16
"""Side of a cell, the place that one measurement is for, in pixels of its level."""

LEVELS = (1, 2, 4, 8)
"""By how much the photo is reduced, finest first."""

SMALLEST_SIDE = 64
"""A level's shorter side in pixels; in less there is too little around a cell to judge it by."""

# Rows of the smaller image that are made at a time from an array; a band fits the cache.
_BAND_ROWS = 64

# Cells around a region that are looked at with it, as each is judged by what is near it.
_MARGIN_CELLS = 2


def levels_of(size_wh: tuple[int, int]) -> tuple[int, ...]:
    """Say which of :data:`LEVELS` a photo of this size has; the first always."""
    return tuple(s for s in LEVELS if s == 1 or min(size_wh) // s >= SMALLEST_SIDE)


def cells_of(size_wh: tuple[int, int]) -> tuple[int, int]:
    """Say how many cells (across, down) cover so many pixels; the last may stick out."""
    return -(-size_wh[0] // CELL), -(-size_wh[1] // CELL)


@dataclass(frozen=True)
class Cells:
    """A rectangle of cells; ``right`` and ``bottom`` are exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def around(self, *, limits_wh: tuple[int, int], tile_wh: tuple[int, int]) -> "Cells":
        """Grow by a margin, and to a tile at least, as far as there are cells.

        Args:
            limits_wh: Cells (across, down) that there are.
            tile_wh: Cells (across, down) of a tile.
        """
        left, right = _around(self.left, self.right, limits_wh[0], tile_wh[0])
        top, bottom = _around(self.top, self.bottom, limits_wh[1], tile_wh[1])
        return Cells(left, top, right, bottom)

    def tiles(self, tile_wh: tuple[int, int]) -> "list[Cells]":
        """Cover the rectangle by tiles, row by row; the last are moved back to end with it.

        Where the rectangle is smaller than a tile, so is the only tile.
        """
        return [
            Cells(left, top, min(left + tile_wh[0], self.right), min(top + tile_wh[1], self.bottom))
            for top in _starts(self.top, self.bottom, tile_wh[1])
            for left in _starts(self.left, self.right, tile_wh[0])
        ]

    @property
    def slices(self) -> tuple[slice, slice]:
        """(rows, columns), to index an array of cells with."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def times(self, factor: int) -> "Cells":
        """The same place on a grid that is finer by ``factor``."""
        return Cells(*(factor * side for side in (self.left, self.top, self.right, self.bottom)))


def _around(start: int, end: int, limit: int, tile: int) -> tuple[int, int]:
    start, end = max(start - _MARGIN_CELLS, 0), min(end + _MARGIN_CELLS, limit)
    missing = tile - (end - start)
    if missing > 0:
        start = max(min(start - missing // 2, limit - tile), 0)
        end = min(start + tile, limit)
    return start, end


def _starts(start: int, end: int, tile: int) -> list[int]:
    starts = list(range(start, max(end - tile, start) + 1, tile))
    if starts[-1] + tile < end:
        starts.append(end - tile)
    return starts


class Pyramid:
    """The levels of a photo or of a part of it, each made when it is first asked for.

    They take a third of the memory that the pixels take.

    Args:
        pixels: The photo, or a part that starts at a multiple of ``CELL`` x the coarsest level.
        levels: Some of :data:`LEVELS`, finest first, from 1 on.
    """

    def __init__(self, pixels: Pixels, levels: Sequence[int]) -> None:
        self.levels = tuple(levels)
        self._images: list[Image.Image | NDArray[np.uint8]] = [pixels.rgb]
        self._size_wh = pixels.decoded_wh

    def size_wh(self, level: int) -> tuple[int, int]:
        """(width, height) of a level in its own pixels; an odd last row or column is left out."""
        return self._size_wh[0] // level, self._size_wh[1] // level

    def cells_wh(self, level: int) -> tuple[int, int]:
        """Cells (across, down) of a level."""
        return cells_of(self.size_wh(level))

    def tile(self, level: int, cells: Cells, *, tile_wh: tuple[int, int]) -> NDArray[np.uint8]:
        """Cut a tile out.

        Args:
            level: One of ``levels``.
            cells: What to cut out, at most a tile.
            tile_wh: Cells (across, down) of a tile.

        Returns:
            (CELL x rows, CELL x columns, 3) uint8 of a whole tile; what lies beyond the level's
            edge repeats its last pixels.
        """
        image = self._image(level)
        width, height = self.size_wh(level)
        left, top = CELL * cells.left, CELL * cells.top
        right, bottom = min(CELL * cells.right, width), min(CELL * cells.bottom, height)
        if isinstance(image, Image.Image):
            part = np.asarray(image.crop((left, top, right, bottom)))
        else:
            part = image[top:bottom, left:right]
        missing = CELL * tile_wh[1] - (bottom - top), CELL * tile_wh[0] - (right - left)
        if any(missing):
            part = np.pad(part, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
        return packed(part)

    def _image(self, level: int) -> Image.Image | NDArray[np.uint8]:
        while 2 ** (len(self._images) - 1) < level:
            self._images.append(halved(self._images[-1]))
        return self._images[level.bit_length() - 1]


def halved(rgb: Image.Image | NDArray[np.uint8]) -> Image.Image:
    """Halve an image: each pixel is ``(a + b + c + d + 2) >> 2`` of two by two.

    Args:
        rgb: RGB image or (H, W, 3) uint8 array of at least 2x2 pixels.

    Returns:
        The image of W // 2 x H // 2: an odd last row or column is left out.
    """
    if isinstance(rgb, Image.Image):
        return rgb.reduce(2, box=(0, 0, rgb.width // 2 * 2, rgb.height // 2 * 2))
    height, width = rgb.shape[0] // 2, rgb.shape[1] // 2
    small = Image.new("RGB", (width, height), None)
    for row in range(0, height, _BAND_ROWS):
        # A Pillow image of all of it would be a copy of four bytes per pixel.
        band = image_of(rgb[2 * row : 2 * min(row + _BAND_ROWS, height), : 2 * width])
        small.paste(band.reduce(2), (0, row))
    return small
