"""A path, or a name and version, of weights or labels in; which file it is and what it is out.

A name means the file that has its hash: the repository's, or the one that ``python -m training
reproduce`` made. Another file takes its place only where it is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from data.terms import NO_VERSION, data_of
from dbd_mobile.errors import InputError
from networks.weights import load_weights
from training.graph import GRAPH, Graph, Labels, Node, Weights, read_graph
from training.label_set import LabelSet, maps_sha256, read_label_set
from training.named import Named, Reference, file_sha256, find_reference
from training.recipe import AnyRecipe, recipe_from_table

MADE = Path("runs", "reproduce")
"""Where ``python -m training reproduce`` keeps what it makes."""


@dataclass(frozen=True)
class Found:
    """Weights or labels that are there.

    Attributes:
        named: What they are.
        path: The weights file, or the folder with the maps.
    """

    named: Named
    path: Path


@dataclass(frozen=True)
class Shelf:
    """Where named weights and labels are looked for.

    Attributes:
        graph_file: Says which names there are.
        made: Folder with what ``reproduce`` made.
        instead: "NAME@VERSION" -> file or folder that takes its place, whatever its hash; it
            keeps the name that it says itself.
    """

    graph_file: Path = GRAPH
    made: Path = MADE
    instead: Mapping[str, Path] = field(default_factory=dict)

    @cached_property
    def graph(self) -> Graph:
        """The graph file's content."""
        return read_graph(self.graph_file)

    def weights(self, given: str) -> Found:
        """The weights file that a path or a reference means.

        Raises:
            InputError: If there is none, or only with another hash.
        """
        reference = find_reference(given)
        if reference is None:
            return self._weights_file(Path(given))
        if str(reference) in self.instead:
            return self._weights_file(self.instead[str(reference)])
        node = self.graph.node(reference)
        if not isinstance(node, Weights):
            raise InputError(f"{reference} are labels; name weights.")
        for path in self.places(node):
            if path.is_file() and node.sha256 in ("", file_sha256(path)):
                return self._weights_file(path, reference)
        raise InputError(self._missing(node, "FILE"))

    def labels(self, given: str) -> Found:
        """The folder with maps that a path or a reference means.

        Raises:
            InputError: If there is none, if its labelling was not ended, or if its maps are
                others than its manifest says.
        """
        reference = find_reference(given)
        if reference is None:
            return self._labels_folder(Path(given))
        if str(reference) in self.instead:
            return self._labels_folder(self.instead[str(reference)])
        node = self.graph.node(reference)
        if not isinstance(node, Labels):
            raise InputError(f"{reference} are weights; name labels.")
        (folder,) = self.places(node)
        if folder.is_dir():
            found = self._labels_folder(folder, reference)
            if node.sha256 in ("", found.named.sha256):
                return found
        raise InputError(self._missing(node, "FOLDER"))

    def folder(self, node: Node) -> Path:
        """Where ``reproduce`` makes weights, with their export, or labels."""
        return self.made / f"{node.name}-{node.version}"

    def places(self, node: Weights | Labels) -> list[Path]:
        """Where weights or labels may lie: the repository's own file, then what was made."""
        folder = self.folder(node)
        if isinstance(node, Labels):
            return [folder]
        own = folder / f"{node.name}.safetensors"
        return [self.graph.folder / node.file, own] if node.file else [own]

    def _missing(self, node: Weights | Labels, kind: str) -> str:
        if isinstance(node, Weights) and node.history:
            return f"{node} is not there and cannot be made from here: {node.history}"
        which = f" with SHA-256 {node.sha256}" if node.sha256 else ""
        places = " or ".join(map(str, self.places(node)))
        return (
            f"{node} is not there{which}, expected as {places}; "
            f"make it with 'python -m training reproduce {node}', or say what takes its place with "
            f"--use {node}={kind}."
        )

    def _weights_file(self, path: Path, reference: Reference | None = None) -> Found:
        if not path.is_file():
            raise InputError(
                f"There are no weights {path}; train them first, or name another file."
            )
        checksum = file_sha256(path)
        notes = load_weights(path).notes
        if reference is None:
            reference = self._name(path, checksum, notes)
        named = Named(
            name=reference.name,
            version=reference.version,
            sha256=checksum,
            data=data_of_notes(notes),
        )
        return Found(named, path)

    def _name(self, path: Path, checksum: str, notes: Mapping[str, Any]) -> Reference:
        if "name" in notes:
            return Reference(str(notes["name"]), str(notes["version"]))
        # Files of earlier versions do not say it themselves.
        for node in self.graph.weights:
            if node.sha256 == checksum:
                return Reference(node.name, node.version)
        return Reference(path.stem, NO_VERSION)

    def _labels_folder(self, folder: Path, reference: Reference | None = None) -> Found:
        checksum = maps_sha256(folder)
        labels = read_label_set(folder)
        if labels is None:
            # Maps that a person made or brought along.
            return Found(Named(name=folder.name, version=NO_VERSION, sha256=checksum), folder)
        if labels.maps_sha256 != checksum:
            raise InputError(
                f"The maps in {folder} were changed after their labelling had ended; label into "
                "another folder."
                if labels.maps_sha256
                else f"The labelling of {folder} was interrupted; the same 'python -m training "
                "label' goes on where it was."
            )
        name, version = labels.name, labels.version
        if reference is not None:
            name, version = reference.name, reference.version
        return Found(Named(name=name, version=version, sha256=checksum, data=_seen(labels)), folder)


SHELF = Shelf()
"""Of this checkout."""


def recipes_of_notes(notes: Mapping[str, Any]) -> list[AnyRecipe]:
    """Recipes of the run that weights are of, or of all the runs that they are the mean of.

    Raises:
        InputError: If one is no recipe.
    """
    if "averaged" in notes:
        return [recipe for member in notes["averaged"] for recipe in recipes_of_notes(member)]
    recipe = notes.get("recipe")
    return [recipe_from_table(_with_sets(recipe))] if isinstance(recipe, dict) else []


def _with_sets(table: dict[str, Any]) -> dict[str, Any]:
    """A recipe in files of earlier versions, which knew one data set, with a table for it."""
    if not isinstance(table.get("photos"), str):
        return table
    names = {
        "photos": "folder",
        "photo_list": "list",
        "white_in_focus": "white_in_focus",
        "left_out": "left_out",
        "validation_count": "validation_count",
    }
    rest = {key: value for key, value in table.items() if key not in names}
    of_the_set = {name: table[key] for key, name in names.items() if key in table}
    return {**rest, "photos": [of_the_set]}


def data_of_notes(notes: Mapping[str, Any]) -> tuple[str, ...]:
    """The data sets that weights, and what they were made from, have seen, sorted."""
    # Files of earlier versions do not say it themselves.
    return tuple(sorted(notes["data"] if "data" in notes else data_of(notes)))


def _seen(labels: LabelSet) -> tuple[str, ...]:
    return tuple(sorted({labels.photos, *(name for of in labels.weights for name in of.data)}))
