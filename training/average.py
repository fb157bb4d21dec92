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
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from data.terms import NO_VERSION
from dbd_mobile.errors import InputError
from evaluation.calibration_error import BINS
from evaluation.mappers import SquashingMapper
from evaluation.measures import Accuracy
from evaluation.predictors import TorchPredictor
from evaluation.scoring import measure_calibrated
from networks import BlurNetwork
from networks.weights import load_weights, save_weights
from training.batches import open_split
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
        By file, the output last: accuracy on the photos that all runs held out.

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
        if any(_held_out(r) != _held_out(like) or not r.validation_count for r in of):
            raise InputError(
                f"The run of {file} held out other photos than that of {files[0]}, or none; an "
                "average is judged by photos that none of its runs was trained on."
            )
    _, photos = open_split(like)
    accuracies = {
        str(file): measure_calibrated(_mapper(member.network.to(device)), photos)[0]
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
    accuracy, ece = measure_calibrated(_mapper(first.network), photos)
    calibration = {"photos": len(photos), "bins": BINS, "ece": ece, "ece_without_firmness": ece}
    if firmness != 1:
        with torch.no_grad():
            for parameter in first.network.last_convolution().parameters():
                parameter.mul_(firmness)
        accuracy, calibration["ece"] = measure_calibrated(_mapper(first.network), photos)
    accuracies[str(output)] = accuracy
    reference = reference or Reference(output.stem, NO_VERSION)
    notes: dict[str, Any] = {
        "name": reference.name,
        "version": reference.version,
        "made_from": [note_on("averaged", origin) for origin in origins],
        "data": sorted({name for origin in origins for name in origin.named.data}),
        "averaged": [member.notes for member in members],
        "held_out": asdict(accuracy),
        "calibration": calibration,
    }
    if firmness != 1:
        notes["firmness"] = firmness
    output.parent.mkdir(parents=True, exist_ok=True)
    save_weights(output, first.network, first.architecture, notes)
    return accuracies


def _mapper(network: BlurNetwork) -> SquashingMapper:
    return SquashingMapper(TorchPredictor(network))


def _held_out(recipe: Recipe) -> tuple[object, ...]:
    return recipe.photos, recipe.photo_list, recipe.white_in_focus, recipe.validation_count
