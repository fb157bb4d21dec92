"""A frame and its blur map in; the frame with what is blurred, or in focus, marked, out.

Frames are drawn on as videos store them, brightness and two differences of colour at half the size:
turned to red, green and blue and back, a frame would take longer than it takes to find its blur.
"""

from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.errors import ArgumentError
from dbd_mobile.jobs.video.orientation import Orientation
from dbd_mobile.jobs.video.pyav import Picture

Overlay: TypeAlias = Literal["heat", "mask", "peaking"]
"""What is drawn: what is blurred the redder the more likely that is; or darkened; or the edges that
are in focus in green."""

# The colours of BlurMap's pictures, and the darkness of the Android app's mask, with the highest
# opacity of each, of 255.
_INKS: dict[str, tuple[tuple[int, int, int], int]] = {
    "heat": ((255, 48, 0), 153),
    "mask": ((16, 16, 20), 208),
    "peaking": ((0, 230, 118), 255),
}
# BlurMap.focus_peaking's smallest contrast of an edge, of 255.
_CONTRAST = 48
_BLURRED = 0.5
# Weights of red and blue in the brightness, by FFmpeg's number of the matrix: BT.709, BT.2020;
# others are near enough to BT.601.
_WEIGHTS = {1: (0.2126, 0.0722), 9: (0.2627, 0.0593)}
_WEIGHTS_601 = (0.299, 0.114)
_UNSPECIFIED, _FULL_RANGE = 2, 2
# A video of so many rows that does not say its matrix is shown as BT.709.
_HD_ROWS = 720


def checked_overlay(overlay: str) -> str:
    """Give the name of an overlay back.

    Raises:
        ArgumentError: There is none of that name.
    """
    if overlay not in get_args(Overlay):
        raise ArgumentError(f"overlay is one of {', '.join(get_args(Overlay))}, got {overlay!r}.")
    return overlay


def draw_overlay(
    planes: NDArray[np.uint8],
    picture: Picture,
    blur_map: BlurMap,
    orientation: Orientation,
    overlay: str,
) -> None:
    """Draw on a frame.

    Args:
        planes: (H * 3 / 2, W) uint8, Y over U over V, with even sides; drawn on.
        picture: The same as PyAV has it, where its colours are said.
        blur_map: The frame's map, upright.
        orientation: How the frame is turned to be seen.
        overlay: What to draw, of :data:`Overlay`.
    """
    width, height = picture.width, picture.height
    color, most = _INKS[overlay]
    luma = planes[:height]
    probability = np.ascontiguousarray(orientation.stored(blur_map.model_probability))
    if overlay == "heat":
        opacity = _sized(np.rint(probability * most).astype(np.uint8), (width, height))
    else:
        levels = np.rint(probability * 255).astype(np.uint8)
        is_blurred = _sized(levels, (width, height)) >= 255 * _BLURRED
        if overlay == "mask":
            opacity = np.where(is_blurred, np.uint8(most), np.uint8(0))
        else:
            is_full = picture.color_range == _FULL_RANGE
            contrast = _CONTRAST if is_full else _CONTRAST * 219 / 255
            is_edge = (_edges(luma) >= contrast) & ~is_blurred
            opacity = np.where(is_edge, np.uint8(most), np.uint8(0))
    ink_y, ink_u, ink_v = _ink(color, picture)
    _paint(luma, ink_y, opacity)
    quarter = (height // 2) * (width // 2)
    chroma = planes[height:].reshape(2, quarter)
    # Of four pixels the most: a line as thin as one is green all the same.
    rows = np.maximum(opacity[::2], opacity[1::2])
    of_chroma = np.maximum(rows[:, ::2], rows[:, 1::2])
    for plane, ink in zip(chroma, (ink_u, ink_v), strict=True):
        _paint(plane.reshape(height // 2, width // 2), ink, of_chroma)


def _sized(levels: NDArray[np.uint8], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    return np.asarray(Image.fromarray(levels).resize(size_wh, Image.Resampling.BILINEAR))


def _paint(plane: NDArray[np.uint8], ink: int, opacity: NDArray[np.uint8]) -> None:
    """Mix a plane with a value, by an opacity of 0 to 255."""
    image = Image.fromarray(plane)
    image.paste(ink, mask=Image.fromarray(opacity))
    plane[:] = np.asarray(image)


def _edges(luma: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Contrast of the left with the right neighbour plus of the upper with the lower one.

    At the frame's edge a missing neighbour is the pixel itself.
    """
    edges = np.zeros(luma.shape, np.uint16)
    for lines, along in ((luma, edges), (luma.T, edges.T)):
        along[1:-1] += _difference(lines[2:], lines[:-2])
        along[0] += _difference(lines[1], lines[0])
        along[-1] += _difference(lines[-1], lines[-2])
    return edges


def _difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> NDArray[np.uint8]:
    difference: NDArray[np.uint8] = np.maximum(one, other) - np.minimum(one, other)
    return difference


def _ink(color: tuple[int, int, int], picture: Picture) -> tuple[int, int, int]:
    """Y, U and V of a colour, as a video has them (ITU-R BT.709, section 3)."""
    matrix = picture.colorspace
    if matrix == _UNSPECIFIED and picture.height >= _HD_ROWS:
        matrix = 1
    red_share, blue_share = _WEIGHTS.get(matrix, _WEIGHTS_601)
    red, green, blue = (level / 255 for level in color)
    y = red_share * red + (1 - red_share - blue_share) * green + blue_share * blue
    u, v = (blue - y) / (2 - 2 * blue_share), (red - y) / (2 - 2 * red_share)
    if picture.color_range == _FULL_RANGE:
        return round(255 * y), round(128 + 255 * u), round(128 + 255 * v)
    return round(16 + 219 * y), round(128 + 224 * u), round(128 + 224 * v)
