"""``BlurMap``: the same map as numbers, mask, share and pictures."""

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import ArgumentError, BlurMap, ImageError, Quantization

BYTES = Quantization(scale=1 / 256, zero_point=0)


@pytest.fixture
def ramp():
    """A map of 0 to 255 from left to right, for a photo twice as large."""
    raw = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    return BlurMap(raw, size_wh=(512, 128), quantization=BYTES)


def test_probability_is_the_bilinear_map_at_the_photos_size(ramp):
    exact = np.asarray(
        Image.fromarray(np.tile(np.arange(256, dtype=np.float32) / 256, (64, 1))).resize(
            (512, 128), Image.Resampling.BILINEAR
        )
    )
    # The 8-bit map is rounded to its own steps of 1/256.
    assert np.abs(ramp.probability - exact).max() <= 0.5 / 256 + 1e-6


def test_asarray_is_the_probability(ramp):
    assert np.array_equal(np.asarray(ramp), ramp.probability)
    assert np.asarray(ramp, np.float64).dtype == np.float64
    assert np.array(ramp) is not ramp.probability


@pytest.mark.parametrize("threshold", [0.0, 0.1, 0.5, 0.7309, 1.0])
def test_mask_is_true_where_the_probability_reaches_the_threshold(ramp, threshold):
    assert np.array_equal(ramp.mask(threshold), ramp.probability >= np.float32(threshold))


def test_blurred_fraction_is_the_share_of_the_mask(ramp):
    assert ramp.blurred_fraction == ramp.mask().mean() == pytest.approx(0.5, abs=0.01)


def test_image_has_255_where_certainly_blurred(ramp):
    image = ramp.to_image()
    assert (image.mode, image.size) == ("L", (512, 128))
    assert np.abs(np.asarray(image) / 255 - ramp.probability).max() <= 0.5 / 255 + 1e-6


def test_overlay_leaves_what_is_in_focus_and_tints_what_is_blurred(ramp):
    photo = np.full((128, 512, 3), 100, np.uint8)
    overlay = np.asarray(ramp.overlay(photo))
    assert np.array_equal(overlay[:, 0], photo[:, 0])
    assert (overlay[:, -1, 0] > 150).all()
    assert (photo == 100).all()


def test_overlay_refuses_a_photo_of_another_size(ramp):
    with pytest.raises(ImageError, match="512x128, got 10x20"):
        ramp.overlay(np.zeros((20, 10, 3), np.uint8))


def test_float_map_and_byte_map_of_the_same_values_agree():
    raw = np.random.default_rng(2).integers(0, 256, (32, 48), dtype=np.uint8)
    as_bytes = BlurMap(raw, size_wh=(96, 64), quantization=BYTES)
    as_float = BlurMap(raw.astype(np.float32) / 256, size_wh=(96, 64))
    # Pillow rounds 8-bit pixels after the columns and again after the rows.
    assert np.abs(as_bytes.probability - as_float.probability).max() <= 1 / 256 + 1e-6


def test_timings_name_what_was_computed(ramp):
    assert ramp.timings_ms == {}
    _ = ramp.model_probability, ramp.probability
    assert {"dequantise", "upscale", "probability"} <= ramp.timings_ms.keys()
    assert all(ms >= 0 for ms in ramp.timings_ms.values())


def test_repr_tells_size_and_share(ramp):
    assert "512, 128" in repr(ramp)
    assert "0.5" in repr(ramp)


@pytest.mark.parametrize(
    ("raw", "quantization"),
    [
        (np.zeros((4, 4, 1), np.uint8), BYTES),
        (np.zeros((0, 4), np.uint8), BYTES),
        (np.zeros((4, 4), np.int16), None),
        (np.zeros((4, 4), np.uint8), None),
        (np.full((4, 4), 3.0, np.float32), None),
        (np.full((4, 4), np.nan, np.float32), None),
    ],
)
def test_what_is_no_probability_map_is_refused(raw, quantization):
    with pytest.raises(ArgumentError):
        BlurMap(raw, size_wh=(8, 8), quantization=quantization)


@pytest.mark.parametrize("threshold", [-0.1, 1.1, float("nan")])
def test_impossible_threshold_is_refused(ramp, threshold):
    with pytest.raises(ArgumentError, match="threshold"):
        ramp.mask(threshold)


def test_probability_cannot_be_changed_by_accident(ramp):
    for array in (ramp.probability, ramp.model_probability, np.asarray(ramp)):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


def test_array_copies_when_and_only_when_asked(ramp):
    assert ramp.__array__() is ramp.probability
    assert ramp.__array__(copy=False) is ramp.probability
    copied = ramp.__array__(copy=True)
    copied[:] = 2
    assert ramp.probability.max() < 1
    with pytest.raises(ValueError, match="has to be copied"):
        ramp.__array__(np.float64, copy=False)
