"""Command line of the training tools: ``python -m training --help``."""

import argparse
import logging
import sys
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.logging import RichHandler

from training.errors import InputError
from training.recipe import Recipe, read_recipe
from training.run import train
from training.samples import draw_samples


def main() -> int:
    """Run one command; the exit status is 0, 2 after bad input, 130 after an interruption."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    _add_training(commands, "teacher", "train a teacher from photos and masks")
    _add_training(commands, "student", "train a student, by itself or with a teacher")
    samples = commands.add_parser("samples", help="draw the first batches of a run, to look at")
    _add_recipe(samples, "the picture's file (default: runs/RECIPE/samples.png)")
    options = parser.parse_args()
    console = Console(stderr=True)
    logging.basicConfig(
        level=logging.INFO,
        format="%(message)s",
        handlers=[RichHandler(console=console, show_path=False, show_level=False)],
    )
    folder = Path("runs") / options.recipe.stem
    try:
        recipe = read_recipe(options.recipe)
        if options.command == "samples":
            picture = options.output or folder / "samples.png"
            draw_samples(recipe, picture)
            console.print(f"Samples: {picture}", soft_wrap=True)
            return 0
        if options.device == "cuda" and not torch.cuda.is_available():
            raise InputError("PyTorch finds no CUDA device here; leave --device cuda out.")
        if options.command == "teacher":
            _check_teacher(options.recipe, recipe)
        folder = options.output or folder
        train(recipe, folder, torch.device(options.device))
    except InputError as error:
        console.print(f"[red]error:[/red] {error}", soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        console.print("Interrupted; the same command goes on after the last whole epoch.")
        return 130
    console.print(f"Weights: {folder / 'weights.safetensors'}; curves: {folder / 'curves.png'}")
    return 0


def _add_training(commands: "argparse._SubParsersAction[Any]", name: str, help_text: str) -> None:
    command = commands.add_parser(name, help=help_text, description=help_text.capitalize() + ".")
    _add_recipe(command, "the run's folder (default: runs/RECIPE)")
    command.add_argument(
        "--device",
        default="cuda" if torch.cuda.is_available() else "cpu",
        choices=("cpu", "cuda"),
        help="default: cuda where there is one",
    )


def _add_recipe(command: argparse.ArgumentParser, output_help: str) -> None:
    command.add_argument("recipe", type=Path, help="TOML file, e.g. training/recipes/lite.toml")
    command.add_argument("-o", "--output", type=Path, help=output_help)


def _check_teacher(path: Path, recipe: Recipe) -> None:
    if recipe.teacher:
        raise InputError(
            f"{path} names a teacher, {recipe.teacher}, but a teacher has none; train with "
            "'python -m training student' or take that key out."
        )


if __name__ == "__main__":
    sys.exit(main())
