"""``python -m benchmarks readme``: stored results in; the tables of the pages out."""

import argparse

from benchmarks import readme


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("readme", help="rewrite the tables of README and guides")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Rewrite them."""
    readme.update()
    return 0
