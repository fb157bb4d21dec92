"""Records in the table ``photos`` of an SQLite database."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from dbd_mobile.errors import InputError
from dbd_mobile.jobs.library.record import FIELDS, Record, record_from

_COLUMN_TYPES = {str: "TEXT", int: "INTEGER", float: "REAL", bool: "BOOLEAN"}
_COLUMNS = {name: _COLUMN_TYPES[kind] for name, kind in FIELDS.items()}


class SqliteStore:
    """A store in a database; :func:`~dbd_mobile.jobs.library.open_store` opens it.

    Others may read it at the same time.

    Args:
        path: The file; what is there is gone on with.

    Raises:
        InputError: It cannot be read or written, or is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._explained():
            # A generator that writes to it may be gone on with in another thread.
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        try:
            with self._explained():
                self._prepare()
        except BaseException:
            self._database.close()
            raise

    def find(self, photo: str) -> Record | None:
        """Give a photo's record; None if there is none."""
        with self._explained():
            row = self._database.execute("SELECT * FROM photos WHERE photo = ?", [photo]).fetchone()
            if row is None:
                return None
            values = dict(zip(FIELDS, row, strict=True))
            truths = {name for name, kind in FIELDS.items() if kind is bool}
            known = {name for name in truths if values[name] is not None}
            return record_from({**values, **{name: bool(values[name]) for name in known}})

    def add(self, record: Record) -> None:
        """Put in a record, in the place of an earlier one of the same photo."""
        values = record.to_dict()
        marks = ", ".join("?" * len(FIELDS))
        with self._explained():
            self._database.execute(
                f"INSERT OR REPLACE INTO photos VALUES ({marks})",
                [values[name] for name in FIELDS],
            )

    def __enter__(self) -> "SqliteStore":
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._database.close()

    def _prepare(self) -> None:
        execute = self._database.execute
        is_new = not execute("SELECT 1 FROM sqlite_master").fetchall()
        if not is_new:
            columns = {row[1]: row[2] for row in execute("PRAGMA table_info(photos)")}
            if list(columns.items()) != list(_COLUMNS.items()):
                raise InputError(
                    f"{self._path} was not written by `dbd-mobile scan`: name another file."
                )
        # Each record is kept without a wait for the disk: a loss of power may cost the last ones.
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = NORMAL")
        if is_new:
            columns_said = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
            execute(f"CREATE TABLE photos ({columns_said}, PRIMARY KEY (photo))")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError) as error:
            raise InputError(f"{self._path} cannot be used as a store: {error}.") from None
