"""A photo in; what of its metadata goes with a picture of the same pixels, upright RGB, out."""

import os
from typing import TypedDict

from PIL import ExifTags, Image

from dbd_mobile.photo import Photo, Pixels

# What a JPEG's EXIF segment holds at most; Pillow refuses more.
_MAX_EXIF_BYTES = 65_533
# The colour space of a profile that says what RGB pixels mean, and where a profile names its own.
_RGB, _COLOR_SPACE = b"RGB ", slice(16, 20)

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
    for one, and the colour profile if it is one for RGB. What is damaged is left out.

    Args:
        photo: The photo in any accepted form; an array has none.
    """
    if isinstance(photo, Pixels):
        photo = photo.rgb
    if isinstance(photo, Image.Image):
        return _of_image(photo)
    if isinstance(photo, str | os.PathLike):
        try:
            with Image.open(photo) as image:
                return _of_image(image)
        except Exception:
            # Pillow's parsers raise a dozen unlike exceptions.
            return PhotoMetadata(exif=b"", icc_profile=None)
    return PhotoMetadata(exif=b"", icc_profile=None)


def _of_image(image: Image.Image) -> PhotoMetadata:
    profile = image.info.get("icc_profile")
    is_rgb = isinstance(profile, bytes) and profile[_COLOR_SPACE] == _RGB
    return PhotoMetadata(exif=_exif_of(image), icc_profile=profile if is_rgb else None)


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
