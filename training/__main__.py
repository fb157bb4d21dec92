"""Command line of the training tools: ``python -m training --help``."""

import argparse
import logging
import sys
from pathlib import Path

import torch
from rich.console import Console
from rich.logging import RichHandler

from training.errors import InputError
from training.recipe import read_recipe
from training.student import train_student


def main() -> int:
    """Run one command; the exit status is 0, 2 after bad input, 130 after an interruption."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    student = commands.add_parser("student", help="train a student from a recipe")
    student.add_argument("recipe", type=Path, help="TOML file, e.g. training/recipes/lite.toml")
    student.add_argument(
        "-o", "--output", type=Path, help="the run's folder (default: runs/RECIPE)"
    )
    student.add_argument(
        "--device",
        default="cuda" if torch.cuda.is_available() else "cpu",
        choices=("cpu", "cuda"),
        help="default: cuda where there is one",
    )
    options = parser.parse_args()
    console = Console(stderr=True)
    logging.basicConfig(
        level=logging.INFO,
        format="%(message)s",
        handlers=[RichHandler(console=console, show_path=False, show_level=False)],
    )
    folder = options.output or Path("runs") / options.recipe.stem
    try:
        train_student(read_recipe(options.recipe), folder, torch.device(options.device))
    except InputError as error:
        console.print(f"[red]error:[/red] {error}", soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        console.print("Interrupted; the same command goes on after the last whole epoch.")
        return 130
    console.print(f"Weights: {folder / 'weights.safetensors'}; curves: {folder / 'curves.png'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
