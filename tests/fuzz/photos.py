"""What a stranger gives for a photo: small files of every kind that is read, and what is tried."""

import random
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from dbd_mobile import BlurDetector, load_pixels
from dbd_mobile.photo_metadata import metadata_of
from dbd_mobile.pyramid import SMALLEST_SIDE

from ..runtime.dng import dng_of
from ..runtime.icc import DISPLAY_P3, print_profile, rgb_profile
from .oracle import check_map, result_or_refusal
from .photo_fields import changed

# What a photo of so few pixels needs of memory is far below the limit of the run.
_MAX_PIXELS = 1_000_000

_DATA = Path(__file__).parents[1] / "runtime" / "data"


class Photos:
    """Tries a photo's bytes in every way that reads them, with networks that take no time."""

    max_bytes = 16384

    def __init__(self) -> None:
        self._detector = BlurDetector(
            _DATA / "tiny_int8.tflite",
            detail=_DATA / "tiny_detail.tflite",
            threads=1,
            max_pixels=_MAX_PIXELS,
        )

    def try_one(self, content: bytes) -> None:
        """Decode, detect and judge; raise what is neither a result nor a proper refusal."""
        blur_map: Any = result_or_refusal(lambda: self._detector.detect(content))
        if blur_map is not None:
            check_map(blur_map)
        pixels: Any = result_or_refusal(lambda: load_pixels(content, max_pixels=_MAX_PIXELS))
        if pixels is not None and min(pixels.size_wh) >= SMALLEST_SIDE:
            box = (0, 0, SMALLEST_SIDE, SMALLEST_SIDE)
            result_or_refusal(lambda: self._detector.judge(BytesIO(content), box))
        if pixels is not None:
            metadata_of(content)

    @staticmethod
    def mutate(content: bytes, chance: random.Random) -> bytes:
        """Change a few of the fields that say how the rest is to be read."""
        return changed(content, chance)

    @staticmethod
    def seeds() -> Iterator[bytes]:
        """Valid files."""
        return _files()


def _files() -> Iterator[bytes]:
    rgb = np.zeros((12, 16, 3), np.uint8)
    rgb[:6, :9], rgb[:6, 9:], rgb[6:, :9] = (200, 60, 60), (60, 180, 60), (60, 60, 200)
    image = Image.fromarray(rgb)
    alpha, palette, gray = (image.convert(mode) for mode in ("RGBA", "P", "L"))
    alpha.putpixel((3, 3), (9, 9, 9, 9))
    deep = Image.fromarray(rgb[..., 0].astype(np.uint16) * 257)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = "2026:01:02 03:04:05"
    exif_bytes = exif.tobytes()
    wide = rgb_profile(DISPLAY_P3)

    for large in (image.resize((640, 480)), image.resize((72, 66))):
        yield saved(large, "JPEG", exif=exif_bytes)
    yield saved(image, "JPEG", icc_profile=wide)
    yield saved(gray, "JPEG", progressive=True)
    yield saved(image.convert("CMYK"), "JPEG", icc_profile=print_profile())
    yield saved(image, "MPO", several=True)

    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", "<x/>", zip=True)
    yield saved(image, "PNG", exif=exif_bytes, icc_profile=wide, pnginfo=text)
    for other in (alpha, palette, gray, deep, image.convert("1"), image.convert("LA")):
        yield saved(other, "PNG")
    yield saved(palette, "PNG", transparency=3)
    yield saved(image, "PNG", several=True)

    yield saved(image, "WEBP", exif=exif_bytes, icc_profile=wide)
    yield saved(alpha, "WEBP", lossless=True)
    yield saved(image, "WEBP", several=True)

    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield saved(image, "TIFF", compression=compression, exif=exif)
    yield saved(image, "TIFF", big_tiff=True)
    yield saved(image.convert("1"), "TIFF", compression="group4")
    for other in (deep, palette, alpha, image.convert("CMYK"), image.convert("LAB")):
        yield saved(other, "TIFF")
    yield saved(image, "TIFF", several=True)
    yield big_endian_tiff()

    for other in (image, palette, gray, alpha, image.convert("1")):
        yield saved(other, "BMP")
    yield saved(palette, "GIF", interlace=1, transparency=2)
    yield saved(image, "GIF", several=True)
    for other in (image, gray, deep, image.convert("1"), image.convert("F")):
        yield saved(other, "PPM")
    yield b"P3\n# plain\n2 2\n255\n" + b"1 2 3 " * 4
    yield b"P1\n3 2\n1 0 1 0 1 0\n"

    yield saved(image, "AVIF", exif=exif_bytes, icc_profile=wide)
    yield saved(alpha, "AVIF")
    yield from _of_plugins(image, exif_bytes)
    yield dng_of(rgb, orientation=6)
    yield dng_of(rgb, preview=rgb)
    yield dng_of(np.asarray(image.resize((96, 64))), preview=rgb)


def _of_plugins(image: Image.Image, exif: bytes) -> Iterator[bytes]:
    import pillow_heif
    import pillow_jxl  # noqa: F401

    content = BytesIO()
    pictures = pillow_heif.from_pillow(image)
    pictures.add_from_pillow(image.resize((64, 64)))
    pictures.save(content, exif=exif)
    yield content.getvalue()
    yield saved(image, "JXL")
    yield saved(image, "JXL", exif=exif)
    yield saved(image.convert("RGBA"), "JXL", lossless=True)


def saved(image: Image.Image, kind: str, *, several: bool = False, **options: Any) -> bytes:
    """A file of the image, or of that and another."""
    content = BytesIO()
    # Copies: what a JPEG is saved with stays with the image.
    if several:
        options |= {
            "save_all": True,
            "append_images": [image.transpose(Image.Transpose.ROTATE_180)],
        }
    image.copy().save(content, kind, **options)
    return content.getvalue()


def big_endian_tiff() -> bytes:
    """A TIFF file of 2x2 grey pixels, its highest byte first."""
    entries = [
        (256, 3, 2), (257, 3, 2), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (274, 3, 3),
        (277, 3, 1), (278, 3, 2), (279, 4, 4),
    ]  # fmt: skip
    directory = b"".join(
        tag.to_bytes(2, "big") + kind.to_bytes(2, "big") + (1).to_bytes(4, "big")
        + value.to_bytes(2 if kind == 3 else 4, "big").ljust(4, b"\0")
        for tag, kind, value in entries
    )  # fmt: skip
    head = b"MM\0*" + (12).to_bytes(4, "big") + b"\x10\x80\xc0\xff"
    return head + len(entries).to_bytes(2, "big") + directory + bytes(4)
