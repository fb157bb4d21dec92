"""A JPEG XL file in; the size of its picture out, from the header (ISO/IEC 18181-1, section D.2).

The plugin that reads such files decodes them when they are opened, too late to refuse a large one.
"""

from typing import IO

_CODESTREAM = b"\xff\x0a"
# A file may be boxes: a length of 4 bytes, a name of 4, the content. Of the picture's, the second
# starts with a number of 4 bytes.
_BOXES_WITH_PICTURE = {b"jxlc": 8, b"jxlp": 12}
# Width over height by the header's code for it; 0 says that the width itself follows.
_SHAPES = {1: (1, 1), 2: (12, 10), 3: (4, 3), 4: (3, 2), 5: (16, 9), 6: (5, 4), 7: (2, 1)}
# Bits of a number by the two bits before it.
_LENGTHS = (9, 13, 18, 30)
# Of the whole header of a size.
_HEADER_BYTES = 12


def size_of(file: IO[bytes]) -> tuple[int, int]:
    """Read (width, height), before turning, of a seekable file.

    Raises:
        ValueError: There is no header where it should be.
    """
    file.seek(_start_of_picture(file))
    head = file.read(_HEADER_BYTES)
    if not head.startswith(_CODESTREAM):
        raise ValueError("it has no JPEG XL picture")
    bits = _Bits(head[2:])
    in_eights = bits.take(1) == 1
    height = _side(bits, in_eights)
    shape = bits.take(3)
    if shape == 0:
        return _side(bits, in_eights), height
    across, down = _SHAPES[shape]
    return height * across // down, height


def _start_of_picture(file: IO[bytes]) -> int:
    file.seek(0)
    if file.read(2) == _CODESTREAM:
        return 0
    start = 0
    while True:
        file.seek(start)
        head = file.read(16)
        length, name = int.from_bytes(head[:4], "big"), head[4:8]
        skipped = 0
        if length == 1:
            # The true length follows.
            length, skipped = int.from_bytes(head[8:16], "big"), 8
        if name in _BOXES_WITH_PICTURE:
            return start + skipped + _BOXES_WITH_PICTURE[name]
        if len(head) < 8 or length < 8:
            raise ValueError("it has no JPEG XL picture")
        start += length


def _side(bits: "_Bits", in_eights: bool) -> int:
    if in_eights:
        return 8 * (bits.take(5) + 1)
    return bits.take(_LENGTHS[bits.take(2)]) + 1


class _Bits:
    """Bytes as a row of bits, the lowest of each first; what is beyond their end is 0."""

    def __init__(self, content: bytes) -> None:
        self._left = int.from_bytes(content, "little")

    def take(self, count: int) -> int:
        number = self._left & ((1 << count) - 1)
        self._left >>= count
        return number
