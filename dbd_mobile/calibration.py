"""Good and bad photos, as they were judged, in; the strictness that tells them apart out."""

import warnings
from collections.abc import Sequence
from itertools import pairwise

from dbd_mobile.errors import ArgumentError
from dbd_mobile.focus import Focus
from dbd_mobile.strictness import Strictness


def calibrate(
    good: Sequence[Focus], bad: Sequence[Focus], *, name: str = "calibrated"
) -> Strictness:
    """Find the radius of blur that best separates a person's good photos from the bad ones.

    It has the largest balanced accuracy, the mean of the shares of good and of bad ones that are
    on the right side, and lies in the middle of the gap, the widest one of several. Warns
    (``UserWarning``) of how many are on the wrong side.

    Args:
        good: What ``judge`` said of photos that are sharp enough, at least one.
        bad: The same of photos that are not; all judged at the same ``at_width``.
        name: What to call the strictness.

    Returns:
        The strictness, for the width that they were judged at.

    Raises:
        ArgumentError: One of the two is empty, a photo is undecidable, they were judged at
            different widths, or the good ones are not sharper than the bad ones.
    """
    if not good or not bad:
        raise ArgumentError(
            f"Calibration needs a good and a bad photo at least, got {len(good)} and {len(bad)}."
        )
    at_widths = {focus.at_width for focus in (*good, *bad)}
    if len(at_widths) > 1:
        raise ArgumentError(
            f"Calibration needs photos judged at one width, got {len(at_widths)} of them: "
            f"give judge the same at_width for all."
        )
    of_good, of_bad = _radii(good, "good"), _radii(bad, "bad")
    radii = sorted({*of_good, *of_bad})
    best, max_radius_px = (0.5, 0.0), None
    for below, above in pairwise(radii):
        right = sum(r <= below for r in of_good) / len(of_good)
        accuracy = (right + sum(r >= above for r in of_bad) / len(of_bad)) / 2
        if accuracy > 0.5 and (accuracy, above - below) > best:
            best, max_radius_px = (accuracy, above - below), (below + above) / 2
    if max_radius_px is None:
        raise ArgumentError(
            "The good photos are not sharper than the bad ones, so no radius separates them: "
            "check which are which."
        )
    wrong_good = sum(r > max_radius_px for r in of_good)
    wrong_bad = sum(r <= max_radius_px for r in of_bad)
    if wrong_good or wrong_bad:
        warnings.warn(
            f"{wrong_good} of {len(good)} good photos and {wrong_bad} of {len(bad)} bad ones are "
            f"on the wrong side of {max_radius_px:.2f} px.",
            stacklevel=2,
        )
    return Strictness(name=name, max_radius_px=max_radius_px, at_width=at_widths.pop())


def _radii(photos: Sequence[Focus], which: str) -> list[float]:
    radii = []
    for index, focus in enumerate(photos):
        radius = focus.radius_at(focus.at_width)
        if radius is None:
            raise ArgumentError(
                f"Number {index + 1} of the {which} photos is undecidable: leave it out."
            )
        radii.append(radius)
    return radii
