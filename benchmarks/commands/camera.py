"""``python -m benchmarks camera``: a model and photos in; what short cuts cost out."""

import argparse
import dataclasses

from benchmarks.commands.options import add_data, dataset_of
from benchmarks.commands.results import print_json
from evaluation.camera_jpegs import measure_short_cuts, short_cuts_table
from evaluation.screen import results


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "camera", help="what the runtime's short cuts for camera-sized JPEGs cost in accuracy"
    )
    parser.add_argument("--model", required=True, help="bundled id, or TFLite file")
    add_data(parser)
    parser.add_argument(
        "--long-side", type=int, default=4000, metavar="PIXELS",
        help="what the photos are enlarged to (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the cost; 1 if it is too high."""
    cost = measure_short_cuts(options.model, dataset_of(options), options.long_side)
    if options.json:
        print_json(
            {
                **dataclasses.asdict(cost),
                "fmax_loss": cost.fmax_loss,
                "mae_rise": cost.mae_rise,
                "passed": cost.passed,
            }
        )
    else:
        results.print(short_cuts_table(options.model, cost))
    return 0 if cost.passed else 1
