"""``python -m benchmarks growth``: sizes and numbers in; how time and memory grow with them out."""

import argparse
from pathlib import Path

from rich.progress import Progress

from benchmarks.commands.options import positive_numbers
from benchmarks.commands.results import write_json
from benchmarks.growth import page
from benchmarks.growth.measure import Plan, measure_growth
from dbd_mobile.cli.screen import say
from dbd_mobile.errors import InputError
from evaluation.screen import notes


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "growth",
        help="how time and memory grow with the size and number of photos, threads and processes",
    )
    parser.add_argument(
        "--megapixels", default=".3,1,3,12,50,108,200", metavar="SIZES",
        help="of photos that are looked at one by one (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--judged", default="1,12", metavar="SIZES",
        help="megapixels of photos that are judged by several (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--numbers", default="1,2,3,4",
        help="of threads, of processes and of jobs (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--counts", default="1,10,100,1000,10000",
        help="of photos that are scanned (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--turns", type=int, default=3, help="how often each is measured (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the result there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print tables and sentences."""
    if options.turns < 1:
        raise InputError(f"--turns must be at least 1, not {options.turns}.")
    plan = Plan(
        megapixels=positive_numbers("--megapixels", options.megapixels, float),
        judged_megapixels=positive_numbers("--judged", options.judged, float),
        numbers=positive_numbers("--numbers", options.numbers, int),
        counts=positive_numbers("--counts", options.counts, int),
        turns=options.turns,
    )
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Measuring", total=plan.steps)
        growth = measure_growth(plan, lambda: progress.advance(task))
    if options.json:
        write_json(options.json, growth)
    for rows in (page.machine_rows, page.size_rows, page.parallel_rows, page.count_rows):
        for row in rows(growth):
            say(row)
        say("")
    for row in page.sentences(growth):
        say(row)
    return 0
