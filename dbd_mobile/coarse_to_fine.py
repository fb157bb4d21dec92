"""A photo's levels and a region in; the region's measurements, with bounded work, out.

Coarse levels are looked at in full, finer ones only where they may say more than the coarse ones
did, and there in a bounded number of tiles: a large region costs little more than a small one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.detail import Detail
from dbd_mobile.pyramid import Cells, Pyramid
from dbd_mobile.reading import MIN_CONFIDENCE, RELIABLE_PX, Measured, in_photo, resolve

MAX_TILES = 8
"""Most tiles that are looked at on a level that is not looked at in full."""

FULL_LEVEL = 4
"""From this level on, and on a photo's coarsest, all tiles of the region are looked at."""

FEW_TILES = 4
"""So are those of a region that has no more of them: it is small beside a coarse level's cells, in
which what is around it may drown it."""

# A hash by which tiles are chosen all over the region: multiples of the golden ratio.
_SPREAD_FACTOR, _SPREAD_BITS = 40503, 0xFFFF

# Weights are whole numbers of these parts of a cell: so their sums are the same in any order, and a
# share of a region that falls between two cells falls there in every language.
_WEIGHT_STEPS = 2**20


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a look at a region found.

    Attributes:
        measured: On the finest level's grid.
        weight: (h, w) float64: for how many cells of the region each cell stands; 0 outside it,
            and where it was not looked at closely and others stand for it.
    """

    measured: Measured
    weight: NDArray[np.float64]


def look_everywhere(detail: Detail, pyramid: Pyramid) -> Measured:
    """Look at all tiles of all levels."""
    cells_wh = pyramid.cells_wh(1)
    levels = []
    for level in reversed(pyramid.levels):
        whole = Cells(0, 0, *pyramid.cells_wh(level))
        reading = detail.read(pyramid, level, whole.tiles(detail.tile_wh))
        levels.append(reading.on(cells_wh))
    return resolve(levels)


def look_at(
    detail: Detail,
    pyramid: Pyramid,
    inside: NDArray[np.bool_],
    min_confidence: float = MIN_CONFIDENCE,
) -> Look:
    """Look at a region, coarse to fine.

    Args:
        detail: The model.
        pyramid: The photo, or the part of it around the region.
        inside: (h, w) bool: the region's cells on the finest level's grid, at least one.
        min_confidence: From which confidence on a measurement counts.

    Returns:
        The measurements. Of cells that a coarse level was sure of and that a finer one might tell
        more about, those that were looked at there stand for those that were not.
    """
    cells_wh = pyramid.cells_wh(1)
    weight = inside.astype(np.float64)
    # Cells that a finer level may say more about, and those that some level so far is sure of.
    is_open, is_sure = inside.copy(), np.zeros_like(inside)
    levels = []
    for level in reversed(pyramid.levels):
        tiles = _tiles_over(inside, pyramid, level, detail.tile_wh)
        if level < FULL_LEVEL and level != pyramid.levels[-1] and len(tiles) > FEW_TILES:
            tiles = _chosen(_touched(tiles, level, is_open), level, is_open & is_sure)
        found = detail.read(pyramid, level, tiles).on(cells_wh, min_confidence)
        levels.append(found)
        _let_stand_for_others(weight, is_open & is_sure, found.looked)
        is_open &= found.looked | ~is_sure
        # Half the reliable radius here is all of it on the next finer level. Where a coarser level
        # saw a blurred surrounding, this one may see a sharp part.
        is_large = found.radius_px >= in_photo(RELIABLE_PX / 2, level)
        is_open &= ~(found.is_sure & is_large)
        is_open |= found.is_sure & ~is_large & (weight > 0)
        is_sure |= found.is_sure
    return Look(measured=resolve(levels), weight=weight)


def glance_at(detail: Detail, pyramid: Pyramid, inside: NDArray[np.bool_]) -> Look:
    """Look at a few tiles of a region at the photo's own size, which needs no reduced copies.

    Args:
        detail: As for :func:`look_at`; so are ``pyramid`` and ``inside``.
        pyramid: As there.
        inside: As there.

    Returns:
        The measurements; what was not looked at counts for nothing.
    """
    tiles = _chosen(_tiles_over(inside, pyramid, 1, detail.tile_wh), 1, inside)
    measured = detail.read(pyramid, 1, tiles).on(pyramid.cells_wh(1))
    return Look(measured=measured, weight=(inside & measured.looked).astype(np.float64))


def _tiles_over(
    inside: NDArray[np.bool_], pyramid: Pyramid, level: int, tile_wh: tuple[int, int]
) -> list[Cells]:
    """Tiles that the region touches, of those over its bounding box and what is around it."""
    rows = np.flatnonzero(inside.any(axis=1)) // level
    columns = np.flatnonzero(inside.any(axis=0)) // level
    limits_wh = pyramid.cells_wh(level)
    # An odd last row is left out when a level is halved: its cell may have none of its own.
    right, bottom = min(int(columns[-1]) + 1, limits_wh[0]), min(int(rows[-1]) + 1, limits_wh[1])
    box = Cells(min(int(columns[0]), right - 1), min(int(rows[0]), bottom - 1), right, bottom)
    around = box.around(limits_wh=limits_wh, tile_wh=tile_wh)
    return _touched(around.tiles(tile_wh), level, inside)


def _touched(tiles: Sequence[Cells], level: int, cells: NDArray[np.bool_]) -> list[Cells]:
    return [tile for tile in tiles if cells[tile.times(level).slices].any()]


def _chosen(tiles: Sequence[Cells], level: int, worth: NDArray[np.bool_]) -> list[Cells]:
    """At most :data:`MAX_TILES`, those first that hold much of what is worth a look.

    Args:
        tiles: Row by row.
        level: Theirs.
        worth: (h, w) bool on the finest level's grid.
    """
    areas = [int(np.count_nonzero(worth[cells.times(level).slices])) for cells in tiles]
    largest = max(areas, default=0)
    order = sorted(
        range(len(tiles)),
        key=lambda i: (2 * areas[i] < largest, i * _SPREAD_FACTOR & _SPREAD_BITS),
    )
    return [tiles[i] for i in sorted(order[:MAX_TILES])]


def _let_stand_for_others(
    weight: NDArray[np.float64], group: NDArray[np.bool_], looked: NDArray[np.bool_]
) -> None:
    """Move the weight of those of a group that were not looked at to those that were."""
    seen = group & looked
    total, of_seen = float(weight[group].sum()), float(weight[seen].sum())
    weight[group & ~looked] = 0
    if of_seen:
        weight[seen] = np.rint(weight[seen] * (total / of_seen) * _WEIGHT_STEPS) / _WEIGHT_STEPS
