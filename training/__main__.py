"""Command line of the training tools: ``python -m training --help``."""

import argparse
import dataclasses
import logging
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from rich.logging import RichHandler

from data.terms import NO_VERSION
from dbd_mobile.cli.screen import run_command, say
from dbd_mobile.errors import InputError
from evaluation.screen import notes
from training.ablation import ablation_rows, run_ablation
from training.average import average_weights
from training.detail_recipe import DetailRecipe
from training.detail_run import train_detail
from training.graph import GRAPH, read_graph
from training.label import label_photos
from training.named import Reference, find_reference, read_reference
from training.pin import pin_recipes
from training.recipe import AnyRecipe, Recipe, read_recipe
from training.reproduce import Reproduction
from training.run import train
from training.samples import draw_samples
from training.shelf import MADE, Shelf


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: Of the command line; those of the process if None.

    Returns:
        The exit status: 0, 2 after bad input, 130 after an interruption, or that of the command
        that ``reproduce`` could not do.
    """
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO,
        format="%(message)s",
        handlers=[RichHandler(console=notes, show_path=False, show_level=False)],
    )
    return run_command(
        partial(_run, options),
        error_prefix="error: ",
        interrupted="Interrupted; the same command goes on from what it has kept.",
    )


def _run(options: argparse.Namespace) -> int:
    return options.run(options)  # type: ignore[no-any-return]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description="Train the networks, and make what they learn from."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_training(commands, "teacher", "train a teacher from photos and masks")
    _add_training(commands, "student", "train a student, by itself or with a teacher")
    _add_training(commands, "detail", "train the network that measures blur in pixels")
    samples = commands.add_parser("samples", help="draw the first batches of a run, to look at")
    _add_recipe(samples, "the picture's file (default: runs/RECIPE/samples.png)")
    _add_sources(samples)
    samples.set_defaults(run=_samples)
    ablation = commands.add_parser("ablation", help="measure what each term of a recipe is worth")
    _add_recipe(ablation, "folder of the runs and ablation.json (default: runs/RECIPE)")
    ablation.add_argument("--seeds", type=int, default=2, help="runs of each row (default: 2)")
    _add_sources(ablation)
    _add_device(ablation)
    ablation.set_defaults(run=_ablation)
    label = commands.add_parser(
        "label", help="write trained networks' maps of photos, to learn from"
    )
    label.add_argument("weights", nargs="+", help="weights of the networks: files or NAME@VERSION")
    label.add_argument("--photos", type=Path, required=True, help="folder with the photos")
    label.add_argument("--list", type=Path, help="file that names some of them, one a line")
    label.add_argument(
        "--sides", type=int, nargs="+", default=[], metavar="PIXELS",
        help="sizes that each network sees a photo at (default: the one it was trained at)",
    )  # fmt: skip
    label.add_argument("--mirrored", action="store_true", help="show them mirrored photos too")
    label.add_argument(
        "--objects", type=Path,
        help="folder with object masks, STEM.png, whose outlines the maps' edges are to follow",
    )  # fmt: skip
    label.add_argument("-o", "--output", type=Path, required=True, help="folder for the maps")
    _add_name(label)
    _add_sources(label)
    _add_device(label)
    label.set_defaults(run=_label)
    average = commands.add_parser("average", help="write the mean of several runs' weights")
    average.add_argument(
        "weights", nargs="+", help="weights of runs of one kind: files or NAME@VERSION"
    )
    average.add_argument(
        "--firmness", type=float, default=1.0, metavar="FACTOR",
        help="what the mean's logits are multiplied by, 1 over the temperature of temperature "
        "scaling: above 1 its maps lie closer to 0 and 1, with a smaller absolute error and the "
        "same F at 0.5 (default: 1)",
    )  # fmt: skip
    average.add_argument("-o", "--output", type=Path, required=True, help="file for the mean")
    _add_name(average)
    _add_sources(average)
    _add_device(average)
    average.set_defaults(run=_average)
    reproduce = commands.add_parser(
        "reproduce", help="make weights or labels again, with all that they come from"
    )
    reproduce.add_argument("name", help="NAME or NAME@VERSION in the graph; the newest without")
    reproduce.add_argument("--dry-run", action="store_true", help="only show the steps")
    reproduce.add_argument(
        "--again", action="store_true",
        help="make also what the repository has as a file, as far as it can be made from here",
    )  # fmt: skip
    reproduce.add_argument(
        "-o", "--output", type=Path, default=MADE, help=f"folder for everything (default: {MADE})"
    )
    _add_graph(reproduce)
    _add_device(reproduce)
    reproduce.set_defaults(run=_reproduce)
    pin = commands.add_parser("pin", help="write the graph's hashes into the recipes beside it")
    _add_graph(pin)
    pin.set_defaults(run=_pin)
    return parser


def _add_training(commands: "argparse._SubParsersAction[Any]", name: str, help_text: str) -> None:
    command = commands.add_parser(name, help=help_text, description=help_text.capitalize() + ".")
    _add_recipe(command, "the run's folder (default: runs/RECIPE, or runs/RECIPE-SEED)")
    command.add_argument("--seed", type=int, help="in the place of the recipe's seed")
    _add_name(command)
    _add_sources(command)
    _add_device(command)
    command.set_defaults(run=_train)


def _add_recipe(command: argparse.ArgumentParser, output_help: str) -> None:
    command.add_argument("recipe", type=Path, help="TOML file, e.g. training/recipes/lite.toml")
    command.add_argument("-o", "--output", type=Path, help=output_help)


def _add_name(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--as", dest="reference", type=_reference, metavar="NAME@VERSION",
        help=f"what the result says that it is called (default: the output's name, {NO_VERSION})",
    )  # fmt: skip


def _add_sources(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--use", type=_replacement, action="append", default=[], metavar="NAME@VERSION=PATH",
        help="file or folder to take in the place of what is named, whatever its hash",
    )  # fmt: skip
    _add_graph(command)


def _add_graph(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--graph", type=Path, default=GRAPH,
        help="TOML file that says what names mean (default: training/graph.toml)",
    )  # fmt: skip


def _reference(text: str) -> Reference:
    try:
        return read_reference(text)
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _replacement(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    if not path:
        raise argparse.ArgumentTypeError(f"expected NAME@VERSION=PATH, not {text!r}")
    return str(_reference(name)), Path(path)


def _add_device(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--device",
        default="cuda" if torch.cuda.is_available() else "cpu",
        choices=("cpu", "cuda"),
        help="default: cuda where there is one",
    )


def _device(options: argparse.Namespace) -> torch.device:
    if options.device == "cuda" and not torch.cuda.is_available():
        raise InputError("PyTorch finds no CUDA device here; leave --device cuda out.")
    return torch.device(options.device)


def _folder(options: argparse.Namespace) -> Path:
    return Path("runs", options.recipe.stem)


def _shelf(options: argparse.Namespace, given: Iterable[str]) -> Shelf:
    """Where what is asked for by these paths and names is looked for."""
    instead: dict[str, Path] = dict(options.use)
    named = {str(reference) for text in given if (reference := find_reference(text))}
    for name in instead:
        if name not in named:
            known = f"; named are {', '.join(sorted(named))}" if named else ""
            raise InputError(f"--use has {name}, which nothing here names{known}; leave it out.")
    return Shelf(options.graph, instead=instead)


def _train(options: argparse.Namespace) -> int:
    recipe: AnyRecipe
    if options.command == "detail":
        recipe = read_recipe(options.recipe, DetailRecipe)
    else:
        recipe = read_recipe(options.recipe, Recipe)
    folder = _folder(options)
    if options.seed is not None:
        recipe = dataclasses.replace(recipe, seed=options.seed)
        folder = folder.with_name(f"{folder.name}-{options.seed}")
    device = _device(options)
    folder = options.output or folder
    shelf = _shelf(options, recipe.sources.values())
    if isinstance(recipe, DetailRecipe):
        train_detail(recipe, folder, device, reference=options.reference)
    else:
        if options.command == "teacher":
            _check_teacher(options.recipe, recipe)
        train(recipe, folder, device, reference=options.reference, shelf=shelf)
    say(f"Weights: {folder / 'weights.safetensors'}; curves: {folder / 'curves.png'}")
    return 0


def _samples(options: argparse.Namespace) -> int:
    picture = options.output or _folder(options) / "samples.png"
    recipe = read_recipe(options.recipe, Recipe)
    draw_samples(recipe, picture, _shelf(options, recipe.sources.values()))
    say(f"Samples: {picture}")
    return 0


def _ablation(options: argparse.Namespace) -> int:
    recipe = read_recipe(options.recipe, Recipe)
    folder = options.output or _folder(options)
    shelf = _shelf(options, recipe.sources.values())
    result = run_ablation(recipe, options.seeds, folder, _device(options), shelf)
    for row in ablation_rows(result):
        say(row)
    return 0


def _label(options: argparse.Namespace) -> int:
    device = _device(options)
    shelf = _shelf(options, options.weights)
    label_photos(
        [shelf.weights(given) for given in options.weights],
        options.photos,
        options.output,
        device,
        list_file=options.list,
        objects=options.objects,
        sides=options.sides,
        mirrored=options.mirrored,
        reference=options.reference,
    )
    say(f"Maps: {options.output}")
    return 0


def _average(options: argparse.Namespace) -> int:
    shelf = _shelf(options, options.weights)
    accuracies = average_weights(
        [shelf.weights(given) for given in options.weights],
        options.output,
        _device(options),
        firmness=options.firmness,
        reference=options.reference,
    )
    say("| held-out photos | fmax | MAE | ddff F |")
    say("|---|---|---|---|")
    for file, of in accuracies.items():
        say(f"| {file} | {of.fmax:.4f} | {of.mae:.4f} | {of.ddff:.4f} |")
    return 0


def _reproduce(options: argparse.Namespace) -> int:
    _device(options)
    shelf = Shelf(options.graph, made=options.output)
    reproduction = Reproduction(shelf, _do, say, device=options.device, again=options.again)
    if options.dry_run:
        reproduction.plan(options.name)
        return 0
    return reproduction.make(options.name)


def _do(command: Sequence[str]) -> int:
    """Run ``python -m COMMAND``; of training itself, in this process."""
    if command[0] == "training":
        return main(command[1:])
    return subprocess.run([sys.executable, "-m", *command]).returncode


def _pin(options: argparse.Namespace) -> int:
    for path in pin_recipes(read_graph(options.graph)):
        say(f"Pinned: {path}")
    return 0


def _check_teacher(path: Path, recipe: Recipe) -> None:
    if recipe.teacher:
        raise InputError(
            f"{path} names a teacher, {recipe.teacher}, but a teacher has none; train with "
            "'python -m training student' or take that key out."
        )


if __name__ == "__main__":
    sys.exit(main())
