"""An open file in; the image that Pillow reads from it, not decoded yet, out.

What reads a photo is chosen from a list of this module's own, by what the file holds: Pillow knows
more kinds than photos, and starts other programs for some. Its limit against photos that would
fill the memory is replaced by one that a caller can set.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import IO, Any, cast

from PIL import Image

from dbd_mobile.errors import ArgumentError, ImageError
from dbd_mobile.jpeg_xl import size_of
from dbd_mobile.whole_number import whole_number

MAX_PIXELS = 300_000_000
"""Pixels that a photo may have where nothing else is said: more than phones take."""

# TIFF's tags.
_TIFF_WIDTH, _TIFF_HEIGHT = 256, 257


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """What reads a kind of photo: a class of Pillow's or of a package that adds to it."""

    module: str
    name: str
    install: str = "pip install --upgrade pillow"


_READERS = {
    # Of several pictures in a JPEG file, as of two eyes or for bright screens, the first.
    "JPEG": _Reader(module="PIL.JpegImagePlugin", name="JpegImageFile"),
    "PNG": _Reader(module="PIL.PngImagePlugin", name="PngImageFile"),
    "WebP": _Reader(module="PIL.WebPImagePlugin", name="WebPImageFile"),
    "TIFF": _Reader(module="PIL.TiffImagePlugin", name="TiffImageFile"),
    "BMP": _Reader(module="PIL.BmpImagePlugin", name="BmpImageFile"),
    "GIF": _Reader(module="PIL.GifImagePlugin", name="GifImageFile"),
    "PPM": _Reader(module="PIL.PpmImagePlugin", name="PpmImageFile"),
    "AVIF": _Reader(module="PIL.AvifImagePlugin", name="AvifImageFile"),
    "HEIC": _Reader(
        module="pillow_heif", name="HeifImageFile", install='pip install "dbd-mobile[heif]"'
    ),
    "JPEG XL": _Reader(
        module="pillow_jxl.JpegXLImagePlugin",
        name="JXLImageFile",
        install="pip install pillow-jxl-plugin",
    ),
}


def checked_max_pixels(max_pixels: object) -> int:
    """Give a limit of pixels back.

    Raises:
        ArgumentError: It is no whole number from 1.
    """
    number = whole_number(max_pixels)
    if number is None:
        raise ArgumentError(f"max_pixels is a whole number, got {max_pixels!r}.")
    if number < 1:
        raise ArgumentError(f"max_pixels is 1 or more, got {number}.")
    return number


def open_image(file: IO[bytes], kind: str | None, *, name: str, max_pixels: int) -> Image.Image:
    """Open a photo of a kind that :func:`~dbd_mobile.photo_format.format_of` told.

    Args:
        file: A seekable file; it must stay open until the image is decoded.
        kind: What it holds.
        name: What to call it in messages.
        max_pixels: So many it may have.

    Raises:
        ImageError: It is of another kind or too large, or the package that reads it is missing.
        Exception: It is damaged; decoders raise a dozen unlike ones, SyntaxError among them.
    """
    if kind not in _READERS:
        raise ImageError(
            f"{name} is not a photo of a kind that is read: {', '.join(_READERS)} or a camera's "
            f"raw file."
        )
    reader = _READERS[kind]
    if kind == "JPEG XL":
        refuse_large(size_of(file), name=name, max_pixels=max_pixels)
    article = "an" if kind == "AVIF" else "a"
    read = package_of(
        reader.module, kind=f"{article} {kind} photo", name=name, install=reader.install
    )
    file.seek(0)
    image: Image.Image = getattr(read, reader.name)(file, "")
    refuse_large(image.size, name=name, max_pixels=max_pixels)
    if kind == "TIFF":
        # Without memory for the pixels it would ask for Pillow's limit. Its size is turned already.
        tags: Mapping[int, int] = cast(Any, image).tag_v2
        stored_wh = tags[_TIFF_WIDTH], tags[_TIFF_HEIGHT]
        image.im = Image.new(image.mode, stored_wh, None).im
    return image


def package_of(module: str, *, kind: str, name: str, install: str) -> Any:
    """Import what reads a kind of photo.

    Raises:
        ImageError: It is not installed; says how to.
    """
    try:
        return import_module(module)
    except ImportError:
        raise ImageError(f"{name} is {kind}: `{install}` installs what reads it.") from None


def refuse_large(size_wh: tuple[int, int], *, name: str, max_pixels: int) -> None:
    """Refuse a photo before it is decoded.

    Raises:
        ImageError: It has more pixels than allowed.
    """
    width, height = size_wh
    if width * height > max_pixels:
        raise ImageError(
            f"{name} has {width}x{height} pixels, more than {max_pixels:,} in all: raise "
            f"max_pixels (--max-pixels) to read it."
        )
