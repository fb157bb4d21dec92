"""Records of photos in; a file that holds them out, whole at any moment, and the records again."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from dbd_mobile.errors import ArgumentError, InputError
from dbd_mobile.jobs.library.line_store import CsvLines, JsonLines, LineStore
from dbd_mobile.jobs.library.record import Record
from dbd_mobile.jobs.library.store_lock import store_locked

StoreKind: TypeAlias = Literal["jsonl", "csv", "sqlite"]
"""JSON lines, comma-separated values with a line of names, or an SQLite database."""


class Store(Protocol):
    """Holds one record a photo."""

    def find(self, photo: str) -> Record | None:
        """Give a photo's record; None if there is none.

        Raises:
            InputError: The store cannot be read.
        """

    def add(self, record: Record) -> None:
        """Put in a record, in the place of an earlier one of the same photo.

        When this is back, the record outlives the process, however that ends.

        Raises:
            InputError: The store cannot be written; it is as it was.
        """


@contextmanager
def open_store(
    path: str | os.PathLike[str], kind: StoreKind, *, resume: bool = False
) -> Iterator[Store]:
    """Open a store for one process, or make a new one.

    In a file of lines a photo's last line counts; those before it, of a photo that has changed, are
    taken out at the end of the ``with`` block. A last line that is not whole, as after a loss of
    power, is cut off when the store is opened. An SQLite database has one table, ``photos``.

    Args:
        path: The file.
        kind: What it is.
        resume: Go on with the store that is there, if one is; else it must be missing or empty.

    Raises:
        ArgumentError: There is a store and ``resume`` is not given, or another process writes to
            it.
        InputError: The file is no such store, or cannot be read or written.
    """
    file = Path(path)
    if not file.resolve().parent.is_dir():
        raise InputError(f"There is no folder for {file}.")
    if file.exists() and not file.is_file():
        raise InputError(f"{file} is no file: name another one.")
    with store_locked(file):
        if not resume and file.exists() and file.stat().st_size:
            raise ArgumentError(
                f"{file} is there already: go on with it by resume (--resume), or name another "
                f"file."
            )
        with _OPENERS[kind](file) as store:
            yield store


def _open_sqlite(path: Path) -> AbstractContextManager[Store]:
    # A Python without SQLite can do the rest.
    try:
        from dbd_mobile.jobs.library.sqlite_store import SqliteStore
    except ImportError:
        raise ArgumentError(
            "This Python was built without SQLite: use --jsonl or --csv instead of --sqlite."
        ) from None
    return SqliteStore(path)


_OPENERS: dict[StoreKind, Callable[[Path], AbstractContextManager[Store]]] = {
    "jsonl": lambda path: LineStore(path, JsonLines()),
    "csv": lambda path: LineStore(path, CsvLines()),
    "sqlite": _open_sqlite,
}
