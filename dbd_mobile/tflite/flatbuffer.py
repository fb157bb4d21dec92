"""Untrusted FlatBuffers bytes in; scalars, vectors and tables out, every offset checked first.

A TFLite file is a FlatBuffer (https://flatbuffers.dev/internals/): tables that point to each other
by offsets. Interpreters follow those without looking; here an offset that leaves the file, a vector
longer than the file or a misaligned value raises :class:`DamagedError`.
"""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Many tables may point to the same part of a file, so its size alone bounds no work.
_MAX_WORK = 1_000_000
_MAX_FIELDS = 64


class DamagedError(Exception):
    """The bytes are not a well-formed FlatBuffer; the message says what is wrong."""


class Table:
    """One table of a FlatBuffer.

    Args:
        data: The whole file.
        position: Where the table starts, in bytes from the start of the file.
        work: What was read so far of the whole file, one number that all of its tables share.

    Raises:
        DamagedError: The table or its field index does not lie in the file, or the file would keep
            the reader busy for long.
    """

    def __init__(self, data: bytes, position: int, work: list[int] | None = None) -> None:
        self.position = position
        self._data = data
        self._work = [0] if work is None else work
        self.count(1)
        vtable = position - _read(data, "i", position)
        vtable_size = _read(data, "H", vtable)
        table_size = _read(data, "H", vtable + 2)
        fields = vtable_size // 2 - 2
        if not 0 <= fields <= _MAX_FIELDS or vtable_size % 2 or table_size < 4:
            raise DamagedError(f"a field index of {vtable_size} bytes for {table_size}")
        _check_range(data, vtable, vtable_size)
        _check_range(data, position, table_size)
        self._fields = struct.unpack_from(f"<{fields}H", data, vtable + 4)
        # A field may not lie over the table's first four bytes, nor end after the table.
        if any(0 < field < 4 or field >= table_size for field in self._fields):
            raise DamagedError("a field outside its table")
        self._end = position + table_size

    @classmethod
    def root(cls, data: bytes, identifier: bytes) -> "Table":
        """Open the file's root table, given the four bytes that identify the file's kind."""
        if data[4:8] != identifier:
            raise DamagedError(f"it does not start as a {identifier.decode()} file does")
        return cls(data, _read(data, "I", 0))

    def count(self, parts: int) -> None:
        """Count what is about to be read; raise DamagedError where it is too much."""
        self._work[0] += parts
        if self._work[0] > _MAX_WORK:
            raise DamagedError(f"it has more than {_MAX_WORK} parts")

    def has(self, index: int) -> bool:
        """Say whether field ``index`` is present."""
        return self._field(index) is not None

    def scalar(self, index: int, kind: str, default: int = 0) -> int:
        """Read field ``index``, of ``struct`` character ``kind``; the default where absent."""
        position = self._field(index)
        if position is None:
            return default
        if position + struct.calcsize(kind) > self._end:
            raise DamagedError("a field that ends after its table")
        return _read(self._data, kind, position)

    def table(self, index: int) -> "Table | None":
        """Open the table that field ``index`` points to; None where absent."""
        position = self._target(index)
        return None if position is None else Table(self._data, position, self._work)

    def tables(self, index: int) -> list["Table"]:
        """Open all tables of the vector that field ``index`` points to; [] where absent."""
        position = self._target(index)
        if position is None:
            return []
        offsets = self.vector(index, "u4")
        first = position + 4
        return [
            Table(self._data, first + 4 * i + int(offset), self._work)
            for i, offset in enumerate(offsets)
        ]

    def vector(self, index: int, dtype: str) -> NDArray[Any]:
        """View the vector of numbers that field ``index`` points to; empty where absent.

        Args:
            index: Number of the field in its schema.
            dtype: The elements' numpy type; they are stored little-endian.

        Returns:
            (n,) read-only array.

        Raises:
            DamagedError: The vector does not lie in the file.
        """
        element = np.dtype(dtype).newbyteorder("<")
        position = self._target(index)
        if position is None:
            return np.empty(0, element)
        count = _read(self._data, "I", position)
        _check_range(self._data, position + 4, count * element.itemsize)
        if (position + 4) % element.itemsize:
            raise DamagedError(f"a misaligned vector at byte {position}")
        return np.frombuffer(self._data, element, count, position + 4)

    def string(self, index: int) -> str:
        """Read the text that field ``index`` points to; "" where absent."""
        position = self._target(index)
        if position is None:
            return ""
        text = self.vector(index, "u1").tobytes()
        _check_range(self._data, position + 4, len(text) + 1)
        if self._data[position + 4 + len(text)]:
            raise DamagedError(f"a text without an end at byte {position}")
        return text.decode("utf-8", errors="replace")

    def _field(self, index: int) -> int | None:
        if index >= len(self._fields) or not self._fields[index]:
            return None
        return self.position + int(self._fields[index])

    def _target(self, index: int) -> int | None:
        position = self._field(index)
        if position is None:
            return None
        return position + self.scalar(index, "I")


def _read(data: bytes, kind: str, position: int) -> int:
    size = struct.calcsize(kind)
    _check_range(data, position, size)
    if position % size:
        raise DamagedError(f"a misaligned value at byte {position}")
    return int(struct.unpack_from(f"<{kind}", data, position)[0])


def _check_range(data: bytes, position: int, size: int) -> None:
    if position < 0 or position + size > len(data):
        raise DamagedError(f"byte {position + size} is past its end")
