"""Arguments that several commands share."""

import argparse
import math
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from data.blur_dataset import BlurDataset
from dbd_mobile.errors import InputError

Number = TypeVar("Number", int, float)


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add the photos with masks: ``--data``, ``--list``, ``--white-in-focus``."""
    parser.add_argument("--data", type=Path, required=True, help="folder with image/ and mask/")
    parser.add_argument("--list", type=Path, help="text file with one photo a line")
    parser.add_argument(
        "--white-in-focus", action="store_true", help="the masks are white where in focus"
    )


def dataset_of(options: argparse.Namespace) -> BlurDataset:
    """Give the photos with masks that the options name.

    Raises:
        InputError: There are none; the message says why.
    """
    return BlurDataset.from_folder(
        options.data, options.list, white_in_focus=options.white_in_focus
    )


def add_everything(parser: argparse.ArgumentParser) -> None:
    """Add ``--all``."""
    parser.add_argument(
        "--all", action="store_true", help="native photos that training sees too, not held-out only"
    )


def add_threads(parser: argparse.ArgumentParser) -> None:
    """Add ``--threads``, of which there may be several."""
    parser.add_argument("--threads", default="1,2", help="thread counts (default: 1,2)")


def thread_counts(options: argparse.Namespace) -> list[int]:
    """Give the numbers of threads.

    Raises:
        InputError: They are not numbers.
    """
    try:
        return [int(count) for count in options.threads.split(",")]
    except ValueError:
        raise InputError(
            f"--threads takes thread counts such as 1,2,4, not {options.threads!r}."
        ) from None


def positive_numbers(option: str, text: str, kind: Callable[[str], Number]) -> list[Number]:
    """Give the numbers that an option names, separated by commas.

    Raises:
        InputError: They are no numbers above 0.
    """
    try:
        numbers = [kind(number) for number in text.split(",")]
    except ValueError:
        numbers = []
    if not numbers or not all(0 < number < math.inf for number in numbers):
        raise InputError(f"{option} takes numbers above 0 such as 1,2,4, not {text!r}.")
    return numbers
