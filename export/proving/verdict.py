"""The maps of a form and of the one that it was made from in, whether it may stand out.

Nothing is read or run here: whoever has the maps can ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.measures import Accuracy
from export.proving.parity import MapDifference, Tolerance, compare_maps, photo_means

_WORST_PHOTOS = 3

Maps = Sequence[NDArray[np.float32]]
"""(h, w) float32 of each photo."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of a form that was run.

    Attributes:
        maps: What it gave for the photos.
        accuracy: Of the maps, on photos with masks; None without any.
    """

    maps: Maps
    accuracy: Accuracy | None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """On a form of the network.

    Attributes:
        difference: From the form that it was made from; None for the first, and where there is
            nothing to compare.
        worst: Numbers of the photos whose maps changed most, the worst first.
        worst_means: Mean absolute difference of each of these.
        failures: Sentences on why it is refused; it passed if there are none.
    """

    difference: MapDifference | None = None
    worst: Sequence[int] = ()
    worst_means: Sequence[float] = ()
    failures: Sequence[str] = ()


def judge(
    found: Evidence, before: Evidence | None, tolerance: Tolerance, *, advice: str = ""
) -> Verdict:
    """Judge a form by what the form that it was made from gives.

    Args:
        found: Of the form.
        before: Of the other, for the same photos; None for the first, which only has to give
            probabilities.
        tolerance: How much they may differ.
        advice: What to do if it gives no probabilities, to end that sentence with.
    """
    if not are_probabilities(found.maps):
        return Verdict(
            failures=[f"It gives values outside [0, 1], which are no probabilities{advice}."]
        )
    if before is None:
        return Verdict()
    difference = compare_maps(before.maps, found.maps)
    means = photo_means(before.maps, found.maps)
    worst = [int(number) for number in np.argsort(means)[::-1][:_WORST_PHOTOS]]
    return Verdict(
        difference=difference,
        worst=worst,
        worst_means=[means[number] for number in worst],
        failures=tolerance.violations(difference, before.accuracy, found.accuracy),
    )


def are_probabilities(maps: Maps) -> bool:
    """Whether every value of every map lies in [0, 1]."""
    # Written so that a NaN is none.
    return all(part.min() >= 0 and part.max() <= 1 for part in maps)
