"""``dbd-mobile detect``: photos in; a line each, and with ``-o`` map, overlay and facts, out.

A photo is decoded once. With ``-o`` that is in full, as the overlay shows every pixel. Without it a
large JPEG is decoded at a fraction of its size, which changes its map by 0.002 on average, and no
map is made at the photo's size: what is printed comes from the model's own.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.cli.options import EXIT_STATUS, add_json, add_max_pixels, add_model, add_threads
from dbd_mobile.cli.photo_files import PhotoFiles, any_file
from dbd_mobile.cli.screen import complain_of, say, with_progress
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import DBDError
from dbd_mobile.facts import DETECT_SCHEMA, detect_facts
from dbd_mobile.photo import Pixels, load_pixels
from dbd_mobile.photo_metadata import metadata_of
from dbd_mobile.result_file import JPEG_QUALITY
from dbd_mobile.timing import StageTimer

_MAP, _OVERLAY, _FACTS = ".blur.png", ".overlay.jpg", ".json"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "detect",
        help="find what is out of focus in photos",
        description="Print one line per photo: its size, the share of it that is blurred, and "
        "how long that took. With -o also write STEM.blur.png (255 = blurred), STEM.overlay.jpg "
        "and STEM.json for each; the overlay keeps the photo's EXIF and colour profile. Files of "
        "an earlier run are replaced.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="DIR", help="folder to write to; made if missing"
    )
    add_json(parser)
    add_model(parser)
    add_threads(parser)
    add_max_pixels(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Detect each photo; 1 if some failed, else 0."""
    files = None
    if options.output is not None:
        endings = {_MAP: any_file, _OVERLAY: any_file, _FACTS: _is_own}
        files = PhotoFiles(options.output, options.photos, endings=endings)
    failed = False
    detector = BlurDetector(options.model, threads=options.threads)
    network_wh = detector.model_facts.input.size_wh
    with detector:
        for photo in with_progress(options.photos):
            try:
                if files is not None:
                    files.claim(photo)
                timer = StageTimer()
                with timer.stage("decode"):
                    pixels = load_pixels(
                        photo,
                        needed_wh=None if files else network_wh,
                        max_pixels=options.max_pixels,
                    )
                blur_map = detector.detect(pixels)
                if files is not None:
                    _write_pictures(files, photo, blur_map, pixels)
                    _write_facts(files, photo, _facts(photo, detector, blur_map, timer))
            except DBDError as error:
                complain_of(photo, error)
                failed = True
            else:
                if options.json:
                    say(json.dumps(_facts(photo, detector, blur_map, timer)))
                else:
                    say(_line(photo, blur_map, timer))
    return int(failed)


def _facts(
    photo: Path, detector: BlurDetector, blur_map: BlurMap, timer: StageTimer
) -> dict[str, Any]:
    facts = detect_facts(photo, blur_map, detector)
    # The detector was given decoded pixels.
    return {**facts, "timings_ms": {**facts["timings_ms"], **timer.ms}}


def _line(photo: Path, blur_map: BlurMap, timer: StageTimer) -> str:
    width, height = blur_map.size_wh
    fraction = blur_map.blurred_fraction
    ms = sum({**blur_map.timings_ms, **timer.ms}.values())
    return f"{photo}  {width}x{height}  {fraction:.1%} blurred  {ms:.0f} ms"


def _write_pictures(files: PhotoFiles, photo: Path, blur_map: BlurMap, pixels: Pixels) -> None:
    overlay = blur_map.overlay(pixels)
    metadata = metadata_of(photo)
    files.write(
        photo,
        _OVERLAY,
        lambda file: overlay.save(file, "JPEG", quality=JPEG_QUALITY, **metadata),
    )
    files.write(photo, _MAP, lambda file: blur_map.to_image().save(file, "PNG"))


def _write_facts(files: PhotoFiles, photo: Path, facts: Mapping[str, Any]) -> None:
    files.write(photo, _FACTS, lambda file: file.write(f"{json.dumps(facts, indent=2)}\n".encode()))


def _is_own(path: Path) -> bool:
    """Tell facts that this command wrote: other tools keep theirs in STEM.json too."""
    try:
        facts = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(facts, dict) and facts.get("schema") == DETECT_SCHEMA
