"""``python -m benchmarks latency``: TFLite files in; their latencies side by side out."""

import argparse
from pathlib import Path

from rich.progress import Progress

from benchmarks.commands.options import add_threads, thread_counts
from benchmarks.commands.results import write_json
from benchmarks.latency import compare_latency, latency_table
from evaluation.screen import notes, results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("latency", help="files and thread counts side by side")
    parser.add_argument("files", type=Path, nargs="+", help="TFLite files")
    add_threads(parser)
    parser.add_argument("--runs", type=int, default=100, help="timed runs of each (default: 100)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the result there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the latencies."""
    threads = thread_counts(options)
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Timing", total=options.runs * len(options.files) * len(threads))
        result = compare_latency(
            options.files, threads, options.runs, lambda: progress.advance(task)
        )
    if options.json:
        write_json(options.json, result)
    results.print(latency_table(result))
    return 0
