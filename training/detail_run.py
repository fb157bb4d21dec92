"""A recipe in, a folder with a trained ``detail`` network's weights, metrics and curves out."""

import logging
import shutil
from pathlib import Path

import torch

from data.terms import NO_VERSION
from training.detail_recipe import DetailRecipe
from training.detail_tiles import Tiles, open_crops
from training.detail_trainer import DetailTrainer
from training.named import Reference
from training.run_folder import RunFolder

_log = logging.getLogger(__name__)


def train_detail(
    recipe: DetailRecipe,
    folder: Path,
    device: torch.device,
    *,
    reference: Reference | None = None,
) -> None:
    """Train a network, or go on with the run that ``folder`` holds.

    An interrupted run goes on from its last checkpoint and computes what it would have computed
    without the interruption.

    Args:
        recipe: What to train.
        folder: The run's folder, as ``training.run_folder`` says; made if missing.
        device: CPU or CUDA device.
        reference: What the weights say that they are called; the folder's name without a version if
            None.

    Raises:
        InputError: If the data is not as expected, the folder holds another run or a damaged
            checkpoint, or a loss is no longer finite.
    """
    crops = open_crops(recipe)
    reference = reference or Reference(folder.name, NO_VERSION)
    names = [f"{crop.path.name} {crop.all_sharp}" for crop in crops.training]
    run = RunFolder(folder, recipe, {}, names, reference)
    trainer = DetailTrainer(recipe, device)
    kept = folder / "tiles"
    if state := run.checkpoint():
        trainer.take_up(state)
    else:
        # They may be another recipe's.
        shutil.rmtree(kept, ignore_errors=True)
    run.begin()
    if trainer.step == recipe.steps:
        _log.info("%s holds a finished run: nothing is left to do", folder)
        return
    photos = [crop.read() for crop in crops.validation]
    trainer.train(Tiles(recipe, crops.training, kept), photos, run.record)
    shutil.rmtree(kept)
