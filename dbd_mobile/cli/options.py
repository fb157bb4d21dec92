"""Options that several commands share."""

import argparse


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add ``--model``."""
    parser.add_argument(
        "--model",
        default="lite",
        metavar="ID|FILE",
        help="a bundled model's id (see `dbd-mobile models`) or a .tflite file; default: lite",
    )


def whole_number(text: str) -> int:
    """Read a whole number from 1, for argparse."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text!r}")
    return int(text)
