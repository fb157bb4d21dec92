"""Photos without ground truth and an ensemble in, its maps of them, to learn from, out."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from rich.progress import track

from data.blur_dataset import read_map, read_photo, squash
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.cli.screen import notes
from dbd_mobile.errors import DBDError, InputError
from evaluation.ensemble import Ensemble
from training.label_set import LabelSet
from training.outlines import follow_outline

_log = logging.getLogger(__name__)


def label_photos(
    ensemble: Ensemble,
    photos: Path,
    names: Sequence[str],
    folder: Path,
    objects: Path | None,
    labels: LabelSet,
) -> None:
    """Write an ensemble's map of each photo, as ``STEM.png`` (8-bit, 255 = blurred).

    Maps that are there already are kept if ``labels.json`` says that they come from the same, so
    that an interrupted run goes on where it was. A photo that cannot be read, or whose object mask
    cannot, is left out, with a warning.

    Args:
        ensemble: What judges them.
        photos: Folder with the photos.
        names: Their file names.
        folder: Where the maps go; made if missing.
        objects: Folder with object masks, ``STEM.png`` (white = object), whose outlines the maps'
            edges are to follow; None leaves the maps as they are.
        labels: What decides how the maps come out, for ``labels.json``.

    Raises:
        InputError: If none of the photos could be read, or the folder holds other labels.
    """
    labels.begin(folder)
    damaged = 0
    for name in track(names, "Labelling photos", console=notes):
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
        with atomic_file(path) as file:
            Image.fromarray((blur * 255 + 0.5).astype(np.uint8)).save(file, "PNG")
    if damaged == len(names):
        raise InputError(f"None of the {damaged} photos of {photos} could be read.")
    labels.end(folder)
