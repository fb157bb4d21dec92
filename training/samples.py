"""A recipe in, a picture of what a network in training sees out."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dbd_mobile.atomic_file import atomic_file
from networks import build
from training.batches import Batches, open_splits
from training.origins import find_labels, with_found_maps
from training.recipe import Recipe
from training.shelf import Shelf

_BATCHES = 4
_THUMBNAIL = 160
_GAP = 4
_BLURRED_COLOUR = np.array([255, 48, 0], np.float32)
_OPACITY = 0.5


def draw_samples(recipe: Recipe, path: Path, shelf: Shelf) -> None:
    """Draw the first batches of a run: each photo above itself with what counts as blurred in red.

    A row is a batch, the real photos first, then the synthetic ones, then the taught ones. What is
    unknown of a photo stays as it is.

    Args:
        recipe: Of the run.
        path: Picture to write, a PNG file.
        shelf: Where the labels that the recipe names are looked for.

    Raises:
        InputError: If the data is not as expected.
    """
    recipe = with_found_maps(recipe, find_labels(recipe, shelf))
    splits = open_splits(recipe)
    side = recipe.input_side(build(recipe.architecture).contract)
    batches = Batches(recipe, splits, side)
    rows = []
    for step in range(min(_BATCHES, len(batches))):
        batch = batches[step]
        blurred = batch.targets if batch.known is None else batch.targets * batch.known
        images, targets = (part.numpy().transpose(0, 2, 3, 1) for part in (batch.images, blurred))
        share = _OPACITY * targets.astype(np.float32) / 255
        tinted = (1 - share) * images + share * _BLURRED_COLOUR
        rows += [_row(images), _row(tinted.astype(np.uint8))]
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as file:
        Image.fromarray(np.concatenate(rows)).save(file, "PNG")


def _row(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(B, S, S, 3) uint8 -> one strip of thumbnails (H, W, 3) uint8, with gaps."""
    cell = np.full((_THUMBNAIL + _GAP, _THUMBNAIL + _GAP, 3), 255, np.uint8)
    cells = []
    for image in images:
        small = Image.fromarray(image).resize((_THUMBNAIL, _THUMBNAIL), Image.Resampling.BILINEAR)
        cell[:_THUMBNAIL, :_THUMBNAIL] = np.asarray(small)
        cells.append(cell.copy())
    return np.concatenate(cells, 1)
