"""A photo file's bytes in; the same with some of its fields changed out.

Bytes that are changed by chance rarely meet what says how the others are read: tags of TIFF and
EXIF, lengths of boxes and segments, sizes. Those are looked up here; checksums are made anew.
"""

import random
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_INTERESTING = (
    *(0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 64, 127, 128, 255, 256, 257, 4095, 32767, 32768),
    *(65535, 65536, 0x7FFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF),
)
# Of TIFF, EXIF and DNG: how pixels are stored, where other directories are.
_TAGS = (
    *(254, 256, 257, 258, 259, 262, 266, 270, 273, 274, 277, 278, 279, 284, 317, 320, 322, 323),
    *(324, 325, 330, 338, 339, 347, 512, 513, 514, 530, 532, 700, 33421, 33422, 34665, 34675),
    *(34853, 50706, 50708, 50711, 50712, 50713, 50714, 50717, 50719, 50720, 50721, 50728, 50829),
    *(51008, 51009, 51022),
)
# Kinds of compression and of pixels, by TIFF.
_CODES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 32773, 32803, 34676, 34712, 34892, 34925, 50000, 50001, 50002)
_CONTAINERS = {b"meta", b"iprp", b"ipco", b"iinf", b"moov", b"trak", b"mdia", b"minf", b"stbl"}
_DEEPEST = 6

Order = Literal["little", "big"]


@dataclass(frozen=True)
class _Field:
    """Bytes that are one number; ``likely`` are numbers that mean something there."""

    start: int
    size: int
    order: Order
    likely: tuple[int, ...] = ()


def changed(content: bytes, chance: random.Random) -> bytes:
    """Change up to three fields."""
    fields = list(_fields(content))
    result = bytearray(content)
    for field in chance.sample(fields, min(len(fields), chance.randint(1, 3))):
        now = int.from_bytes(result[field.start : field.start + field.size], field.order)
        new = chance.choice((*_INTERESTING, *field.likely * 3, now - 1, now + 1, now * 2, now // 2))
        new %= 1 << 8 * field.size
        result[field.start : field.start + field.size] = new.to_bytes(field.size, field.order)
    return with_checksums(bytes(result))


def with_checksums(content: bytes) -> bytes:
    """Make the checksums of a PNG's chunks anew, as far as it is one."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n"):
        return content
    result = bytearray(content)
    for start, length in _chunks(content):
        end = start + 8 + length
        if end + 4 <= len(content):
            result[end : end + 4] = zlib.crc32(content[start + 4 : end]).to_bytes(4, "big")
    return bytes(result)


def _fields(content: bytes) -> Iterator[_Field]:
    for start in range(0, min(len(content), 64) - 3, 2):
        yield _Field(start, 2, "little" if start % 4 else "big")
        yield _Field(start, 4, "big" if start % 4 else "little")
    for found in re.finditer(rb"II[*+]\0|MM\0[*+]", content):
        yield from _tiff_fields(content, found.start())
    if content.startswith(b"\x89PNG"):
        for start, length in _chunks(content):
            yield from (_Field(at, 4, "big") for at in range(start, start + 8 + min(length, 24), 4))
    elif content.startswith(b"\xff\xd8"):
        yield from _segment_fields(content)
    elif content[4:8] in (b"ftyp", b"JXL "):
        yield from _box_fields(content, 0, len(content), 0)


def _tiff_fields(content: bytes, base: int) -> Iterator[_Field]:
    """Of every directory of a TIFF file, or of EXIF, that begins at ``base``."""
    order: Order = "little" if content[base : base + 2] == b"II" else "big"
    is_big = b"+" in content[base : base + 4]
    word, head, entry = (8, 8, 20) if is_big else (4, 2, 12)

    def number(at: int, size: int) -> int:
        return int.from_bytes(content[at : at + size], order)

    left, seen = [number(base + (8 if is_big else 4), word)], set[int]()
    while left and len(seen) < _DEEPEST:
        start = base + left.pop()
        if start in seen or start + head > len(content):
            continue
        seen.add(start)
        count = min(number(start, head), 64)
        yield _Field(start, head, order)
        for at in range(start + head, start + head + entry * count, entry):
            if at + entry > len(content):
                return
            tag, kind = number(at, 2), number(at + 2, 2)
            yield _Field(at, 2, order, _TAGS)
            yield _Field(at + 2, 2, order, tuple(range(14)))
            yield _Field(at + 4, word, order)
            yield _Field(at + 4 + word, 2 if kind == 3 else word, order, _CODES)
            if tag in (330, 34665, 34853):
                left.append(number(at + 4 + word, word))
        left.append(number(start + head + entry * count, word))


def _chunks(content: bytes) -> Iterator[tuple[int, int]]:
    """Start and length of each chunk of a PNG."""
    start = 8
    while start + 8 <= len(content):
        length = int.from_bytes(content[start : start + 4], "big")
        yield start, length
        start += 12 + length


def _segment_fields(content: bytes) -> Iterator[_Field]:
    """Of a JPEG's segments: kind, length and what comes first."""
    start = 2
    while start + 4 <= len(content) and content[start] == 0xFF:
        length = int.from_bytes(content[start + 2 : start + 4], "big")
        yield _Field(start + 1, 1, "big", (0xC0, 0xC1, 0xC2, 0xC9, 0xDB, 0xC4, 0xDA, 0xE1, 0xE2))
        yield _Field(start + 2, 2, "big")
        for at in range(start + 4, min(start + 2 + length, start + 24, len(content))):
            yield _Field(at, 1, "big")
        start += 2 + length


def _box_fields(content: bytes, start: int, end: int, depth: int) -> Iterator[_Field]:
    """Of the boxes of a HEIF, AVIF or JPEG XL file: lengths, and the numbers in small ones."""
    while start + 8 <= end:
        length = int.from_bytes(content[start : start + 4], "big") or end - start
        yield _Field(start, 4, "big", (0, 1, 8, length + 8))
        name, body = content[start + 4 : start + 8], start + 8
        stop = min(start + length, end)
        if name in _CONTAINERS and depth < _DEEPEST:
            inside = body + {b"meta": 4, b"iinf": 6}.get(name, 0)
            yield from _box_fields(content, inside, stop, depth + 1)
        elif name != b"mdat":
            for at in range(body, min(stop, body + 64) - 3, 2):
                yield _Field(at, 2, "big")
                yield _Field(at, 4, "big")
        start += max(length, 8)
