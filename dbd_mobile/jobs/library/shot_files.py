"""Photos in; those that are of one shot together, and the files that belong to a shot, out."""

import os
from collections.abc import Sequence
from pathlib import Path

from dbd_mobile.errors import InputError
from dbd_mobile.jobs.library.capture import Capture
from dbd_mobile.photo_format import PHOTO_ENDINGS, RAW_ENDINGS

SIDECAR_ENDINGS = frozenset(
    f".{ending}"
    # Edits of many programs, of Apple's, RawTherapee, DxO and ART; the small picture, the voice
    # memo and the moving picture that cameras and phones give a photo.
    for ending in ("xmp", "aae", "pp3", "dop", "arp", "thm", "wav", "mov", "mp4")
)
"""What names of files end in that go where their photo goes, in lower case."""


def shots_of(photos: Sequence[Path], captures: Sequence[Capture | None]) -> list[list[int]]:
    """Put versions of one shot together, e.g. a raw file and its JPEG.

    They have one name, but for the ending, and are in one folder or were taken by one camera at the
    same time, as those are whose raw files are in a folder of their own.

    Args:
        photos: Absolute paths.
        captures: How each was taken; None where that is not known.

    Returns:
        Indices of the photos of each shot; the first stands for it, a picture before a raw file.
    """
    shots: list[list[int]] = []
    by_name: dict[object, list[int]] = {}
    for index, (photo, capture) in enumerate(zip(photos, captures, strict=True)):
        keys: list[object] = [(photo.parent, photo.stem)]
        if capture is not None:
            keys.append((photo.stem, capture.taken, capture.camera))
        shot = next((by_name[key] for key in keys if key in by_name), None)
        if shot is None:
            shot = []
            shots.append(shot)
        shot.append(index)
        for key in keys:
            by_name.setdefault(key, shot)
    return [sorted(shot, key=lambda i: photos[i].suffix.lower() in RAW_ENDINGS) for shot in shots]


class ShotFiles:
    """Finds the files of shots; a folder is read once, when it is first asked for."""

    def __init__(self) -> None:
        self._names: dict[Path, list[str]] = {}

    def of(self, photo: Path) -> list[Path]:
        """Give the files of a photo's shot in its folder: sidecars, other photos, then itself.

        The order is for who moves them: as long as the photo is there, the shot is found again.

        Raises:
            InputError: The folder cannot be read.
        """
        names = self._names_in(photo.parent)
        photos = {name for name in names if os.path.splitext(name)[1].lower() in PHOTO_ENDINGS}
        own = {name for name in photos if os.path.splitext(name)[0] == photo.stem} - {photo.name}
        sidecars = [name for name in names if _is_sidecar(name, photo.stem, photos)]
        return [photo.parent / name for name in (*sidecars, *sorted(own), photo.name)]

    def _names_in(self, folder: Path) -> list[str]:
        if folder not in self._names:
            try:
                self._names[folder] = sorted(os.listdir(folder))
            except OSError as error:
                raise InputError(f"The folder {folder} cannot be read: {error.strerror}.") from None
        return self._names[folder]


def _is_sidecar(name: str, stem: str, photos: set[str]) -> bool:
    """Tell PHOTO.xmp, PHOTO.JPG.xmp and darktable's PHOTO_01.JPG.xmp of a second version."""
    base, ending = os.path.splitext(name)
    if ending.lower() not in SIDECAR_ENDINGS:
        return False
    base_stem, photo_ending = os.path.splitext(base)
    if base in photos or photo_ending.lower() not in PHOTO_ENDINGS:
        return stem == (base_stem if base in photos else base)
    version = base_stem[-3:]
    is_version = version[:1] == "_" and version[1:].isdigit() and f"{stem}{photo_ending}" in photos
    return base_stem == stem or (is_version and base_stem[:-3] == stem)
