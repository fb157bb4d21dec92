"""``python -m benchmarks accuracy``: a model and photos in; its accuracy out."""

import argparse
import dataclasses
from pathlib import Path

from benchmarks.commands.options import add_data, dataset_of
from benchmarks.commands.results import print_json
from evaluation.mappers import FolderMapper, open_mapper
from evaluation.scoring import accuracy_table, measure
from evaluation.screen import results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("accuracy", help="accuracy by every protocol")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--model", help="bundled id, or model file")
    source.add_argument("--maps", type=Path, help="folder of maps from 'python -m training label'")
    add_data(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the accuracy."""
    mapper = FolderMapper(options.maps) if options.maps else open_mapper(options.model)
    accuracy = measure(mapper, dataset_of(options))
    if options.json:
        print_json(dataclasses.asdict(accuracy))
    else:
        name = options.model or str(options.maps)
        results.print(accuracy_table(name, options.data.name, accuracy))
    return 0
