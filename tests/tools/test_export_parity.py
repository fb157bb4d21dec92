"""How maps are compared, and what is too different."""

import dataclasses

import numpy as np
import pytest

from export.kinds.map_difference import (
    INT8_TOLERANCE,
    OTHER_KERNELS_TOLERANCE,
    MapDifference,
    MapTolerance,
    compare_maps,
)
from export.proving.stage import Trial, best_trial

from .conftest import ACCURACY

SAME = MapDifference(maximum=0.0, mean=0.0, worst_photo_mean=0.0, flipped=0.0, photos=1)


def test_difference_is_taken_over_pixels_and_photos():
    before = [np.full((2, 2), 0.75, np.float32), np.full((2, 2), 0.25, np.float32)]
    after = [before[0].copy(), before[1] + np.float32(0.25)]
    after[0][0, 0] = 0.25
    difference = compare_maps(before, after)
    assert difference.maximum == 0.5
    assert difference.mean == pytest.approx((0.125 + 0.25) / 2)
    assert difference.worst_photo_mean == 0.25
    # 0.5 itself counts as blurred, so the second photo flips as a whole.
    assert difference.flipped == pytest.approx((1 / 4 + 1) / 2)
    assert difference.photos == 2


@pytest.mark.parametrize("name", ["maximum", "mean", "worst_photo_mean", "flipped"])
def test_difference_beyond_its_tolerance_is_a_violation(name):
    tolerance = MapTolerance(**{name: 0.1})
    at, above, broken = (dataclasses.replace(SAME, **{name: v}) for v in (0.1, 0.11, np.nan))
    assert tolerance.violations(at, None, None) == []
    assert len(tolerance.violations(above, None, None)) == 1
    assert len(tolerance.violations(broken, None, None)) == 1


@pytest.mark.parametrize(
    ("fmax", "mae", "violations"),
    [(0.926, 0.052, 0), (0.95, 0.03, 0), (0.924, 0.05, 1), (0.93, 0.054, 1), (0.92, 0.06, 2)],
)
def test_int8_may_lose_a_little_accuracy_and_gain_any(fmax, mae, violations):
    after = dataclasses.replace(ACCURACY, fmax=fmax, mae=mae)
    assert len(INT8_TOLERANCE.violations(SAME, ACCURACY, after)) == violations
    assert INT8_TOLERANCE.violations(SAME, None, None) == []


def test_one_photo_that_other_kernels_change_is_too_many():
    before = [np.zeros((2, 2), np.float32)] * 4
    after = [*before[:3], np.full((2, 2), 9 / 255, np.float32)]
    difference = compare_maps(before, after)
    assert difference.mean < 3 / 255
    (sentence,) = OTHER_KERNELS_TOLERANCE.violations(difference, None, None)
    assert "worst photo" in sentence


def test_trial_within_the_tolerance_is_chosen_before_one_with_a_smaller_mean():
    flips = Trial("flips", dataclasses.replace(SAME, mean=0.010, flipped=0.030))
    passes = Trial("passes", dataclasses.replace(SAME, mean=0.012, flipped=0.010))
    worse = Trial("worse", dataclasses.replace(SAME, mean=0.015, flipped=0.030))
    assert best_trial([flips, passes, worse], INT8_TOLERANCE) is passes
    assert best_trial([worse, flips], INT8_TOLERANCE) is flips
