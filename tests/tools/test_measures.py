"""The measures against values worked out by hand and against a slow, literal reading of them."""

import numpy as np
import pytest

from data.blur_dataset import Truth
from dbd_mobile import ArgumentError
from evaluation.measures import AccuracyMeter, f_measure, resize_map


def score(probability, truth):
    meter = AccuracyMeter()
    meter.add(np.asarray(probability, np.float32), Truth(np.asarray(truth, bool)))
    return meter.result()


def test_f_measure_weighs_precision_with_beta_squared_of_three_tenths():
    assert f_measure(0.5, 1.0) == pytest.approx(1.3 * 0.5 / (0.3 * 0.5 + 1.0))
    assert f_measure(0.0, 0.0) == 0.0


def test_perfect_map_scores_one_everywhere():
    truth = np.zeros((40, 60), bool)
    truth[:, 30:] = True
    accuracy = score(truth, truth)
    assert (accuracy.fmax, accuracy.ddff, accuracy.adaptive, accuracy.mae) == (1, 1, 1, 0)


def test_inverted_map_has_full_error_and_no_hit():
    truth = np.zeros((40, 60), bool)
    truth[:, 30:] = True
    accuracy = score(~truth, truth)
    assert accuracy.mae == 1
    assert accuracy.ddff == 0


def test_fmax_is_of_curves_averaged_over_images_before_f():
    rng = np.random.default_rng(3)
    maps = rng.random((3, 24, 32), dtype=np.float32)
    truths = maps + rng.normal(0, 0.3, maps.shape) > 0.5
    meter = AccuracyMeter()
    for probability, truth in zip(maps, truths, strict=True):
        meter.add(probability, Truth(truth))
    curve = []
    for k in range(256):
        precisions, recalls = [], []
        for probability, truth in zip(maps, truths, strict=True):
            claimed = (1.0 - probability.astype(np.float64)) >= k / 255
            hits = (claimed & ~truth).sum()
            precisions.append(hits / claimed.sum() if claimed.any() else 1.0)
            recalls.append(hits / (~truth).sum())
        curve.append(f_measure(float(np.mean(precisions)), float(np.mean(recalls))))
    result = meter.result()
    assert result.fmax == pytest.approx(max(curve), abs=1e-5)
    assert result.f_at_half == pytest.approx(curve[128], abs=1e-4)


def test_map_is_scored_at_the_size_of_the_truth():
    truth = np.zeros((64, 64), bool)
    truth[:, 32:] = True
    small = np.array([[0.0, 1.0], [0.0, 1.0]], np.float32)
    expected = np.abs(resize_map(small, (64, 64)) - truth).mean()
    assert score(small, truth).mae == pytest.approx(expected)


@pytest.mark.parametrize("blurred", [True, False])
def test_one_class_image_is_counted_and_scores_one_where_nothing_is_wrongly_claimed(blurred):
    truth = np.full((20, 20), blurred)
    accuracy = score(truth, truth)
    assert accuracy.one_class_images == 1
    assert accuracy.ddff == 1


def test_wrong_claim_on_one_class_image_scores_zero():
    sharp = np.zeros((20, 20), bool)
    claimed = np.zeros((20, 20), np.float32)
    claimed[0, 0] = 1
    assert score(claimed, sharp).ddff == 0


def test_values_outside_probability_are_refused():
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        score(np.full((4, 4), 1.5), np.zeros((4, 4)))


def test_result_without_images_is_refused():
    with pytest.raises(ValueError, match="No image"):
        AccuracyMeter().result()


def test_unknown_pixels_count_in_no_measure():
    rng = np.random.default_rng(5)
    probability = rng.random((40, 40), dtype=np.float32)
    blurred = np.zeros((40, 40), bool)
    blurred[:, 20:] = True
    known = np.ones_like(blurred)
    known[:, :8] = False
    left = AccuracyMeter()
    left.add(probability, Truth(blurred, known))
    # Whatever stands where nobody knows, in the map or in the mask, the numbers are the same.
    elsewhere = np.where(known, probability, 1 - probability)
    other = AccuracyMeter()
    other.add(elsewhere, Truth(np.where(known, blurred, ~blurred), known))
    assert left.result() == other.result()
    # At one size, they are the numbers of the known part by itself.
    part = AccuracyMeter()
    part.add(probability[:, 8:], Truth(blurred[:, 8:]))
    assert left.result() == part.result()


def test_an_image_of_which_nothing_is_known_is_refused():
    nothing = Truth(np.zeros((4, 4), bool), np.zeros((4, 4), bool))
    with pytest.raises(ValueError, match="Nothing of the image's truth is known"):
        AccuracyMeter().add(np.zeros((4, 4), np.float32), nothing)


@pytest.mark.parametrize("size", [(64, 64), (8, 8)])
def test_known_part_too_thin_for_the_networks_size_is_scored_at_the_photos(size):
    probability = np.full(size, 0.2, np.float32)
    known = np.zeros((64, 64), bool)
    known[:, 31:33] = True
    meter = AccuracyMeter()
    meter.add(probability, Truth(np.zeros_like(known), known))
    accuracy = meter.result()
    assert accuracy.mae == pytest.approx(0.2)
    # 1.5 x the mean is above all, so that nothing is claimed, at either size.
    assert accuracy.adaptive == 0


def test_what_cannot_be_scored_is_an_error_that_command_lines_show():
    truth = Truth(np.zeros((4, 4), bool), np.zeros((4, 4), bool))
    for values in (np.zeros((4, 4), np.float32), np.full((4, 4), np.nan, np.float32)):
        with pytest.raises(ArgumentError):
            AccuracyMeter().add(values, truth)


def test_area_under_the_curve_is_how_often_a_blurred_pixel_is_above_a_sharp_one():
    rng = np.random.default_rng(0)
    blur = rng.random((40, 50), np.float32)
    truth = rng.random((40, 50)) < 0.3 + 0.4 * blur
    pairs = blur[truth][:, None] - blur[~truth]
    meter = AccuracyMeter()
    meter.add(blur, Truth(truth))
    # Levels of a thousandth count as equal.
    assert meter.result().auc == pytest.approx((pairs > 0).mean(), abs=1e-3)
    # An image of one class has no such area; the mean is over the others.
    meter.add(blur, Truth(np.ones_like(truth)))
    assert meter.result().auc == pytest.approx((pairs > 0).mean(), abs=1e-3)
    alone = AccuracyMeter()
    alone.add(blur, Truth(np.ones_like(truth)))
    assert alone.result().auc == 0.5
