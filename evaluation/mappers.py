"""A model by any name in, what makes blur maps of photos with it out.

A shipped model's maps are those that its users get: from ``BlurDetector.detect``, decoding
included.
"""

from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import read_map, read_photo, squash
from dbd_mobile import BlurDetector, ModelError
from dbd_mobile.catalogue import bundled_ids
from dbd_mobile.errors import InputError
from evaluation.chatter import without_chatter
from evaluation.predictors import SUFFIXES, Predictor, open_predictor

GivenPhoto: TypeAlias = Path | NDArray[np.uint8]
"""A photo's file, or its pixels (H, W, 3) uint8 RGB."""


class Mapper(Protocol):
    """Makes blur maps of photos of any size."""

    def map(self, photo: GivenPhoto) -> NDArray[np.float32]:
        """Compute the blur map of one photo.

        Args:
            photo: A file, or pixels.

        Returns:
            (h, w) float32 in [0, 1], 1 = blurred, at a size of the mapper's choice.

        Raises:
            DBDError: If the photo cannot be used.
        """


class SquashingMapper:
    """Squashes each photo to the size that a predictor takes, as in training."""

    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor

    def map(self, photo: GivenPhoto) -> NDArray[np.float32]:
        pixels = read_photo(photo) if isinstance(photo, Path) else photo
        return self._predictor.predict(squash(pixels, self._predictor.size_wh))


class DetectorMapper:
    """What ``dbd_mobile`` itself makes of photos.

    Args:
        model: A bundled model's id, or the path of a TFLite file.

    Attributes:
        size_wh: Width and height in pixels that photos are squashed to.

    Raises:
        DBDError: If it cannot be used.
    """

    def __init__(self, model: str | Path) -> None:
        with without_chatter():
            self._detector = BlurDetector(model)
        self.size_wh = self._detector.model_facts.input.size_wh

    def map(self, photo: GivenPhoto) -> NDArray[np.float32]:
        return self._detector.detect(photo).model_probability


class FolderMapper:
    """Maps that lie in a folder already, an ensemble's for example.

    Args:
        folder: Holds ``STEM.png`` for each photo, 8-bit, 255 = blurred.

    Raises:
        InputError: If there is no such folder.
    """

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError(f"There is no folder {folder}; give one with a map of each photo.")
        self._folder = folder

    def map(self, photo: GivenPhoto) -> NDArray[np.float32]:
        if not isinstance(photo, Path):
            raise InputError(f"The maps of {self._folder} are found by their photos' file names.")
        return read_map(self._folder / f"{photo.stem}.png").astype(np.float32) / np.float32(255)


def open_mapper(model: str) -> Mapper:
    """Open a model.

    Args:
        model: A bundled model's id, or the path of a TFLite file, of an ONNX file of ``python -m
            export``, or of weights that ``networks.weights`` reads (.safetensors, .pth, .pt).

    Raises:
        DBDError: If it is none of these, missing or damaged.
    """
    bundled = bundled_ids("blur-map")
    if model in bundled:
        return DetectorMapper(model)
    path = Path(model)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ModelError(
            f"There is no model {model}; expected one of {', '.join(bundled)}, or the path "
            f"of a {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]} file."
        )
    if suffix == ".tflite":
        # A path whatever its letters: the runtime takes a name without a folder for an id.
        return DetectorMapper(path)
    return SquashingMapper(open_predictor(path))
