"""A recipe and its data in, batches of photos and blur targets out.

Every batch depends on the seed, the epoch and the step only, not on how many processes make them
or on where a run was interrupted.
"""

import heapq
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from rich.progress import track
from torch import Tensor
from torch.utils.data import Dataset

from training.augmentation import crop_and_flip, degrade, jitter_colour
from training.datasets import (
    BlurDataset,
    data_root,
    list_photos,
    read_photo,
    split_validation,
    squash,
)
from training.errors import InputError
from training.recipe import Recipe
from training.synthesis import sharpness, synthesise


def open_split(recipe: Recipe) -> tuple[BlurDataset, BlurDataset]:
    """Training and validation photos of a recipe.

    Raises:
        InputError: If a folder, list, photo or mask is missing.
    """
    root = data_root() / recipe.photos
    whole = BlurDataset.from_folder(
        root,
        root / recipe.photo_list if recipe.photo_list else None,
        white_in_focus=recipe.white_in_focus,
    )
    training, validation = split_validation(whole.names, recipe.validation_count)
    return (
        BlurDataset(root, tuple(training), recipe.white_in_focus),
        BlurDataset(root, tuple(validation), recipe.white_in_focus),
    )


_Pair: TypeAlias = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""A photo (S, S, 3) and its mask or target (S, S)."""


class Batches(Dataset[tuple[Tensor, Tensor]]):
    """Batches of one epoch: item i is step i's images and targets.

    Images are uint8 (B, 3, S, S), targets uint8 (B, 1, S, S) with 255 = blurred; the normalisation
    is the network's business. Photos are kept decoded in memory as squares.

    Args:
        recipe: What to train.
        photos: The training photos with their masks.
        side: S, the network's input side.

    Attributes:
        epoch: Set before each epoch.

    Raises:
        InputError: If there are too few photos, or one or its mask is damaged.
    """

    def __init__(self, recipe: Recipe, photos: BlurDataset, side: int) -> None:
        self.epoch = 0
        self._recipe = recipe
        self._real_in_batch = recipe.batch_size - recipe.synthetic_in_batch
        if len(photos) < self._real_in_batch:
            raise InputError(
                f"There are {len(photos)} photos to train on, fewer than the {self._real_in_batch} "
                "real ones of a batch; add photos, or lower validation_count or batch_size."
            )
        self._side = side
        square = (recipe.stored_side, recipe.stored_side)
        self._photos: list[_Pair] = []
        for index in track(range(len(photos)), "Decoding photos"):
            mask = np.uint8(255) * photos.mask(index)
            mask = np.asarray(Image.fromarray(mask).resize(square, Image.Resampling.BILINEAR))
            self._photos.append((squash(photos.photo(index), square), mask))
        self._sharp: list[_Pair] = []
        if recipe.synthetic_in_batch:
            self._sharp = _sharpest(recipe, square)

    def __len__(self) -> int:
        return len(self._photos) // self._real_in_batch

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        recipe = self._recipe
        real = self._real_in_batch
        order = np.random.default_rng((recipe.seed, self.epoch)).permutation(len(self._photos))
        rng = np.random.default_rng((recipe.seed, self.epoch, 1 + step))
        pairs = [self._real(i, rng) for i in order[step * real : (step + 1) * real]]
        pairs += [self._synthetic(rng) for _ in range(recipe.synthetic_in_batch)]
        images = np.stack([photo for photo, _ in pairs]).transpose(0, 3, 1, 2)
        targets = np.stack([target for _, target in pairs])[:, None]
        return torch.from_numpy(np.ascontiguousarray(images)), torch.from_numpy(targets)

    def _real(self, index: int, rng: np.random.Generator) -> _Pair:
        photo, mask = self._crop(self._photos[index], rng)
        photo = jitter_colour(photo, rng)
        if rng.random() < self._recipe.degraded_share:
            photo = degrade(photo, rng)
        return photo, mask

    def _synthetic(self, rng: np.random.Generator) -> _Pair:
        first, second = rng.choice(len(self._sharp), 2, replace=False)
        photo, mask = self._crop(self._sharp[first], rng)
        other, _ = self._crop(self._sharp[second], rng)
        photo, target = synthesise(photo, mask, other, rng)
        photo = degrade(jitter_colour(photo, rng), rng)
        return photo, (target * 255 + 0.5).astype(np.uint8)

    def _crop(self, pair: _Pair, rng: np.random.Generator) -> _Pair:
        photo, target = pair
        return crop_and_flip(photo, target, self._side, self._recipe.smallest_crop, rng)


def _sharpest(recipe: Recipe, square: tuple[int, int]) -> list[_Pair]:
    """The sharpest photos and their object masks, as squares of uint8."""
    root = data_root() / recipe.sharp_photos
    names = track(list_photos(root / "image"), "Picking sharp photos")
    photos = ((name, squash(read_photo(root / "image" / name), square)) for name in names)
    # Names settle ties, so that the choice is the same everywhere.
    scored = heapq.nsmallest(
        recipe.sharp_count, ((-sharpness(photo), name, photo) for name, photo in photos),
        key=lambda entry: entry[:2],
    )  # fmt: skip
    if len(scored) < 2:
        raise InputError(f"{root / 'image'} has one photo; synthetic defocus takes two scenes.")
    masks = BlurDataset(root, tuple(name for _, name, _ in scored))
    chosen = []
    for index, (_, _, photo) in enumerate(scored):
        mask = Image.fromarray(np.uint8(255) * masks.mask(index))
        chosen.append((photo, np.asarray(mask.resize(square, Image.Resampling.BILINEAR))))
    return chosen
