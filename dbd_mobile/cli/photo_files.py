"""Photos and a folder in; for each photo its own files in that folder, never over foreign ones."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, TypeAlias

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import ArgumentError, InputError

IsOwn: TypeAlias = Callable[[Path], bool]
"""Says of a file that has the name of one of ours whether this package wrote it."""


def any_file(path: Path) -> bool:
    """Take every file for our own: nobody else gives such names."""
    return True


class PhotoFiles:
    """The folder that a command writes to, some files for each photo.

    A file is never half written, and never takes the place of a photo, of another photo's file or
    of a file that is not ours. Those of an earlier run are replaced.

    Args:
        folder: Where to write; made if missing.
        photos: All photos of the run.
        endings: What follows the photo's stem in the files' names, each with what tells our own.

    Raises:
        ArgumentError: The folder cannot be made or written to.
    """

    def __init__(
        self, folder: Path, photos: Sequence[Path], *, endings: Mapping[str, IsOwn]
    ) -> None:
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
        self._endings = dict(endings)
        self._stems: dict[str, Path] = {}

    def claim(self, photo: Path) -> None:
        """Make sure that a photo's files replace nothing but those of an earlier run.

        Raises:
            InputError: They would; the photo is to be left out.
        """
        # Some file systems take names that differ in case for one.
        first = self._stems.setdefault(photo.stem.casefold(), photo)
        if first is not photo:
            raise InputError(
                f"{photo} is left out: its files would replace those of {first}; "
                f"run it with another -o."
            )
        for ending, is_own in self._endings.items():
            path = self._path(photo, ending)
            if path.resolve() in self._photos:
                raise InputError(
                    f"{photo} is left out: its {path.name} would replace a photo; "
                    f"run it with another -o."
                )
            if path.is_file() and not is_own(path):
                raise InputError(
                    f"{photo} is left out: its {path.name} would replace a file that dbd-mobile "
                    f"did not write; run it with another -o."
                )

    def write(self, photo: Path, ending: str, save: Callable[[IO[bytes]], object]) -> None:
        """Write one file of a claimed photo.

        Args:
            photo: The photo.
            ending: One of those that were given.
            save: Writes to the open file that it is given.

        Raises:
            InputError: It cannot be written.
        """
        path = self._path(photo, ending)
        try:
            with atomic_file(path) as file:
                save(file)
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror or error}.") from error

    def _path(self, photo: Path, ending: str) -> Path:
        return self._folder / f"{photo.stem}{ending}"
