"""``python -m benchmarks cluster``: a model in; what two nodes judge beside one process out."""

import argparse

from rich.progress import Progress

from benchmarks.verdicts.row import table
from dbd_mobile.errors import InputError
from evaluation.screen import notes, results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "cluster", help="photos a second of a scan on Ray, on two nodes, beside one process"
    )
    parser.add_argument("--model", default="lite", help="bundled id, or TFLite file")
    parser.add_argument(
        "--photos", type=int, default=200, metavar="COUNT", help="of a scan (default: %(default)s)"
    )
    parser.add_argument(
        "--turns", type=int, default=3, metavar="COUNT", help="of each (default: %(default)s)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the numbers; 1 if the cluster gains too little."""
    for option, count, least in (("--photos", options.photos, 50), ("--turns", options.turns, 1)):
        if count < least:
            raise InputError(f"{option} must be at least {least}, not {count}.")
    # Ray takes a while to load, which other commands need not wait for.
    from benchmarks.cluster import measure_cluster

    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Scanning", total=2 * (options.turns + 1) * options.photos)
        rows = measure_cluster(
            options.model,
            photos=options.photos,
            turns=options.turns,
            on_photo=lambda: progress.advance(task),
        )
    results.print(table(rows))
    return 0 if all(row.passed for row in rows) else 1
