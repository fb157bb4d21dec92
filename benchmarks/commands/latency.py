"""``python -m benchmarks latency``: models in; their latencies side by side, and reports, out."""

import argparse
from pathlib import Path

from benchmarks.commands.options import add_threads, thread_counts
from benchmarks.latency import measure_model
from benchmarks.report_table import report_table
from dbd_mobile.cli.screen import complain
from dbd_mobile.errors import InputError
from evaluation.screen import results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("latency", help="models and thread counts side by side")
    parser.add_argument("models", nargs="+", metavar="model", help="bundled ids, or TFLite files")
    add_threads(parser)
    parser.add_argument("--runs", type=int, default=100, help="timed runs of each (default: 100)")
    parser.add_argument(
        "--sizes", default="1000x1000", help="of the photo, e.g. 1000x1000,4000x3000 "
        "(default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("out/latency"),
        help="folder for the reports, which 'collect' takes (default: %(default)s)",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure, keep the reports and print the latencies."""
    threads = thread_counts(options)
    if options.runs < 1:
        raise InputError(f"--runs must be at least 1, not {options.runs}.")
    options.out.mkdir(parents=True, exist_ok=True)
    reports = []
    for model in options.models:
        for size in options.sizes.split(","):
            complain(f"Measuring {model} with a photo of {size}")
            reports.append(
                measure_model(
                    model, threads=threads, runs=options.runs, size=size, folder=options.out
                )
            )
    results.print(report_table(reports))
    complain(f"The reports are in {options.out}.")
    return 0
