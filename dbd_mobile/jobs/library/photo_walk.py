"""Folders in; the photos in them out, each once."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from dbd_mobile.errors import InputError
from dbd_mobile.photo_format import PHOTO_ENDINGS


def photos_in(
    paths: Iterable[str | os.PathLike[str]],
    *,
    recursive: bool = False,
    links: bool = True,
    on_unreadable: Callable[[InputError], None] | None = None,
) -> list[Path]:
    """List the photos in folders: files whose names end as those of photos do.

    Hidden files and folders are left out, and so is everything else that is no photo. A link to a
    file is followed, a link to a folder within another is not. A file that is reached twice, by a
    link or since a folder is in another one, is listed once, by the name that comes first.

    Args:
        paths: Folders, whose photos are listed, and files, which are listed whatever their names;
            what is named here may be hidden or a link.
        recursive: Look into the folders within the folders too.
        links: List links to files too; else only those that are named here.
        on_unreadable: Told of each path or folder that cannot be read; the rest goes on. None
            raises.

    Returns:
        Absolute paths, folder by folder in the order of their names.

    Raises:
        InputError: A path is missing, or a folder cannot be read.
    """
    found: dict[str, Path] = {}
    for named in paths:
        path = Path(os.fsdecode(named)).absolute()
        try:
            if os.path.isdir(path):
                photos = _in_folder(path, recursive, links, on_unreadable)
            elif os.path.isfile(path):
                photos = iter([(os.path.realpath(path), path)])
            else:
                raise InputError(f"There is no folder or photo {path}.")
            for real, photo in photos:
                found.setdefault(real, photo)
        except InputError as error:
            if on_unreadable is None:
                raise
            on_unreadable(error)
    return list(found.values())


def _in_folder(
    folder: Path,
    recursive: bool,
    links: bool,
    on_unreadable: Callable[[InputError], None] | None,
) -> Iterator[tuple[str, Path]]:
    """Give the photos of a folder with their real paths."""
    # A stack rather than recursion: folders may be nested deeper than Python's calls.
    waiting = [(folder, os.path.realpath(folder))]
    while waiting:
        folder, real = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                shown = sorted(
                    (entry for entry in entries if not entry.name.startswith(".")),
                    key=lambda entry: entry.name,
                )
        except OSError as error:
            unreadable = InputError(f"The folder {folder} cannot be read: {error.strerror}.")
            if on_unreadable is None:
                raise unreadable from None
            on_unreadable(unreadable)
            continue
        folders = [entry for entry in shown if entry.is_dir(follow_symlinks=False)]
        for entry in shown:
            photo = folder / entry.name
            if photo.suffix.lower() in PHOTO_ENDINGS and os.path.isfile(photo):
                is_link = entry.is_symlink()
                if is_link and not links:
                    continue
                yield os.path.realpath(photo) if is_link else os.path.join(real, entry.name), photo
        if recursive:
            waiting += [
                (folder / entry.name, os.path.join(real, entry.name)) for entry in reversed(folders)
            ]
