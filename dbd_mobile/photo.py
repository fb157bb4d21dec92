"""A photo in any accepted form in; upright 8-bit RGB pixels and a network's input out.

EXIF orientation is applied here, once; nothing later turns a photo.
"""

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from dbd_mobile.errors import ImageError

# A photo at least 2.6 times as wide (or high) as the network's input is first averaged in whole
# blocks of pixels, then resized: nearly twice as fast. The input changes by 0.4 of 255 on average,
# the map by 0.006 (int8 changes it by 0.005), its accuracy on photos with masks not measurably.
# Smaller photos get plain BILINEAR, as in training.
_REDUCING_GAP = 1.3
# Rows of such blocks that are averaged at a time; a band fits the processor's cache.
_BAND_ROWS = 64

# A JPEG file may be decoded at 1/2, 1/4 or 1/8 when only a small input is needed; this many times
# the network's input side must remain.
_DRAFT_MARGIN = 2

# EXIF's numbers of the turns that change width and height.
_TURNED = (5, 6, 7, 8)

_BILINEAR = Image.Resampling.BILINEAR
_ACCEPTED = "a path, a PIL image or a (H, W, 3) uint8 RGB array"
_SIXTEEN_BIT_MODES = ("I;16", "I;16L", "I;16B", "I;16N")


@dataclass(frozen=True, kw_only=True)
class Pixels:
    """A decoded photo: who needs it twice decodes it once.

    Attributes:
        rgb: Upright 8-bit RGB pixels, an image or an (H, W, 3) uint8 array; smaller than the photo
            where a reduced decode was asked for.
        size_wh: The photo's own (width, height) in pixels, upright.
    """

    rgb: Image.Image | NDArray[np.uint8]
    size_wh: tuple[int, int]

    @property
    def decoded_wh(self) -> tuple[int, int]:
        """(width, height) of ``rgb``."""
        if isinstance(self.rgb, Image.Image):
            return self.rgb.size
        return self.rgb.shape[1], self.rgb.shape[0]

    def to_image(self) -> Image.Image:
        """Give the pixels as a PIL image; a copy if they are an array."""
        return self.rgb if isinstance(self.rgb, Image.Image) else Image.fromarray(self.rgb)

    def to_array(self) -> NDArray[np.uint8]:
        """Give the pixels as an (H, W, 3) uint8 array; a read-only copy if they are an image."""
        return np.asarray(self.rgb)

    def crop(self, box_xyxy: tuple[int, int, int, int]) -> "Pixels":
        """Cut out a part, (left, top, right, bottom) of the decoded pixels, as a photo of its own.

        Of an array it is a view.
        """
        left, top, right, bottom = box_xyxy
        if isinstance(self.rgb, Image.Image):
            is_whole = box_xyxy == (0, 0, *self.rgb.size)
            part: Image.Image | NDArray[np.uint8] = (
                self.rgb if is_whole else self.rgb.crop(box_xyxy)
            )
        else:
            part = self.rgb[top:bottom, left:right]
        return Pixels(rgb=part, size_wh=(right - left, bottom - top))

    def squash(self, size_wh: tuple[int, int]) -> NDArray[np.uint8]:
        """Resize to ``size_wh`` whatever the shape -> (h, w, 3) uint8, antialiased."""
        if isinstance(self.rgb, Image.Image):
            small = self.rgb.resize(size_wh, _BILINEAR, reducing_gap=_REDUCING_GAP)
        else:
            small = _squash_array(self.rgb, size_wh)
        return np.asarray(small)


Photo: TypeAlias = str | os.PathLike[str] | Image.Image | NDArray[np.uint8]


def load_pixels(
    photo: Photo | Pixels, *, needed_wh: tuple[int, int] | None = None, at_least_wide: int = 1
) -> Pixels:
    """Decode a photo to upright RGB.

    Transparent pixels are laid over white, 16-bit grey is scaled to 8 bit, of several frames the
    first is taken. EXIF orientation is applied to files and to PIL images that carry it.

    Args:
        photo: Path, PIL image of any 8-bit or 16-bit mode, or (H, W, 3) uint8 RGB array; pixels
            are given back as they are.
        needed_wh: Size that the pixels will be squashed to. Given, a large JPEG file is decoded
            at 1/2, 1/4 or 1/8, always leaving at least twice this size. None decodes it all.
        at_least_wide: Width in pixels that is left too, of the upright photo, where it has as many.

    Returns:
        The pixels and the photo's own size. An array, or a PIL image that is RGB and upright
        already, is kept itself, not as a copy.

    Raises:
        ImageError: The photo is missing, damaged, empty or not of an accepted kind.
    """
    if isinstance(photo, Pixels):
        return photo
    if isinstance(photo, np.ndarray):
        return _from_array(photo)
    if isinstance(photo, Image.Image):
        return _upright_rgb(photo, "the PIL image", photo.size)
    if isinstance(photo, str | os.PathLike):
        return _from_file(Path(photo), needed_wh, at_least_wide)
    raise ImageError(f"A photo is {_ACCEPTED}, got {type(photo).__name__}.")


def whole_pixels(photo: Photo | Pixels, *, size_wh: tuple[int, int]) -> Pixels:
    """Decode all of the photo that something of ``size_wh`` was made from.

    Raises:
        ImageError: It cannot be read, has another size, or was decoded at a reduced one.
    """
    pixels = load_pixels(photo)
    for got_wh in (pixels.size_wh, pixels.decoded_wh):
        if got_wh != size_wh:
            raise ImageError(
                "This needs all of the photo that the map was made from: it is {}x{}, got "
                "{}x{}.".format(*size_wh, *got_wh)
            )
    return pixels


def _from_array(array: NDArray[np.uint8]) -> Pixels:
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] != 3 or not array.size:
        raise ImageError(
            f"A photo array is (H, W, 3) uint8 RGB with H and W at least 1, "
            f"got {array.shape} {array.dtype}."
        )
    return Pixels(rgb=array, size_wh=(array.shape[1], array.shape[0]))


def _squash_array(array: NDArray[np.uint8], size_wh: tuple[int, int]) -> Image.Image:
    """Resize as Pillow does with a reducing gap, but band by band: the same pixels come out.

    The whole photo as a Pillow image would be a copy of four bytes per pixel, and on most systems
    fresh memory for it costs more time than the arithmetic.
    """
    height, width = array.shape[:2]
    across = int(width / size_wh[0] / _REDUCING_GAP) or 1
    down = int(height / size_wh[1] / _REDUCING_GAP) or 1
    small = Image.new("RGB", (math.ceil(width / across), math.ceil(height / down)))
    for row in range(0, small.height, _BAND_ROWS):
        band = image_of(array[row * down : (row + _BAND_ROWS) * down])
        small.paste(band.reduce((across, down)), (0, row))
    return small.resize(size_wh, _BILINEAR, box=(0, 0, width / across, height / down))


def image_of(array: NDArray[np.uint8]) -> Image.Image:
    """Copy an (H, W, 3) uint8 array into a PIL image.

    A part of a larger array is first copied by numpy, which takes a tenth of Pillow's time for it.
    """
    return Image.fromarray(np.ascontiguousarray(array))


def _from_file(path: Path, needed_wh: tuple[int, int] | None, at_least_wide: int) -> Pixels:
    if path.is_dir():
        raise ImageError(f"{path} is a folder: give the photos in it.")
    try:
        with Image.open(path) as image:
            size_wh = image.size
            if needed_wh is not None:
                # The larger side both ways, as the photo may still have to be turned.
                side = _DRAFT_MARGIN * max(needed_wh)
                wide = max(side, at_least_wide)
                turned = _orientation(image) in _TURNED
                image.draft(None, (side, wide) if turned else (wide, side))
            return _upright_rgb(image, str(path), size_wh)
    except ImageError:
        raise
    except FileNotFoundError:
        raise ImageError(f"There is no photo {path}.") from None
    except UnidentifiedImageError:
        raise ImageError(f"{path} is not a photo that Pillow can read.") from None
    except Exception as error:
        # Decoders raise a dozen unlike exceptions on damaged files, SyntaxError among them.
        raise ImageError(f"{path} cannot be read as a photo: {error}.") from error


def _upright_rgb(image: Image.Image, name: str, size_wh: tuple[int, int]) -> Pixels:
    """Decode, turn and convert an image whose full size is ``size_wh`` before turning."""
    if 0 in image.size:
        raise ImageError(f"{name} is empty: it has {image.width}x{image.height} pixels.")
    try:
        image.load()
        orientation = _orientation(image)
        if orientation != 1:
            image = ImageOps.exif_transpose(image)
        rgb = _to_rgb(image)
    except Exception as error:
        raise ImageError(f"{name} cannot be read as a photo: {error}.") from error
    if rgb is None:
        raise ImageError(
            f"{name} has pixels of Pillow's mode {image.mode}, whose range is not known: "
            f"convert it to 8-bit RGB first."
        )
    turned = orientation in _TURNED
    return Pixels(rgb=rgb, size_wh=(size_wh[1], size_wh[0]) if turned else size_wh)


def _orientation(image: Image.Image) -> int:
    """EXIF's number of the turn that the photo needs; 1, none, where EXIF is missing or damaged."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        # Pillow raises whatever its TIFF parser meets; viewers show such a photo as it is stored.
        return 1


def _to_rgb(image: Image.Image) -> Image.Image | None:
    """Any mode to RGB; None for the modes without a fixed range (32-bit integer, float)."""
    if image.mode in ("I", "F"):
        return None
    if image.mode in _SIXTEEN_BIT_MODES:
        values = np.asarray(image).astype(np.uint32)
        return Image.fromarray(((values * 255 + 32895) >> 16).astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(with_alpha, mask=with_alpha.getchannel("A"))
        return white
    return image if image.mode == "RGB" else image.convert("RGB")
