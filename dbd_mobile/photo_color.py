"""A decoded image of any mode in; 8-bit sRGB out.

Wide-gamut photos and those for print carry an ICC profile that says which colours their numbers
mean; a photo that carries none, or a damaged one, is taken for sRGB, as viewers do.
"""

from functools import lru_cache
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from dbd_mobile.photo_array import eight_of_sixteen

_SIXTEEN_BIT_MODES = ("I;16", "I;16L", "I;16B", "I;16N")
# Of 255; most photos carry a profile of sRGB itself, whose numbers are rounded unlike ours.
_SAME_COLOR = 3
# The colour space of a profile that says what RGB pixels mean, and where a profile names its own.
_RGB, _COLOR_SPACE = b"RGB ", slice(16, 20)
# Of each channel.
_PROBED = np.linspace(0, 255, 6).astype(np.uint8)


def to_srgb(image: Image.Image) -> Image.Image | None:
    """Convert an image to 8-bit sRGB; one that is so already is given back itself.

    Transparent pixels are laid over white, 16-bit grey is scaled.

    Args:
        image: Of any mode, with its ICC profile in ``info`` as Pillow keeps it.

    Returns:
        An image of mode "RGB"; None for modes without a fixed range (32-bit integer, float).
    """
    if image.mode in ("I", "F"):
        return None
    if image.mode in _SIXTEEN_BIT_MODES:
        return Image.fromarray(eight_of_sixteen(np.asarray(image))).convert("RGB")
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or not profile:
        return _to_rgb(image)
    if image.mode == "CMYK":
        from_print = _transform(profile, "CMYK")
        return _to_rgb(image) if from_print is None else _applied(from_print, image)
    rgb = _to_rgb(image)
    transform = _transform(profile, "RGB")
    return rgb if transform is None else _applied(transform, rgb)


def profile_in_srgb(image: Image.Image) -> bytes | None:
    """Give the ICC profile of the colours that :func:`to_srgb` makes of an image's.

    Returns:
        The image's own where these are sRGB as they are, one of sRGB where they are converted;
        None where the image has none, or one for other pixels than RGB that is of no use.
    """
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or not profile:
        return None
    transform = _transform(profile, "CMYK" if image.mode == "CMYK" else "RGB")
    if transform is not None:
        converted: bytes = transform.output_profile.tobytes()
        return converted
    return profile if profile[_COLOR_SPACE] == _RGB else None


def _to_rgb(image: Image.Image) -> Image.Image:
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(with_alpha, mask=with_alpha.getchannel("A"))
        return white
    return image if image.mode == "RGB" else image.convert("RGB")


# A burst, or a folder, is mostly of one camera.
@lru_cache(maxsize=8)
def _transform(profile: bytes, mode: str) -> Any:
    """Make what converts colours to sRGB; None where the profile is sRGB, damaged or of no use."""
    # Most photos need none of it.
    from PIL import ImageCms

    # Photos for print keep the contrast that paper has less of. For those of screens the other
    # intent gives the same colours in a third of the time.
    intents = {"CMYK": ImageCms.Intent.PERCEPTUAL, "RGB": ImageCms.Intent.RELATIVE_COLORIMETRIC}
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=intents[mode],
        )
        if mode != "RGB":
            return transform
        colors = np.stack(np.meshgrid(_PROBED, _PROBED, _PROBED), axis=-1).reshape(1, -1, 3)
        converted = np.asarray(_applied(transform, Image.fromarray(colors)))
    except Exception:
        # Damaged, for another mode, or this Pillow was built without colour management.
        return None
    change = np.abs(converted.astype(np.int16) - colors)
    return None if change.max() <= _SAME_COLOR else transform


def _applied(transform: Any, image: Image.Image) -> Image.Image:
    converted: Image.Image = transform.apply(image)
    return converted
