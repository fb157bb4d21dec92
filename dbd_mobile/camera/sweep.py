"""A range of lens positions, and the score at each that is asked for, in; the best position out.

Coarse to fine, each time from far to near: the lens comes to every place from the same side, so
that its play is the same at each. What there is between the places is read off a parabola.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dbd_mobile.camera.focus_score import FocusScore, uncertainty

COARSE_PLACES = 9
"""So many places are looked at first, all over the range, ..."""

COARSE_DIOPTRES = 0.25
"""... but none closer together than this: a frame hardly shows less."""

FEWEST_PLACES = 5

REFINING_PLACES = 4
"""Then so many between the neighbours of the best, ..."""

REFINEMENTS = 3
"""... at most so many times, ..."""

TOP_SHARE = 0.4
"""... until its neighbours have lost no more than this share of what the lens makes of the score,
..."""

FINEST_DIOPTRES = 0.1
"""... or would be closer together than this. Over the top that is left a parabola lies well."""

SECOND_DIFFERENCES_RISE = 0.3
"""Second differences decide where the best is so much above the least of them; in more noise it is
gradients that do, and where the range is so short that they hardly differ, second differences."""

LEAST_RISE = 0.12
"""There is something to focus on where the best is so much above the least, lamps that flicker by a
hundredth make a third of that, ..."""

NOISE_RISE = 10.0
"""... and so many times as much as noise does by chance in a region of that size."""

# What is as fine as that but for rounding is not finer.
_ROUNDED = 1 - 1e-9

Measure = Literal["gradients", "second_differences"]


@dataclass(frozen=True, kw_only=True)
class Peak:
    """Where the score is best.

    Attributes:
        lens_dioptres: There, in dioptres.
        measure: Which of a score's numbers decided.
        least: The smallest of them that was seen.
        most: The largest.
    """

    lens_dioptres: float
    measure: Measure
    least: float
    most: float


def find_peak(
    score_at: Callable[[float], FocusScore], low_dioptres: float, high_dioptres: float
) -> Peak | None:
    """Find where in a range the score is best, by 5 to 9 looks at first and up to 12 more.

    Args:
        score_at: Scores a place of the lens. It is asked for ever nearer ones, and each time that
            it is asked for a farther one the places before it are done with.
        low_dioptres: The farthest place.
        high_dioptres: The nearest place, more than that.

    Returns:
        The peak; None where the score is the same all over the range, but for noise.
    """
    width = high_dioptres - low_dioptres
    count = int(np.clip(np.ceil(width / COARSE_DIOPTRES) + 1, FEWEST_PLACES, COARSE_PLACES))
    seen = {
        place: score_at(place) for place in _between(low_dioptres, high_dioptres, count, ends=True)
    }
    measure = _measure_of(seen)
    if measure is None:
        return None
    values = {place: float(getattr(score, measure)) for place, score in seen.items()}
    for _ in range(REFINEMENTS):
        farther, nearer = _neighbours(values)
        if nearer - farther < FINEST_DIOPTRES * (REFINING_PLACES + 1) * _ROUNDED:
            break
        for place in _between(farther, nearer, REFINING_PLACES, ends=False):
            if place not in values:
                values[place] = float(getattr(score_at(place), measure))
        if _is_flat(values):
            break
    return Peak(
        lens_dioptres=_vertex(values),
        measure=measure,
        least=min(values.values()),
        most=max(values.values()),
    )


def _between(low: float, high: float, count: int, *, ends: bool) -> Iterator[float]:
    places = np.linspace(low, high, count if ends else count + 2)
    yield from (float(place) for place in (places if ends else places[1:-1]))


def _measure_of(seen: dict[float, FocusScore]) -> Measure | None:
    """Choose which number to go by; None where both are the same at all places but for noise."""
    pixels = min(score.pixels for score in seen.values())
    least_rise = max(LEAST_RISE, NOISE_RISE * uncertainty(pixels))
    of_gradients = _rise([score.gradients for score in seen.values()])
    of_second = _rise([score.second_differences for score in seen.values()])
    if of_second >= max(SECOND_DIFFERENCES_RISE, least_rise):
        return "second_differences"
    if of_gradients >= least_rise:
        return "gradients"
    return "second_differences" if of_second >= least_rise else None


def _rise(values: list[float]) -> float:
    # No score is 0.
    return max(values) / min(values) - 1


def _neighbours(values: dict[float, float]) -> tuple[float, float]:
    """Places on both sides of the best; the best itself where it is at an end."""
    places = sorted(values)
    best = places.index(max(values, key=values.__getitem__))
    return places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]


def _is_flat(values: dict[float, float]) -> bool:
    lowest = _lowest_of_top(values)
    return all(values[place] >= lowest for place in _neighbours(values))


def _lowest_of_top(values: dict[float, float]) -> float:
    most, least = max(values.values()), min(values.values())
    return most - TOP_SHARE * (most - least)


def _vertex(values: dict[float, float]) -> float:
    """Highest place of the parabola over the top around the best."""
    places = sorted(values)
    farther, nearer = _neighbours(values)
    first, last = places.index(farther), places.index(nearer)
    lowest = _lowest_of_top(values)
    while first > 0 and values[places[first - 1]] >= lowest:
        first -= 1
    while last < len(places) - 1 and values[places[last + 1]] >= lowest:
        last += 1
    best = max(values, key=values.__getitem__)
    near = np.array(places[first : last + 1])
    if len(near) < 3:
        return best
    curve, slope, _ = np.polyfit(near - best, [values[place] for place in near], 2)
    if curve >= 0:
        return best
    return float(np.clip(best - slope / (2 * curve), farther, nearer))
