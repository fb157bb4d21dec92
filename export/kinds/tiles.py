"""Photos in; tiles of their own pixels, as they are and with known blur, out."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.known_blur import KnownBlur, fine_kernel, motion_kernel
from data.synthesis import blur_all
from dbd_mobile.errors import InputError
from export.evenly_spaced import evenly_spaced
from export.kinds.generated_photos import generate_photos
from export.kinds.kind import Inputs, Progress
from export.kinds.readable_photos import ReadablePhotos

# In pixels, in turn; of ten tiles two stay as they are and two move.
_DISCS = (0.0, 1.0, 2.0, 4.0, None, 0.0, 1.5, 3.0, 8.0, None)
_MOTION = (6.0, 24.0)
_GENERATED = 64
# Of what tiles are generated from: wide enough for blur that reaches in from outside.
_GENERATED_WH = (384, 384)


def cut_tiles(
    photos: Sequence[Path], most: int, size_wh: tuple[int, int], progress: Progress
) -> Inputs:
    """Cut tiles anywhere from photos, the same ones every time, and blur them in linear light.

    Args:
        photos: Files.
        most: How many tiles; from fewer photos each gives several.
        size_wh: Their width and height.
        progress: Called with the photos done and their total after each photo.

    Raises:
        ImageError: If all photos are damaged.
        InputError: If a photo is smaller than a tile.
    """
    rng = np.random.default_rng(0)
    chosen = evenly_spaced(list(photos), most)
    images: list[NDArray[np.uint8]] = []
    names: list[str] = []
    photos_read = ReadablePhotos(chosen, progress)
    used = 0
    for path, photo in photos_read:
        used += 1
        spare = np.subtract(photo.shape[1::-1], size_wh)
        if spare.min() < 0:
            raise InputError(
                f"{path} has {photo.shape[1]}x{photo.shape[0]} pixels, fewer than a tile of "
                f"{size_wh[0]}x{size_wh[1]}; give photos in their cameras' own pixels."
            )
        for _ in range(most // len(chosen)):
            disc = _DISCS[len(images) % len(_DISCS)]
            left, top = (int(n) for n in rng.integers(0, spare + 1))
            if disc is None:
                length = rng.uniform(*_MOTION)
                kernel, blur = motion_kernel(length, rng), f", moved by {length:.0f} px"
            else:
                kernel = fine_kernel(disc, 0, 0.0)
                blur = f", blurred by {disc:g} px" if disc else ""
            images.append(_tile(photo, left, top, size_wh, kernel))
            names.append(f"{path.name} at {left}, {top}{blur}")
    return Inputs(np.stack(images), names, used, photos_read.skipped)


def generate_tiles(size_wh: tuple[int, int]) -> Inputs:
    """Tiles of drawn images, the same ones every time."""
    drawn = list(generate_photos(_GENERATED_WH))
    side = 32 * math.ceil(max(size_wh) / 32)
    tiles = KnownBlur(drawn, side, 0, [False] * len(drawn))
    width, height = size_wh
    images = np.stack([tiles[number].rgb[:height, :width] for number in range(_GENERATED)])
    return Inputs(images, [f"generated {n}" for n in range(_GENERATED)], _GENERATED)


def _tile(
    photo: NDArray[np.uint8],
    left: int,
    top: int,
    size_wh: tuple[int, int],
    kernel: NDArray[np.float32],
) -> NDArray[np.uint8]:
    """A part of the photo, as if all of the photo had been blurred."""
    width, height = size_wh
    reach = len(kernel) // 2
    if reach == 0:
        return photo[top : top + height, left : left + width]
    # Only what the tile sees is blurred.
    y, x = max(0, top - reach), max(0, left - reach)
    around = photo[y : top + height + reach, x : left + width + reach]
    return blur_all(around, kernel)[top - y : top - y + height, left - x : left - x + width]
