"""A box, polygon, mask or points on a photo in; which places of the photo they hold out."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dbd_mobile.errors import ArgumentError

POINT_RADIUS_PX = 24.0
"""A point stands for the places within so many pixels of it: half a dozen cells."""

Box: TypeAlias = Sequence[float] | NDArray[Any]
"""(left, top, right, bottom) in pixels, whole or not; right and bottom exclusive."""

_Contains: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]


@dataclass(frozen=True, kw_only=True)
class Region:
    """A part of a photo.

    Attributes:
        name: What to call it in sentences, e.g. "box".
        box_xyxy: Its bounding box in whole pixels, within the photo.
        contains: Takes the x (w,) and y (h,) of a grid in pixels and says (h, w) bool which of
            its points are inside.
    """

    name: str
    box_xyxy: tuple[int, int, int, int]
    contains: _Contains

    def cells(self, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say which cells belong to the region, by their middles.

        Args:
            xs: (w,) middles of the columns in the photo's pixels, rising.
            ys: (h,) middles of the rows.

        Returns:
            (h, w) bool, True for one cell at least: a region between the middles has the cell that
            is nearest to its own middle.
        """
        left, top, right, bottom = self.box_xyxy
        inside = np.zeros((len(ys), len(xs)), np.bool_)
        # Only within the bounding box: a polygon takes a while.
        rows = slice(*np.searchsorted(ys, (top, bottom)))
        columns = slice(*np.searchsorted(xs, (left, right)))
        inside[rows, columns] = self.contains(xs[columns], ys[rows])
        if not inside.any():
            row = int(np.abs(ys - (top + bottom) / 2).argmin())
            column = int(np.abs(xs - (left + right) / 2).argmin())
            inside[row, column] = True
        return inside


def box_of(text: str) -> tuple[float, float, float, float]:
    """Read a box that was written as "left,top,right,bottom".

    Raises:
        ArgumentError: It is no box.
    """
    try:
        left, top, right, bottom = (float(side) for side in text.split(","))
    except ValueError:
        raise ArgumentError(f"A box is four numbers L,T,R,B, got {text!r}.") from None
    if not (math.isfinite(left + top + right + bottom) and left < right and top < bottom):
        raise ArgumentError(
            f"A box has its left under its right and its top under its bottom, got {text!r}."
        )
    return left, top, right, bottom


def clip_box(box_xyxy: Box, size_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """Cut a box to the photo and to whole pixels, all of those that it touches.

    Args:
        box_xyxy: Four numbers, whole or not; they may lie outside the photo.
        size_wh: The photo's (width, height).

    Returns:
        The box as whole numbers within the photo, of one pixel at least.

    Raises:
        ArgumentError: It is no box, is empty or lies outside the photo.
    """
    try:
        left, top, right, bottom = (float(side) for side in box_xyxy)
    except (TypeError, ValueError):
        raise ArgumentError(
            f"A box is four numbers, (left, top, right, bottom), got {box_xyxy!r}."
        ) from None
    width, height = size_wh
    clipped = max(left, 0.0), max(top, 0.0), min(right, width), min(bottom, height)
    # The first two are false for anything that is not a number, too.
    if not (left < right and top < bottom) or clipped[0] >= clipped[2] or clipped[1] >= clipped[3]:
        raise ArgumentError(
            f"A box has at least one pixel in the photo of {width}x{height}, "
            f"got {left:g},{top:g} to {right:g},{bottom:g}."
        )
    return (
        math.floor(clipped[0]),
        math.floor(clipped[1]),
        math.ceil(clipped[2]),
        math.ceil(clipped[3]),
    )


def region_of(
    size_wh: tuple[int, int],
    *,
    box_xyxy: Box | None,
    polygon: ArrayLike | None,
    mask: ArrayLike | None,
    points: ArrayLike | None,
) -> Region | None:
    """Give the region that a caller asks for; None where none of the four is given.

    Args:
        size_wh: The photo's (width, height) in pixels.
        box_xyxy: (left, top, right, bottom); it is cut to the photo.
        polygon: (N, 2) corners (x, y), at least 3; inside by the even-odd rule.
        mask: (H, W) of the photo's size; what is not 0 is inside.
        points: (N, 2) places (x, y) in the photo; each stands for what is within
            :data:`POINT_RADIUS_PX` of it.

    Raises:
        ArgumentError: More than one is given, or the one is not as said above.
    """
    given = [part is not None for part in (box_xyxy, polygon, mask, points)]
    if sum(given) > 1:
        names = ("box_xyxy", "polygon", "mask", "points")
        got = " and ".join(name for name, is_given in zip(names, given, strict=True) if is_given)
        raise ArgumentError(f"A region is one of box, polygon, mask and points, got {got}.")
    if box_xyxy is not None:
        return box_region(clip_box(box_xyxy, size_wh), name="box")
    if polygon is not None:
        return _polygon_region(_places(polygon, "polygon", at_least=3), size_wh)
    if mask is not None:
        return _mask_region(_marks(mask), size_wh)
    if points is not None:
        return _points_region(_places(points, "list of points", at_least=1), size_wh)
    return None


def box_region(box_xyxy: tuple[int, int, int, int], *, name: str) -> Region:
    """Give a box that lies in the photo as a region."""

    def contains(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
        return np.ones((len(ys), len(xs)), np.bool_)

    return Region(name=name, box_xyxy=box_xyxy, contains=contains)


def grid_region(grid: NDArray[np.bool_], size_wh: tuple[int, int], *, name: str) -> Region:
    """Give a coarse grid over the photo as a region.

    Args:
        grid: (rows, columns) bool with one True at least, laid over the whole photo.
        size_wh: The photo's (width, height) in pixels.
        name: What to call it in sentences.
    """
    width, height = size_wh
    rows, columns = grid.shape

    def contains(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
        of_ys = np.minimum((ys * rows / height).astype(np.intp), rows - 1)
        of_xs = np.minimum((xs * columns / width).astype(np.intp), columns - 1)
        inside: NDArray[np.bool_] = grid[of_ys[:, np.newaxis], of_xs]
        return inside

    return Region(name=name, box_xyxy=grid_box(grid, size_wh), contains=contains)


def grid_box(grid: NDArray[np.bool_], size_wh: tuple[int, int]) -> tuple[int, int, int, int]:
    """Give the box, in the photo's pixels, around what is True in a grid laid over the photo."""
    width, height = size_wh
    rows, columns = grid.shape
    of_rows, of_columns = np.flatnonzero(grid.any(axis=1)), np.flatnonzero(grid.any(axis=0))
    return (
        int(of_columns[0]) * width // columns,
        int(of_rows[0]) * height // rows,
        -(-(int(of_columns[-1]) + 1) * width // columns),
        -(-(int(of_rows[-1]) + 1) * height // rows),
    )


def _places(places: ArrayLike, what: str, *, at_least: int) -> NDArray[np.float64]:
    try:
        array = np.asarray(places, np.float64)
    except (TypeError, ValueError):
        raise ArgumentError(f"A {what} is (N, 2) numbers, x and y, got {places!r}.") from None
    if array.ndim != 2 or array.shape[1] != 2 or len(array) < at_least:
        raise ArgumentError(
            f"A {what} is (N, 2) numbers, x and y, with N at least {at_least}, got {array.shape}."
        )
    if not np.isfinite(array).all():
        raise ArgumentError(f"A {what} has finite numbers only, got one that is not.")
    return array


def _marks(mask: ArrayLike) -> NDArray[np.bool_]:
    try:
        array = np.asarray(mask)
    except ValueError:
        raise ArgumentError(
            "A mask is (H, W) numbers or bools, got rows of other lengths."
        ) from None
    if array.dtype.kind not in "buif":
        raise ArgumentError(f"A mask is (H, W) numbers or bools, got {array.shape} {array.dtype}.")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ArgumentError("A mask has finite numbers only, got one that is not.")
    return array.astype(np.bool_)


def _polygon_region(corners: NDArray[np.float64], size_wh: tuple[int, int]) -> Region:
    box = clip_box((*corners.min(axis=0), *corners.max(axis=0)), size_wh)

    def contains(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
        inside = np.zeros((len(ys), len(xs)), np.bool_)
        for (x0, y0), (x1, y1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
            crosses = (y0 > ys) != (y1 > ys)
            at = x0 + (ys[crosses] - y0) * (x1 - x0) / (y1 - y0) if crosses.any() else ys[crosses]
            inside[crosses] ^= xs < at[:, np.newaxis]
        return inside

    return Region(name="polygon", box_xyxy=box, contains=contains)


def _mask_region(is_inside: NDArray[np.bool_], size_wh: tuple[int, int]) -> Region:
    width, height = size_wh
    if is_inside.shape != (height, width):
        raise ArgumentError(
            f"A mask has the photo's size: ({height}, {width}) is expected, got {is_inside.shape}."
        )
    if not is_inside.any():
        raise ArgumentError("A mask marks one pixel at least, got one that is empty.")

    def contains(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
        rows = np.minimum(ys.astype(np.intp), height - 1)
        columns = np.minimum(xs.astype(np.intp), width - 1)
        inside: NDArray[np.bool_] = is_inside[rows[:, np.newaxis], columns]
        return inside

    return Region(name="mask", box_xyxy=grid_box(is_inside, size_wh), contains=contains)


def _points_region(points: NDArray[np.float64], size_wh: tuple[int, int]) -> Region:
    width, height = size_wh
    is_in = (points >= 0).all(axis=1) & (points < (width, height)).all(axis=1)
    if not is_in.all():
        x, y = points[~is_in][0]
        raise ArgumentError(f"A point lies in the photo of {width}x{height}, got {x:g},{y:g}.")
    low, high = points.min(axis=0) - POINT_RADIUS_PX, points.max(axis=0) + POINT_RADIUS_PX

    def contains(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> NDArray[np.bool_]:
        inside = np.zeros((len(ys), len(xs)), np.bool_)
        for x, y in points:
            squares = (xs - x) ** 2 + (ys[:, np.newaxis] - y) ** 2
            inside |= squares <= POINT_RADIUS_PX**2
        return inside

    return Region(name="points", box_xyxy=clip_box((*low, *high), size_wh), contains=contains)
