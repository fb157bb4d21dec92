"""Weights of several runs in, one network with their mean out: a model soup.

Runs of one architecture from the same initial weights tend to end in the same basin of the loss.
The mean of their weights is a network that errs less than any of them and costs as much as one
(Wortsman et al., ICML 2022).
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from training.batches import open_split
from training.errors import InputError
from training.measures import Accuracy
from training.recipe import Recipe, recipe_from_table
from training.run import validate
from training.weights import TrainedNetwork, load_weights, save_weights


def average_weights(
    files: Sequence[Path], output: Path, device: torch.device
) -> dict[str, Accuracy]:
    """Write the mean of trained weights, and measure it beside them.

    Args:
        files: Weights files of ``training.run``, at least two, of one architecture.
        output: The file to write. Its notes hold those of all runs.
        device: Where they are measured.

    Returns:
        By file, the output last: accuracy on the photos that all runs held out.

    Raises:
        InputError: If a file is missing, damaged or of another architecture or input, or if the
            runs held out different photos, or none.
    """
    if len(files) < 2:
        raise InputError("An average takes the weights of at least two runs.")
    members = [load_weights(file) for file in files]
    recipes = [_recipe(file, member) for file, member in zip(files, members, strict=True)]
    first = members[0]
    for file, member, recipe in zip(files, members, recipes, strict=True):
        if (member.architecture, member.contract) != (first.architecture, first.contract):
            raise InputError(
                f"{file} holds a {member.architecture} for {member.contract}, but {files[0]} a "
                f"{first.architecture} for {first.contract}; an average takes one kind."
            )
        if _held_out(recipe) != _held_out(recipes[0]) or not recipe.validation_count:
            raise InputError(
                f"The run of {file} held out other photos than that of {files[0]}, or none; an "
                "average is judged by photos that none of its runs was trained on."
            )
    _, photos = open_split(recipes[0])
    side = recipes[0].input_side(first.contract)
    accuracies = {
        str(file): validate(member.network.to(device), photos, side)
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
    accuracies[str(output)] = validate(first.network, photos, side)
    notes: dict[str, Any] = {
        "averaged": [member.notes for member in members],
        "held_out": asdict(accuracies[str(output)]),
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    save_weights(output, first.network, first.architecture, notes)
    return accuracies


def _recipe(file: Path, member: TrainedNetwork) -> Recipe:
    table = member.notes.get("recipe")
    if not isinstance(table, dict):
        raise InputError(f"{file} does not hold the recipe of its run; give weights of a run.")
    return recipe_from_table(table)


def _held_out(recipe: Recipe) -> tuple[object, ...]:
    return recipe.photos, recipe.photo_list, recipe.white_in_focus, recipe.validation_count
