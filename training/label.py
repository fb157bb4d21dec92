"""Photos without ground truth and networks in, their maps of them, to learn from, out."""

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from data.blur_dataset import list_photos, read_map, read_photo, squash
from data.terms import NO_VERSION, data_set_of
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import DBDError, InputError
from evaluation.ensemble import Ensemble
from evaluation.scoring import with_progress
from training.label_set import LabelSet, list_sha256
from training.named import Reference
from training.outlines import follow_outline
from training.shelf import Found

_log = logging.getLogger(__name__)


def label_photos(
    weights: Sequence[Found],
    photos: Path,
    folder: Path,
    device: torch.device,
    *,
    list_file: Path | None = None,
    objects: Path | None = None,
    sides: Sequence[int] = (),
    mirrored: bool = False,
    reference: Reference | None = None,
) -> None:
    """Write an ensemble's map of each photo, as ``STEM.png`` (8-bit, 255 = blurred).

    Maps that are there already are kept if ``labels.json`` says that they come from the same, so
    that an interrupted run goes on where it was. A photo that cannot be read, or whose object mask
    cannot, is left out, with a warning.

    Args:
        weights: Of the networks that judge the photos together.
        photos: Folder with the photos.
        folder: Where the maps go, with ``labels.json`` on what made them; made if missing.
        device: Where the networks run.
        list_file: File that names some of the photos, one a line; all if None.
        objects: Folder with object masks, ``STEM.png`` (white = object), whose outlines the maps'
            edges are to follow; None leaves the maps as they are.
        sides: Sizes that each network sees a photo at; the one that it was trained at if empty.
        mirrored: Whether they see mirrored photos too.
        reference: What the labels say that they are called; the folder's name without a version
            if None.

    Raises:
        InputError: If a size is no multiple of 32, if there are no photos or none of them could be
            read, or if the folder holds other labels.
    """
    for side in sides:
        if side < 32 or side % 32:
            raise InputError(f"The sides must be multiples of 32, at least 32, not {side}.")
    names = list_photos(photos, list_file, photos.parent)
    reference = reference or Reference(folder.name, NO_VERSION)
    labels = LabelSet(
        name=reference.name,
        version=reference.version,
        weights=tuple(of.named for of in weights),
        sides=tuple(sides),
        mirrored=mirrored,
        objects=objects is not None,
        photos=data_set_of(photos.absolute()),
        photo_count=len(names),
        photos_sha256=list_sha256(names),
    )
    ensemble = Ensemble([of.path for of in weights], sides, device, mirrored=mirrored)
    labels.begin(folder)
    damaged = 0
    for name in with_progress(names, "Labelling photos"):
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
