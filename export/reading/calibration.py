"""A folder of photos in, or none; the photos that int8 ranges are measured on out."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import list_photos, read_photo, squash
from export.reading.generated_photos import generate_photos

MOST_PHOTOS = 200
"""More photos hardly move the ranges, and take time."""

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Calibration:
    """Photos to calibrate with.

    Attributes:
        photos: (N, H, W, 3) uint8 RGB at the network's input size. A 0 and a 255 are among the
            values, so that the input's quantisation spans exactly the bytes of a photo.
        names: What to call each.
        folder: Name of the folder that they are from; None if they were generated.
        found: How many photos the folder or list has, or were generated.
        sha256: Of the pixels.
    """

    photos: NDArray[np.uint8]
    names: list[str]
    folder: str | None
    found: int
    sha256: str


def read_calibration(
    folder: Path,
    list_file: Path | None,
    size_wh: tuple[int, int],
    progress: Callable[[int, int], None],
) -> Calibration:
    """Choose and decode at most ``MOST_PHOTOS`` photos, evenly spaced over the folder or list.

    Args:
        folder: A folder of photos, or a data set's folder with the photos in ``image/``.
        list_file: Text file with one photo's file name a line, looked for in ``folder`` too; all
            photos if None.
        size_wh: The network's input width and height.
        progress: Called with the photos done and their total after each photo.

    Raises:
        InputError: If the folder, the list or a listed photo is missing, there is no photo, or
            one is damaged.
    """
    where = folder / "image" if (folder / "image").is_dir() else folder
    names = list_photos(where, list_file, folder)
    chosen = evenly_spaced(names, MOST_PHOTOS)
    photos = np.empty((len(chosen), size_wh[1], size_wh[0], 3), np.uint8)
    for index, name in enumerate(chosen):
        photos[index] = squash(read_photo(where / name), size_wh)
        progress(index + 1, len(chosen))
    return _spanning_all_bytes(photos, chosen, folder.resolve().name, len(names))


def generate_calibration(size_wh: tuple[int, int]) -> Calibration:
    """Stand-ins for photos: images made by ``export.reading.generated_photos``.

    Args:
        size_wh: The network's input width and height.
    """
    photos = generate_photos(size_wh)
    names = [f"generated {number}" for number in range(len(photos))]
    return _spanning_all_bytes(photos, names, None, len(photos))


def _spanning_all_bytes(
    photos: NDArray[np.uint8], names: list[str], folder: str | None, found: int
) -> Calibration:
    if photos.min() > 0 or photos.max() < 255:
        # Two pixels in the corner of one photo, which no range but the input's notices.
        photos[0, 0, 0] = 0
        photos[0, 0, 1] = 255
    return Calibration(photos, names, folder, found, hashlib.sha256(photos.tobytes()).hexdigest())


def evenly_spaced(items: list[_Item], most: int) -> list[_Item]:
    """At most ``most`` (2 or more) of the items, from the first to the last at equal distances."""
    if len(items) <= most:
        return items
    return [items[round(i * (len(items) - 1) / (most - 1))] for i in range(most)]
