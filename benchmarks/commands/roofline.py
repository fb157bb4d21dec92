"""``python -m benchmarks roofline``: models in; their shares of the interpreter's peak out."""

import argparse
from pathlib import Path

from rich.progress import Progress

from benchmarks.commands.results import write_json
from benchmarks.roofline.matrix_unit import forbid_matrix_unit
from benchmarks.roofline.measuring import measure_roofline
from benchmarks.roofline.tables import roofline_tables
from dbd_mobile.errors import InputError
from evaluation.screen import notes, results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "roofline", help="what models reach of the interpreter's peak, operator by operator"
    )
    parser.add_argument(
        "--model",
        action="append",
        help="bundled id, or TFLite file; may be given again (default: lite and nano)",
    )
    parser.add_argument("--threads", type=int, default=1, help="of the interpreter (default: 1)")
    parser.add_argument("--runs", type=int, default=100, help="timed runs of each (default: 100)")
    parser.add_argument(
        "--no-amx",
        action="store_true",
        help="without the matrix unit of newer Intel processors, as on others; Linux only",
    )
    parser.add_argument(
        "--untrained", action="store_true", help="also time networks of other shapes, untrained"
    )
    parser.add_argument(
        "--worst", type=int, default=12, help="operators to list of each model (default: 12)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the result there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the peak and the shares."""
    for name in ("threads", "runs", "worst"):
        if getattr(options, name) < 1:
            raise InputError(f"--{name} must be at least 1, not {getattr(options, name)}.")
    if options.no_amx:
        forbid_matrix_unit()
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Timing", total=options.runs)
        result = measure_roofline(
            options.model or ["lite", "nano"],
            threads=options.threads,
            runs=options.runs,
            untrained=options.untrained,
            on_run=lambda: progress.advance(task),
        )
    if options.json:
        write_json(options.json, result)
    for table in roofline_tables(result, options.worst):
        results.print(table)
        results.print()
    return 0
