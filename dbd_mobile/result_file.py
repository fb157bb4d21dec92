"""A map or a verdict and a path in; the file that the path's ending asks for out."""

import io
import json
import os
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import ArgumentError, InputError
from dbd_mobile.photo import Photo, Pixels
from dbd_mobile.photo_metadata import metadata_of

JPEG_QUALITY = 90
"""Of pictures to look at."""

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}


class Result(Protocol):
    """What a file can be made of."""

    def to_dict(self) -> dict[str, Any]:
        """Give its facts as what JSON can hold."""

    def to_image(self) -> Image.Image:
        """Give a picture of it alone."""

    def overlay(self, photo: Photo | Pixels) -> Image.Image:
        """Give an RGB picture of it on the photo, upright."""


def save_result(
    result: Result, path: str | os.PathLike[str], *, photo: Photo | Pixels | None
) -> None:
    """Write facts to ``.json``, a picture to ``.png``, or one on the photo to ``.png`` or ``.jpg``.

    Args:
        result: What to write.
        path: The file; one that is there already is replaced.
        photo: The photo, for a picture on it, whose EXIF and colour profile the file keeps.

    Raises:
        ArgumentError: The path ends otherwise, or in ``.jpg`` without a photo.
        ImageError: The photo cannot be read, or has another size than the result.
        InputError: The file cannot be written.
    """
    file = Path(path)
    ending = file.suffix.lower()
    buffer = io.BytesIO()
    if ending == ".json":
        buffer.write(f"{json.dumps(result.to_dict(), indent=2)}\n".encode())
    elif ending not in _FORMATS:
        raise ArgumentError(
            f"A result is saved to a path that ends in .json, .png, .jpg or .jpeg, got {file}."
        )
    elif photo is not None:
        picture = result.overlay(photo)
        metadata = metadata_of(photo)
        picture.save(buffer, _FORMATS[ending], quality=JPEG_QUALITY, **metadata)
    elif ending == ".png":
        buffer.write(png_of(result.to_image()))
    else:
        raise ArgumentError(
            f"A JPEG shows the result on the photo: give the photo too, or a path that ends in "
            f".png for the result alone, got {file}."
        )
    try:
        with atomic_file(file) as opened:
            opened.write(buffer.getbuffer())
    except OSError as error:
        raise InputError(f"{file} cannot be written: {error.strerror}.") from None


def png_of(image: Image.Image) -> bytes:
    """Give an image as the bytes of a PNG file."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
