"""A recipe in, a folder with a trained network's weights, metrics and curves out."""

import logging
from pathlib import Path

import torch

from data.terms import NO_VERSION
from training.batches import Batches, open_splits
from training.named import Reference
from training.origins import find_origins, with_found_maps
from training.recipe import Recipe
from training.run_folder import RunFolder
from training.shelf import SHELF, Shelf
from training.trainer import Trainer

_log = logging.getLogger(__name__)


def train(
    recipe: Recipe,
    folder: Path,
    device: torch.device,
    *,
    reference: Reference | None = None,
    shelf: Shelf = SHELF,
) -> None:
    """Train a network, or go on with the run that ``folder`` holds.

    An interrupted run goes on from its last whole epoch and computes what it would have computed
    without the interruption.

    Args:
        recipe: What to train.
        folder: The run's folder, as ``training.run_folder`` says; made if missing.
        device: CPU or CUDA device; both compute in bfloat16 with float32 weights.
        reference: What the weights say that they are called; the folder's name without a version if
            None.
        shelf: Where the weights and labels that the recipe names are looked for.

    Raises:
        InputError: If the data is not as expected, the folder holds another run or a damaged
            checkpoint, or the loss is no longer finite.
    """
    origins = find_origins(recipe, shelf)
    found = with_found_maps(recipe, origins)
    splits = open_splits(found)
    reference = reference or Reference(folder.name, NO_VERSION)
    names = [f"{of.part.folder}/{name}" for of in splits for name in of.training.names]
    run = RunFolder(folder, recipe, origins, names, reference)
    trainer = Trainer(recipe, origins, device)
    if state := run.checkpoint():
        trainer.take_up(state)
    run.begin()
    if trainer.epoch == recipe.epochs:
        _log.info("%s holds a finished run: nothing is left to do", folder)
        return
    batches = Batches(found, splits, trainer.side)
    while trainer.epoch < recipe.epochs:
        trainer.train_epoch(batches)
        if recipe.validates:
            trainer.validate(splits)
        run.record(trainer)
