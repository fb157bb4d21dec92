"""Records in a file of lines, JSON or CSV, that is appended to: each line is whole."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from dbd_mobile.jobs.library.record import FIELDS, SCHEMA, Record, record_from

_LINE_END = "\r\n"


class Lines(Protocol):
    """How records are written as lines."""

    header: bytes
    """What the file begins with."""

    def encode(self, record: Record) -> bytes:
        """Give a record's line, with its end."""

    def decode(self, line: bytes) -> Record:
        """Give a line's record.

        Raises:
            ValueError: It has none.
        """

    def split(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Give what belongs to a record together; what is left at the end may be a part of one."""


class JsonLines:
    """A JSON object a line."""

    header = b""

    def encode(self, record: Record) -> bytes:
        """Give a record's line, with its end."""
        return f"{json.dumps(record.to_dict())}\n".encode()

    def decode(self, line: bytes) -> Record:
        """Give a line's record."""
        try:
            values = json.loads(line)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        if not isinstance(values, dict) or values.get("schema") != SCHEMA:
            raise ValueError(f"it has no schema {SCHEMA}")
        return record_from(values)

    def split(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Give the lines as they are."""
        yield from lines


class CsvLines:
    """A line of the fields' names, then one of values a record; what is not known is empty."""

    header = f"{','.join(FIELDS)}\n".encode()

    def encode(self, record: Record) -> bytes:
        """Give a record's line, with its end; a name with a line's end in it is within quotes."""
        text = io.StringIO()
        values = record.to_dict()
        # Quoted is what holds a part of the line's end: names may hold either.
        writer = csv.writer(text, lineterminator=_LINE_END)
        writer.writerow(_text_of(values[name]) for name in FIELDS)
        return f"{text.getvalue().removesuffix(_LINE_END)}\n".encode()

    def decode(self, line: bytes) -> Record:
        """Give a line's record."""
        try:
            (cells,) = csv.reader(io.StringIO(line.decode(), newline=""), strict=True)
            values = zip(FIELDS, cells, strict=True)
            return record_from({name: _value_of(text, FIELDS[name]) for name, text in values})
        except csv.Error as error:
            raise ValueError(str(error)) from None

    def split(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Put lines together until no quote is open."""
        whole = b""
        for line in lines:
            whole += line
            # A quote within quotes is written twice.
            if whole.count(b'"') % 2 == 0:
                yield whole
                whole = b""
        if whole:
            yield whole


def _text_of(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value_of(text: str, kind: type) -> Any:
    if not text:
        return None
    # Spreadsheets write them in capitals.
    return bool(("false", "true").index(text.lower())) if kind is bool else kind(text)


class LineStore:
    """A store that appends lines; :func:`~dbd_mobile.jobs.library.open_store` opens it.

    Args:
        path: The file; what is there is gone on with.
        lines: How records are written.

    Raises:
        InputError: It cannot be read or written, or is none.
    """

    def __init__(self, path: Path, lines: Lines) -> None:
        self._path = path
        self._lines = lines
        # Where each photo's last line is: from, to. Not what it says: a library may be large.
        self._places: dict[str, tuple[int, int]] = {}
        self._has_old_lines = False
        try:
            self._file = path.open("a+b", buffering=0)
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            self._end = self._read()
            self._file.truncate(self._end)
            if not self._end and lines.header:
                self._append(lines.header)
        except BaseException:
            self._file.close()
            raise

    def find(self, photo: str) -> Record | None:
        """Give a photo's record; None if there is none."""
        if photo not in self._places:
            return None
        start, end = self._places[photo]
        try:
            self._file.seek(start)
            return self._lines.decode(self._file.read(end - start))
        except (OSError, ValueError) as error:
            raise InputError(f"{self._path} was changed while it was open: {error}.") from None

    def add(self, record: Record) -> None:
        """Put in a record, in the place of an earlier one of the same photo."""
        start = self._end
        self._append(self._lines.encode(record))
        self._has_old_lines |= record.photo in self._places
        self._places[record.photo] = (start, self._end)

    def __enter__(self) -> "LineStore":
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self._has_old_lines:
                self._take_out_old_lines()
        except OSError as error:
            raise self._unwritable(error) from None
        finally:
            self._file.close()

    def _read(self) -> int:
        """Find the lines, and give where the last whole one ends."""
        end = 0
        with self._path.open("rb") as reader:
            # A foreign file may have no end of a line for long.
            ours = self._lines.header or f'{{"schema": "{SCHEMA}"'.encode()
            begins = reader.read(len(ours))
            if not ours.startswith(begins):
                raise self._foreign(1)
            reader.seek(0)
            for number, line in enumerate(self._lines.split(reader), 1):
                start, end = end, end + len(line)
                if not line.endswith(b"\n"):
                    return start
                if line == self._lines.header:
                    continue
                try:
                    photo = self._lines.decode(line).photo
                except ValueError:
                    raise self._foreign(number) from None
                self._has_old_lines |= photo in self._places
                self._places[photo] = (start, end)
        return end

    def _append(self, line: bytes) -> None:
        """Write a line in one go; where that fails, the file is as it was."""
        try:
            written = 0
            # A full disk takes a part, then says what is wrong.
            while written < len(line):
                written += self._file.write(line[written:])
        except OSError as error:
            self._file.truncate(self._end)
            raise self._unwritable(error) from None
        self._end += len(line)

    def _take_out_old_lines(self) -> None:
        with atomic_file(self._path.resolve()) as file:
            file.write(self._lines.header)
            for start, end in sorted(self._places.values()):
                self._file.seek(start)
                file.write(self._file.read(end - start))
            # Windows replaces no open file.
            self._file.close()

    def _foreign(self, number: int) -> InputError:
        return InputError(
            f"Line {number} of {self._path} was not written by `dbd-mobile scan`: name another "
            f"file."
        )

    def _unwritable(self, error: OSError) -> InputError:
        return InputError(f"{self._path} cannot be written: {error.strerror}.")
