"""Calibration error: none for honest odds, exact for known lies, blind to unknown pixels."""

import numpy as np
import pytest

from data.blur_dataset import Truth
from evaluation.calibration_error import CalibrationMeter


def error_of(*photos):
    meter = CalibrationMeter()
    for probability, *truth in photos:
        meter.add(probability, Truth(*truth))
    return meter.result()


def flat(value, shape=(20, 10)):
    return np.full(shape, value, np.float32)


def truth_of(share, shape=(20, 10)):
    truth = np.zeros(shape, bool)
    truth.ravel()[: round(share * truth.size)] = True
    return truth


def test_odds_that_come_true_have_no_error():
    assert error_of((flat(0.25), truth_of(0.25)), (flat(0.9), truth_of(0.9))) == pytest.approx(
        0, abs=1e-6
    )


@pytest.mark.parametrize(
    ("said", "share", "error"), [(0.8, 0.5, 0.3), (0.1, 0.5, 0.4), (1.0, 0.0, 1.0), (0.0, 1.0, 1.0)]
)
def test_error_is_the_distance_of_what_is_said_from_what_is(said, share, error):
    assert error_of((flat(said), truth_of(share))) == pytest.approx(error, abs=1e-6)


def test_bins_are_weighed_by_their_pixels_and_photos_share_them():
    # 200 pixels off by .3, 600 by .1; each in its own bin of fifteen.
    wrong, better = (flat(0.5), truth_of(0.8)), (flat(0.9, (30, 20)), truth_of(0.8, (30, 20)))
    assert error_of(wrong, better) == pytest.approx((200 * 0.3 + 600 * 0.1) / 800, abs=1e-6)
    # Two photos whose lies cancel each other out in one bin are honest together.
    assert error_of((flat(0.5), truth_of(0.2)), (flat(0.5), truth_of(0.8))) == pytest.approx(
        0, abs=1e-6
    )


def test_there_are_fifteen_bins_of_equal_width():
    # .33 and .34 lie on the two sides of 5/15, so that their lies do not cancel out.
    apart = error_of((flat(0.33), truth_of(0.13)), (flat(0.34), truth_of(0.54)))
    assert apart == pytest.approx(0.2, abs=1e-6)
    together = error_of((flat(0.34), truth_of(0.14)), (flat(0.35), truth_of(0.55)))
    assert together == pytest.approx(0, abs=1e-6)


def test_map_is_scored_at_the_photos_size():
    assert error_of((flat(0.75, (5, 4)), truth_of(0.25, (40, 50)))) == pytest.approx(0.5)


def test_unknown_pixels_do_not_count():
    truth, known = truth_of(0.5), truth_of(0.5)
    assert error_of((flat(1.0), truth, known)) == 0
    assert error_of((flat(1.0), truth, ~known)) == 1
    with pytest.raises(ValueError, match="No pixel was added"):
        error_of((flat(1.0), truth, np.zeros_like(known)))


@pytest.mark.parametrize(
    ("probability", "truth", "known", "sentence"),
    [
        (flat(2.0), truth_of(0.5), None, "must lie in"),
        (flat(np.nan), truth_of(0.5), None, "must lie in"),
        (flat(0.5)[0], truth_of(0.5), None, "Expected a .h, w. probability map"),
        (flat(0.5), truth_of(0.5).astype(np.uint8), None, "for what is blurred"),
        (flat(0.5), truth_of(0.5), truth_of(0.5)[1:], "for what is known"),
    ],
)
def test_what_is_no_map_is_refused(probability, truth, known, sentence):
    with pytest.raises(ValueError, match=sentence):
        CalibrationMeter().add(probability, Truth(truth, known))
