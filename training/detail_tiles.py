"""A recipe in, tiles of known blur and the photos that are held out from them out."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import DataLoader, Dataset

from data.blur_dataset import data_root
from data.known_blur import KnownBlur
from data.native_photos import NativePhoto, held_out, list_native_photos
from dbd_mobile.errors import InputError
from dbd_mobile.pyramid import CELL
from evaluation.scoring import with_progress
from training.detail_losses import TileBatch
from training.detail_recipe import DetailRecipe

# What blur and camera may draw on beyond a tile, on both sides together.
_AROUND = 64
# Of the seed: ``KnownBlur`` takes 0 and 1.
_PLACES = 2


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
    """The tiles of a run, whichever process asks for them.

    To make one takes ten times as long as to train on it, so those that were made are kept on disk,
    three bytes a pixel. Photos are kept decoded in memory.

    Args:
        recipe: What is trained.
        photos: The crops to make tiles of.
        kept: Folder for the tiles: a new one, or the one that this run had before.

    Raises:
        InputError: If a photo is damaged or too small.
    """

    def __init__(self, recipe: DetailRecipe, photos: tuple[NativePhoto, ...], kept: Path) -> None:
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
        self._recipe = recipe
        self._known_blur = KnownBlur(
            decoded, recipe.tile_side, recipe.seed, [photo.all_sharp for photo in photos]
        )
        kept.mkdir(parents=True, exist_ok=True)
        count, side = recipe.distinct_tiles, recipe.tile_side
        cells = (count, side // CELL, side // CELL)
        self._parts = tuple(
            _array_on_disk(kept / f"{name}.npy", shape, dtype)
            for name, shape, dtype in (
                ("rgb", (count, side, side, 3), np.uint8),
                ("log2_radius", cells, np.float32),
                ("motion", cells, np.float32),
                ("known", cells, np.bool_),
            )
        )
        self._is_made = _array_on_disk(kept / "is_made.npy", (count,), np.bool_)

    def __getitem__(self, place: int) -> tuple[NDArray[np.generic], ...]:
        """The tile at a place in the run."""
        rng = np.random.default_rng([self._recipe.seed, _PLACES, place])
        number = int(rng.integers(self._recipe.distinct_tiles))
        turns, is_mirrored = int(rng.integers(4)), bool(rng.integers(2))
        if not self._is_made[number]:
            # Two processes that both make it write the same.
            for part, made in zip(self._parts, self._made(number), strict=True):
                part[number] = made
            self._is_made[number] = True
        turned = (np.rot90(part[number], turns) for part in self._parts)
        return tuple(part[:, ::-1] if is_mirrored else part for part in turned)

    def _made(self, number: int) -> tuple[NDArray[np.generic], ...]:
        tile = self._known_blur[number]
        return tile.rgb, tile.log2_radius, tile.motion, tile.known


def _array_on_disk(
    path: Path, shape: tuple[int, ...], dtype: type[np.generic]
) -> NDArray[np.generic]:
    mode = "r+" if path.exists() else "w+"
    return np.lib.format.open_memmap(path, mode, np.dtype(dtype), shape)


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
