"""``dbd-mobile calibrate``: folders of good and bad photos in; what tells them apart out."""

import argparse
import warnings
from collections.abc import Mapping
from pathlib import Path

from dbd_mobile.calibration import calibrate
from dbd_mobile.cli.judging import add_detector, detector_of
from dbd_mobile.cli.options import EXIT_STATUS, add_at_width
from dbd_mobile.cli.screen import complain_of, say, with_progress
from dbd_mobile.errors import ArgumentError, DBDError, InputError
from dbd_mobile.facts import text_of
from dbd_mobile.focus import Focus
from dbd_mobile.photo_format import PHOTO_ENDINGS
from dbd_mobile.strictness import Strictness, checked_width


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "calibrate",
        help="learn from good and bad photos of yours what counts as sharp",
        description="Judge the subjects of the photos in two folders, those in folders within "
        "them left out, and find the radius of blur that best tells the good from the bad. Print "
        "it, how many photos are on its right side, and those that are not; write it to a file "
        "for `dbd-mobile judge --strictness FILE`. Undecidable photos do not count.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument("good", type=Path, metavar="GOOD_FOLDER", help="photos that are sharp")
    parser.add_argument("bad", type=Path, metavar="BAD_FOLDER", help="photos that are not")
    parser.add_argument(
        "-o",
        dest="output",
        type=Path,
        required=True,
        metavar="FILE",
        help="file to write to; replaced if this command wrote it before",
    )
    add_at_width(parser, default="its own width, 100 %")
    add_detector(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Calibrate and write the file; 1 if some photos could not be read, else 0."""
    output: Path = options.output
    _refuse_foreign(output)
    at_width = None if options.at_width is None else checked_width(options.at_width)
    good, bad = _photos_in(options.good), _photos_in(options.bad)
    judged: dict[Path, Focus] = {}
    with detector_of(options) as detector:
        for photo in with_progress([*good, *bad]):
            try:
                judged[photo] = detector.judge(photo, at_width=at_width)
            except DBDError as error:
                complain_of(photo, error)
    failed = len(judged) < len(good) + len(bad)
    for photo, focus in judged.items():
        if focus.verdict == "undecidable":
            say(f"{photo}  does not count: {focus.reason}")
    of_good, of_bad = _radii(good, judged), _radii(bad, judged)
    with warnings.catch_warnings():
        # Those on the wrong side are listed below.
        warnings.simplefilter("ignore")
        strictness = calibrate(
            [judged[photo] for photo in of_good],
            [judged[photo] for photo in of_bad],
            name=text_of(output.stem),
        )
    limit = strictness.max_radius_px
    strictness.save(output)
    seen = "at 100 %" if at_width is None else f"{at_width} pixels wide"
    say(f"sharp up to a radius of {limit:.2f} px, as seen {seen}; written to {output}")
    wrong = {
        "good": {photo: radius for photo, radius in of_good.items() if radius > limit},
        "bad": {photo: radius for photo, radius in of_bad.items() if radius <= limit},
    }
    for name, radii in (("good", of_good), ("bad", of_bad)):
        say(f"{name}: {len(radii) - len(wrong[name])} of {len(radii)} on the right side")
        for photo, radius in wrong[name].items():
            say(f"{photo}  {name}, on the wrong side: {radius:.2f} px")
    return int(failed)


def _refuse_foreign(output: Path) -> None:
    """Refuse to replace what is no strictness, before the work is done."""
    if not output.resolve().parent.is_dir():
        raise ArgumentError(f"There is no folder for {output}.")
    if output.exists():
        try:
            Strictness.load(output)
        except InputError as error:
            raise ArgumentError(f"{error} It is not replaced: give another -o.") from None


def _photos_in(folder: Path) -> list[Path]:
    """Files whose names end as those of photos do, sorted."""
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be read: {error.strerror}.") from None
    photos = [
        path
        for path in paths
        if path.suffix.lower() in PHOTO_ENDINGS and path.is_file() and not path.name.startswith(".")
    ]
    if not photos:
        raise InputError(f"There is no photo in the folder {folder}.")
    return photos


def _radii(photos: list[Path], judged: Mapping[Path, Focus]) -> dict[Path, float]:
    """Radii as seen of the photos that could be judged."""
    radii = {}
    for photo in photos:
        if photo in judged:
            radius = judged[photo].radius_at(judged[photo].at_width)
            if radius is not None:
                radii[photo] = radius
    return radii
