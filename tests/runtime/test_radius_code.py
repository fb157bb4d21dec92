"""The tables of the detail network's codes, which other languages have too."""

import math

import numpy as np
import pytest

from dbd_mobile.radius_code import CONFIDENCE, MOTION, RADIUS_PX, to_codes


def test_radius_doubles_every_fifth_of_the_codes():
    assert RADIUS_PX[0] == pytest.approx(2**-0.5)
    assert RADIUS_PX[128] == pytest.approx(4)
    assert RADIUS_PX[255] == pytest.approx(2 ** (4.5 - 5 / 256))
    assert np.diff(np.log2(RADIUS_PX)) == pytest.approx(np.full(255, 5 / 256), abs=1e-5)


def test_confidence_is_the_share_of_a_normal_distribution_within_half_a_doubling():
    spread = 2 ** (-5 + 6 * 214 / 256)
    within = np.abs(np.random.default_rng(0).normal(0, spread, 200_000)) <= 0.5
    assert CONFIDENCE[214] == pytest.approx(within.mean(), abs=0.005)
    assert CONFIDENCE[0] == 1
    assert CONFIDENCE[255] == pytest.approx(math.erf(0.25 / math.sqrt(2)), abs=0.01)
    assert (np.diff(CONFIDENCE) <= 0).all()


def test_motion_is_the_code_itself():
    assert MOTION.tolist() == [code / 256 for code in range(256)]


def test_floats_become_the_nearest_codes_and_bytes_stay():
    floats = np.array([0, 0.4 / 256, 0.6 / 256, 0.5, 255.4 / 256, 1], np.float32)
    assert to_codes(floats).tolist() == [0, 0, 1, 128, 255, 255]
    codes = np.arange(256, dtype=np.uint8)
    assert np.array_equal(to_codes(codes), codes)
    assert np.array_equal(to_codes((codes / 256).astype(np.float32)), codes)
