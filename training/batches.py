"""A recipe and its data in, batches of photos, blur targets and what is known of these out.

Every batch depends on the seed, the epoch and the step only, not on how many processes make them
or on where a run was interrupted.
"""

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
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
from data.synthesis import sharpness, synthesise
from dbd_mobile.errors import InputError
from evaluation.scoring import with_progress
from training.recipe import PhotoSet, Recipe


class Split(NamedTuple):
    """Photos of one of a recipe's data sets.

    Attributes:
        part: What the recipe says of the set.
        training: To train on.
        validation: To validate on, of other scenes; may be none.
    """

    part: PhotoSet
    training: BlurDataset
    validation: BlurDataset


def open_splits(recipe: Recipe) -> list[Split]:
    """Training and validation photos of a recipe's data sets, in its order.

    Raises:
        InputError: If a folder, list, photo or mask is missing, a name that is left out is in none
            of them, or the expression for a scene does not fit a name.
    """
    return [_split(part) for part in recipe.photos]


def _split(part: PhotoSet) -> Split:
    root = data_root() / part.folder
    whole = BlurDataset.from_folder(
        root, root / part.list if part.list else None, white_in_focus=part.white_in_focus
    )
    training, validation = split_validation(whole.names, part.validation_count, part.scene_of)
    for name in part.left_out:
        if name not in whole.names:
            raise InputError(f"Recipe: left_out names {name}, which is no photo of {root}.")
    training = [name for name in training if name not in part.left_out]
    if not training:
        raise InputError(
            f"No photo of {root} is left to train on; lower its validation_count, or take its "
            "table out of the recipe."
        )
    return Split(
        part,
        BlurDataset(root, tuple(training), part.white_in_focus),
        BlurDataset(root, tuple(validation), part.white_in_focus),
    )


_SCALE_JITTER = 0.1


class Batch(NamedTuple):
    """Photos of one step; their normalisation is the network's business.

    Attributes:
        images: (B, 3, S, S) uint8.
        targets: (B, 1, S, S) uint8, 255 = blurred.
        known: (B, 1, S, S) bool, False where the target is unknown; None if all of it is known.
    """

    images: Tensor
    targets: Tensor
    known: Tensor | None


class _Example(NamedTuple):
    """A photo (H, W, 3), its target (H, W), and 255 where that is known, None if it all is."""

    photo: NDArray[np.uint8]
    target: NDArray[np.uint8]
    known: NDArray[np.uint8] | None = None


class Batches(Dataset[Batch]):
    """Batches of one epoch: item i is that of step i.

    Their side S varies from step to step: a part of a photo comes at about the
    scale that it has when the whole photo fills the network's input, as it does in use. (A part
    blown up to the whole input would show the network coarser detail, and less blur a pixel, than
    it will meet; Touvron et al., NeurIPS 2019.) Photos are kept decoded in memory.

    Args:
        recipe: What to train; its maps are paths of folders.
        splits: Of its data sets.
        side: Side of the network's input, the largest S.

    Attributes:
        epoch: Set before each epoch.

    Raises:
        InputError: If there are too few photos, or one, its mask or its map is damaged.
    """

    def __init__(self, recipe: Recipe, splits: Sequence[Split], side: int) -> None:
        self.epoch = 0
        self._recipe = recipe
        self._side = side
        size = (recipe.stored_side, recipe.stored_side) if recipe.stored_side else None
        shares = [split.part.share for split in splits]
        self._order = _order(shares, recipe, len(splits[0].training))
        self._real_sets = [_real_photos(split, size) for split in splits]
        self._sharp: list[Pair] = []
        if recipe.synthetic_in_batch:
            self._sharp = _sharpest(data_root() / recipe.sharp_photos, recipe.sharp_count, size)
        self._taught: list[_Example] = []
        if recipe.taught_in_batch:
            # The sharpest come first.
            floor = sharpness(self._sharp[-1][0]) if recipe.taught_sharp_below else np.inf
            self._taught = _taught(recipe, size, floor)

    def __len__(self) -> int:
        return len(self._order) // (self._recipe.epochs * self._recipe.real_in_batch)

    def __getitem__(self, step: int) -> Batch:
        recipe = self._recipe
        real = recipe.real_in_batch
        rng = np.random.default_rng((recipe.seed, self.epoch, 1 + step))
        share = rng.uniform(recipe.smallest_crop, 1)
        side = max(32, round(self._side * share / 32) * 32)
        first = (self.epoch * len(self) + step) * real
        chosen = [
            self._real(self._real_photo(*place), side, rng)
            for place in self._order[first : first + real]
        ]
        chosen += [self._synthetic(side, rng) for _ in range(recipe.synthetic_in_batch)]
        for _ in range(recipe.taught_in_batch):
            chosen.append(self._real(self._taught[rng.integers(len(self._taught))], side, rng))
        images = np.stack([example.photo for example in chosen]).transpose(0, 3, 1, 2)
        targets = np.stack([example.target for example in chosen])[:, None]
        return Batch(
            images=torch.from_numpy(np.ascontiguousarray(images)),
            targets=torch.from_numpy(targets),
            known=_known(chosen),
        )

    def _real_photo(self, which: int, count: int) -> _Example:
        """What is met as the ``count``-th of a set, gone through in another order each time."""
        photos = self._real_sets[which]
        passes, place = divmod(count, len(photos))
        # The last number keeps these apart from the numbers of the steps.
        rng = np.random.default_rng((self._recipe.seed, which, passes, 1))
        return photos[rng.permutation(len(photos))[place]]

    def _real(self, example: _Example, side: int, rng: np.random.Generator) -> _Example:
        photo, *rest = self._crop([plane for plane in example if plane is not None], side, rng)
        photo = jitter_colour(photo, rng)
        if rng.random() < self._recipe.degraded_share:
            photo = degrade(photo, rng)
        return _Example(photo, *rest)

    def _synthetic(self, side: int, rng: np.random.Generator) -> _Example:
        first, second = rng.choice(len(self._sharp), 2, replace=False)
        photo, mask = self._crop(self._sharp[first], side, rng)
        other, _ = self._crop(self._sharp[second], side, rng)
        photo, target = synthesise(photo, mask, other, rng)
        photo = degrade(jitter_colour(photo, rng), rng)
        return _Example(photo, (target * 255 + 0.5).astype(np.uint8))

    def _crop(
        self, planes: Sequence[NDArray[np.uint8]], side: int, rng: np.random.Generator
    ) -> list[NDArray[np.uint8]]:
        share = min(1.0, side / self._side * rng.uniform(1 - _SCALE_JITTER, 1 + _SCALE_JITTER))
        return crop_and_flip(planes, side, share, rng)


def _order(shares: Sequence[float], recipe: Recipe, first_count: int) -> list[tuple[int, int]]:
    """Which set each real photo of a run is of, and how many of that set came before it.

    The set that lags most behind its share comes next.

    Args:
        shares: Of the sets.
        recipe: Of the run.
        first_count: Photos of the first set; an epoch's steps go through them once.

    Raises:
        InputError: If they are too few for one step.
    """
    wanted = np.array(shares) / sum(shares)
    steps = int(first_count / (recipe.real_in_batch * wanted[0]))
    if not steps:
        raise InputError(
            f"There are {first_count} photos to train on, fewer than the "
            f"{recipe.real_in_batch * wanted[0]:g} real ones of a batch; add photos, or lower "
            "validation_count or batch_size."
        )
    counts = np.zeros(len(wanted), np.int64)
    order = []
    for number in range(1, recipe.epochs * steps * recipe.real_in_batch + 1):
        which = int(np.argmax(wanted * number - counts))
        order.append((which, int(counts[which])))
        counts[which] += 1
    return order


def _real_photos(split: Split, size: tuple[int, int] | None) -> list[_Example]:
    """The training photos of a set with what they are to teach."""
    part, photos = split.part, split.training
    examples = []
    what = f"Decoding photos of {part.folder}"
    for index, name in enumerate(with_progress(photos.names, what)):
        photo, truth = photos.photo(index), photos.truth(index)
        target, known = np.uint8(255) * truth.blurred, truth.known
        if part.maps:
            path = Path(part.maps) / f"{Path(name).stem}.png"
            taught = squash(read_map(path), truth.size_wh)
            mixed = part.mask_share * target + (1 - part.mask_share) * taught + 0.5
            target = mixed.astype(np.uint8) if known is None else np.where(known, mixed, taught)
            known = None
        planes = [photo, target.astype(np.uint8)]
        if known is not None:
            planes.append(np.uint8(255) * known)
        examples.append(_Example(*(at_size(plane, size) for plane in planes)))
    return examples


def _known(examples: Sequence[_Example]) -> Tensor | None:
    """Where the targets of a batch are known: as far as every pixel is that they are made of."""
    if all(example.known is None for example in examples):
        return None
    known = [
        np.ones_like(example.target, np.bool_) if example.known is None else example.known == 255
        for example in examples
    ]
    return torch.from_numpy(np.stack(known)[:, None])


# Kept for the next run of the same process: looking through thousands of photos takes a minute.
@functools.lru_cache(maxsize=1)
def _sharpest(root: Path, count: int, size: tuple[int, int] | None) -> list[Pair]:
    """The sharpest photos that may be trained on, and their object masks."""
    names = [name for name in list_photos(root / "image") if not is_held_out_scene(name)]
    chosen = sharpest_scenes(root, with_progress(names, "Picking sharp photos"), count, size)
    if len(chosen) < 2:
        raise InputError(f"{root / 'image'} has one photo; synthetic defocus takes two scenes.")
    return chosen


def _taught(recipe: Recipe, size: tuple[int, int] | None, floor: float) -> list[_Example]:
    """Photos and the maps that a teacher made of them.

    Args:
        recipe: Of the run.
        size: Width and height that photos are kept at; their own if None.
        floor: Sharpness of a photo from which on a map that is nearly black is taken for black.
    """
    root = data_root() / recipe.taught_photos
    maps = Path(recipe.taught_maps)
    examples = []
    names = list_photos(root / "image")
    for name in with_progress(names, "Reading the teacher's maps"):
        path = maps / f"{Path(name).stem}.png"
        if path.is_file() and not is_held_out_scene(name):
            photo = at_size(read_photo(root / "image" / name), size)
            height, width = photo.shape[:2]
            target = squash(read_map(path), (width, height))
            if target.mean() < 255 * recipe.taught_sharp_below and sharpness(photo) >= floor:
                target = np.zeros_like(target)
            examples.append(_Example(photo, target))
    if not examples:
        raise InputError(
            f"{maps} holds no map of a photo of {root / 'image'}; make them with "
            "'python -m training label'."
        )
    return examples
