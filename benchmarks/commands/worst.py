"""``python -m benchmarks worst``: a model and photos in; a picture of the worst out."""

import argparse
from pathlib import Path

from benchmarks.commands.options import add_data, dataset_of
from dbd_mobile.cli.screen import complain, say
from dbd_mobile.errors import InputError
from evaluation.mappers import open_mapper
from evaluation.worst import draw_worst


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("worst", help="draw the photos that a model gets most wrong")
    parser.add_argument("--model", required=True, help="bundled id, or model file")
    add_data(parser)
    parser.add_argument("--count", type=int, default=15, help="how many (default: 15)")
    parser.add_argument("-o", "--output", type=Path, required=True, help="PNG file to write")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draw them."""
    if options.count < 1:
        raise InputError(f"--count must be at least 1, not {options.count}.")
    if options.output.suffix.lower() != ".png":
        raise InputError(f"-o must name a .png file, not {options.output}.")
    mapper = open_mapper(options.model)
    for line in draw_worst(mapper, dataset_of(options), options.count, options.output):
        say(line)
    complain(
        "The numbers are mean absolute errors. Photo, mask and map side by side, white = blurred: "
        f"{options.output}."
    )
    return 0
