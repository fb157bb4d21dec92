"""``python -m benchmarks memory``: a model in; how far the memory grows out."""

import argparse

from rich.progress import Progress

from benchmarks.memory import measure_memory
from benchmarks.verdicts.row import table
from dbd_mobile.errors import InputError
from evaluation.screen import notes, results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "memory", help="growth of the memory over many detections, and over many loads"
    )
    parser.add_argument("--model", default="nano", help="bundled id, or TFLite file")
    parser.add_argument(
        "--detections", type=int, default=20_000, metavar="COUNT", help="default: %(default)s"
    )
    parser.add_argument(
        "--loads", type=int, default=2_000, metavar="COUNT", help="default: %(default)s"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the growth; 1 if it is too much."""
    for option, count in (("--detections", options.detections), ("--loads", options.loads)):
        if count < 4:
            raise InputError(f"{option} must be at least 4, not {count}.")
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Looking", total=options.detections + options.loads)
        rows = measure_memory(
            options.model,
            detections=options.detections,
            loads=options.loads,
            on_run=lambda: progress.advance(task),
        )
    results.print(table(rows))
    return 0 if all(row.passed for row in rows) else 1
