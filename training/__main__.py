"""Command line of the training tools: ``python -m training --help``."""

import argparse
import dataclasses
import logging
import sys
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.logging import RichHandler

from data.blur_dataset import list_photos
from dbd_mobile.errors import InputError
from evaluation.ensemble import Ensemble
from training.ablation import ablation_rows, run_ablation
from training.average import average_weights
from training.label import label_photos
from training.recipe import Recipe, read_recipe
from training.run import train
from training.samples import draw_samples


def main() -> int:
    """Run one command; the exit status is 0, 2 after bad input, 130 after an interruption."""
    options = _parser().parse_args()
    console = Console(stderr=True)
    logging.basicConfig(
        level=logging.INFO,
        format="%(message)s",
        handlers=[RichHandler(console=console, show_path=False, show_level=False)],
    )
    try:
        for line in options.run(options):
            console.print(line, soft_wrap=True)
    except InputError as error:
        console.print(f"[red]error:[/red] {error}", soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        console.print("Interrupted; the same command goes on where it was.")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_training(commands, "teacher", "train a teacher from photos and masks")
    _add_training(commands, "student", "train a student, by itself or with a teacher")
    samples = commands.add_parser("samples", help="draw the first batches of a run, to look at")
    _add_recipe(samples, "the picture's file (default: runs/RECIPE/samples.png)")
    samples.set_defaults(run=_samples)
    ablation = commands.add_parser("ablation", help="measure what each term of a recipe is worth")
    _add_recipe(ablation, "folder of the runs and ablation.json (default: runs/RECIPE)")
    ablation.add_argument("--seeds", type=int, default=2, help="runs of each row (default: 2)")
    _add_device(ablation)
    ablation.set_defaults(run=_ablation)
    label = commands.add_parser(
        "label", help="write trained networks' maps of photos, to learn from"
    )
    label.add_argument("weights", type=Path, nargs="+", help="weights of the networks")
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
    _add_device(label)
    label.set_defaults(run=_label)
    average = commands.add_parser("average", help="write the mean of several runs' weights")
    average.add_argument("weights", type=Path, nargs="+", help="weights of runs of one kind")
    average.add_argument(
        "--firmness", type=float, default=1.0, metavar="FACTOR",
        help="what the mean's logits are multiplied by: above 1 its maps are surer, with a smaller "
        "absolute error and the same F at 0.5 (default: 1)",
    )  # fmt: skip
    average.add_argument("-o", "--output", type=Path, required=True, help="file for the mean")
    _add_device(average)
    average.set_defaults(run=_average)
    return parser


def _add_training(commands: "argparse._SubParsersAction[Any]", name: str, help_text: str) -> None:
    command = commands.add_parser(name, help=help_text, description=help_text.capitalize() + ".")
    _add_recipe(command, "the run's folder (default: runs/RECIPE, or runs/RECIPE-SEED)")
    command.add_argument("--seed", type=int, help="in the place of the recipe's seed")
    _add_device(command)
    command.set_defaults(run=_train)


def _add_recipe(command: argparse.ArgumentParser, output_help: str) -> None:
    command.add_argument("recipe", type=Path, help="TOML file, e.g. training/recipes/lite.toml")
    command.add_argument("-o", "--output", type=Path, help=output_help)


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


def _train(options: argparse.Namespace) -> list[str]:
    recipe = read_recipe(options.recipe)
    folder = _folder(options)
    if options.seed is not None:
        recipe = dataclasses.replace(recipe, seed=options.seed)
        folder = folder.with_name(f"{folder.name}-{options.seed}")
    device = _device(options)
    if options.command == "teacher":
        _check_teacher(options.recipe, recipe)
    folder = options.output or folder
    train(recipe, folder, device)
    return [f"Weights: {folder / 'weights.safetensors'}; curves: {folder / 'curves.png'}"]


def _samples(options: argparse.Namespace) -> list[str]:
    picture = options.output or _folder(options) / "samples.png"
    draw_samples(read_recipe(options.recipe), picture)
    return [f"Samples: {picture}"]


def _ablation(options: argparse.Namespace) -> list[str]:
    recipe = read_recipe(options.recipe)
    folder = options.output or _folder(options)
    return ablation_rows(run_ablation(recipe, options.seeds, folder, _device(options)))


def _label(options: argparse.Namespace) -> list[str]:
    for side in options.sides:
        if side < 32 or side % 32:
            raise InputError(f"--sides must be multiples of 32, at least 32, not {side}.")
    device = _device(options)
    ensemble = Ensemble(options.weights, options.sides, device, mirrored=options.mirrored)
    names = list_photos(options.photos, options.list, options.photos.parent)
    label_photos(ensemble, options.photos, names, options.output, options.objects)
    return [f"Maps: {options.output}"]


def _average(options: argparse.Namespace) -> list[str]:
    accuracies = average_weights(
        options.weights, options.output, _device(options), firmness=options.firmness
    )
    rows = ["| held-out photos | fmax | MAE | ddff F |", "|---|---|---|---|"]
    for file, of in accuracies.items():
        rows.append(f"| {file} | {of.fmax:.4f} | {of.mae:.4f} | {of.ddff:.4f} |")
    return rows


def _check_teacher(path: Path, recipe: Recipe) -> None:
    if recipe.teacher:
        raise InputError(
            f"{path} names a teacher, {recipe.teacher}, but a teacher has none; train with "
            "'python -m training student' or take that key out."
        )


if __name__ == "__main__":
    sys.exit(main())
