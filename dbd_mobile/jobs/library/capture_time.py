"""A photo's file in; when it was taken, by its EXIF, out."""

import re
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

from PIL import ExifTags, Image

from dbd_mobile.photo_file import open_image
from dbd_mobile.photo_format import RAW, format_of

_TAGS = ExifTags.Base
_WRITTEN = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)")


def capture_time(photo: Path | IO[bytes]) -> str | None:
    """Say when a photo was taken, in the camera's own time.

    Args:
        photo: Its path, or the open file, which is read from its start and left open.

    Returns:
        As "2026-05-01T12:00:00" or "2026-05-01T12:00:00.25"; None where its EXIF is missing,
        damaged or has no time, and of a camera's raw file.
    """
    try:
        with photo.open("rb") if isinstance(photo, Path) else nullcontext(photo) as file:
            kind = format_of(file)
            if kind == RAW:
                return None
            image = open_image(file, kind, name="the photo", max_pixels=sys.maxsize)
            # Not PNG's own way, which decodes it to see whether there is something behind it.
            exif = Image.Image.getexif(image)
            return _time_of(exif.get_ifd(ExifTags.IFD.Exif))
    except Exception:
        # Pillow's parsers raise a dozen unlike exceptions.
        return None


def _time_of(tags: Any) -> str | None:
    written = _WRITTEN.match(str(tags.get(_TAGS.DateTimeOriginal, "")))
    if written is None or written[0].startswith("0000"):
        return None
    year, month, day, hour, minute, second = written.groups()
    fraction = str(tags.get(_TAGS.SubsecTimeOriginal, "")).strip(" \0")
    digits = f".{fraction[:6]}" if fraction.isascii() and fraction.isdigit() else ""
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}{digits}"
