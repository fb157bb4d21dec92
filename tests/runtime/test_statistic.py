"""What a region's cells come to: the shares that decide are not for rounding to say."""

import numpy as np
import pytest

from dbd_mobile.coarse_to_fine import Look
from dbd_mobile.focus import MIN_SHARE, QUANTILE, statistic_of
from dbd_mobile.reading import Measured

# Cells that were not looked at give those that were such weights.
WEIGHTS = [1.0, 11.21875, 1.71, 1 / 3, 0.1, 7 / 9]


def look(radii_px, weight, *, sure=None, motion=None):
    """Cells in a row that all have one weight."""
    shape = (1, len(radii_px))
    return Look(
        measured=Measured(
            level=1,
            radius_px=np.reshape(radii_px, shape).astype(np.float32),
            confidence=np.full(shape, 0.9, np.float32),
            motion=np.zeros(shape, np.float32)
            if motion is None
            else np.reshape(motion, shape).astype(np.float32),
            looked=np.ones(shape, np.bool_),
            is_sure=np.ones(shape, np.bool_) if sure is None else np.reshape(sure, shape),
        ),
        weight=np.full(shape, weight),
    )


def statistic(found):
    return statistic_of(found, cells=found.weight.size, quantile=QUANTILE)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_radius_is_the_one_at_which_the_share_is_reached(weight):
    for count in range(5, 200, 5):
        radii_px = np.random.default_rng(count).permutation(np.arange(1, count + 1))
        assert statistic(look(radii_px, weight)).radius_px == round(QUANTILE * count)


@pytest.mark.parametrize("weight", WEIGHTS)
def test_smallest_share_that_is_enough_is_enough(weight):
    sure = np.arange(1000) < round(1000 * MIN_SHARE)
    assert statistic(look(np.full(1000, 3.0), weight, sure=sure)).radius_px == 3
    sure[0] = False
    assert statistic(look(np.full(1000, 3.0), weight, sure=sure)).radius_px is None


@pytest.mark.parametrize("weight", WEIGHTS)
def test_half_of_the_blur_is_not_most_of_it(weight):
    for count in range(4, 100, 2):
        moves = np.random.default_rng(count).permutation(np.arange(count) < count // 2)
        assert not statistic(look(np.full(count, 9.0), weight, motion=moves)).motion
        moves[np.flatnonzero(~moves)[0]] = True
        assert statistic(look(np.full(count, 9.0), weight, motion=moves)).motion
