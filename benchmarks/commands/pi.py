"""``python -m benchmarks pi``: the wheel in; what it takes on emulated Raspberry Pis out."""

import argparse
from pathlib import Path

from rich.progress import Progress

from benchmarks.commands.results import write_json
from benchmarks.emulated_pi.report import STEPS, instruction_rows, measure, memory_rows
from dbd_mobile.catalogue import bundled_ids
from dbd_mobile.cli.screen import say
from dbd_mobile.errors import InputError
from evaluation.screen import notes


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "pi", help="instructions and memory on emulated Raspberry Pis; as root, see docs"
    )
    parser.add_argument("--runs", type=int, default=3, help="counted runs of each (default: 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the result there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the tables."""
    if options.runs < 1:
        raise InputError(f"--runs must be at least 1, not {options.runs}.")
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Emulating", total=STEPS)
        models = bundled_ids("blur-map")
        report = measure(models, options.runs, lambda: progress.advance(task))
    if options.json:
        write_json(options.json, report)
    for line in [*instruction_rows(report), "", *memory_rows(report)]:
        say(line)
    return 0
