"""A folder of photos in, or none; the images that int8 ranges are measured on out."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from export.kinds.kind import Inputs, Kind, Progress

MOST_IMAGES = 200
"""More images hardly move the ranges, and take time."""


@dataclass(frozen=True)
class Calibration:
    """Images to calibrate with.

    Attributes:
        images: (N, H, W, 3) uint8 RGB at the network's input size. A 0 and a 255 are among the
            values, so that the input's quantisation spans exactly the bytes of a photo.
        names: What to call each.
        folder: Name of the folder that they are from; None if they were generated.
        found: How many photos the folder or list has, or were generated.
        used: Of how many of them the images were made.
        sha256: Of the pixels.
    """

    images: NDArray[np.uint8]
    names: list[str]
    folder: str | None
    found: int
    used: int
    sha256: str


def read_calibration(
    kind: Kind,
    folder: Path,
    list_file: Path | None,
    size_wh: tuple[int, int],
    progress: Progress,
) -> Calibration:
    """Make at most ``MOST_IMAGES`` images of photos, evenly spaced over the folder or list.

    Args:
        kind: Of the network that they are for.
        folder: A folder of photos, or a data set's folder with the photos in ``image/``.
        list_file: Text file with one photo's file name a line, looked for in ``folder`` too; all
            photos if None.
        size_wh: The network's input width and height.
        progress: Called with the photos done and their total after each photo.

    Raises:
        InputError: If the folder, the list or a listed photo is missing, there is no photo, or
            one is damaged.
    """
    photos = kind.calibration_photos(folder, list_file)
    inputs = kind.read_inputs(photos, MOST_IMAGES, size_wh, progress)
    return _spanning_all_bytes(inputs, folder.resolve().name, len(photos))


def generate_calibration(kind: Kind, size_wh: tuple[int, int]) -> Calibration:
    """Stand-ins for images made of photos.

    Args:
        kind: Of the network that they are for.
        size_wh: The network's input width and height.
    """
    inputs = kind.generate_inputs(size_wh)
    return _spanning_all_bytes(inputs, None, inputs.photos)


def _spanning_all_bytes(inputs: Inputs, folder: str | None, found: int) -> Calibration:
    images = np.asarray(inputs.images)
    if images.min() > 0 or images.max() < 255:
        # Two pixels in the corner of one image, which no range but the input's notices.
        images[0, 0, 0] = 0
        images[0, 0, 1] = 255
    checksum = hashlib.sha256(images.tobytes()).hexdigest()
    return Calibration(images, inputs.names, folder, found, inputs.photos, checksum)
