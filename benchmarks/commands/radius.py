"""``python -m benchmarks radius``: a model and photos in; errors at known radii out."""

import argparse
import dataclasses
from pathlib import Path

from benchmarks.commands.options import add_everything
from benchmarks.commands.results import print_json
from benchmarks.radius import is_near_enough, measure_model_radius, radius_table
from data.native_photos import held_out, list_native_photos
from evaluation.screen import results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("radius", help="errors of the measured blur at known radii")
    parser.add_argument(
        "--model", default="detail",
        help="bundled id or TFLite file, run as users run it; or weights or an ONNX file, at one "
        "scale (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of native photos, with list.csv"
    )
    add_everything(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the errors; 1 if they are too large."""
    photos = list_native_photos(options.data)
    if not options.all:
        photos = held_out(photos)
    accuracy = measure_model_radius(options.model, photos)
    if options.json:
        print_json(dataclasses.asdict(accuracy))
    else:
        results.print(radius_table(options.model, accuracy))
    return 0 if is_near_enough(accuracy) else 1
