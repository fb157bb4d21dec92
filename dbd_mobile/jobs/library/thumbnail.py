"""A photo in; a small picture of it, and of what is blurred in it, as files' bytes out."""

from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.photo import Pixels
from dbd_mobile.result_file import png_of

SIDE = 256
"""The longer side of a thumbnail in pixels."""

_QUALITY = 72
# Diagonal lines, black beside white, so many pixels apart: they show on every colour.
_PERIOD, _LINE = 10, 1
_CLEAR, _BLACK, _WHITE = 0, 1, 2


@dataclass(frozen=True, kw_only=True)
class Thumbnail:
    """Two small pictures of one size.

    Attributes:
        jpeg: The photo.
        hatching_png: What is blurred in it hatched, the rest clear.
        size_wh: (width, height) of both in pixels.
    """

    jpeg: bytes
    hatching_png: bytes
    size_wh: tuple[int, int]


def thumbnail_of(pixels: Pixels, blur_map: BlurMap) -> Thumbnail:
    """Make a photo's thumbnail.

    Args:
        pixels: The photo, decoded at any size.
        blur_map: Its map.
    """
    width, height = pixels.size_wh
    scale = SIDE / max(width, height)
    size_wh = max(round(width * scale), 1), max(round(height * scale), 1)
    jpeg = BytesIO()
    Image.fromarray(pixels.squash(size_wh)).save(jpeg, "JPEG", quality=_QUALITY, optimize=True)
    return Thumbnail(
        jpeg=jpeg.getvalue(), hatching_png=png_of(_hatching(blur_map, size_wh)), size_wh=size_wh
    )


def _hatching(blur_map: BlurMap, size_wh: tuple[int, int]) -> Image.Image:
    probability = Image.fromarray(np.asarray(blur_map.model_probability, np.float32))
    blurred = np.asarray(probability.resize(size_wh, Image.Resampling.BILINEAR)) > 0.5
    rows, columns = np.ogrid[: size_wh[1], : size_wh[0]]
    across = (rows + columns) % _PERIOD
    inks = np.where(across < _LINE, _BLACK, np.where(across < 2 * _LINE, _WHITE, _CLEAR))
    image = Image.fromarray(np.where(blurred, inks, _CLEAR).astype(np.uint8))
    image.putpalette([0, 0, 0, 0, 0, 0, 255, 255, 255])
    image.info["transparency"] = _CLEAR
    return image
