"""A photo and the blur measured in its cells in; pictures for a look at the result out.

What is not sharp is hatched, in lines that are black on one side and white on the other: they show
on every colour. The hatching grows with the photo, so that it is still seen on a screen.
"""

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from dbd_mobile.photo import Pixels
from dbd_mobile.pyramid import CELL
from dbd_mobile.verdict import Verdict, verdict_on

if TYPE_CHECKING:
    from dbd_mobile.focus import Focus

# Lines are a pixel wide for each so many pixels of the photo's sides, as the mean of the two.
_SIDE_OF_LINE = 500
# The verdicts on cells, in the order of the scale.
_NUMBERS: dict[Verdict, int] = {"sharp": 0, "soft": 1, "blurred": 2}
# Line widths from the start of a line to that of the next.
_PERIODS: dict[Verdict, int] = {"soft": 16, "blurred": 8}

# Inks of a pattern.
_CLEAR, _BLACK, _WHITE = 0, 1, 2
_GRAYS = {_BLACK: 0, _WHITE: 255}

_STRIP_MIN_WIDTH = 320
# A scale without a photo is that of a photo of such a size.
_ALONE_WH = (640, 480)
_STRIP_BACKGROUND, _STRIP_INK, _SCALE_GROUND = (32, 32, 32), (255, 255, 255), (128, 128, 128)
_NOTE = "not hatched: sharp, or nothing there to judge by"
# Of the text: shares of the strip's width and of the photo's mean side; in pixels at least.
_TEXT_SHARE, _TEXT_MIN_PX = 1 / 45, 12

_SCALE_TICKS_PX = (1, 2, 4, 8, 16, 32, 64)
# log2 of the radii at the scale's ends.
_SCALE_ENDS = (-0.4, 6.4)


def hatched(
    pixels: Pixels,
    radius_px: NDArray[np.float32],
    is_sure: NDArray[np.bool_],
    *,
    at_width: int | None,
    max_radius_px: float,
) -> Image.Image:
    """Hatch the cells of a photo that are not sharp.

    Args:
        pixels: The photo, all of it.
        radius_px: (h, w) float32, the radius measured in each cell.
        is_sure: (h, w) bool: where that counts; the others are left clear.
        at_width: Width in pixels that the photo is viewed at; None for its own.
        max_radius_px: Largest radius that is sharp, in pixels as they are viewed.

    Returns:
        RGB image of the photo's size: sharp as it was, soft hatched, blurred hatched twice as
        densely.
    """
    width = pixels.size_wh[0]
    line = _line_px(pixels.size_wh)
    verdicts = _verdicts(radius_px, width=width, at_width=at_width, max_radius_px=max_radius_px)
    verdicts[~is_sure] = _NUMBERS["sharp"]
    drawn = np.array(pixels.rgb)
    for row, of_row in enumerate(verdicts):
        rows = slice(CELL * row, CELL * (row + 1))
        _hatch(drawn[rows], np.repeat(of_row, CELL)[:width], line=line, from_row=CELL * row)
    return Image.fromarray(drawn)


def with_scale(
    picture: Image.Image, focus: "Focus", *, max_radius_px: float, is_hatched: bool = True
) -> Image.Image:
    """Outline the region that was judged, and put a scale of radii with its own under the photo.

    Args:
        picture: RGB, the photo at its own size; it is drawn on.
        focus: What was found in it.
        max_radius_px: Largest radius that is sharp, in pixels as they are viewed.
        is_hatched: What is not sharp in the picture is hatched, which a note says.

    Returns:
        RGB image of the photo's width, 320 pixels at least, and higher than the photo.
    """
    line = _line_px(picture.size)
    draw = ImageDraw.Draw(picture)
    left, top, right, bottom = focus.box_xyxy
    # White between black: one of the two shows on every colour.
    for inset, color in ((0, "black"), (line, "white"), (2 * line, "black")):
        corners = left + inset, top + inset, right - 1 - inset, bottom - 1 - inset
        if corners[0] <= corners[2] and corners[1] <= corners[3]:
            draw.rectangle(corners, outline=color, width=line)
    strip = _strip(picture.size, focus, max_radius_px=max_radius_px, is_hatched=is_hatched)
    whole = Image.new("RGB", (strip.width, picture.height + strip.height), _STRIP_BACKGROUND)
    whole.paste(picture, ((strip.width - picture.width) // 2, 0))
    whole.paste(strip, (0, picture.height))
    return whole


def scale_of(focus: "Focus") -> Image.Image:
    """Draw the scale of radii with that of a region on it, by itself: RGB, 640 pixels wide."""
    return _strip(_ALONE_WH, focus, max_radius_px=focus.max_radius_px, is_hatched=False)


def _verdicts(
    radius_px: NDArray[np.float32] | NDArray[np.float64],
    *,
    width: int,
    at_width: int | None,
    max_radius_px: float,
) -> NDArray[np.uint8]:
    """Number the verdict on each radius, in the same shape."""
    # A model's radii are a few hundred different ones.
    radii, places = np.unique(radius_px, return_inverse=True)
    numbers = [
        _NUMBERS[verdict_on(float(r), width=width, at_width=at_width, max_radius_px=max_radius_px)]
        for r in radii
    ]
    return np.array(numbers, np.uint8)[places].reshape(radius_px.shape)


def _hatch(
    rgb: NDArray[np.uint8], verdicts: NDArray[np.uint8], *, line: int, from_row: int
) -> None:
    """Draw on (h, w, 3) pixels, from a row of the picture on, by the verdicts (w,) on columns."""
    period = line * max(_PERIODS.values())
    patterns = np.full((len(_NUMBERS), period), _CLEAR, np.uint8)
    for verdict, lines in _PERIODS.items():
        across = np.arange(period) % (line * lines)
        patterns[_NUMBERS[verdict], across < 2 * line] = _WHITE
        patterns[_NUMBERS[verdict], across < line] = _BLACK
    rows, columns = np.ogrid[from_row : from_row + rgb.shape[0], : rgb.shape[1]]
    inks = patterns[verdicts, (rows + columns) % period]
    for ink, gray in _GRAYS.items():
        rgb[inks == ink] = gray


def _line_px(size_wh: tuple[int, int]) -> int:
    return max(1, round(_mean_side(size_wh) / _SIDE_OF_LINE))


def _mean_side(size_wh: tuple[int, int]) -> float:
    return math.sqrt(size_wh[0] * size_wh[1])


def _strip(
    size_wh: tuple[int, int], focus: "Focus", *, max_radius_px: float, is_hatched: bool
) -> Image.Image:
    """Draw what goes under the photo: the verdict, and where it is on the scale of radii."""
    width = max(size_wh[0], _STRIP_MIN_WIDTH)
    text_px = max(_TEXT_MIN_PX, round(_TEXT_SHARE * min(width, _mean_side((width, size_wh[1])))))
    stroke = max(1, text_px // 14)
    # Rows from the top, in heights of the text: words, mark, scale, its numbers, its names, a note.
    rows = 8.6 if is_hatched else 7.2
    strip = Image.new("RGB", (width, round(rows * text_px)), _STRIP_BACKGROUND)
    draw = ImageDraw.Draw(strip)
    draw.font = ImageFont.load_default(text_px)
    left, right = text_px, width - text_px
    draw.text((left, text_px), _words(focus), _STRIP_INK, anchor="lm")
    seen = "100 %" if focus.at_width is None else f"{focus.at_width} pixels"
    draw.text((right, text_px), f"at {seen}", _STRIP_INK, anchor="rm")

    top, bottom = round(2.6 * text_px), round(4.0 * text_px)
    radii_px = 2 ** np.linspace(*_SCALE_ENDS, right - left)
    verdicts = _verdicts(
        radii_px, width=focus.size_wh[0], at_width=focus.at_width, max_radius_px=max_radius_px
    )
    bar = np.full((bottom - top, right - left, 3), _SCALE_GROUND, np.uint8)
    _hatch(bar, verdicts, line=_line_px(size_wh), from_row=0)
    strip.paste(Image.fromarray(bar), (left, top))
    draw.rectangle((left, top, right - 1, bottom - 1), outline=_STRIP_INK, width=stroke)

    def at(radius_px: float) -> int:
        return left + min(int(np.searchsorted(radii_px, radius_px)), right - left - 1)

    for tick in _SCALE_TICKS_PX:
        draw.line((at(tick), bottom, at(tick), bottom + text_px // 3), _STRIP_INK, stroke)
        unit = " px" if tick == _SCALE_TICKS_PX[-1] else ""
        draw.text((at(tick), 5 * text_px), f"{tick}{unit}", _STRIP_INK, anchor="mm")
    for name, number in _NUMBERS.items():
        (columns,) = np.nonzero(verdicts == number)
        if len(columns):
            start, end = left + int(columns[0]), left + int(columns[-1])
            draw.line((start, top, start, bottom), _STRIP_INK, stroke)
            if draw.textlength(name) < end - start:
                draw.text(((start + end) // 2, 6.3 * text_px), name, _STRIP_INK, anchor="mm")
    if is_hatched:
        draw.text((left, 7.7 * text_px), _NOTE, _STRIP_INK, anchor="lm")
    if focus.blur_radius_px is not None:
        x, half = at(focus.blur_radius_px), text_px // 2
        mark = [(x - half, top - text_px), (x + half, top - text_px), (x, bottom)]
        draw.polygon(mark, fill="white", outline="black")
    return strip


def _words(focus: "Focus") -> str:
    if focus.blur_radius_px is None:
        return focus.verdict
    by_motion = " by motion" if focus.motion else ""
    return f"{focus.verdict}{by_motion}: radius {focus.blur_radius_px:.1f} px"
