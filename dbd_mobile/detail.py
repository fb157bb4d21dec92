"""Tiles of a photo's own pixels in; codes of ``dbd_mobile.radius_code``, cell by cell, out."""

import os
from collections.abc import Sequence

import numpy as np

from dbd_mobile.catalogue import load_detail
from dbd_mobile.errors import ClosedError
from dbd_mobile.forking import Lock
from dbd_mobile.interpreter import Interpreter
from dbd_mobile.pyramid import CELL, Cells, Pyramid
from dbd_mobile.radius_code import to_codes
from dbd_mobile.reading import Reading


class Detail:
    """The ``detail`` model, ready to run. Safe to use from several threads.

    Args:
        model: A bundled model's id, or the path of a .tflite file that takes one [1, H, W, 3]
            photo and gives [1, H/16, W/16, 3].
        threads: Threads of the interpreter; None uses the usable cores, at most 4.

    Attributes:
        name: The bundled model's id, or the file's path as it was given.
        sha256: SHA-256 of the model file, 64 hexadecimal digits.
        tile_wh: Cells (across, down) of a tile.

    Raises:
        DBDError: As :func:`~dbd_mobile.catalogue.load_detail` and
            :class:`~dbd_mobile.interpreter.Interpreter` do.
    """

    def __init__(self, model: str | os.PathLike[str], *, threads: int | None) -> None:
        loaded = load_detail(model)
        self.name = loaded.name
        self.sha256 = loaded.sha256
        self._facts = loaded.facts
        width, height = self._facts.input.size_wh
        self.tile_wh = (width // CELL, height // CELL)
        self._interpreter: Interpreter | None = Interpreter(
            loaded.content, name=loaded.name, threads=threads
        )
        self._lock = Lock()

    def read(self, pyramid: Pyramid, level: int, tiles: Sequence[Cells]) -> Reading:
        """Look at some tiles of one level.

        Args:
            pyramid: The photo.
            level: Which of its levels.
            tiles: Where to look; where two tiles lie over each other, the later one says.

        Returns:
            What the network said there.

        Raises:
            BackendError: The interpreter failed.
            ClosedError: The model was closed.
        """
        columns, rows = pyramid.cells_wh(level)
        codes = np.zeros((rows, columns, 3), np.uint8)
        looked = np.zeros((rows, columns), np.bool_)
        for cells in tiles:
            tensor = self._facts.input_tensor(pyramid.tile(level, cells, tile_wh=self.tile_wh))
            with self._lock:
                if self._interpreter is None:
                    raise ClosedError("This BlurDetector was closed: make a new one.")
                output = self._interpreter.run(tensor)
            codes[cells.slices] = to_codes(output[0])[
                : cells.bottom - cells.top, : cells.right - cells.left
            ]
            looked[cells.slices] = True
        return Reading(level=level, codes=codes, looked=looked)

    def close(self) -> None:
        """Let go of the interpreter and its memory; may be called again."""
        with self._lock:
            self._interpreter = None
