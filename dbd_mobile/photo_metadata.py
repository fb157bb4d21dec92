"""A photo in; what of its metadata goes with a picture of the same pixels, upright RGB, out."""

import os
import sys
from io import BytesIO
from typing import IO, TypedDict, cast

from PIL import ExifTags, Image

from dbd_mobile.photo import Photo, Pixels
from dbd_mobile.photo_color import profile_in_srgb
from dbd_mobile.photo_file import open_image
from dbd_mobile.photo_format import format_of

# What a JPEG's EXIF segment holds at most; Pillow refuses more.
_MAX_EXIF_BYTES = 65_533

_TAGS = ExifTags.Base
# How the pixels were turned, cut into strips and packed in the photo's own file, where XMP, which
# says it again, and previews are.
_OF_THE_FILE = frozenset(
    {
        _TAGS.Orientation,
        _TAGS.ImageWidth,
        _TAGS.ImageLength,
        _TAGS.BitsPerSample,
        _TAGS.Compression,
        _TAGS.PhotometricInterpretation,
        _TAGS.FillOrder,
        _TAGS.StripOffsets,
        _TAGS.SamplesPerPixel,
        _TAGS.RowsPerStrip,
        _TAGS.StripByteCounts,
        _TAGS.PlanarConfiguration,
        _TAGS.Predictor,
        _TAGS.ColorMap,
        _TAGS.TileWidth,
        _TAGS.TileLength,
        _TAGS.TileOffsets,
        _TAGS.TileByteCounts,
        _TAGS.SubIFDs,
        _TAGS.ExtraSamples,
        _TAGS.SampleFormat,
        _TAGS.JPEGTables,
        _TAGS.JpegIFOffset,
        _TAGS.JpegIFByteCount,
        _TAGS.YCbCrCoefficients,
        _TAGS.YCbCrSubSampling,
        _TAGS.YCbCrPositioning,
        _TAGS.ReferenceBlackWhite,
        _TAGS.XMLPacket,
        _TAGS.ImageResources,
        _TAGS.InterColorProfile,
    }
)


class PhotoMetadata(TypedDict):
    """Options of ``Image.save`` for JPEG and PNG; empty and None write nothing."""

    exif: bytes
    icc_profile: bytes | None


def metadata_of(photo: Photo | Pixels) -> PhotoMetadata:
    """Read what goes with a picture that shows the photo upright in RGB.

    That is EXIF, without its thumbnail and what it says of the photo's own file, the orientation
    for one, and a colour profile if the photo has one: sRGB, which its pixels were converted to.
    What is damaged is left out.

    Args:
        photo: The photo in any accepted form; an array has none, nor has a camera's raw file.
    """
    if isinstance(photo, Pixels):
        photo = photo.rgb
    if isinstance(photo, Image.Image):
        return _of_image(photo)
    try:
        if isinstance(photo, str | os.PathLike):
            with open(photo, "rb") as file:
                return _of_file(file)
        if isinstance(photo, bytes):
            return _of_file(BytesIO(photo))
        if hasattr(photo, "read"):
            return _of_file(cast(IO[bytes], photo))
    except Exception:
        # Pillow's parsers raise a dozen unlike exceptions.
        return _NONE
    return _NONE


_NONE = PhotoMetadata(exif=b"", icc_profile=None)


def _of_file(file: IO[bytes]) -> PhotoMetadata:
    kind = format_of(file)
    # A limit is for who decodes it.
    return _of_image(open_image(file, kind, name="the photo", max_pixels=sys.maxsize))


def _of_image(image: Image.Image) -> PhotoMetadata:
    return PhotoMetadata(exif=_exif_of(image), icc_profile=profile_in_srgb(image))


def _exif_of(image: Image.Image) -> bytes:
    try:
        # A copy: the image's own is shared with whoever holds the image.
        exif = Image.Exif()
        exif.load(image.getexif().tobytes())
        for tag in _OF_THE_FILE & set(exif):
            del exif[tag]
        content = exif.tobytes() if len(exif) else b""
    except Exception:
        # Pillow raises whatever its TIFF parser meets.
        return b""
    return content if len(content) <= _MAX_EXIF_BYTES else b""
