"""A recipe in, tiles of known blur and the photos that are held out from them out."""

import os
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from data.blur_dataset import data_root
from data.known_blur import KnownBlur
from data.native_photos import NativePhoto, held_out, list_native_photos
from dbd_mobile.errors import InputError
from evaluation.scoring import with_progress
from training.detail_losses import TileBatch
from training.detail_recipe import DetailRecipe

# What blur and camera may draw on beyond a tile, on both sides together.
_AROUND = 64


@dataclass(frozen=True)
class CropSplit:
    """Crops of crisp photos.

    Attributes:
        training: Those that tiles are made of.
        validation: Those of the sources that no run trains on.
    """

    training: tuple[NativePhoto, ...]
    validation: tuple[NativePhoto, ...]


def open_crops(recipe: DetailRecipe) -> CropSplit:
    """The crops of a recipe.

    Raises:
        InputError: If the list cannot be used, or there is nothing to train on.
    """
    folder = data_root() / recipe.native_photos
    listed = list_native_photos(folder)
    kept_back = {photo.path for photo in held_out(listed)}
    crops = [photo for photo in listed if photo.is_crop and not photo.soft]
    training = tuple(photo for photo in crops if photo.path not in kept_back)
    if not training:
        raise InputError(
            f"{folder} has no crop of a crisp photo to train on; its list.csv must name some below "
            "crop/."
        )
    return CropSplit(training, tuple(photo for photo in crops if photo.path in kept_back))


class Tiles(Dataset[tuple[NDArray[np.generic], ...]]):
    """Tile i of a run, whichever process makes it; photos are kept decoded in memory.

    Args:
        recipe: What is trained.
        photos: The crops to make tiles of.

    Raises:
        InputError: If a photo is damaged or too small.
    """

    def __init__(self, recipe: DetailRecipe, photos: tuple[NativePhoto, ...]) -> None:
        needed = recipe.tile_side + _AROUND
        decoded = []
        for photo in with_progress(photos, "Decoding photos"):
            pixels = photo.read()
            if min(pixels.shape[:2]) < needed:
                raise InputError(
                    f"{photo.path} is {pixels.shape[1]}x{pixels.shape[0]} pixels; tiles of "
                    f"{recipe.tile_side} pixels need at least {needed}x{needed}. Take it off the "
                    "list, or lower tile_side."
                )
            decoded.append(pixels)
        self._known_blur = KnownBlur(
            decoded, recipe.tile_side, recipe.seed, [photo.all_sharp for photo in photos]
        )

    def __getitem__(self, index: int) -> tuple[NDArray[np.generic], ...]:
        tile = self._known_blur[index]
        return tile.rgb, tile.log2_radius, tile.motion, tile.known


def tile_batches(tiles: Tiles, batch_size: int, steps: range) -> Iterator[TileBatch]:
    """The batches of some steps, made by as many processes as there are cores.

    Step k has the tiles from ``k * batch_size`` on, wherever the run was interrupted.
    """
    # OpenCV's threads do not survive a fork: a process that calls for them waits for ever.
    cv2.setNumThreads(1)
    loader = DataLoader(
        tiles,
        batch_size,
        sampler=range(steps.start * batch_size, steps.stop * batch_size),
        num_workers=os.cpu_count() or 1,
        prefetch_factor=4,
        collate_fn=_collate,
    )
    return iter(loader)


def _collate(tiles: list[tuple[NDArray[np.generic], ...]]) -> TileBatch:
    return TileBatch(*(torch.from_numpy(np.stack(parts)) for parts in zip(*tiles, strict=True)))
