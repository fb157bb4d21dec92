"""A name in the graph in, all that it takes to make it, from ImageNet weights on, done.

What is there with the recorded SHA-256 is not made again, nor is what only that was made from.
What was made here stays, too, as long as what it was made from is the same: ``made.json`` beside it
tells. So an interrupted command goes on where it was.
"""

import json
import shlex
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from data.blur_dataset import data_root
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from networks.weights import load_weights
from training.graph import GRAPH, Export, Labels, Node, Weights
from training.label_set import maps_sha256, read_label_set
from training.named import file_sha256
from training.origins import without_pins
from training.recipe import AnyRecipe, Recipe
from training.run_folder import WEIGHTS
from training.shelf import Shelf

_STAMP = "made.json"
_SHOWN = {"fmax": "fmax", "mae": "MAE", "radius_error": "radius error"}
"""Of what is measured on what a run held out: name -> words."""


@dataclass(frozen=True)
class _Stamp:
    """What is noted down of something that was made.

    Attributes:
        inputs: SHA-256 of what it was made from, by reference.
        settings: What else decided how it came out.
        sha256: Of what came out.
    """

    inputs: dict[str, str]
    settings: dict[str, Any]
    sha256: str


@dataclass(frozen=True)
class Product:
    """Something that is there.

    Attributes:
        path: The file, or the folder with labels.
        sha256: Of its content.
    """

    path: Path
    sha256: str


class Reproduction:
    """Makes what a graph describes.

    Args:
        shelf: The graph, and where what is made goes.
        run: Does a command, given as its arguments after ``python -m``, and gives its exit status.
        say: Takes a line for the screen.
        device: For ``--device``.
        again: Whether the repository's own files do not count as being there, but for those that
            cannot be made again.
    """

    def __init__(
        self,
        shelf: Shelf,
        run: Callable[[Sequence[str]], int],
        say: Callable[[str], None],
        *,
        device: str,
        again: bool,
    ) -> None:
        self._shelf, self._graph = shelf, shelf.graph
        self._run, self._say = run, say
        self._device, self._again = device, again

    def plan(self, name: str) -> None:
        """Say, in order, what is there and what ``make`` would do.

        Raises:
            InputError: If nothing is called so, or the graph cannot be walked.
        """
        goal = self._graph.goal(name)
        wanted = self._wanted(goal)
        order = self._graph.order(goal)
        for number, node in enumerate(order, 1):
            product = self._there(node)
            if product:
                state = f"there: {product.path} ({product.sha256[:12]})"
            elif str(node) in wanted:
                state = f"to make: {shlex.join(['python', '-m', *self._command(node)])}"
            else:
                state = "not needed: what is made from it is there"
            self._say(f"{number}/{len(order)} {node} is {state}")

    def make(self, name: str) -> int:
        """Make what is not there.

        Returns:
            0, or the exit status of the command that ended otherwise.

        Raises:
            InputError: As ``plan``, and if weights are needed that cannot be made again.
        """
        goal = self._graph.goal(name)
        order = self._graph.order(goal)
        wanted = self._wanted(goal)
        for number, node in enumerate(order, 1):
            if str(node) not in wanted:
                continue
            product = self._there(node)
            if product:
                self._say(f"{number}/{len(order)} {node} is there: {product.path}")
                continue
            command = self._command(node)
            self._say(f"{number}/{len(order)} {node}: {shlex.join(['python', '-m', *command])}")
            status = self._run(command)
            if status:
                return status
            self._say(self._finish(node))
        return 0

    def _wanted(self, goal: Node) -> set[str]:
        """What has to be there for a goal: not what only things that are there come from."""

        def walk(node: Node) -> Iterator[str]:
            yield str(node)
            if not self._there(node):
                if isinstance(node, Weights) and node.history:
                    raise InputError(f"{node} cannot be made from here: {node.history}")
                for source in self._graph.inputs(node):
                    yield from walk(source)

        return set(walk(goal))

    def _there(self, node: Node) -> Product | None:
        is_repeatable = not (isinstance(node, Weights) and node.history)
        is_asked_for_again = self._again and is_repeatable
        if (
            isinstance(node, Weights | Export)
            and node.file
            and node.sha256
            and not is_asked_for_again
        ):
            file = self._graph.folder / node.file
            if file.is_file() and file_sha256(file) == node.sha256:
                return Product(file, node.sha256)
        return self._made(node)

    def _made(self, node: Node) -> Product | None:
        """What an earlier call made, or has the recorded hash however it came there."""
        path = self._path(node)
        if not path.exists():
            return None
        if isinstance(node, Labels):
            labels = read_label_set(path)
            if labels is None or not labels.maps_sha256:
                return None
        product = Product(path, _sha256(path))
        if product.sha256 == node.sha256:
            return product
        try:
            content = (self._folder(node) / _STAMP).read_bytes()
            stamp = TypeAdapter(_Stamp).validate_json(content)
        except (OSError, ValidationError):
            return None
        inputs = {str(of): there.sha256 for of in self._inputs(node) if (there := self._there(of))}
        # What it was made from may be gone by now; it must not be another.
        same = all(stamp.inputs.get(name) == checksum for name, checksum in inputs.items())
        fits = same and stamp.settings == self._settings(node)
        return product if fits and stamp.sha256 == product.sha256 else None

    def _finish(self, node: Node) -> str:
        """Note down what a command made; a sentence on it."""
        folder, path = self._folder(node), self._path(node)
        if isinstance(node, Weights) and node.recipe:
            with (folder / WEIGHTS).open("rb") as run, atomic_file(path) as file:
                shutil.copyfileobj(run, file)
        product = Product(path, _sha256(path))
        stamp = _Stamp(
            inputs={str(of): self._product(of).sha256 for of in self._inputs(node)},
            settings=self._settings(node),
            sha256=product.sha256,
        )
        with atomic_file(folder / _STAMP) as file:
            file.write(json.dumps(asdict(stamp), indent=1).encode())
        if product.sha256 == node.sha256:
            return f"{node} came out with the recorded SHA-256 {node.sha256}."
        if not node.sha256:
            return f"{node} has SHA-256 {product.sha256}{_accuracy(node, path)}; none is recorded."
        return (
            f"{node} came out with SHA-256 {product.sha256}{_accuracy(node, path)}, recorded is "
            f"{node.sha256}{_recorded_accuracy(node)}, as happens on other processors; what comes "
            "after it is made from the new one."
        )

    def _command(self, node: Node) -> list[str]:
        """What makes something, as the arguments after ``python -m``."""
        folder = self._folder(node)
        device = ["--device", self._device]
        if isinstance(node, Export):
            (source,) = self._inputs(node)
            arguments = [
                of.replace("{data}", str(data_root())) for of in self._graph.arguments(node)
            ]
            where = ["-o", str(folder), "--model-version", node.version]
            return ["export", str(self._expected(source)), *where, *arguments]
        named = ["--as", str(node), *device]
        if self._shelf.graph_file != GRAPH:
            named += ["--graph", str(self._shelf.graph_file)]
        sources = [str(self._expected(of)) for of in self._inputs(node)]
        if isinstance(node, Labels):
            more = ["--photos", str(data_root() / node.photos)]
            if node.objects:
                more += ["--objects", str(data_root() / node.objects)]
            if node.sides:
                more += ["--sides", *map(str, node.sides)]
            if node.mirrored:
                more.append("--mirrored")
            return ["training", "label", *sources, *more, "-o", str(folder), *named]
        if node.average_of:
            more = ["--firmness", str(node.firmness), "-o", str(self._path(node))]
            return ["training", "average", *sources, *more, *named]
        recipe = self._graph.recipe(node)
        command = ["training", _training_command(recipe)]
        command += [str(self._graph.folder / node.recipe), "-o", str(folder)]
        for of, path in zip(self._inputs(node), sources, strict=True):
            command += ["--use", f"{of}={path}"]
        return [*command, *named]

    def _inputs(self, node: Node) -> list[Weights | Labels]:
        # One network may be teacher and start at once.
        return list({str(of): of for of in self._graph.inputs(node)}.values())

    def _expected(self, node: Weights | Labels) -> Path:
        """Where something is, or will be."""
        product = self._there(node)
        return product.path if product else self._path(node)

    def _product(self, node: Weights | Labels) -> Product:
        product = self._there(node)
        if product is None:
            raise InputError(f"{node} was there a moment ago and is not now; start again.")
        return product

    def _folder(self, node: Node) -> Path:
        folder = self._shelf.folder(node)
        return folder / "export" if isinstance(node, Export) else folder

    def _path(self, node: Node) -> Path:
        if isinstance(node, Export):
            return self._folder(node) / f"{node.name}.int8.tflite"
        return self._shelf.places(node)[-1]

    def _settings(self, node: Node) -> dict[str, Any]:
        """What decides how something, and all that it comes from, comes out; as JSON has it."""
        settings = asdict(node)
        for name in ("sha256", "file", "held_out"):
            settings.pop(name, None)
        if isinstance(node, Weights) and node.recipe:
            settings["recipe"] = asdict(without_pins(self._graph.recipe(node)))
        if isinstance(node, Export):
            settings["arguments"] = self._graph.arguments(node)
        settings["from"] = {str(of): self._settings(of) for of in self._inputs(node)}
        return json.loads(json.dumps(settings))  # type: ignore[no-any-return]


def _training_command(recipe: AnyRecipe) -> str:
    if not isinstance(recipe, Recipe):
        return "detail"
    is_teacher = recipe.architecture.startswith("teacher") and not recipe.teacher
    return "teacher" if is_teacher else "student"


def _sha256(path: Path) -> str:
    return maps_sha256(path) if path.is_dir() else file_sha256(path)


def _accuracy(node: Node, path: Path) -> str:
    """Of weights that were just made, on the photos that their run held out."""
    if not isinstance(node, Weights):
        return ""
    notes: dict[str, Any] = load_weights(path).notes
    return _shown(notes.get("held_out", notes.get("epoch", {})))


def _recorded_accuracy(node: Node) -> str:
    return _shown(node.held_out) if isinstance(node, Weights) else ""


def _shown(held_out: dict[str, float]) -> str:
    shown = [f"{words} {held_out[name]:.4f}" for name, words in _SHOWN.items() if name in held_out]
    return f" (held out: {', '.join(shown)})" if shown else ""
