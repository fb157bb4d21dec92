"""A folder of photos in, or none; the images that int8 ranges are measured on out."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from export.evenly_spaced import evenly_spaced
from export.kinds.kind import Inputs, Kind, Progress

MOST_IMAGES = 200
"""More images hardly move the ranges, and take time."""

MOST_COMPARED = 50
"""On how many images files are compared; more would only take longer."""

# Of few photos, to compare on; the ranges need the others.
_HELD_OUT_SHARE = 5


@dataclass(frozen=True, kw_only=True)
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
        compared: Others, to compare files on; the same where there are no others.
        skipped: Sentences on damaged photos that were left out.
    """

    images: NDArray[np.uint8]
    names: list[str]
    folder: str | None
    found: int
    used: int
    sha256: str
    compared: Inputs
    skipped: Sequence[str]

    @property
    def is_compared_on_others(self) -> bool:
        """Whether the images to compare on chose no range."""
        return not set(self.compared.names) <= set(self.names)


def read_calibration(
    kind: Kind,
    folder: Path,
    list_file: Path | None,
    size_wh: tuple[int, int],
    progress: Progress,
    *,
    compares: bool,
) -> Calibration:
    """Make at most ``MOST_IMAGES`` images of photos, evenly spaced over the folder or list.

    Args:
        kind: Of the network that they are for.
        folder: A folder of photos, or a data set's folder with the photos in ``image/``.
        list_file: Text file with one photo's file name a line, looked for in ``folder`` too; all
            photos if None.
        size_wh: The network's input width and height.
        progress: Called with the photos done and their total after each photo.
        compares: Whether files are compared on photos of the folder too: then some of them, at
            most ``MOST_COMPARED``, are kept from the ranges for that.

    Raises:
        InputError: If the folder, the list or a listed photo is missing, or there is no photo.
        ImageError: If all photos are damaged.
    """
    photos = kind.calibration_photos(folder, list_file)
    calibrating, kept = _split(photos) if compares else (photos, [])
    inputs = kind.read_inputs(calibrating, MOST_IMAGES, size_wh, progress)
    compared = kind.read_inputs(kept, MOST_COMPARED, size_wh, progress) if kept else None
    return _spanning_all_bytes(inputs, folder.resolve().name, len(photos), compared)


def _split(photos: list[Path]) -> tuple[list[Path], list[Path]]:
    """Photos to calibrate with, and others to compare on.

    Of many, those to calibrate with stay the same ones; of too few all are, and none is left.
    """
    most = min(MOST_COMPARED, max(2, len(photos) // _HELD_OUT_SHARE))
    calibrating = evenly_spaced(photos, MOST_IMAGES)
    others = _without(photos, calibrating)
    if len(others) >= most:
        return calibrating, evenly_spaced(others, most)
    if len(photos) < most + 2:
        return photos, []
    compared = evenly_spaced(photos, most)
    return _without(photos, compared), compared


def _without(photos: list[Path], left_out: list[Path]) -> list[Path]:
    found = set(left_out)
    return [photo for photo in photos if photo not in found]


def generate_calibration(kind: Kind, size_wh: tuple[int, int]) -> Calibration:
    """Stand-ins for images made of photos.

    Args:
        kind: Of the network that they are for.
        size_wh: The network's input width and height.
    """
    inputs = kind.generate_inputs(size_wh)
    return _spanning_all_bytes(inputs, None, inputs.photos, None)


def _spanning_all_bytes(
    inputs: Inputs, folder: str | None, found: int, compared: Inputs | None
) -> Calibration:
    images = np.asarray(inputs.images)
    if images.min() > 0 or images.max() < 255:
        # Two pixels in the corner of one image, which no range but the input's notices.
        images[0, 0, 0] = 0
        images[0, 0, 1] = 255
    checksum = hashlib.sha256(images.tobytes()).hexdigest()
    return Calibration(
        images=images,
        names=inputs.names,
        folder=folder,
        found=found,
        used=inputs.photos,
        sha256=checksum,
        compared=compared or _some(inputs.names, images, inputs.photos),
        skipped=[*inputs.skipped, *(compared.skipped if compared else ())],
    )


def _some(names: list[str], images: NDArray[np.uint8], photos: int) -> Inputs:
    chosen = evenly_spaced(list(range(len(images))), MOST_COMPARED)
    return Inputs(images[chosen], [names[i] for i in chosen], min(photos, len(chosen)))
