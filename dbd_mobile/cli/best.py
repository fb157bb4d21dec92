"""``dbd-mobile best``: shots of one scene in; the same, the sharpest first, out."""

import argparse
import json
from pathlib import Path

from dbd_mobile.burst import rank
from dbd_mobile.cli.judging import add_detector, detector_of, focus_line
from dbd_mobile.cli.options import EXIT_STATUS, add_box, add_json
from dbd_mobile.cli.screen import complain_of, say
from dbd_mobile.errors import ImageError
from dbd_mobile.facts import focus_facts

_SCHEMA = "dbd-mobile-best/1"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "best",
        help="sort shots of one scene, the sharpest first",
        description="Print one line per shot, best first: its rank, path, verdict, radius of blur "
        "and where it looked. All are compared in one region: the box, for the first shot's "
        "size, or else the subject of the shot whose subject is the sharpest. Shots are compared "
        "with less certainty than a verdict takes, so that even an undecidable one may be the "
        "best; those in which there is nothing to compare are last.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    add_box(parser)
    add_json(parser)
    add_detector(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Sort the shots; 1 if some could not be read, else 0."""
    photos: list[Path] = options.photos
    failed = False

    def leave_out(index: int, error: ImageError) -> None:
        nonlocal failed
        failed = True
        complain_of(photos[index], error)

    with detector_of(options) as detector:
        ranked = rank(detector, photos, options.box, on_unreadable=leave_out)
        for place, shot in enumerate(ranked, 1):
            photo = photos[shot.index]
            if options.json:
                facts = focus_facts(_SCHEMA, photo, shot.focus, detector)
                order = {"rank": place, "index": shot.index, "radius_px": shot.radius_px}
                say(json.dumps({**facts, **order}))
            else:
                say(f"{place}  {focus_line(photo, shot.focus, shot.radius_px)}")
    return int(failed)
