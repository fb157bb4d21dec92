"""Photos without ground truth and an ensemble in, its maps of them, to learn from, out."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from rich.progress import track

from data.blur_dataset import read_map, read_photo, squash
from dbd_mobile.errors import DBDError, InputError
from evaluation.ensemble import Ensemble
from training.outlines import follow_outline

_log = logging.getLogger(__name__)


def label_photos(
    ensemble: Ensemble, photos: Path, names: Sequence[str], folder: Path, objects: Path | None
) -> None:
    """Write an ensemble's map of each photo, as ``STEM.png`` (8-bit, 255 = blurred).

    Maps that are there already are kept, so that an interrupted run goes on where it was. A photo
    that cannot be read, or whose object mask cannot, is left out, with a warning.

    Args:
        ensemble: What judges them.
        photos: Folder with the photos.
        names: Their file names.
        folder: Where the maps go; made if missing.
        objects: Folder with object masks, ``STEM.png`` (white = object), whose outlines the maps'
            edges are to follow; None leaves the maps as they are.

    Raises:
        InputError: If none of the photos could be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    damaged = 0
    for name in track(names, "Labelling photos"):
        path = folder / f"{Path(name).stem}.png"
        if path.exists():
            continue
        try:
            photo = read_photo(photos / name)
            mask = None if objects is None else read_map(objects / path.name)
        except DBDError as error:
            _log.warning("left out: %s", error)
            damaged += 1
            continue
        blur = ensemble.map(photo)
        if mask is not None:
            side = len(blur)
            blur = follow_outline(blur, squash(mask, (side, side)))
        temporary = path.with_suffix(".part")
        Image.fromarray((blur * 255 + 0.5).astype(np.uint8)).save(temporary, "PNG")
        temporary.replace(path)
    if damaged == len(names):
        raise InputError(f"None of the {damaged} photos of {photos} could be read.")
