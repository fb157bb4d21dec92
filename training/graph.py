"""``graph.toml`` in, what is made from what, from ImageNet weights to TFLite files, out.

The file has one table for each set of weights (``[[weights]]``), of labels (``[[labels]]``) and
for each export (``[[exports]]``), with its SHA-256 once it is known, and what the command of every
export is given (``export_arguments``). What a network learns from stands in its recipe alone. Paths
are relative to the file's folder, those of data sets to the data root.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, StrictBool, StrictStr, ValidationError
from pydantic.dataclasses import dataclass

from dbd_mobile.errors import InputError
from training.faults import describe_fault
from training.named import Reference, find_reference, read_reference
from training.recipe import AnyRecipe, read_recipe

GRAPH = Path("training", "graph.toml")
"""Of this checkout, from whose root the tools are run."""

_CONFIG = ConfigDict(extra="forbid")


def _of_the_form(pattern: str, words: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(words)
        return value

    return AfterValidator(check)


_Name = Annotated[
    StrictStr,
    _of_the_form(
        r"[a-z0-9][\w.-]*",
        "of letters, digits, '_', '.' and '-' after a small letter or a digit",
    ),
]
_Version = Annotated[StrictStr, _of_the_form(r"\d+\.\d+\.\d+", "of the form '1.0.0', in digits")]
_Sha256 = Annotated[StrictStr, _of_the_form(r"([0-9a-f]{64})?", "of 64 hexadecimal digits or none")]
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
_Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Weights:
    """A weights file and how it is made.

    Attributes:
        name: What it is called.
        version: Its version.
        sha256: Of the file; empty until it has been made once.
        file: Where the repository has it; empty if it does not.
        recipe: Recipe that it is trained by, or
        average_of: references of the weights that it is the mean of, or
        history: where to read how it was made: that cannot be repeated from here.
        firmness: What the mean's logits are multiplied by.
        held_out: Its accuracy on the photos that its recipe holds out, to compare others with.
    """

    name: _Name
    version: _Version
    sha256: _Sha256 = ""
    file: StrictStr = ""
    recipe: StrictStr = ""
    average_of: tuple[StrictStr, ...] = ()
    history: StrictStr = ""
    firmness: _Positive = 1.0
    held_out: dict[StrictStr, _Number] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if sum(map(bool, (self.recipe, self.average_of, self.history))) != 1:
            raise InputError(f"{self} must have one of recipe, average_of and history.")

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Labels:
    """Maps that networks make of photos without ground truth.

    Attributes:
        name: What the set is called.
        version: Its version.
        sha256: Of the maps; empty until they have been made once.
        weights: References of the networks.
        photos: Folder with the photos, below the data root.
        objects: Folder with object masks whose outlines the maps follow; none if empty.
        sides: Sizes that each network sees a photo at; its own if empty.
        mirrored: Whether they see mirrored photos too.
    """

    name: _Name
    version: _Version
    sha256: _Sha256 = ""
    weights: tuple[StrictStr, ...]
    photos: StrictStr
    objects: StrictStr = ""
    sides: tuple[Annotated[int, Field(strict=True, gt=0, multiple_of=32)], ...] = ()
    mirrored: StrictBool = False

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Export:
    """The int8 TFLite file that ``python -m export`` makes of weights.

    Attributes:
        weights: Reference of the weights; name and version are theirs.
        sha256: Of the int8 file; empty until it has been made once.
        file: Where the repository has it; empty if it does not.
        arguments: Of the command, beside those that every export has; ``{data}`` is the data root.
    """

    weights: StrictStr
    sha256: _Sha256 = ""
    file: StrictStr = ""
    arguments: tuple[StrictStr, ...] = ()

    @property
    def name(self) -> str:
        """That of the weights."""
        return read_reference(self.weights).name

    @property
    def version(self) -> str:
        """That of the weights."""
        return read_reference(self.weights).version

    def __str__(self) -> str:
        return f"export of {read_reference(self.weights)}"


Node = Weights | Labels | Export


@dataclass(frozen=True, config=_CONFIG)
class Graph:
    """All of a graph file.

    Attributes:
        weights: Every weights file, in any order.
        labels: Every set of labels.
        exports: Every export.
        export_arguments: Of the command of every export, beside the weights, ``-o`` and
            ``--model-version``; ``{data}`` is the data root.
        file: The graph file.
    """

    weights: tuple[Weights, ...] = ()
    labels: tuple[Labels, ...] = ()
    exports: tuple[Export, ...] = ()
    export_arguments: tuple[StrictStr, ...] = ()
    file: Path = GRAPH

    @property
    def folder(self) -> Path:
        """Where the graph file lies."""
        return self.file.parent

    @cached_property
    def _by_reference(self) -> dict[str, Weights | Labels]:
        named: list[Weights | Labels] = [*self.weights, *self.labels]
        found = {str(node): node for node in named}
        if len(found) < len(named):
            twice = next(str(node) for node in named if found[str(node)] is not node)
            raise InputError(f"{self.file} has {twice} twice.")
        return found

    def node(self, reference: Reference) -> Weights | Labels:
        """What a reference means.

        Raises:
            InputError: If nothing goes by it, or what does has another hash than it says.
        """
        found = self._by_reference.get(str(reference))
        if found is None:
            raise InputError(
                f"{self.file} has no {reference}; it has {', '.join(sorted(self._by_reference))}."
            )
        if reference.sha256 not in ("", found.sha256):
            raise InputError(
                f"{reference} is named with SHA-256 {reference.sha256}, but "
                f"{self.file} says {found.sha256 or 'none yet'}; "
                "'python -m training pin' writes what that file says into the recipes."
            )
        return found

    def goal(self, name: str) -> Node:
        """What ``reproduce NAME`` makes: the export of these weights if there is one.

        Args:
            name: With or without a version; without, the newest that can be made is meant.

        Raises:
            InputError: If nothing is called so.
        """
        reference = find_reference(name)
        if reference is None:
            versions = [
                node
                for node in self._by_reference.values()
                if node.name == name and not (isinstance(node, Weights) and node.history)
            ]
            if not versions:
                known = ", ".join(sorted({node.name for node in self._by_reference.values()}))
                raise InputError(f"Nothing that can be made is called {name}; known are {known}.")
            node = max(versions, key=lambda node: [int(part) for part in node.version.split(".")])
        else:
            node = self.node(reference)
        same = (of for of in self.exports if (of.name, of.version) == (node.name, node.version))
        return next(same, node)

    def arguments(self, node: Export) -> tuple[str, ...]:
        """Of the command of an export, beside the weights, ``-o`` and ``--model-version``."""
        return (*self.export_arguments, *node.arguments)

    def recipe(self, node: Weights) -> AnyRecipe:
        """The recipe that weights are trained by.

        Raises:
            InputError: If it cannot be used.
        """
        return read_recipe(self.folder / node.recipe)

    def inputs(self, node: Node) -> list[Weights | Labels]:
        """What something is made from.

        Raises:
            InputError: If it is a path, or the graph does not have it.
        """
        if isinstance(node, Export):
            return [self.node(read_reference(node.weights))]
        if isinstance(node, Labels):
            return [self.node(read_reference(text)) for text in node.weights]
        if node.recipe:
            given = self.recipe(node).sources.values()
            return [self.node(read_reference(text)) for text in given]
        return [self.node(read_reference(text)) for text in node.average_of]

    def order(self, goal: Node) -> list[Node]:
        """A goal and all that it comes from, each after what it is made from.

        Raises:
            InputError: As ``inputs``, and if something is its own ancestor.
        """
        done: dict[str, Node] = {}

        def visit(node: Node, above: tuple[str, ...]) -> Iterator[Node]:
            if str(node) in above:
                way = " <- ".join((*above[above.index(str(node)) :], str(node)))
                raise InputError(f"{self.file} has its own ancestor: {way}.")
            if str(node) in done:
                return
            for source in self.inputs(node):
                yield from visit(source, (*above, str(node)))
            done[str(node)] = node
            yield node

        return list(visit(goal, ()))


def read_graph(path: Path = GRAPH) -> Graph:
    """Read a graph file.

    Raises:
        InputError: If it is missing or no TOML, or has an unknown key or an impossible value.
    """
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"Graph {path} cannot be read as TOML ({error}).") from error
    try:
        return Graph(**{**table, "file": path})
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    except ValidationError as error:
        raise InputError(f"{path}: {describe_fault(error.errors()[0])}.") from error
