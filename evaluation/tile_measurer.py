"""The ``detail`` network in any form in, what measures whole photos with it, at one scale, out."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.errors import InputError
from dbd_mobile.pyramid import CELL
from evaluation.measured_cells import MeasuredCells, read_codes
from evaluation.predictors import Predictor, open_predictor
from networks import Detail

_MARGIN = 3
"""In cells: a tile's edge is seen 40 pixels into it, so what lies nearer is another tile's."""


class TileMeasurer:
    """Measures photos in their own pixels, tile by tile, without reducing them.

    Args:
        predictor: Of a ``detail`` network.
    """

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor

    def __call__(self, photo: NDArray[np.uint8]) -> MeasuredCells:
        """Measure a photo.

        Args:
            photo: (H, W, 3) uint8 RGB, at least as large as a tile.

        Returns:
            What was measured in its whole cells, (H // 16, W // 16).

        Raises:
            InputError: If the photo is smaller than a tile.
        """
        width, height = self._predictor.size_wh
        if photo.shape[0] < height or photo.shape[1] < width:
            raise InputError(
                f"A photo of {photo.shape[1]}x{photo.shape[0]} pixels is smaller than a tile; "
                f"expected at least {width}x{height}."
            )
        rows, columns = photo.shape[0] // CELL, photo.shape[1] // CELL
        codes = np.empty((rows, columns, self._predictor.channels), np.float32)
        for top, kept_rows in _tiles(rows, height // CELL):
            for left, kept_columns in _tiles(columns, width // CELL):
                y, x = top * CELL, left * CELL
                tile = np.ascontiguousarray(photo[y : y + height, x : x + width])
                found = self._predictor.predict(tile)
                codes[kept_rows, kept_columns] = found[
                    kept_rows.start - top : kept_rows.stop - top,
                    kept_columns.start - left : kept_columns.stop - left,
                ]
        return read_codes(codes)


def open_tile_measurer(path: Path) -> TileMeasurer:
    """Open a model file: weights, ONNX or TFLite.

    Raises:
        InputError: If the file is missing, damaged or not of a ``detail`` network.
    """
    return TileMeasurer(open_predictor(path, Detail))


def _tiles(cells: int, side: int) -> list[tuple[int, slice]]:
    """Along one side: where each tile begins, and which cells are taken from it."""
    starts = [*range(0, cells - side, side - 2 * _MARGIN), cells - side]
    return [
        (
            start,
            slice(
                start + _MARGIN if start > 0 else 0,
                start + side - _MARGIN if start + side < cells else cells,
            ),
        )
        for start in starts
    ]
