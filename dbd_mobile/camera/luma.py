"""A YUV420 frame as picamera2 gives it in; its luma, a grey photo for everything here, out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.errors import ImageError


def luma_of(yuv420: NDArray[Any], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Give the luma of a YUV420 frame, without a copy and without a conversion of colours.

    The luma fills the first H rows; what makes a row longer than W pixels is padding. Chroma is
    below and is not looked at. ``BlurDetector`` takes the result as it is, as a grey photo.

    Args:
        yuv420: (H * 3 / 2, stride) uint8: what ``capture_array("lores")`` gives for "YUV420".
        size_wh: The stream's (width, height), e.g. of ``stream_configuration("lores")["size"]``.

    Returns:
        (H, W) uint8, a view.

    Raises:
        ImageError: The array is too small for such a frame, or of another kind.

    Examples:
        >>> luma_of(np.zeros((360, 384), np.uint8), (320, 240)).shape
        (240, 320)
    """
    width, height = size_wh
    rows = height * 3 // 2
    if (
        yuv420.ndim != 2
        or yuv420.dtype != np.uint8
        or len(yuv420) != rows
        or (yuv420.shape[1] < width)
    ):
        raise ImageError(
            f"A YUV420 frame of {width}x{height} is ({rows}, {width} or more) uint8, got "
            f"{yuv420.shape} {yuv420.dtype}."
        )
    return yuv420[:height, :width]
