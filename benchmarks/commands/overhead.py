"""``python -m benchmarks overhead``: a model in; what is spent beside the interpreter out."""

import argparse

from rich.progress import Progress

from benchmarks.commands.options import add_threads, thread_counts
from benchmarks.overhead import measure_overhead
from benchmarks.verdicts.row import table
from dbd_mobile.errors import InputError
from evaluation.screen import notes, results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "overhead", help="what detect takes beside the bare interpreter, and beside decoding"
    )
    parser.add_argument("--model", default="lite", help="bundled id, or TFLite file")
    add_threads(parser)
    parser.add_argument("--runs", type=int, default=100, help="timed runs of each (default: 100)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the shares; 1 if one is too high."""
    threads = thread_counts(options)
    if options.runs < 1:
        raise InputError(f"--runs must be at least 1, not {options.runs}.")
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Timing", total=options.runs * len(threads))
        rows = measure_overhead(
            options.model, threads, options.runs, lambda: progress.advance(task)
        )
    for start in range(0, len(rows), len(rows) // len(threads)):
        results.print(table(rows[start : start + len(rows) // len(threads)]))
    return 0 if all(row.passed for row in rows) else 1
