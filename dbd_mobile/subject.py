"""A blur map in; where the photo's subject is, a coarse grid of places, out.

The subject is what is in focus, hangs together and is near the middle.
"""

import numpy as np
from numpy.typing import NDArray

MAX_GRID = 40
"""Most rows and columns of the grid that the subject is looked for on."""

IN_FOCUS = 0.5
"""From this probability of being in focus on, a place may be part of the subject."""

CENTRALITY = 0.5
"""How much the middle counts: at this share of half the diagonal from it, focus counts 1/e."""

SMALLEST_SHARE = 1 / 400
"""A subject is at least this share of the grid; less is an accident of the map."""

MOST_IN_FOCUS = 0.95
"""Where nothing is in focus: the places above this quantile of focus are looked at ..."""

NEAR = 0.25
"""... that are within this share of half the diagonal of the best one."""


def focus_grid(probability: NDArray[np.float32]) -> NDArray[np.float64]:
    """Average a map of blur to a small grid of focus.

    Args:
        probability: (h, w) float32 in 0..1, 1 = blurred.

    Returns:
        (rows, columns) float64, each at most :data:`MAX_GRID`: 1 = in focus.
    """
    means = probability.astype(np.float64)
    for axis in (0, 1):
        length = means.shape[axis]
        count = min(length, MAX_GRID)
        starts = np.arange(count + 1) * length // count
        shape = (-1, 1) if axis == 0 else (1, -1)
        means = np.add.reduceat(means, starts[:-1], axis=axis) / np.diff(starts).reshape(shape)
    return 1 - means


def subjects(focus: NDArray[np.float64], size_wh: tuple[int, int]) -> list[NDArray[np.bool_]]:
    """Find what may be the subject.

    Args:
        focus: (rows, columns) as :func:`focus_grid` gives it.
        size_wh: The photo's (width, height), for its shape.

    Returns:
        The grid's parts that are in focus and hang together by their sides, (rows, columns) bool
        each; first the one with the most focus near the middle. Empty where nothing is in focus.
    """
    rows, columns = focus.shape
    distance = _distance_from(((rows - 1) / 2, (columns - 1) / 2), focus, size_wh)
    worth = focus * np.exp(-((distance / CENTRALITY) ** 2))
    parts = [part for part in _parts(focus >= IN_FOCUS) if part.sum() >= SMALLEST_SHARE * part.size]
    return sorted(parts, key=lambda part: -float(worth[part].sum()))


def least_blurred(focus: NDArray[np.float64], size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    """Give the part, (rows, columns) bool, to look at where nothing is in focus."""
    row, column = np.unravel_index(focus.argmax(), focus.shape)
    near = _distance_from((float(row), float(column)), focus, size_wh) <= NEAR
    part: NDArray[np.bool_] = near & (focus >= np.quantile(focus, MOST_IN_FOCUS))
    return part


def _distance_from(
    place: tuple[float, float], grid: NDArray[np.float64], size_wh: tuple[int, int]
) -> NDArray[np.float64]:
    """Distance of each place of the grid from one, as a share of half the photo's diagonal."""
    width, height = size_wh
    rows, columns = grid.shape
    down = (np.arange(rows)[:, np.newaxis] - place[0]) * (height / rows)
    across = (np.arange(columns) - place[1]) * (width / columns)
    distance: NDArray[np.float64] = np.hypot(down, across) / (np.hypot(width, height) / 2)
    return distance


def _parts(marked: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Split what is marked into parts that hang together by their sides."""
    # Plain lists, and a border that ends every row: whether a subject is sharp is asked of frames.
    padded = np.pad(marked, 1)
    below = padded.shape[1]
    left = padded.ravel().tolist()
    parts = []
    for first in np.flatnonzero(padded).tolist():
        if not left[first]:
            continue
        left[first] = False
        places = [first]
        # It grows while it is gone through.
        for place in places:
            for side in (place - below, place + below, place - 1, place + 1):
                if left[side]:
                    left[side] = False
                    places.append(side)
        part = np.zeros(padded.size, np.bool_)
        part[places] = True
        parts.append(part.reshape(padded.shape)[1:-1, 1:-1])
    return parts
