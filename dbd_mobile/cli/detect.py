"""``dbd-mobile detect``: photos in; a line each, and with ``-o`` map, overlay and facts, out.

A photo is decoded once. With ``-o`` that is in full, as the overlay shows every pixel. Without it a
large JPEG is decoded at a fraction of its size, which changes its map by 0.002 on average.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from PIL import Image
from rich.progress import track

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.blur_map import BLUR_THRESHOLD, BlurMap
from dbd_mobile.chatter import without_chatter
from dbd_mobile.cli.options import add_model, whole_number
from dbd_mobile.cli.screen import complain, notes, say
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError, DBDError, InputError
from dbd_mobile.photo import load_pixels
from dbd_mobile.timing import StageTimer
from dbd_mobile.version import __version__

_MANY = 5


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "detect",
        help="find what is out of focus in photos",
        description="Print one line per photo: its size, the share of it that is blurred, and "
        "how long that took. With -o also write STEM.blur.png (255 = blurred), STEM.overlay.jpg "
        "and STEM.json for each; files of an earlier run are replaced.",
    )
    parser.add_argument("photos", nargs="+", type=Path, metavar="PHOTO")
    parser.add_argument(
        "-o", dest="output", type=Path, metavar="DIR", help="folder to write to; made if missing"
    )
    add_model(parser)
    parser.add_argument(
        "--threads",
        type=whole_number,
        metavar="N",
        help="threads of the interpreter; default: the usable cores, at most 4",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Detect each photo; 1 if some failed, else 0."""
    writer = None if options.output is None else _Writer(options.output, options.photos)
    failed = False
    with without_chatter():
        detector = BlurDetector(options.model, threads=options.threads)
    network_wh = detector.model_facts.input.size_wh
    with detector:
        for photo in _with_progress(options.photos):
            try:
                if writer is not None:
                    writer.claim(photo)
                timer = StageTimer()
                with timer.stage("decode"):
                    pixels = load_pixels(photo, needed_wh=None if writer else network_wh)
                blur_map = detector.detect(pixels)
                fraction = blur_map.blurred_fraction
                timings_ms = {**blur_map.timings_ms, **timer.ms}
                if writer is not None:
                    writer.write(photo, blur_map.overlay(pixels), blur_map, detector, timings_ms)
            except DBDError as error:
                complain(f"dbd-mobile: {error}")
                failed = True
            else:
                width, height = blur_map.size_wh
                ms = sum(timings_ms.values())
                say(f"{photo}  {width}x{height}  {fraction:.1%} blurred  {ms:.0f} ms")
    return int(failed)


def _with_progress(photos: list[Path]) -> Iterable[Path]:
    """Show a bar where many photos go on without a line on the screen for each."""
    if len(photos) > _MANY and sys.stderr.isatty() and not sys.stdout.isatty():
        return track(photos, "Photos", console=notes)
    return photos


class _Writer:
    """Writes the three files of each photo; never over another photo's, never half."""

    def __init__(self, folder: Path, photos: list[Path]) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ArgumentError(
                f"The output folder {folder} cannot be made: {error.strerror}."
            ) from None
        if not os.access(folder, os.W_OK | os.X_OK):
            raise ArgumentError(f"The output folder {folder} cannot be written to.")
        self._folder = folder
        self._photos = {photo.resolve() for photo in photos}
        self._stems: dict[str, Path] = {}

    def claim(self, photo: Path) -> None:
        """Refuse a photo whose files would replace another photo, or another photo's files."""
        # Some file systems take names that differ in case for one.
        first = self._stems.setdefault(photo.stem.casefold(), photo)
        if first is not photo:
            raise InputError(
                f"{photo} is left out: its files would replace those of {first}; "
                f"run it with another -o."
            )
        for name in self._names(photo):
            if (self._folder / name).resolve() in self._photos:
                raise InputError(
                    f"{photo} is left out: its {name} would replace a photo; "
                    f"run it with another -o."
                )

    def write(
        self,
        photo: Path,
        overlay: Image.Image,
        blur_map: BlurMap,
        detector: BlurDetector,
        timings_ms: dict[str, float],
    ) -> None:
        """Write a claimed photo's map, overlay and facts."""
        facts = {
            "schema": "dbd-mobile-detect/1",
            "version": __version__,
            "photo": str(photo),
            "width": blur_map.size_wh[0],
            "height": blur_map.size_wh[1],
            "blurred_fraction": blur_map.blurred_fraction,
            "threshold": BLUR_THRESHOLD,
            "model": {"name": detector.model_name, "sha256": detector.model_sha256},
            "backend": {"name": detector.backend.name, "version": detector.backend.version},
            "threads": detector.threads,
            "timings_ms": timings_ms,
        }
        map_name, overlay_name, facts_name = self._names(photo)
        self._write_file(overlay_name, lambda file: overlay.save(file, "JPEG", quality=90))
        self._write_file(map_name, lambda file: blur_map.to_image().save(file, "PNG"))
        self._write_file(
            facts_name, lambda file: file.write(f"{json.dumps(facts, indent=2)}\n".encode())
        )

    @staticmethod
    def _names(photo: Path) -> tuple[str, str, str]:
        return f"{photo.stem}.blur.png", f"{photo.stem}.overlay.jpg", f"{photo.stem}.json"

    def _write_file(self, name: str, save: Callable[[IO[bytes]], object]) -> None:
        path = self._folder / name
        try:
            with atomic_file(path) as file:
                save(file)
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error
