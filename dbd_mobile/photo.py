"""A photo in any accepted form in; upright 8-bit RGB pixels and a network's input out.

EXIF orientation is applied here, once; nothing later turns a photo.
"""

import math
import os
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import IO, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import ExifTags, Image, ImageOps

from dbd_mobile.errors import ImageError, sentence_of
from dbd_mobile.photo_array import Channels, array_of, checked_channels, packed, rgb_of
from dbd_mobile.photo_color import to_srgb
from dbd_mobile.photo_file import MAX_PIXELS, checked_max_pixels, open_image
from dbd_mobile.photo_format import RAW, format_of
from dbd_mobile.raw_photo import opened_raw

# A photo at least 2.6 times as wide (or high) as the network's input is first averaged in whole
# blocks of pixels, then resized: nearly twice as fast. The input changes by 0.4 of 255 on average,
# the map by 0.006 (int8 changes it by 0.005), its accuracy on photos with masks not measurably.
# Smaller photos get plain BILINEAR, as in training.
_REDUCING_GAP = 1.3
# Rows of the photo that are averaged at a time; a band fits the processor's cache.
_BAND_ROWS = 128

# A JPEG file may be decoded at 1/2, 1/4 or 1/8 when only a small input is needed; this many times
# the network's input side must remain.
_DRAFT_MARGIN = 2

# EXIF's numbers of the turns that change width and height.
_TURNED = (5, 6, 7, 8)

_BILINEAR = Image.Resampling.BILINEAR
_ACCEPTED = "a path, an open file, a file's bytes, a PIL image or an array of pixels"


@dataclass(frozen=True, kw_only=True)
class Pixels:
    """A decoded photo: who needs it twice decodes it once.

    Attributes:
        rgb: Upright 8-bit sRGB pixels, an image or an (H, W, 3) uint8 array of any strides; smaller
            than the photo where a reduced decode was asked for.
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
        return self.rgb if isinstance(self.rgb, Image.Image) else image_of(self.rgb)

    def to_array(self) -> NDArray[np.uint8]:
        """Give the pixels as an (H, W, 3) uint8 array; a read-only copy if they are an image."""
        return np.asarray(self.rgb)

    def crop(self, box_xyxy: tuple[int, int, int, int]) -> "Pixels":
        """Cut out a part, (left, top, right, bottom) of the decoded pixels, as a photo of its own.

        Of an array it is a view.
        """
        left, top, right, bottom = box_xyxy
        size_wh = right - left, bottom - top
        if isinstance(self.rgb, Image.Image):
            is_whole = box_xyxy == (0, 0, *self.rgb.size)
            # Pillow's own crop refuses parts that are larger than its limit.
            part: Image.Image | NDArray[np.uint8] = (
                self.rgb
                if is_whole
                else self.rgb.transform(size_wh, Image.Transform.EXTENT, box_xyxy)
            )
        else:
            part = self.rgb[top:bottom, left:right]
        return Pixels(rgb=part, size_wh=size_wh)

    def squash(self, size_wh: tuple[int, int]) -> NDArray[np.uint8]:
        """Resize to ``size_wh`` whatever the shape -> (h, w, 3) uint8, antialiased."""
        if isinstance(self.rgb, Image.Image):
            small = self.rgb.resize(size_wh, _BILINEAR, reducing_gap=_REDUCING_GAP)
        else:
            small = _squash_array(self.rgb, size_wh)
        return np.asarray(small)


Photo: TypeAlias = str | os.PathLike[str] | IO[bytes] | Image.Image | ArrayLike
"""What can be looked at; :func:`load_pixels` says what each may hold."""


def load_pixels(
    photo: Photo | Pixels,
    *,
    needed_wh: tuple[int, int] | None = None,
    at_least_wide: int = 1,
    channels: Channels | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Pixels:
    """Decode a photo to upright 8-bit sRGB.

    EXIF orientation is applied to files and to PIL images that carry it, and so are ICC profiles:
    wide-gamut colours and those for print become sRGB. Transparent pixels are laid over white,
    16-bit grey is scaled to 8 bit, of several pictures in a file the first is taken.

    Args:
        photo: One of these; pixels are given back as they are.

            - A path, an open binary file (read from its start, left open) or a file's content as
              one-dimensional bytes. JPEG, PNG, WebP, TIFF, BMP, GIF and PPM; AVIF with Pillow 11.3,
              JPEG XL with pillow-jxl-plugin, HEIC with the extra ``heif``, raw files of cameras
              with the extra ``raw``: their preview, where it is large enough for what is asked, or
              else the developed photo. What it is, is told by the content, never by the name.
            - A PIL image of any 8-bit or 16-bit mode.
            - An array, or what has ``__array__``, ``__dlpack__`` or the buffer protocol: (H, W) or
              (H, W, 1) grey, (H, W, 3) or (H, W, 4); uint8, uint16 from 0 to 65535, bool, or float
              from 0 to 1; of any strides, read-only or mapped from a file.
        needed_wh: Size that the pixels will be squashed to. Given, a large JPEG file is decoded
            at 1/2, 1/4 or 1/8, always leaving at least twice this size. None decodes it all.
        at_least_wide: Width in pixels that is left too, of the upright photo, where it has as many.
        channels: What an array's last axis holds: "RGB", "BGR", "RGBA", "BGRA" or "GRAY". None
            says by their number: grey, RGB or RGBA. OpenCV's images are "BGR"; of picamera2's
            frames "XRGB8888" is "BGRA", "XBGR8888" is "RGBA", "RGB888" is "BGR" and "BGR888" is
            "RGB". Files and PIL images say it themselves.
        max_pixels: A file with more pixels is refused before it is decoded.

    Returns:
        The pixels and the photo's own size. A uint8 array of any order whose pixels hide all that
        is behind them, or a PIL image that is sRGB and upright already, is looked at itself, not
        copied.

    Raises:
        ArgumentError: ``channels`` or ``max_pixels`` is not as said above.
        ImageError: The photo is missing, damaged, empty, too large or not of an accepted kind, or
            the package that reads it is not installed.
    """
    checked_channels(channels)
    max_pixels = checked_max_pixels(max_pixels)
    wanted_wh = None
    if needed_wh is not None:
        # The larger side both ways, as the photo may still have to be turned.
        side = _DRAFT_MARGIN * max(needed_wh)
        wanted_wh = max(side, at_least_wide), side
    if isinstance(photo, Pixels):
        return photo
    if isinstance(photo, Image.Image):
        return _upright_rgb(photo, "the PIL image")
    if isinstance(photo, str | os.PathLike):
        return _from_path(Path(os.fsdecode(photo)), wanted_wh, max_pixels)
    if hasattr(photo, "read"):
        return _from_file(cast(IO[bytes], photo), _name_of(photo), wanted_wh, max_pixels)
    array = array_of(photo)
    if array is None:
        raise ImageError(f"A photo is {_ACCEPTED}, got {type(photo).__name__}.")
    if array.ndim == 1 and array.dtype.itemsize == 1:
        content = photo if isinstance(photo, bytes) else array.tobytes()
        return _from_file(BytesIO(content), "the content", wanted_wh, max_pixels)
    rgb = rgb_of(array, channels)
    return Pixels(rgb=rgb, size_wh=(rgb.shape[1], rgb.shape[0]))


def is_one_photo(photos: object) -> bool:
    """Tell one photo from several of them; a stack of arrays has four axes."""
    if isinstance(photos, Pixels | Image.Image | str | bytes | bytearray | os.PathLike):
        return True
    return hasattr(photos, "read") or getattr(photos, "ndim", 4) < 4


def whole_pixels(photo: Photo | Pixels, *, size_wh: tuple[int, int]) -> Pixels:
    """Decode all of the photo that something of ``size_wh`` was made from.

    Raises:
        ImageError: It cannot be read, has another size, or was decoded at a reduced one.
    """
    # What the map was made from was not too large for whoever made it.
    pixels = load_pixels(photo, max_pixels=max(MAX_PIXELS, size_wh[0] * size_wh[1]))
    for got_wh in (pixels.size_wh, pixels.decoded_wh):
        if got_wh != size_wh:
            raise ImageError(
                "This needs all of the photo that the map was made from: it is {}x{}, got "
                "{}x{}.".format(*size_wh, *got_wh)
            )
    return pixels


def _squash_array(array: NDArray[np.uint8], size_wh: tuple[int, int]) -> Image.Image:
    """Resize as Pillow does with a reducing gap, but band by band: the same pixels come out.

    The whole photo as a Pillow image would be a copy of four bytes per pixel, and on most systems
    fresh memory for it costs more time than the arithmetic.
    """
    if array.strides[2] < 0:
        # BGR: cheaper to turn round what is left.
        return image_of(np.asarray(_squash_array(array[..., ::-1], size_wh))[..., ::-1])
    height, width = array.shape[:2]
    across = int(width / size_wh[0] / _REDUCING_GAP) or 1
    down = int(height / size_wh[1] / _REDUCING_GAP) or 1
    small = Image.new("RGB", (math.ceil(width / across), math.ceil(height / down)))
    rows = max(_BAND_ROWS // down, 1)
    for row in range(0, small.height, rows):
        band = image_of(array[row * down : (row + rows) * down])
        small.paste(band.reduce((across, down)), (0, row))
    return small.resize(size_wh, _BILINEAR, box=(0, 0, width / across, height / down))


def image_of(array: NDArray[np.uint8]) -> Image.Image:
    """Copy an (H, W, 3) uint8 array of any strides into a PIL image.

    What has gaps in memory is first copied by numpy, which takes a tenth of Pillow's time for it.
    """
    return Image.fromarray(packed(array))


def _name_of(file: object) -> str:
    """What to call an open file: one without a name on disk may have a number for it."""
    name = getattr(file, "name", None)
    return name if isinstance(name, str) and name else "the file"


def _from_path(path: Path, wanted_wh: tuple[int, int] | None, max_pixels: int) -> Pixels:
    try:
        if path.is_dir():
            raise ImageError(f"{path} is a folder: give the photos in it.")
        with path.open("rb") as file:
            return _from_file(file, str(path), wanted_wh, max_pixels)
    except FileNotFoundError:
        raise ImageError(f"There is no photo {path}.") from None
    except OSError as error:
        # Its text would have the path once more, and a number.
        said = error.strerror or str(error)
        raise ImageError(f"{path} cannot be read as a photo: {said}.") from error
    except ValueError as error:
        raise ImageError(f"{path} cannot be read as a photo: {sentence_of(error)}") from error


def _from_file(
    file: IO[bytes], name: str, wanted_wh: tuple[int, int] | None, max_pixels: int
) -> Pixels:
    try:
        if not _is_binary(file):
            raise ImageError(
                f"{name} is not a file of bytes that can be read from its start: open it in binary "
                f"mode, or read it and give the bytes."
            )
        kind = format_of(file)
        if kind == RAW:
            return _from_raw(file, name, wanted_wh, max_pixels)
        image = open_image(file, kind, name=name, max_pixels=max_pixels)
        return _drafted(image, name, wanted_wh)
    except ImageError:
        raise
    except Exception as error:
        # Decoders raise a dozen unlike exceptions on damaged files, SyntaxError among them.
        raise ImageError(f"{name} cannot be read as a photo: {sentence_of(error)}") from error


def _is_binary(file: IO[bytes]) -> bool:
    """Say whether bytes can be read from a file's start; a pipe, e.g., has lost it."""
    try:
        file.seek(0)
        return isinstance(file.read(0), bytes)
    except (OSError, AttributeError):
        return False


def _from_raw(
    file: IO[bytes], name: str, wanted_wh: tuple[int, int] | None, max_pixels: int
) -> Pixels:
    with opened_raw(file, name=name, max_pixels=max_pixels) as raw:
        preview = raw.preview
        if preview is not None:
            preview_wh = _upright_wh(preview, preview.size)
            if raw.is_photo(preview_wh):
                return _drafted(preview, name, wanted_wh)
            is_enough = wanted_wh is not None and (
                preview_wh[0] >= wanted_wh[0] and preview_wh[1] >= wanted_wh[1]
            )
            if is_enough and raw.is_of_photo(preview_wh):
                return replace(_drafted(preview, name, wanted_wh), size_wh=raw.size_wh)
        developed = raw.develop()
    return Pixels(rgb=developed, size_wh=(developed.shape[1], developed.shape[0]))


def _drafted(image: Image.Image, name: str, wanted_wh: tuple[int, int] | None) -> Pixels:
    """Decode an image that was opened; a JPEG at a fraction of its size that is still enough."""
    if wanted_wh is None or image.format != "JPEG":
        return _upright_rgb(image, name)
    own_wh = _upright_wh(image, image.size)
    image.draft(None, _upright_wh(image, wanted_wh))
    return replace(_upright_rgb(image, name), size_wh=own_wh)


def _upright_rgb(image: Image.Image, name: str) -> Pixels:
    """Decode, turn and convert an image."""
    if 0 in image.size:
        raise ImageError(f"{name} is empty: it has {image.width}x{image.height} pixels.")
    try:
        image.load()
        if _orientation(image) != 1:
            image = ImageOps.exif_transpose(image)
        rgb = to_srgb(image)
    except Exception as error:
        raise ImageError(f"{name} cannot be read as a photo: {sentence_of(error)}") from error
    if rgb is None:
        raise ImageError(
            f"{name} has pixels of Pillow's mode {image.mode}, whose range is not known: "
            f"convert it to 8-bit RGB first."
        )
    return Pixels(rgb=rgb, size_wh=rgb.size)


def _upright_wh(image: Image.Image, size_wh: tuple[int, int]) -> tuple[int, int]:
    """Turn a size as the image is turned."""
    width, height = size_wh
    return (height, width) if _orientation(image) in _TURNED else (width, height)


def _orientation(image: Image.Image) -> int:
    """EXIF's number of the turn that the photo needs; 1, none, where EXIF is missing or damaged."""
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:
        # Pillow raises whatever its TIFF parser meets; viewers show such a photo as it is stored.
        return 1
