"""A folder of photos and object masks in, its sharpest photos, to make defocus from, out."""

import heapq
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import BlurDataset, read_photo, squash
from data.synthesis import sharpness

Pair: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""A photo (H, W, 3) and its mask or target (H, W)."""


def sharpest_scenes(
    root: Path, names: Iterable[str], count: int, size: tuple[int, int] | None
) -> list[Pair]:
    """Look for the sharpest photos of a folder.

    Args:
        root: Folder with ``image/`` and ``mask/`` (white = object).
        names: File names of the photos to choose from.
        count: How many to choose, at most.
        size: Width and height in pixels that they are judged and given out at; their own if None.

    Returns:
        Photos and their object masks as uint8, the sharpest first.

    Raises:
        InputError: If a photo or a mask that is needed is missing or damaged.
    """
    photos = ((name, at_size(read_photo(root / "image" / name), size)) for name in names)
    # Names settle ties, so that the choice is the same everywhere.
    scored = heapq.nsmallest(
        count, ((-sharpness(photo), name, photo) for name, photo in photos),
        key=lambda entry: entry[:2],
    )  # fmt: skip
    masks = BlurDataset(root, tuple(name for _, name, _ in scored))
    return [
        # An object's mask has two values, whatever greys its edges have.
        (photo, at_size(np.uint8(255) * masks.truth(index).blurred, size))
        for index, (_, _, photo) in enumerate(scored)
    ]


def at_size(image: NDArray[np.uint8], size: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Squash an image to a width and height in pixels, or leave it as it is for None."""
    return image if size is None else squash(image, size)
