"""A recipe in, the weights and labels that it learns from out, named and found."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from training.named import find_reference
from training.recipe import Recipe
from training.shelf import Found, Shelf, data_sets

Origins = Mapping[str, Found]
"""Role, "start_from", "teacher" or "labels" -> what has it, if the recipe names something."""


def find_origins(recipe: Recipe, shelf: Shelf) -> Origins:
    """What a recipe starts and learns from.

    Raises:
        InputError: If something is not there, or is not what the recipe names.
    """
    origins = {
        role: shelf.weights(given)
        for role, given in (("start_from", recipe.start_from), ("teacher", recipe.teacher))
        if given
    }
    if recipe.taught_in_batch:
        origins["labels"] = shelf.labels(recipe.taught_maps)
    return origins


def with_found_maps(recipe: Recipe, origins: Origins) -> Recipe:
    """The recipe with the folder of its maps in the place of their name."""
    if "labels" not in origins:
        return recipe
    return dataclasses.replace(recipe, taught_maps=str(origins["labels"].path))


def without_pins(recipe: Recipe) -> Recipe:
    """The recipe with names and versions alone, without the hashes that they had or will have."""

    def bare(given: str) -> str:
        return str(find_reference(given) or given)

    return dataclasses.replace(
        recipe,
        start_from=bare(recipe.start_from),
        teacher=bare(recipe.teacher),
        taught_maps=bare(recipe.taught_maps),
    )


def notes_on(origins: Origins, *recipes: Recipe) -> dict[str, Any]:
    """What a weights file says of where it comes from.

    Args:
        origins: What it was made from.
        recipes: Of its own run.

    Returns:
        ``made_from``, a list of the role, name, version, SHA-256 and data sets of each, and
        ``data``, the names of all data sets that it or they have seen.
    """
    data = {*data_sets(*recipes), *(name for of in origins.values() for name in of.named.data)}
    return {
        "made_from": [note_on(role, found) for role, found in origins.items()],
        "data": sorted(data),
    }


def note_on(role: str, found: Found) -> dict[str, Any]:
    """An entry of ``made_from``."""
    return {"role": role, **dataclasses.asdict(found.named), "data": list(found.named.data)}
