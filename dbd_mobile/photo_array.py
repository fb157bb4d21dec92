"""Whatever holds an array of pixels in; an (H, W, 3) uint8 RGB array out, a view where one can be.

Numbers of 16 bits, truth values, floats and see-through pixels are brought to 8 bits band by band,
so that no second copy of the photo is made on the way.
"""

from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dbd_mobile.errors import ArgumentError, ImageError, sentence_of

Channels: TypeAlias = Literal["RGB", "BGR", "RGBA", "BGRA", "GRAY"]
"""What an array's last axis holds, in the order in which it lies in memory."""

_BY_COUNT: dict[int, Channels] = {1: "GRAY", 3: "RGB", 4: "RGBA"}
_KINDS = "uint8, uint16, bool, or float from 0 to 1"

# Rows that are converted at a time.
_BAND_ROWS = 64


def checked_channels(channels: object) -> Channels | None:
    """Give an order of channels, or None, back.

    Raises:
        ArgumentError: It is neither.
    """
    if channels is not None and channels not in get_args(Channels):
        raise ArgumentError(
            f"channels is one of {', '.join(get_args(Channels))}, got {channels!r}."
        )
    return channels  # type: ignore[return-value]


def array_of(photo: Any) -> NDArray[Any] | None:
    """Give what an object holds as an array, without a copy; None if it holds none.

    Args:
        photo: An array, or what has ``__array__``, ``__dlpack__`` or the buffer protocol.

    Raises:
        ImageError: It holds one that cannot be read here, or that is partly masked.
    """
    if not (hasattr(photo, "__array__") or hasattr(photo, "__dlpack__")):
        try:
            return np.asarray(memoryview(photo))
        except TypeError:
            return None
    try:
        array = np.asanyarray(photo) if hasattr(photo, "__array__") else np.from_dlpack(photo)
    except Exception as error:
        # Each package raises its own, e.g. for what lies in a graphics card's memory.
        raise ImageError(
            f"The photo, of type {type(photo).__name__}, cannot be read as an array: "
            f"{sentence_of(error)}"
        ) from error
    if isinstance(array, np.ma.MaskedArray):
        raise ImageError(
            "A photo has a value for every pixel, got a masked array: fill it first, e.g. by "
            "photo.filled(0)."
        )
    return np.asarray(array)


def rgb_of(array: NDArray[Any], channels: Channels | None) -> NDArray[np.uint8]:
    """Bring an array of pixels to 8-bit RGB.

    Args:
        array: (H, W) or (H, W, 1), (H, W, 3) or (H, W, 4); uint8, uint16 from 0 to 65535, bool, or
            float from 0 to 1. Of any strides; it is left as it is.
        channels: What the last axis holds; None says by how many there are: grey, RGB or RGBA.

    Returns:
        (H, W, 3) uint8: of uint8 pixels that cannot be seen through it is a view.

    Raises:
        ImageError: The array is of another shape, kind or range, or nothing in it can be seen.
    """
    count = array.shape[2] if array.ndim == 3 else 1
    expected = {1: "(H, W) or (H, W, 1)", 3: "(H, W, 3)", 4: "(H, W, 4)"}
    if array.ndim not in (2, 3) or count not in _BY_COUNT or not array.size:
        raise ImageError(
            f"A photo array is (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) with H and W at least 1, "
            f"got {array.shape} {array.dtype}."
        )
    order = _BY_COUNT[count] if channels is None else channels
    needed = 1 if order == "GRAY" else len(order)
    if count != needed:
        raise ImageError(
            f"A photo array whose channels are {order} is {expected[needed]}, got {array.shape}."
        )
    pixels = _eight_bit(array.reshape(*array.shape[:2], 1) if array.ndim == 2 else array)
    if order == "GRAY":
        return np.broadcast_to(pixels, (*pixels.shape[:2], 3))
    rgb = pixels[..., 2::-1] if order in ("BGR", "BGRA") else pixels[..., :3]
    return rgb if count == 3 else _over_white(rgb, pixels[..., 3])


def packed(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give an (H, W, 3) array that lies in memory without gaps: itself if it does, else a copy.

    Of BGR, grey or four-channel pixels each channel is copied by itself: numpy takes a quarter of
    the time for that.
    """
    if rgb.strides[1:] == (3, 1):
        return np.ascontiguousarray(rgb)
    copy = np.empty(rgb.shape, np.uint8)
    for channel in range(3):
        copy[..., channel] = rgb[..., channel]
    return copy


def _eight_bit(array: NDArray[Any]) -> NDArray[np.uint8]:
    if array.dtype == np.uint8:
        return array
    is_float = array.dtype.kind == "f"
    if not (is_float or array.dtype.kind == "b" or array.dtype.newbyteorder("=") == np.uint16):
        raise ImageError(f"A photo array is {_KINDS}, got {array.dtype}.")
    pixels = np.empty(array.shape, np.uint8)
    for top in range(0, len(array), _BAND_ROWS):
        band = array[top : top + _BAND_ROWS]
        if is_float:
            low, high = float(band.min()), float(band.max())
            # Not a number is in no range either.
            if not (low >= 0 and high <= 1):
                raise ImageError(
                    f"A photo array of floats has values from 0 to 1, got {low!r} to {high!r}: "
                    f"divide it by its largest possible value, or clip it."
                )
            # Half precision would not tell all of 256 steps apart.
            wide = band.astype(np.float32) if band.dtype.itemsize < 4 else band
            pixels[top : top + _BAND_ROWS] = wide * 255 + 0.5
        elif array.dtype.kind == "b":
            pixels[top : top + _BAND_ROWS] = band * np.uint8(255)
        else:
            pixels[top : top + _BAND_ROWS] = eight_of_sixteen(band)
    return pixels


def eight_of_sixteen(values: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Scale 0..65535 to 0..255, rounded."""
    return ((values.astype(np.uint32) * 255 + 32895) >> 16).astype(np.uint8)


def _over_white(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay pixels over white; those that hide it all, as a camera's, are given back as they are."""
    if alpha.min() == 255:
        return rgb
    if alpha.max() == 0:
        raise ImageError(
            "Every pixel of the photo array is see-through, as where a camera leaves the fourth "
            "channel empty: give the first three, array[..., :3], with their order as channels."
        )
    laid = np.empty(rgb.shape, np.uint8)
    for top in range(0, len(rgb), _BAND_ROWS):
        rows = slice(top, top + _BAND_ROWS)
        band = Image.fromarray(packed(rgb[rows]))
        white = Image.new("RGB", band.size, "white")
        white.paste(band, mask=Image.fromarray(np.ascontiguousarray(alpha[rows])))
        laid[rows] = np.asarray(white)
    return laid
