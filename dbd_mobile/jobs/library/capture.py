"""A photo's file in; when, for how long and by which camera it was taken, by its EXIF, out."""

import re
import sys
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from PIL import ExifTags, Image

from dbd_mobile.photo_file import open_image
from dbd_mobile.photo_format import RAW, format_of

_TAGS = ExifTags.Base
_WRITTEN = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)")
_ZONE = re.compile(r"[+-]\d\d:\d\d")
_AUTO_BRACKET = 2

# The start of a raw file that is a box file, as CR3 is, in which its EXIF is.
_BOXES_BYTES = 2**16


@dataclass(frozen=True, kw_only=True)
class Capture:
    """How a photo was taken.

    Attributes:
        taken: When, as "2026-05-01T12:00:00" or "2026-05-01T12:00:00.25", in the camera's time.
        zone: The camera's time zone, as "+02:00"; "" if it is not known.
        exposure_s: For how many seconds the shutter was open; 0 if that is not known.
        camera: Its maker, model and serial number, as far as they are known.
        is_bracketed: It is one of several exposures of a scene, to be laid over each other.
    """

    taken: str
    zone: str = ""
    exposure_s: float = 0.0
    camera: tuple[str, ...] = ()
    is_bracketed: bool = False

    @property
    def time_s(self) -> float:
        """Seconds since 1970 began in UTC, or on the camera's clock where its zone is not known."""
        return _time_s(self.taken, self.zone)


def capture_of(photo: Path | IO[bytes]) -> Capture | None:
    """Say how a photo was taken.

    Args:
        photo: Its path, or the open file, which is read from its start and left open.

    Returns:
        None where its EXIF is missing or damaged, or has no time.
    """
    try:
        with photo.open("rb") if isinstance(photo, Path) else nullcontext(photo) as file:
            kind = format_of(file)
            return _capture_of_raw(file) if kind == RAW else _capture_of(_exif_of(file, kind))
    except Exception:
        # Pillow's parsers raise a dozen unlike exceptions.
        return None


def _exif_of(file: IO[bytes], kind: str | None) -> Image.Exif:
    image = open_image(file, kind, name="the photo", max_pixels=sys.maxsize)
    # Not PNG's own way, which decodes it to see whether there is something behind it.
    return Image.Image.getexif(image)


def _capture_of_raw(file: IO[bytes]) -> Capture | None:
    file.seek(0)
    head = file.read(_BOXES_BYTES)
    if head.startswith(b"FUJIFILMCCD-RAW"):
        # Where its JPEG is, and how long.
        start, length = (int.from_bytes(head[at : at + 4], "big") for at in (84, 88))
        file.seek(start)
        return _capture_of(_exif_of(BytesIO(file.read(length)), "JPEG"))
    if head[4:8] == b"ftyp":
        camera, shot = (_boxed_exif(head, name) for name in (b"CMT1", b"CMT2"))
        return _capture_from(camera, shot)
    exif = Image.Exif()
    # Olympus and Panasonic have a number of their own in the place of TIFF's.
    exif.endian = ">" if head[:2] == b"MM" else "<"
    first = int.from_bytes(head[4:8], "big" if exif.endian == ">" else "little")
    exif.load_from_fp(file, first)
    return _capture_of(exif)


def _boxed_exif(head: bytes, name: bytes) -> Image.Exif:
    """Read one of the boxes of a CR3 file, each of which holds a TIFF directory."""
    exif = Image.Exif()
    exif.load_from_fp(BytesIO(head[head.index(name) + len(name) :]))
    return exif


def _capture_of(exif: Image.Exif) -> Capture | None:
    return _capture_from(exif, exif.get_ifd(ExifTags.IFD.Exif))


def _capture_from(camera: Any, shot: Any) -> Capture | None:
    """Read the two directories of EXIF, of the camera and of the shot."""
    written = _WRITTEN.match(_text(shot, _TAGS.DateTimeOriginal))
    if written is None:
        return None
    year, month, day, hour, minute, second = written.groups()
    fraction = _text(shot, _TAGS.SubsecTimeOriginal)
    digits = f".{fraction[:6]}" if fraction.isascii() and fraction.isdigit() else ""
    taken = f"{year}-{month}-{day}T{hour}:{minute}:{second}{digits}"
    if not _is_time(taken):
        # A camera may say the 31st of February, or the year 0 where its clock was not set.
        return None
    zone = _text(shot, _TAGS.OffsetTimeOriginal)
    named = [(camera, _TAGS.Make), (camera, _TAGS.Model), (shot, _TAGS.BodySerialNumber)]
    return Capture(
        taken=taken,
        zone=zone if _ZONE.fullmatch(zone) and _is_time(taken, zone) else "",
        exposure_s=_seconds(shot.get(_TAGS.ExposureTime)),
        camera=tuple(_text(tags, tag) for tags, tag in named),
        is_bracketed=shot.get(_TAGS.ExposureMode) == _AUTO_BRACKET,
    )


def _text(tags: Any, tag: int) -> str:
    return str(tags.get(tag, "")).strip(" \0")


def _seconds(value: Any) -> float:
    try:
        seconds = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
    # Of a damaged one, or none.
    return seconds if 0 <= seconds < 86_400 else 0.0


def _time_s(taken: str, zone: str) -> float:
    whole, _, fraction = taken.partition(".")
    # Until Python 3.11 a fraction has three digits or six.
    time = datetime.fromisoformat(f"{whole}.{fraction:0<6}{zone or '+00:00'}")
    return time.timestamp()


def _is_time(taken: str, zone: str = "") -> bool:
    try:
        _time_s(taken, zone)
    except ValueError:
        return False
    return True
