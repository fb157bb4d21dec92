"""Folders and URLs in; the photos in them, with size and time, out."""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, NamedTuple

from dbd_mobile.errors import InputError
from dbd_mobile.jobs.cluster.file_system import explained, file_system_of, local_path_of
from dbd_mobile.jobs.library.photo_walk import photos_in
from dbd_mobile.path_text import text_of
from dbd_mobile.photo_format import PHOTO_ENDINGS

# What storages call the time of a file's last change.
_TIMES = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")


class ListedPhoto(NamedTuple):
    """A photo as it was listed.

    Attributes:
        place: Its absolute path, or its URL.
        bytes: Its size; None if the storage does not say.
        mtime_s: When it was last changed, in seconds since 1970; None likewise.
    """

    place: str
    bytes: int | None
    mtime_s: float | None

    @property
    def name(self) -> str:
        """What its record calls it."""
        return text_of(self.place)


def listed_photos(
    places: Iterable[str | os.PathLike[str]],
    *,
    recursive: bool = False,
    on_unreadable: Callable[[InputError], None] | None = None,
) -> list[ListedPhoto]:
    """List the photos in folders: files whose names end as those of photos do.

    What counts as one is as for :func:`~dbd_mobile.jobs.library.photos_in`, on other storages too;
    only links are of the machine's own.

    Args:
        places: Paths and URLs that fsspec opens, of folders and of photos. A folder of the
            machine's own must be one that every worker sees by the same path.
        recursive: Look into the folders within the folders too.
        on_unreadable: Told of each place or folder that cannot be read; the rest goes on. None
            raises.

    Returns:
        Each photo once: first those on the machine's own file system.

    Raises:
        InputError: A place is missing or cannot be read.
    """
    paths: list[str] = []
    urls: list[str] = []
    found: dict[str, ListedPhoto] = {}

    def leave_out(error: InputError) -> None:
        if on_unreadable is None:
            raise error
        on_unreadable(error)

    for named in places:
        place = os.fspath(named)
        try:
            path = local_path_of(place)
        except InputError as error:
            leave_out(error)
        else:
            (urls if path is None else paths).append(place if path is None else path)
    for photo in photos_in(paths, recursive=recursive, on_unreadable=on_unreadable):
        found[str(photo)] = _on_this_machine(photo)
    for url in urls:
        try:
            for listed in _under(url, recursive):
                found.setdefault(listed.place, listed)
        except InputError as error:
            leave_out(error)
    return list(found.values())


def _on_this_machine(photo: Path) -> ListedPhoto:
    try:
        status = photo.stat()
    except OSError:
        # Gone since.
        return ListedPhoto(str(photo), None, None)
    return ListedPhoto(str(photo), status.st_size, status.st_mtime)


def _under(url: str, recursive: bool) -> Iterator[ListedPhoto]:
    file_system, path = file_system_of(url)
    # Of a file within another one: where that is.
    _, chain, outer = url.partition("::")

    def listed(entry: dict[str, Any]) -> ListedPhoto:
        place = f"{file_system.unstrip_protocol(entry['name'])}{chain}{outer}"
        size = entry.get("size")
        return ListedPhoto(place, None if size is None else int(size), _time_of(entry))

    with explained(url):
        named = file_system.info(path)
    if named["type"] != "directory":
        yield listed(named)
        return
    waiting = [path]
    while waiting:
        with explained(url):
            entries = sorted(file_system.ls(waiting.pop(), detail=True), key=lambda e: e["name"])
        folders = []
        for entry in entries:
            name = entry["name"].rstrip("/").rpartition("/")[2]
            if name.startswith("."):
                continue
            if entry["type"] == "directory":
                folders.append(entry["name"])
            elif os.path.splitext(name)[1].lower() in PHOTO_ENDINGS:
                yield listed(entry)
        if recursive:
            waiting += reversed(folders)


def _time_of(entry: dict[str, Any]) -> float | None:
    value = next((entry[name] for name in _TIMES if entry.get(name) is not None), None)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            return None
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=timezone.utc)
        return aware.timestamp()
    return float(value) if isinstance(value, int | float) else None
