"""A grid of heights laid over a photo in; the outlines of what is above zero out.

Marching squares (W. Lorensen and H. Cline, *Computer Graphics* 21(4), 1987, in two dimensions): the
heights are those of the middles of the grid's places, and change evenly from one to the next.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

# Corners of a square between four middles, as bits of the case: upper left 1, upper right 2, lower
# right 4, lower left 8. Its edges: 0 top, 1 right, 2 bottom, 3 left. By case, the edges that an
# outline comes in and leaves by, with what is above zero on its right as it is seen on a screen.
_LINES: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 3),),
    2: ((1, 0),),
    3: ((1, 3),),
    4: ((2, 1),),
    5: ((0, 3), (2, 1)),
    6: ((2, 0),),
    7: ((2, 3),),
    8: ((3, 2),),
    9: ((0, 2),),
    10: ((1, 0), (3, 2)),
    11: ((1, 2),),
    12: ((3, 1),),
    13: ((0, 1),),
    14: ((3, 0),),
}
# Where two corners that face each other are above zero and the middle is too: they are one part.
_JOINED = {5: ((2, 3), (0, 1)), 10: ((3, 0), (1, 2))}

# Of a pixel.
_DECIMALS = 3

_Ring: TypeAlias = NDArray[np.float64]


def polygons_above_zero(
    heights: NDArray[np.float64], size_wh: tuple[int, int]
) -> list[dict[str, Any]]:
    """Trace what is above zero.

    Args:
        heights: (h, w) float64, at least 1x1, none of them 0.
        size_wh: The photo's (width, height), which the grid covers.

    Returns:
        GeoJSON geometries, ``{"type": "Polygon", "coordinates": [outer, hole, ...]}``, the one with
        the largest outer ring first. A ring is a list of [x, y] in the photo's pixels that ends
        where it starts; by the sign of its area, sum of (x1 y2 - x2 y1) / 2, an outer ring is
        positive and a hole negative.
    """
    rings = _rings(heights, size_wh)
    areas = np.array([_area(ring) for ring in rings])
    outer = [index for index in np.argsort(-areas, kind="stable") if areas[index] > 0]
    boxes = np.array([[*rings[i].min(axis=0), *rings[i].max(axis=0)] for i in outer]).reshape(-1, 4)
    left, top, right, bottom = boxes.T
    polygons = [[rings[index]] for index in outer]
    for index in np.flatnonzero(areas < 0):
        x, y = rings[index][0]
        around = np.flatnonzero((left < x) & (x < right) & (top < y) & (y < bottom))
        # The innermost part around it, which is the smallest.
        for place in around[::-1]:
            if _is_inside(rings[outer[place]], x, y):
                polygons[place].append(rings[index])
                break
    coordinates = [[_tidy(ring).tolist() for ring in polygon] for polygon in polygons]
    return [
        {"type": "Polygon", "coordinates": [ring for ring in polygon if len(ring) > 3]}
        for polygon in coordinates
        # What is thinner than the rounding is nothing.
        if len(polygon[0]) > 3
    ]


def _rings(heights: NDArray[np.float64], size_wh: tuple[int, int]) -> list[_Ring]:
    """Trace all outlines: closed rings (n, 2) of x and y, their last place the first again."""
    # Up to the photo's border it is as in the last middle; there it ends.
    padded = np.pad(np.pad(heights, 1, mode="edge"), 1, constant_values=-1.0)
    ys, xs = (
        np.clip(np.arange(count + 4) - 1.5, 0, count) * (length / count)
        for count, length in zip(heights.shape, size_wh[::-1], strict=True)
    )
    is_above = padded > 0
    cases = (
        is_above[:-1, :-1] * 1
        + is_above[:-1, 1:] * 2
        + is_above[1:, 1:] * 4
        + is_above[1:, :-1] * 8
    )
    middles = padded[:-1, :-1] + padded[:-1, 1:] + padded[1:, 1:] + padded[1:, :-1]
    # An edge is known by the place that it starts at and whether it goes across or down; each that
    # an outline crosses is left by one line and reached by another.
    follows: dict[tuple[int, int, int], tuple[int, int, int]] = {}
    for row, column in zip(
        *(p.tolist() for p in np.nonzero((cases > 0) & (cases < 15))), strict=True
    ):
        edges = ((row, column, 0), (row, column + 1, 1), (row + 1, column, 0), (row, column, 1))
        case = int(cases[row, column])
        lines = _LINES[case]
        if case in _JOINED and middles[row, column] > 0:
            lines = _JOINED[case]
        for start, end in lines:
            follows[edges[start]] = edges[end]
    rings = []
    for first in list(follows):
        if first not in follows:
            continue
        edge = follows.pop(first)
        ring = [first, edge]
        while edge != first:
            edge = follows.pop(edge)
            ring.append(edge)
        rings.append(_places(np.array(ring), padded, xs, ys))
    return rings


def _places(
    edges: NDArray[np.int_],
    padded: NDArray[np.float64],
    xs: NDArray[np.float64],
    ys: NDArray[np.float64],
) -> _Ring:
    """Say where on its edge each crossing is."""
    rows, columns, down = edges.T
    to_rows, to_columns = rows + down, columns + 1 - down
    start, end = padded[rows, columns], padded[to_rows, to_columns]
    share = start / (start - end)
    x = xs[columns] + share * (xs[to_columns] - xs[columns])
    y = ys[rows] + share * (ys[to_rows] - ys[rows])
    return np.stack((x, y), axis=1)


def _tidy(ring: _Ring) -> _Ring:
    """Round, and leave out places that are another's, or straight between their neighbours."""
    places = np.round(ring[:-1], _DECIMALS)
    places = places[(places != np.roll(places, 1, axis=0)).any(axis=1)]
    before, after = places - np.roll(places, 1, axis=0), np.roll(places, -1, axis=0) - places
    places = places[before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]]
    return np.concatenate((places, places[:1]))


def _area(ring: _Ring) -> float:
    x, y = ring.T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def _is_inside(ring: _Ring, x: float, y: float) -> bool:
    """Say whether a ray from a place to the right crosses the ring an odd number of times."""
    (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
    crosses = (y0 > y) != (y1 > y)
    at = x0[crosses] + (y - y0[crosses]) * (x1 - x0)[crosses] / (y1 - y0)[crosses]
    return bool(np.count_nonzero(at > x) % 2)
