"""What a stranger gives for a model: small TFLite files of many operators, and what is tried."""

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import numpy as np

from dbd_mobile import BlurDetector, BlurMap
from dbd_mobile.detail import Detail
from dbd_mobile.photo import Pixels
from dbd_mobile.pyramid import Cells, Pyramid

from .model_changes import changed
from .model_files import MODELS, model_file
from .oracle import check_map, result_or_refusal

_DATA = Path(__file__).parents[1] / "runtime" / "data"


class Models:
    """Tries a model's bytes for a map and for the blur of tiles."""

    max_bytes = 8192

    def __init__(self) -> None:
        self._path = Path(mkdtemp(prefix="dbd-fuzz-"), "model.tflite")
        self._photo = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)

    def try_one(self, content: bytes) -> None:
        """Load and run it; raise what is neither a result nor a proper refusal."""
        self._path.write_bytes(content)
        if result_or_refusal(self._detect) is None:
            result_or_refusal(self._measure)

    def _detect(self) -> BlurMap:
        with BlurDetector(self._path, threads=1) as detector:
            blur_map = detector.detect(self._photo)
        check_map(blur_map)
        return blur_map

    def _measure(self) -> None:
        detail = Detail(self._path, threads=1)
        pyramid = Pyramid(Pixels(rgb=self._photo, size_wh=(64, 64)), [1])
        columns, rows = pyramid.cells_wh(1)
        detail.read(pyramid, 1, [Cells(left=0, top=0, right=columns, bottom=rows)])

    @staticmethod
    def mutate(content: bytes, chance: random.Random) -> bytes:
        """Change a few things of the graph."""
        return changed(content, chance)

    @staticmethod
    def seeds() -> Iterator[bytes]:
        """Valid files."""
        for path in sorted(_DATA.glob("*.tflite")):
            yield path.read_bytes()
        for name in MODELS:
            for dtype in ("float32", "int8"):
                yield model_file(name, dtype)
