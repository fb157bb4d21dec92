"""A photo and a region, or the photo's blur map, in; the verdict on the region or subject out."""

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.coarse_to_fine import glance_at, look_at
from dbd_mobile.detail import Detail
from dbd_mobile.focus import (
    QUANTILE,
    SUBJECT_QUANTILE,
    Focus,
    Statistic,
    focus_of,
    is_crisp,
    statistic_of,
)
from dbd_mobile.photo import Pixels
from dbd_mobile.pyramid import CELL, Cells, Pyramid, cells_of, levels_of
from dbd_mobile.reading import MIN_CONFIDENCE
from dbd_mobile.regions import Region, box_region, grid_region
from dbd_mobile.strictness import Strictness
from dbd_mobile.subject import focus_grid, least_blurred, subjects
from dbd_mobile.timing import StageTimer

MAX_SUBJECTS = 3
"""Where the subject has no texture, so many in all are tried, then the whole photo."""

COMPARING_CONFIDENCE = 0.3
"""Which of several shots is the sharpest takes less: all of them show the same."""

_NOTHING_SHARP = "nothing stands out as sharp, looked at the least blurred part: "


def focus_on(
    detail: Detail,
    pixels: Pixels,
    region: Region,
    *,
    strictness: Strictness,
    at_width: int | None,
    timer: StageTimer,
) -> Focus:
    """Judge a region.

    Args:
        detail: The model that measures.
        pixels: The photo, decoded at its own or a reduced size.
        region: Where to look, in the photo's own pixels.
        strictness: What counts as sharp.
        at_width: Width in pixels that the photo is viewed at; None for its own.
        timer: Stages so far; ``measure`` is added.
    """
    with timer.stage("measure"):
        statistic = _measured(detail, pixels, region, QUANTILE)
    return focus_of(
        statistic,
        strictness=strictness,
        at_width=at_width,
        decoded_width=pixels.decoded_wh[0],
        where=region.name,
        remark="",
        box_xyxy=region.box_xyxy,
        found_subject=False,
        size_wh=pixels.size_wh,
        timings_ms=timer.ms,
    )


def focus_on_subject(
    detail: Detail,
    pixels: Pixels,
    probability: NDArray[np.float32],
    *,
    strictness: Strictness,
    at_width: int | None,
    timer: StageTimer,
) -> Focus:
    """Judge the subject of a photo.

    Args:
        detail: The model that measures.
        pixels: The photo, decoded at its own or a reduced size.
        probability: (h, w) float32, the photo's blur map at any size.
        strictness: What counts as sharp.
        at_width: Width in pixels that the photo is viewed at; None for its own.
        timer: Stages so far; ``subject`` and ``measure`` are added.
    """
    size_wh = pixels.size_wh
    with timer.stage("subject"):
        grid = focus_grid(probability)
        found = subjects(grid, size_wh)[:MAX_SUBJECTS]
        parts = found or [least_blurred(grid, size_wh)]
        regions = [grid_region(part, size_wh, name="subject") for part in parts]
        whole = box_region((0, 0, *size_wh), name="photo")
    with timer.stage("measure"):
        for region in (*regions, whole):
            statistic = _subject_measured(detail, pixels, region)
            if statistic.radius_px is not None:
                break
    return focus_of(
        statistic,
        strictness=strictness,
        at_width=at_width,
        decoded_width=pixels.decoded_wh[0],
        where=region.name,
        remark=_NOTHING_SHARP if not found and region is not whole else "",
        box_xyxy=region.box_xyxy,
        found_subject=True,
        size_wh=size_wh,
        timings_ms=timer.ms,
    )


def radius_to_compare(detail: Detail, pixels: Pixels, region: Region) -> float | None:
    """Measure a region of one of several shots of a scene.

    Args:
        detail: The model that measures.
        pixels: The shot, decoded at its own size.
        region: Where to look.

    Returns:
        Its radius of blur in pixels, with less confidence than a verdict takes; None if there is
        nothing to compare.
    """
    return _measured(detail, pixels, region, QUANTILE, COMPARING_CONFIDENCE).radius_px


def _measured(
    detail: Detail,
    pixels: Pixels,
    region: Region,
    quantile: float,
    min_confidence: float = MIN_CONFIDENCE,
) -> Statistic:
    pyramid, inside = _part_with(region, pixels, detail)
    look = look_at(detail, pyramid, inside, min_confidence)
    return statistic_of(look, cells=int(np.count_nonzero(inside)), quantile=quantile)


def _subject_measured(detail: Detail, pixels: Pixels, region: Region) -> Statistic:
    """As ``_measured``, but where so much of it is crisp as decides, that is not looked for twice.

    Nothing that the rest is like could change the verdict then; most photos are of this kind.
    """
    pyramid, inside = _part_with(region, pixels, detail)
    look = glance_at(detail, pyramid, inside)
    if not is_crisp(look, SUBJECT_QUANTILE):
        look = look_at(detail, pyramid, inside)
    return statistic_of(look, cells=int(np.count_nonzero(inside)), quantile=SUBJECT_QUANTILE)


def _part_with(region: Region, pixels: Pixels, detail: Detail) -> tuple[Pyramid, NDArray[np.bool_]]:
    """The part of the photo that holds a region, and which of its cells are the region's."""
    decoded_wh = pixels.decoded_wh
    across, down = (whole / seen for whole, seen in zip(pixels.size_wh, decoded_wh, strict=True))
    levels = levels_of(decoded_wh)
    coarsest = levels[-1]
    part = _part_around(region, (across, down), decoded_wh, coarsest, detail.tile_wh)
    left, top, right, bottom = part
    pyramid = Pyramid(pixels.crop(part), levels)
    columns, rows = pyramid.cells_wh(1)
    xs, ys = _middles(left, right, columns), _middles(top, bottom, rows)
    return pyramid, region.cells(xs * across, ys * down)


def _middles(start: int, end: int, cells: int) -> NDArray[np.float64]:
    """Middles of cells; that of a last one that sticks out is of what lies in the photo."""
    sides = np.minimum(start + CELL * np.arange(cells + 1), end)
    middles: NDArray[np.float64] = (sides[:-1] + sides[1:]) / 2
    return middles


def _part_around(
    region: Region,
    scale: tuple[float, float],
    decoded_wh: tuple[int, int],
    coarsest: int,
    tile_wh: tuple[int, int],
) -> tuple[int, int, int, int]:
    """The decoded pixels that the coarsest level needs around a region, and so the others too."""
    side = CELL * coarsest
    limits_wh = cells_of((decoded_wh[0] // coarsest, decoded_wh[1] // coarsest))
    left, top, right, bottom = region.box_xyxy
    box = Cells(
        min(int(left / scale[0] / side), limits_wh[0] - 1),
        min(int(top / scale[1] / side), limits_wh[1] - 1),
        min(int(-(-right // (scale[0] * side))), limits_wh[0]),
        min(int(-(-bottom // (scale[1] * side))), limits_wh[1]),
    )
    cells = box.around(limits_wh=limits_wh, tile_wh=tile_wh)
    # The last cells have all that is left: an odd last row is on the finest level only.
    return (
        side * cells.left,
        side * cells.top,
        decoded_wh[0] if cells.right == limits_wh[0] else side * cells.right,
        decoded_wh[1] if cells.bottom == limits_wh[1] else side * cells.bottom,
    )
