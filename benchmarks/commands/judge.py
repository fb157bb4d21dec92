"""``python -m benchmarks judge``: models and data sets in; whether verdicts can be trusted out."""

import argparse
from pathlib import Path

from benchmarks.commands.options import add_everything
from benchmarks.commands.results import write_json
from benchmarks.judge import MEASURES, Judged, measure_verdicts
from benchmarks.verdicts.row import Row, table
from data.blur_dataset import data_root
from evaluation.screen import results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("judge", help="whether the verdicts on photos can be trusted")
    parser.add_argument("--model", default="lite", help="bundled id, or TFLite file")
    parser.add_argument("--detail", default="detail", help="bundled id, or TFLite file")
    parser.add_argument(
        "--data", type=Path, default=data_root(),
        help="folder of the data sets: native, cuhk and lfsd (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--only", default=",".join(MEASURES), metavar="MEASURES", help="default: %(default)s"
    )
    add_everything(parser)
    parser.add_argument(
        "--threads", type=int, help="of the interpreters, but for the cost (default: as users')"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the result there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print each measure as it is made; 1 if one misses its target."""
    judged = Judged(
        model=options.model,
        detail=options.detail,
        data=options.data,
        everything=options.all,
        threads=options.threads,
    )
    result = measure_verdicts(
        judged, options.only.split(","), lambda rows: results.print(table(rows))
    )
    if options.json:
        write_json(options.json, result)
    return 0 if all(Row.from_dict(row).passed for row in result["rows"]) else 1
