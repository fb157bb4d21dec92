"""What commands that judge photos share: the options of a detector in; one that is ready out."""

import argparse

from dbd_mobile.cli.options import add_max_pixels, add_model, add_threads
from dbd_mobile.detector import BlurDetector


def add_detector(parser: argparse.ArgumentParser) -> None:
    """Add ``--model``, ``--detail``, ``--threads`` and ``--max-pixels``."""
    add_model(parser)
    parser.add_argument(
        "--detail",
        default="detail",
        metavar="ID|FILE",
        help="the model that measures blur in pixels, likewise; default: detail",
    )
    add_threads(parser)
    add_max_pixels(parser)


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
