"""Options that several commands share."""

import argparse

from dbd_mobile.errors import ArgumentError
from dbd_mobile.photo_file import MAX_PIXELS
from dbd_mobile.regions import box_of

EXIT_STATUS = (
    "Exit status: 0 all went well; 1 some photos failed, the others are done; 2 nothing was done, "
    "because of the arguments, a model, the output folder or a missing interpreter."
)
"""What a command for photos says at the end of its help."""


def add_model(parser: argparse.ArgumentParser) -> None:
    """Add ``--model``."""
    parser.add_argument(
        "--model",
        default="lite",
        metavar="ID|FILE",
        help="a bundled model's id (see `dbd-mobile models`) or a .tflite file; default: lite",
    )


def add_threads(parser: argparse.ArgumentParser, *, default: int | None = None) -> None:
    """Add ``--threads``; None takes the usable cores."""
    parser.add_argument(
        "--threads",
        type=whole_number,
        default=default,
        metavar="N",
        help=f"threads of the interpreter; default: {default or 'the usable cores, at most 4'}",
    )


def add_max_pixels(parser: argparse.ArgumentParser) -> None:
    """Add ``--max-pixels``."""
    parser.add_argument(
        "--max-pixels",
        type=whole_number,
        default=MAX_PIXELS,
        metavar="N",
        help=f"leave out photos that have more pixels than this; default: {MAX_PIXELS}",
    )


def add_box(parser: argparse.ArgumentParser) -> None:
    """Add ``--box``."""
    parser.add_argument(
        "--box",
        type=_box,
        metavar="L,T,R,B",
        help="look at this box: left, top, right and bottom in the photo's pixels, cut to the "
        "photo (--box=-9,.. where the first is negative); default: look for the subject",
    )


def add_at_width(parser: argparse.ArgumentParser, *, default: str) -> None:
    """Add ``--at-width``; ``default`` says what goes without it."""
    parser.add_argument(
        "--at-width",
        type=whole_number,
        metavar="N",
        help=f"judge a photo as it is seen N pixels wide; default: {default}".replace("%", "%%"),
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add ``--json``."""
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object per photo, each on a line"
    )


def whole_number(text: str) -> int:
    """Read a whole number from 1, for argparse."""
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, got {text!r}")
    return int(text)


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        return box_of(text)
    except ArgumentError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
