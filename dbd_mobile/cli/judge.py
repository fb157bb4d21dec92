"""``dbd-mobile judge``: photos in; whether each one's subject or box is sharp, and why, out."""

import argparse
import json
from pathlib import Path

from PIL import Image

from dbd_mobile.cli.judging import (
    add_detector,
    add_strictness,
    detector_of,
    focus_line,
    strictness_named,
)
from dbd_mobile.cli.options import EXIT_STATUS, add_at_width, add_box, add_json
from dbd_mobile.cli.photo_files import PhotoFiles
from dbd_mobile.cli.screen import complain_of, say, with_progress
from dbd_mobile.errors import DBDError
from dbd_mobile.facts import judge_facts
from dbd_mobile.photo import load_pixels
from dbd_mobile.photo_metadata import metadata_of
from dbd_mobile.result_file import JPEG_QUALITY
from dbd_mobile.strictness import checked_width

_PICTURE = ".focus.jpg"
# The JPEG's comment, by which a picture of an earlier run is told from a foreign file.
_COMMENT = "dbd-mobile judge"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "judge",
        help="say of photos whether the subject, or a box, is sharp",
        description="Print one line per photo: its path; sharp, soft, blurred or undecidable; the "
        "radius of blur in the photo's own pixels, where a crisp photo has 1 to 1.5; where it "
        "looked: the subject is a part of the box that is given; and the reason. With -o also "
        "write STEM.focus.jpg for each: the photo with that box outlined, what is soft hatched, "
        "what is blurred hatched more densely, and the radius on a scale. Pictures of an earlier "
        "run are replaced.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    add_box(parser)
    add_at_width(parser, default="as --strictness says")
    add_strictness(parser)
    add_json(parser)
    parser.add_argument(
        "-o",
        dest="output",
        type=Path,
        metavar="DIR",
        help="folder to write pictures to; made if missing; takes longer, as all of each photo "
        "is measured",
    )
    add_detector(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge each photo; 1 if some failed, else 0."""
    strictness = strictness_named(options.strictness)
    at_width = None if options.at_width is None else checked_width(options.at_width)
    files = None
    if options.output is not None:
        files = PhotoFiles(options.output, options.photos, endings={_PICTURE: _is_own})
    failed = False
    with detector_of(options) as detector:
        for photo in with_progress(options.photos):
            try:
                if files is not None:
                    files.claim(photo)
                # From the file, with -o too: what is said does not depend on what is drawn.
                focus = detector.judge(photo, options.box, at_width=at_width, strictness=strictness)
                if files is not None:
                    pixels = load_pixels(photo, max_pixels=options.max_pixels)
                    measured = detector.measure(pixels)
                    _write(files, photo, measured.picture(pixels, focus, strictness=strictness))
            except DBDError as error:
                complain_of(photo, error)
                failed = True
            else:
                if options.json:
                    say(json.dumps(judge_facts(photo, focus, detector, strictness=strictness)))
                else:
                    say(f"{focus_line(photo, focus, focus.blur_radius_px)}  {focus.reason}")
    return int(failed)


def _write(files: PhotoFiles, photo: Path, picture: Image.Image) -> None:
    metadata = metadata_of(photo)
    files.write(
        photo,
        _PICTURE,
        lambda file: picture.save(file, "JPEG", quality=JPEG_QUALITY, comment=_COMMENT, **metadata),
    )


def _is_own(path: Path) -> bool:
    try:
        with Image.open(path, formats=["JPEG"]) as image:
            return image.info.get("comment") == _COMMENT.encode()
    except Exception:
        # Pillow raises whatever its parsers meet.
        return False
