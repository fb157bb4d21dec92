"""A recipe and its data in, batches of photos and blur targets out.

Every batch depends on the seed, the epoch and the step only, not on how many processes make them
or on where a run was interrupted.
"""

import functools
from pathlib import Path

import numpy as np
import torch
from rich.progress import track
from torch import Tensor
from torch.utils.data import Dataset

from data.augmentation import crop_and_flip, degrade, jitter_colour
from data.blur_dataset import (
    BlurDataset,
    data_root,
    is_held_out_scene,
    list_photos,
    read_map,
    read_photo,
    split_validation,
    squash,
)
from data.scenes import Pair, at_size, sharpest_scenes
from data.synthesis import synthesise
from dbd_mobile.cli.screen import notes
from dbd_mobile.errors import InputError
from training.recipe import Recipe


def open_split(recipe: Recipe) -> tuple[BlurDataset, BlurDataset]:
    """Training and validation photos of a recipe.

    Raises:
        InputError: If a folder, list, photo or mask is missing, or a name that is left out is in
            none of them.
    """
    root = data_root() / recipe.photos
    whole = BlurDataset.from_folder(
        root,
        root / recipe.photo_list if recipe.photo_list else None,
        white_in_focus=recipe.white_in_focus,
    )
    training, validation = split_validation(whole.names, recipe.validation_count)
    for name in recipe.left_out:
        if name not in whole.names:
            raise InputError(f"Recipe: left_out names {name}, which is no photo of {root}.")
    training = [name for name in training if name not in recipe.left_out]
    return (
        BlurDataset(root, tuple(training), recipe.white_in_focus),
        BlurDataset(root, tuple(validation), recipe.white_in_focus),
    )


_SCALE_JITTER = 0.1


class Batches(Dataset[tuple[Tensor, Tensor]]):
    """Batches of one epoch: item i is step i's images and targets.

    Images are uint8 (B, 3, S, S), targets uint8 (B, 1, S, S) with 255 = blurred; the normalisation
    is the network's business. S varies from step to step: a part of a photo comes at about the
    scale that it has when the whole photo fills the network's input, as it does in use. (A part
    blown up to the whole input would show the network coarser detail, and less blur a pixel, than
    it will meet; Touvron et al., NeurIPS 2019.) Photos are kept decoded in memory.

    Args:
        recipe: What to train.
        photos: The training photos with their masks.
        side: Side of the network's input, the largest S.

    Attributes:
        epoch: Set before each epoch.

    Raises:
        InputError: If there are too few photos, or one or its mask is damaged.
    """

    def __init__(self, recipe: Recipe, photos: BlurDataset, side: int) -> None:
        self.epoch = 0
        self._recipe = recipe
        if len(photos) < recipe.real_in_batch:
            raise InputError(
                f"There are {len(photos)} photos to train on, fewer than the "
                f"{recipe.real_in_batch} real ones of a batch; add photos, or lower "
                "validation_count or batch_size."
            )
        self._side = side
        size = (recipe.stored_side, recipe.stored_side) if recipe.stored_side else None
        self._photos: list[Pair] = []
        for index in track(range(len(photos)), "Decoding photos", console=notes):
            mask = np.uint8(255) * photos.mask(index)
            self._photos.append((at_size(photos.photo(index), size), at_size(mask, size)))
        self._sharp: list[Pair] = []
        if recipe.synthetic_in_batch:
            self._sharp = _sharpest(data_root() / recipe.sharp_photos, recipe.sharp_count, size)
        self._taught: list[Pair] = []
        if recipe.taught_in_batch:
            self._taught = _taught(recipe, size)

    def __len__(self) -> int:
        return len(self._photos) // self._recipe.real_in_batch

    def __getitem__(self, step: int) -> tuple[Tensor, Tensor]:
        recipe = self._recipe
        real = recipe.real_in_batch
        order = np.random.default_rng((recipe.seed, self.epoch)).permutation(len(self._photos))
        rng = np.random.default_rng((recipe.seed, self.epoch, 1 + step))
        share = rng.uniform(recipe.smallest_crop, 1)
        side = max(32, round(self._side * share / 32) * 32)
        pairs = [self._real(self._photos[i], side, rng) for i in order[step * real :][:real]]
        pairs += [self._synthetic(side, rng) for _ in range(recipe.synthetic_in_batch)]
        for _ in range(recipe.taught_in_batch):
            pairs.append(self._real(self._taught[rng.integers(len(self._taught))], side, rng))
        images = np.stack([photo for photo, _ in pairs]).transpose(0, 3, 1, 2)
        targets = np.stack([target for _, target in pairs])[:, None]
        return torch.from_numpy(np.ascontiguousarray(images)), torch.from_numpy(targets)

    def _real(self, pair: Pair, side: int, rng: np.random.Generator) -> Pair:
        photo, target = self._crop(pair, side, rng)
        photo = jitter_colour(photo, rng)
        if rng.random() < self._recipe.degraded_share:
            photo = degrade(photo, rng)
        return photo, target

    def _synthetic(self, side: int, rng: np.random.Generator) -> Pair:
        first, second = rng.choice(len(self._sharp), 2, replace=False)
        photo, mask = self._crop(self._sharp[first], side, rng)
        other, _ = self._crop(self._sharp[second], side, rng)
        photo, target = synthesise(photo, mask, other, rng)
        photo = degrade(jitter_colour(photo, rng), rng)
        return photo, (target * 255 + 0.5).astype(np.uint8)

    def _crop(self, pair: Pair, side: int, rng: np.random.Generator) -> Pair:
        share = min(1.0, side / self._side * rng.uniform(1 - _SCALE_JITTER, 1 + _SCALE_JITTER))
        return crop_and_flip(*pair, side, share, rng)


# Kept for the next run of the same process: looking through thousands of photos takes a minute.
@functools.lru_cache(maxsize=1)
def _sharpest(root: Path, count: int, size: tuple[int, int] | None) -> list[Pair]:
    """The sharpest photos that may be trained on, and their object masks."""
    names = [name for name in list_photos(root / "image") if not is_held_out_scene(name)]
    chosen = sharpest_scenes(root, track(names, "Picking sharp photos", console=notes), count, size)
    if len(chosen) < 2:
        raise InputError(f"{root / 'image'} has one photo; synthetic defocus takes two scenes.")
    return chosen


def _taught(recipe: Recipe, size: tuple[int, int] | None) -> list[Pair]:
    """Photos and the maps that a teacher made of them."""
    root = data_root() / recipe.taught_photos
    maps = Path(recipe.taught_maps)
    pairs = []
    names = list_photos(root / "image")
    for name in track(names, "Reading the teacher's maps", console=notes):
        path = maps / f"{Path(name).stem}.png"
        if path.is_file() and not is_held_out_scene(name):
            photo = at_size(read_photo(root / "image" / name), size)
            height, width = photo.shape[:2]
            pairs.append((photo, squash(read_map(path), (width, height))))
    if not pairs:
        raise InputError(
            f"{maps} holds no map of a photo of {root / 'image'}; make them with "
            "'python -m training label'."
        )
    return pairs
