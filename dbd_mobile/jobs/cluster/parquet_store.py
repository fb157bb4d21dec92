"""Records in; a folder of Parquet files that hold them, on any storage, out; and them again.

One process writes: the one that gathers what the workers found. Each file takes its name when it is
whole, so that a reader never finds a half one.
"""

import io
import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dbd_mobile.errors import ArgumentError, InputError
from dbd_mobile.jobs.cluster.file_system import explained, file_system_of, local_path_of
from dbd_mobile.jobs.cluster.record_table import TABLE_SCHEMA
from dbd_mobile.jobs.library.store_lock import store_locked

MAX_ROWS = 50_000
"""A file takes its name with so many records, ..."""

MAX_AGE_S = 60.0
"""... or so many seconds after the last one did: that much is lost when the process is killed."""

_PART = re.compile(r"part-(\d{8})-[0-9a-f]{8}\.parquet")
# Readers of folders pass hidden files by.
_UNFINISHED = re.compile(r"\.part-\d{8}-[0-9a-f]{8}\.parquet\.tmp")


class ParquetStore:
    """A folder of Parquet files; :func:`open_parquet` opens it.

    Args:
        folder: A path or URL; what is there is gone on with.
        now_s: Gives the time in seconds.

    Raises:
        InputError: It cannot be read or written, or is none.
    """

    def __init__(self, folder: str, now_s: Callable[[], float] = time.monotonic) -> None:
        self.folder = folder
        self._now_s = now_s
        self._file_system, self._path = file_system_of(folder)
        self._waiting: list[pa.Table] = []
        self._last_s = now_s()
        self._has_old_rows = False
        with explained(folder):
            self._file_system.makedirs(self._path, exist_ok=True)
            names = self._names()
            self._parts = sorted(name for name in names if _PART.fullmatch(name))
            foreign = [n for n in names if n.endswith(".parquet") and n not in self._parts]
            for name in self._parts:
                with self._file_system.open(f"{self._path}/{name}", "rb") as file:
                    if not pq.read_schema(file).equals(TABLE_SCHEMA):
                        foreign.append(name)
            if foreign:
                raise InputError(
                    f"{foreign[0]} in {folder} was not written by `dbd-mobile scan`: name another "
                    f"folder."
                )
            for name in names:
                if _UNFINISHED.fullmatch(name):
                    self._file_system.rm_file(f"{self._path}/{name}")
        self._number = int(_PART.fullmatch(self._parts[-1])[1]) + 1 if self._parts else 0  # type: ignore[index]
        # A scan that was killed may have left some.
        self._take_out_old_rows()

    def tables(self, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """Give the records that are in files, a table a file; each photo has one.

        Args:
            columns: Those that are read; None reads all.
        """
        for name in self._parts:
            yield self._read(name, columns)

    def add(self, records: pa.Table, *, replaces: bool = False) -> None:
        """Put in records in :data:`TABLE_SCHEMA`; they are kept with the next file that is whole.

        Args:
            records: One a photo, and none of a photo that was put in since the store was opened.
            replaces: Some may take the place of earlier ones.

        Raises:
            InputError: The folder cannot be written.
        """
        self._waiting.append(records)
        self._has_old_rows |= replaces
        waiting = sum(table.num_rows for table in self._waiting)
        if waiting >= MAX_ROWS or self._now_s() >= self._last_s + MAX_AGE_S:
            self.flush()

    def flush(self) -> None:
        """Write what was put in to a file, if anything was."""
        if self._waiting:
            name = f"part-{self._number:08}-{uuid.uuid4().hex[:8]}.parquet"
            self._write(name, pa.concat_tables(self._waiting))
            self._parts.append(name)
            self._number += 1
            self._waiting = []
        self._last_s = self._now_s()

    def close(self) -> None:
        """Write what was put in, and take out what it takes the place of."""
        self.flush()
        if self._has_old_rows:
            self._take_out_old_rows()

    def _take_out_old_rows(self) -> None:
        """Leave each photo's last record only."""
        seen: set[str] = set()
        for name in reversed(self._parts.copy()):
            photos = self._read(name, ["photo"])["photo"].to_pylist()
            is_last = [photo not in seen for photo in photos]
            seen.update(photos)
            if all(is_last):
                continue
            if any(is_last):
                self._write(name, self._read(name, None).filter(pa.array(is_last)))
            else:
                with explained(self.folder):
                    self._file_system.rm_file(f"{self._path}/{name}")
                self._parts.remove(name)

    def _names(self) -> list[str]:
        try:
            found: list[Any] = self._file_system.ls(self._path, detail=False)
        except FileNotFoundError:
            # S3 has no empty folders.
            return []
        return [name.rstrip("/").rpartition("/")[2] for name in found]

    def _read(self, name: str, columns: list[str] | None) -> pa.Table:
        with (
            explained(f"{self.folder}/{name}"),
            self._file_system.open(f"{self._path}/{name}", "rb") as file,
        ):
            return pq.ParquetFile(file).read(columns)

    def _write(self, name: str, table: pa.Table) -> None:
        content = io.BytesIO()
        pq.write_table(table, content, compression="zstd")
        unfinished = f"{self._path}/.{name}.tmp"
        with explained(self.folder):
            self._file_system.pipe_file(unfinished, content.getvalue())
            self._file_system.mv(unfinished, f"{self._path}/{name}")


@contextmanager
def open_parquet(folder: str | os.PathLike[str], *, resume: bool = False) -> Iterator[ParquetStore]:
    """Open a store for one process, or make a new one, with its folder.

    However the ``with`` block ends, what was put in is kept. When the process is killed, the last
    :data:`MAX_AGE_S` seconds may be lost, and of photos that have changed the old records may be
    there beside the new ones until the store is opened again.

    Args:
        folder: A path, or a URL that fsspec opens.
        resume: Go on with what is there, if anything is; else the folder must be missing or empty.

    Raises:
        ArgumentError: There is something and ``resume`` is not given, or another process writes to
            it; that is known of folders of the machine's own only.
        InputError: It holds Parquet files of something else, or cannot be read or written.
    """
    folder = os.fspath(folder)
    path = local_path_of(folder)
    if path is not None and Path(path).is_file():
        raise InputError(f"{folder} is a file: name a folder.")
    if path is not None:
        with explained(folder):
            Path(path).resolve().parent.mkdir(parents=True, exist_ok=True)
    with nullcontext() if path is None else store_locked(Path(path).resolve()):
        if not resume and _has_something(folder):
            raise ArgumentError(
                f"{folder} is there already: go on with it by resume (--resume), or name another "
                f"folder."
            )
        store = ParquetStore(folder)
        try:
            yield store
        finally:
            store.close()


def _has_something(folder: str) -> bool:
    file_system, path = file_system_of(folder)
    with explained(folder):
        return bool(file_system.exists(path) and file_system.ls(path, detail=False))
