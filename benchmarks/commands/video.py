"""``python -m benchmarks video``: a model in; what videos' maps and speed are like out."""

import argparse
from itertools import groupby

from rich.progress import Progress

from benchmarks.verdicts.row import Row, table
from benchmarks.video import STEPS, measure_smoothing, measure_speed
from dbd_mobile.errors import InputError
from evaluation.screen import notes, results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "video", help="what smoothing over time does to maps of videos, and how fast videos go"
    )
    parser.add_argument("--model", default="nano", help="bundled id, or TFLite file")
    parser.add_argument(
        "--frames", type=int, default=200, help="of the video that is timed (default: 200)"
    )
    parser.add_argument(
        "--threads", type=int, help="of the interpreter (default: the usable cores, at most 4)"
    )
    parser.add_argument(
        "--only", choices=("smoothing", "speed"), help="measure this alone (default: both)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print both; 1 if one misses its target."""
    if options.frames < 10:
        raise InputError(f"--frames must be at least 10, not {options.frames}.")
    rows: list[Row] = []
    if options.only != "speed":
        with Progress(console=notes, transient=True) as progress:
            task = progress.add_task("Looking", total=STEPS)
            rows += measure_smoothing(options.model, lambda: progress.advance(task))
    if options.only != "smoothing":
        rows += measure_speed(options.model, options.frames, options.threads)
    for _, group in groupby(rows, key=lambda row: row.measure):
        results.print(table(list(group)))
    return 0 if all(row.passed for row in rows) else 1
