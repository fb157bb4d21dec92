"""``python -m benchmarks composites``: a model and scenes in; its errors on made defocus out."""

import argparse
import dataclasses
from pathlib import Path

from benchmarks.commands.results import print_json
from evaluation.composites import composites_table, measure_composites
from evaluation.mappers import open_mapper
from evaluation.screen import results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("composites", help="errors on defocus made with known blur")
    parser.add_argument("--model", required=True, help="bundled id, or model file")
    parser.add_argument(
        "--data", type=Path, required=True, help="folder with image/ and mask/ (white = object)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the errors."""
    errors = measure_composites(open_mapper(options.model), options.data)
    if options.json:
        print_json(dataclasses.asdict(errors))
    else:
        results.print(composites_table(options.model, errors))
    return 0
