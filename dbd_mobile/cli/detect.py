"""``dbd-mobile detect``: photos in; a line each, and with ``-o`` map, overlay and facts, out.

A photo is decoded once. With ``-o`` that is in full, as the overlay shows every pixel. Without it a
large JPEG is decoded at a fraction of its size, which changes its map by 0.002 on average.
"""

import argparse
import json
from pathlib import Path

from PIL import Image

from dbd_mobile.blur_map import BLUR_THRESHOLD, BlurMap
from dbd_mobile.cli.facts import run_facts
from dbd_mobile.cli.options import EXIT_STATUS, add_model, add_threads
from dbd_mobile.cli.photo_files import PhotoFiles, any_file
from dbd_mobile.cli.screen import complain_of, say, with_progress
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import DBDError
from dbd_mobile.photo import load_pixels
from dbd_mobile.timing import StageTimer

_SCHEMA = "dbd-mobile-detect/1"
_MAP, _OVERLAY, _FACTS = ".blur.png", ".overlay.jpg", ".json"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "detect",
        help="find what is out of focus in photos",
        description="Print one line per photo: its size, the share of it that is blurred, and "
        "how long that took. With -o also write STEM.blur.png (255 = blurred), STEM.overlay.jpg "
        "and STEM.json for each; files of an earlier run are replaced.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="DIR", help="folder to write to; made if missing"
    )
    add_model(parser)
    add_threads(parser)
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
                    pixels = load_pixels(photo, needed_wh=None if files else network_wh)
                blur_map = detector.detect(pixels)
                fraction = blur_map.blurred_fraction
                timings_ms = {**blur_map.timings_ms, **timer.ms}
                if files is not None:
                    facts = {
                        **run_facts(_SCHEMA, photo, detector),
                        "width": blur_map.size_wh[0],
                        "height": blur_map.size_wh[1],
                        "blurred_fraction": fraction,
                        "threshold": BLUR_THRESHOLD,
                        "timings_ms": timings_ms,
                    }
                    _write(files, photo, blur_map.overlay(pixels), blur_map, facts)
            except DBDError as error:
                complain_of(photo, error)
                failed = True
            else:
                width, height = blur_map.size_wh
                ms = sum(timings_ms.values())
                say(f"{photo}  {width}x{height}  {fraction:.1%} blurred  {ms:.0f} ms")
    return int(failed)


def _write(
    files: PhotoFiles,
    photo: Path,
    overlay: Image.Image,
    blur_map: BlurMap,
    facts: dict[str, object],
) -> None:
    files.write(photo, _OVERLAY, lambda file: overlay.save(file, "JPEG", quality=90))
    files.write(photo, _MAP, lambda file: blur_map.to_image().save(file, "PNG"))
    files.write(photo, _FACTS, lambda file: file.write(f"{json.dumps(facts, indent=2)}\n".encode()))


def _is_own(path: Path) -> bool:
    """Tell facts that this command wrote: other tools keep theirs in STEM.json too."""
    try:
        facts = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(facts, dict) and facts.get("schema") == _SCHEMA
