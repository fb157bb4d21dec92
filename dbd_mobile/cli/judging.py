"""What commands that judge photos share: their detector by its options, and a photo's line."""

import argparse
from pathlib import Path

from dbd_mobile.cli.options import add_max_pixels, add_model, add_threads
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError
from dbd_mobile.focus import Focus
from dbd_mobile.strictness import Strictness, strictness_of


def add_detector(parser: argparse.ArgumentParser, *, threads: int | None = None) -> None:
    """Add ``--model``, ``--detail``, ``--threads``, with this default, and ``--max-pixels``."""
    add_model(parser)
    parser.add_argument(
        "--detail",
        default="detail",
        metavar="ID|FILE",
        help="the model that measures blur in pixels, likewise; default: detail",
    )
    add_threads(parser, default=threads)
    add_max_pixels(parser)


def add_strictness(parser: argparse.ArgumentParser) -> None:
    """Add ``--strictness``."""
    parser.add_argument(
        "--strictness",
        default="pixel",
        metavar="NAME|FILE",
        help="what counts as sharp: pixel (seen at 100 %%), web (1920 pixels wide), print (3508 "
        "pixels wide, A4 at 300 dpi) or a file of `dbd-mobile calibrate`; default: pixel",
    )


def strictness_named(name: str) -> Strictness:
    """Give the preset of that name, or what is in the file.

    Raises:
        DBDError: There is neither.
    """
    if name in Strictness.PRESETS:
        return strictness_of(name)
    if not Path(name).exists():
        raise ArgumentError(
            f"There is no strictness {name}: use {', '.join(Strictness.PRESETS)} or a file that "
            f"`dbd-mobile calibrate` wrote."
        )
    return Strictness.load(name)


def detector_of(options: argparse.Namespace) -> BlurDetector:
    """Make the detector that the options ask for, with both of its models loaded.

    Raises:
        DBDError: A model cannot be used: better said once than of each photo.
    """
    detector = BlurDetector(
        options.model,
        detail=options.detail,
        threads=options.threads,
        max_pixels=options.max_pixels,
    )
    # Loads it.
    _ = detector.detail_sha256
    return detector


def focus_line(photo: Path, focus: Focus, radius_px: float | None) -> str:
    """Give path, verdict, radius and where it looked in a line; a dash where there is no radius.

    Where it looked is written as ``--box`` takes it; a subject is a part of that box.
    """
    radius = "-" if radius_px is None else f"{radius_px:.1f} px"
    box = ",".join(str(side) for side in focus.box_xyxy)
    where = f"{'subject within' if focus.found_subject else 'box'} {box}"
    return f"{photo}  {focus.verdict}  {radius}  {where}"
