"""A recipe in, the weights and labels that it learns from out, named and found."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.terms import NO_VERSION, data_of
from training.named import Named, file_sha256, find_reference
from training.recipe import AnyRecipe, Recipe, labels_of
from training.shelf import Found, Shelf

Origins = Mapping[str, Found]
"""Role -> what has it, if the recipe names something.

Roles are those of ``Recipe.sources``, and "encoder_weights" for a file of published ones.
"""


def find_origins(recipe: Recipe, shelf: Shelf) -> Origins:
    """What a recipe starts and learns from.

    Raises:
        InputError: If something is not there, or is not what the recipe names.
    """
    weights = {role: text for role, text in recipe.sources.items() if not _is_labels(role)}
    origins = {role: shelf.weights(text) for role, text in weights.items()}
    origins.update(find_labels(recipe, shelf))
    if not recipe.start_from and recipe.encoder_weights not in ("imagenet", "random"):
        origins["encoder_weights"] = _published(Path(recipe.encoder_weights))
    return origins


def find_labels(recipe: Recipe, shelf: Shelf) -> Origins:
    """The labels alone of what a recipe learns from.

    Raises:
        InputError: As ``find_origins``.
    """
    given = recipe.sources.items()
    return {role: shelf.labels(text) for role, text in given if _is_labels(role)}


def _is_labels(role: str) -> bool:
    return role.startswith("labels")


def _published(file: Path) -> Found:
    """An encoder's published ImageNet weights, which say nothing of themselves."""
    checksum = file_sha256(file)
    named = Named(name=file.name, version=NO_VERSION, sha256=checksum, data=("imagenet",))
    return Found(named, file)


def with_found_maps(recipe: Recipe, origins: Origins) -> Recipe:
    """The recipe with the folders of its maps in the place of their names."""

    def folder(role: str) -> str:
        return str(origins[role].path) if role in origins else ""

    photos = tuple(
        dataclasses.replace(part, maps=folder(labels_of(part.folder))) for part in recipe.photos
    )
    return dataclasses.replace(recipe, photos=photos, taught_maps=folder("labels"))


def without_pins(recipe: AnyRecipe) -> AnyRecipe:
    """The recipe with names and versions alone, without the hashes that they had or will have."""
    if not isinstance(recipe, Recipe):
        return recipe

    def bare(given: str) -> str:
        return str(find_reference(given) or given)

    return dataclasses.replace(
        recipe,
        start_from=bare(recipe.start_from),
        teacher=bare(recipe.teacher),
        taught_maps=bare(recipe.taught_maps),
        photos=tuple(dataclasses.replace(part, maps=bare(part.maps)) for part in recipe.photos),
    )


def notes_on(origins: Origins, recipe: AnyRecipe) -> dict[str, Any]:
    """What a weights file says of where it comes from.

    Args:
        origins: What it was made from.
        recipe: Of its own run.

    Returns:
        ``made_from``, a list of the role, name, version, SHA-256 and data sets of each, and
        ``data``, the names of all data sets that it or they have seen.
    """
    data = {*data_of({"recipe": dataclasses.asdict(recipe)})}
    data |= {*(name for of in origins.values() for name in of.named.data)}
    notes = [note_on(role, found) for role, found in origins.items()]
    return {
        # One set of maps may be of several sets of photos.
        "made_from": [note for index, note in enumerate(notes) if note not in notes[:index]],
        "data": sorted(data),
    }


def note_on(role: str, found: Found) -> dict[str, Any]:
    """An entry of ``made_from``."""
    return {
        "role": role.split()[0],
        **dataclasses.asdict(found.named),
        "data": list(found.named.data),
    }
