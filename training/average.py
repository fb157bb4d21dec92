"""Weights of several runs in, one network with their mean out: a model soup.

Runs of one architecture from the same initial weights tend to end in the same basin of the loss.
The mean of their weights is a network that errs less than any of them and costs as much as one
(Wortsman et al., ICML 2022).

The mean can be made to say what it says more firmly: its logits are multiplied. That changes no
order of two pixels and no side of 0.5, so F at 0.5 and the largest F stay; the absolute error
falls, as it is least where each pixel has its more likely class for certain.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from data.terms import NO_VERSION
from dbd_mobile.errors import InputError
from evaluation.calibration_error import BINS, CalibrationMeter
from evaluation.mappers import SquashingMapper
from evaluation.measures import Accuracy
from evaluation.predictors import TorchPredictor
from networks import BlurNetwork
from networks.weights import load_weights, save_weights
from training.batches import Split, open_splits
from training.held_out import held_out_notes, measure_held_out
from training.named import Reference
from training.origins import note_on
from training.recipe import Recipe
from training.shelf import Found, recipes_of_notes


def average_weights(
    origins: Sequence[Found],
    output: Path,
    device: torch.device,
    *,
    firmness: float = 1.0,
    reference: Reference | None = None,
) -> dict[str, Accuracy]:
    """Write the mean of trained weights, and measure it beside them.

    Args:
        origins: Weights of ``training.run`` or of this function, one or more, of one architecture.
            What is there twice counts twice; the mean of one is that one.
        output: The file to write. Its notes hold those of all origins.
        device: Where they are measured.
        firmness: What the mean's logits are multiplied by, above 0.
        reference: What the mean says that it is called; the output's name without a
            version if None.

    Returns:
        By file, the output last: accuracy on the photos that all runs held out, the mean over
        their data sets.

    Raises:
        InputError: If a file is missing, damaged or of another architecture or input, if the runs
            held out different photos, or none, or if the firmness is not above 0.
    """
    if not 0 < firmness < math.inf:
        raise InputError(f"The firmness must be a number above 0, not {firmness}.")
    files = [origin.path for origin in origins]
    members = [load_weights(file, BlurNetwork) for file in files]
    recipes = [
        [recipe for recipe in recipes_of_notes(member.notes) if isinstance(recipe, Recipe)]
        for member in members
    ]
    for file, of in zip(files, recipes, strict=True):
        if not of:
            raise InputError(f"{file} does not hold the recipe of its run; give weights of a run.")
    first, like = members[0], recipes[0][0]
    for file, member, of in zip(files, members, recipes, strict=True):
        if (member.architecture, member.contract) != (first.architecture, first.contract):
            raise InputError(
                f"{file} holds a {member.architecture} for {member.contract}, but {files[0]} a "
                f"{first.architecture} for {first.contract}; an average takes one kind."
            )
        if any(_held_out(r) != _held_out(like) or not r.validates for r in of):
            raise InputError(
                f"The run of {file} held out other photos than that of {files[0]}, or none; an "
                "average is judged by photos that none of its runs was trained on."
            )
    splits = open_splits(like)
    accuracies = {
        str(file): _measure(member.network.to(device), splits)[1]
        for file, member in zip(files, members, strict=True)
    }
    states = [member.network.state_dict() for member in members]
    mean = {
        name: torch.stack([state[name] for state in states]).mean(0)
        if value.is_floating_point()
        else value
        for name, value in states[0].items()
    }
    first.network.load_state_dict(mean)
    notes_on_it, accuracy, ece = _measure(first.network, splits)
    calibration = {"photos": accuracy.images, "bins": BINS, "ece": ece, "ece_without_firmness": ece}
    if firmness != 1:
        with torch.no_grad():
            for parameter in first.network.last_convolution().parameters():
                parameter.mul_(firmness)
        notes_on_it, accuracy, calibration["ece"] = _measure(first.network, splits)
    accuracies[str(output)] = accuracy
    reference = reference or Reference(output.stem, NO_VERSION)
    notes: dict[str, Any] = {
        "name": reference.name,
        "version": reference.version,
        "made_from": [note_on("averaged", origin) for origin in origins],
        "data": sorted({name for origin in origins for name in origin.named.data}),
        "averaged": [member.notes for member in members],
        "held_out": notes_on_it,
        "calibration": calibration,
    }
    if firmness != 1:
        notes["firmness"] = firmness
    output.parent.mkdir(parents=True, exist_ok=True)
    save_weights(output, first.network, first.architecture, notes)
    return accuracies


def _measure(
    network: BlurNetwork, splits: Sequence[Split]
) -> tuple[dict[str, float], Accuracy, float]:
    """What is noted down of the held-out photos, the mean over data sets, the calibration error."""
    calibration = CalibrationMeter()
    mapper = SquashingMapper(TorchPredictor(network))
    accuracies = measure_held_out(mapper, splits, calibration)
    *_, mean = accuracies.values()
    return held_out_notes(accuracies), mean, calibration.result()


def _held_out(recipe: Recipe) -> list[tuple[object, ...]]:
    return [
        (of.folder, of.list, of.white_in_focus, of.scene, of.validation_count)
        for of in recipe.photos
        if of.validation_count
    ]
