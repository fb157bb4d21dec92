"""Accuracy and latency of models, and the README's tables: ``python -m benchmarks --help``."""

import argparse
import sys
from collections.abc import Sequence

from benchmarks.commands import (
    accuracy,
    android,
    camera,
    cluster,
    collect,
    composites,
    growth,
    judge,
    latency,
    memory,
    overhead,
    peers,
    pi,
    radius,
    ratios,
    readme,
    roofline,
    video,
    worst,
)
from dbd_mobile.cli.screen import run_command

_COMMANDS = (
    accuracy,
    worst,
    composites,
    camera,
    radius,
    judge,
    latency,
    overhead,
    peers,
    roofline,
    video,
    cluster,
    memory,
    growth,
    ratios,
    android,
    pi,
    collect,
    readme,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What follows ``python -m benchmarks``; None takes it from ``sys.argv``.

    Returns:
        The exit status: 0, 1 if what was measured is worse than it may be, 2 after bad input, 130
        after an interruption.
    """
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Measure models, and write the tables of the pages from what was measured.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for command in _COMMANDS:
        command.add_parser(commands)
    options = parser.parse_args(arguments)
    return run_command(lambda: options.run(options), error_prefix="error: ")


if __name__ == "__main__":
    sys.exit(main())
