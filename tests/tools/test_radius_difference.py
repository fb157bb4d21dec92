"""How what two forms of the detail network measure is compared, and what is too different."""

import dataclasses

import numpy as np
import pytest

from evaluation.radius import RadiusAccuracy, RadiusRow
from export.kinds import DETAIL
from export.kinds.radius_difference import (
    INT8_TOLERANCE,
    RadiusDifference,
    RadiusTolerance,
    compare_radii,
    tile_means,
)

SAME = RadiusDifference(
    maximum=0.0, mean=0.0, median_ratio=0.0, high_ratio=0.0, worst_photo_mean=0.0, spread=0.0,
    lost=0.0, gained=0.0, motion=0.0, confident=0.5, photos=1,
)  # fmt: skip
SURE, UNSURE = 0.5, 0.9
"""Codes of the second channel."""


def tile(radius, spread=SURE, motion=0.0, rows=2):
    """Cells of these codes, (rows, 2, 3)."""
    codes = np.empty((rows, 2, 3), np.float32)
    codes[...] = (radius, spread, motion)
    return codes


def accuracy(error):
    row = RadiusRow(disc_px=2.0, boxes=9, undecided=0, error=error, measured_px=(1.9, 2.0, 2.1))
    return RadiusAccuracy(photos=1, rows=(row,), error=error)


def test_same_codes_do_not_differ():
    tiles = [tile(0.3), tile(0.5, UNSURE, 1.0)]
    assert compare_radii(tiles, tiles) == dataclasses.replace(SAME, photos=2)


def test_radius_is_compared_as_a_share_of_itself_in_confident_cells():
    before = [tile(0.5), tile(0.5, UNSURE)]
    # Five times 0.1 doublings more, and far more where it does not count.
    after = [tile(0.6), tile(0.9, UNSURE)]
    difference = compare_radii(before, after)
    assert difference.median_ratio == pytest.approx(2**0.5 - 1, rel=1e-5)
    assert difference.high_ratio == pytest.approx(2**0.5 - 1, rel=1e-5)
    assert difference.mean == difference.worst_photo_mean == pytest.approx(0.5, rel=1e-5)
    assert difference.maximum == pytest.approx(0.4)
    assert difference.confident == 0.5
    assert tile_means(before, after) == pytest.approx([0.5, 0], rel=1e-5)


def test_few_cells_that_move_far_show_in_the_95_percent_only():
    before, after = tile(0.5, rows=10), tile(0.5, rows=10)
    after[0, :, 0] = 0.7
    difference = compare_radii([before], [after])
    assert difference.median_ratio == 0
    assert difference.high_ratio == pytest.approx(1, rel=1e-5)


def test_cells_that_become_unsure_or_confident_or_change_their_kind_are_counted():
    before = [tile(0.5, rows=4), tile(0.5, UNSURE, rows=4)]
    after = [tile(0.5, rows=4), tile(0.5, UNSURE, rows=4)]
    after[0][0, :, 1] = UNSURE
    after[0][1, 0, 2] = 1.0
    after[1][0, 0, 1] = SURE
    # Of what is unsure nobody asks whether it moves.
    after[1][1, 0, 2] = 1.0
    difference = compare_radii(before, after)
    assert (difference.lost, difference.gained, difference.motion) == (2 / 8, 1 / 8, 1 / 8)


def test_spread_is_compared_in_doublings():
    difference = compare_radii([tile(0.5, 0.4)], [tile(0.5, 0.5)])
    assert difference.spread == pytest.approx(0.6, rel=1e-5)


def test_without_a_confident_cell_only_the_codes_are_compared():
    difference = compare_radii([tile(0.5, UNSURE)], [tile(0.75, UNSURE)])
    assert difference == dataclasses.replace(SAME, maximum=0.25, confident=0.0)


@pytest.mark.parametrize(
    "name",
    [field.name for field in dataclasses.fields(RadiusTolerance) if field.name != "error_rise"],
)
def test_difference_beyond_its_tolerance_is_a_violation(name):
    tolerance = RadiusTolerance(**{name: 0.1})
    at, above, broken = (dataclasses.replace(SAME, **{name: v}) for v in (0.1, 0.11, np.nan))
    assert tolerance.violations(at, None, None) == []
    assert len(tolerance.violations(above, None, None)) == 1
    assert len(tolerance.violations(broken, None, None)) == 1


@pytest.mark.parametrize(
    ("before", "after", "violations"),
    [(0.1, 0.115, 0), (0.1, 0.05, 0), (0.1, 0.125, 1), (0.1, None, 1), (None, None, 0)],
)
def test_int8_may_be_off_a_little_more_at_known_radii(before, after, violations):
    found = INT8_TOLERANCE.violations(SAME, accuracy(before), accuracy(after))
    assert len(found) == violations
    assert INT8_TOLERANCE.violations(SAME, None, None) == []


def test_network_that_is_nowhere_sure_cannot_be_compared_with():
    assert DETAIL.unfit([tile(0.5), tile(0.5, UNSURE)]) is None
    assert "confident in 0.00% of the cells only" in DETAIL.unfit([tile(0.5, UNSURE)])
