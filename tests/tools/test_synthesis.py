"""Synthetic defocus: light is kept, layers occlude, and the target says where the blur is."""

import numpy as np
import pytest

from data.synthesis import (
    aperture_kernel,
    blur_background,
    blur_foreground,
    blur_ramp,
    blur_target,
    decode_srgb,
    encode_srgb,
    sharpness,
    synthesise,
)


def checkerboard(side=96, cell=2):
    y, x = np.mgrid[0:side, 0:side] // cell
    return np.repeat((((x + y) % 2) * 200 + 20).astype(np.uint8)[..., None], 3, axis=2)


def centre_mask(side=96):
    mask = np.zeros((side, side), np.uint8)
    mask[side // 3 : 2 * side // 3, side // 3 : 2 * side // 3] = 255
    return mask


def detail(photo, where):
    return float(photo[..., 0].astype(float)[where].std())


@pytest.mark.parametrize("blades", [0, 5, 6, 8])
@pytest.mark.parametrize("radius", [0.0, 0.7, 3.0, 9.5])
def test_kernel_keeps_light_and_is_as_large_as_its_radius(radius, blades):
    kernel = aperture_kernel(radius, blades, 0.3)
    assert kernel.sum() == pytest.approx(1, abs=1e-5)
    assert len(kernel) == 2 * int(np.ceil(radius)) + 1
    assert (kernel >= 0).all()


def test_srgb_round_trip_changes_no_byte():
    values = np.arange(256, dtype=np.uint8)
    assert np.array_equal(encode_srgb(decode_srgb(values)), values)


def test_blurred_background_leaves_object_and_takes_detail_around_it():
    photo, mask = checkerboard(), centre_mask()
    blurred = blur_background(photo, mask, aperture_kernel(6, 0, 0))
    inside = np.zeros_like(mask, bool)
    inside[40:56, 40:56] = True
    far = np.zeros_like(mask, bool)
    far[:16] = True
    assert detail(blurred, inside) > 0.95 * detail(photo, inside)
    assert detail(blurred, far) < 0.1 * detail(photo, far)


def test_object_light_does_not_spill_over_its_blurred_background():
    photo = np.zeros((96, 96, 3), np.uint8)
    mask = centre_mask()
    photo[mask == 255] = 255
    blurred = blur_background(photo, mask, aperture_kernel(6, 0, 0))
    assert blurred[:28].max() == 0


def test_blurred_foreground_spreads_over_the_sharp_background():
    background = checkerboard()
    white = np.full_like(background, 255)
    composite, cover = blur_foreground(white, centre_mask(), background, aperture_kernel(6, 0, 0))
    assert cover[48, 48] == pytest.approx(1, abs=1e-3)
    assert 0.1 < cover[30, 48] < 0.5
    assert np.abs(composite[:20].astype(int) - background[:20]).max() <= 1


def test_ramp_is_sharp_where_its_radius_is_zero_and_smooth_where_it_is_large():
    photo = checkerboard()
    radius = np.tile(np.linspace(-2, 10, 96, dtype=np.float32).clip(0), (96, 1))
    blurred = blur_ramp(photo, radius, 0, 0.0)
    left, right = np.zeros((2, 96, 96), bool)
    left[:, :12], right[:, 60:] = True, True
    assert detail(blurred, left) > 0.9 * detail(photo, left)
    assert detail(blurred, right) < 0.2 * detail(photo, right)


def test_target_rises_with_the_radius():
    target = blur_target(np.linspace(0, 3, 50).astype(np.float32))
    assert target[0] == 0 and target[-1] == 1
    assert (np.diff(target) >= 0).all()


def test_synthesis_repeats_with_the_seed_and_gives_probabilities():
    photo, other = checkerboard(cell=3), checkerboard(cell=5)
    for seed in range(20):
        first = synthesise(photo, centre_mask(), other, np.random.default_rng(seed))
        again = synthesise(photo, centre_mask(), other, np.random.default_rng(seed))
        assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
        image, target = first
        assert image.shape == (96, 96, 3) and image.dtype == np.uint8
        assert target.shape == (96, 96) and 0 <= target.min() <= target.max() <= 1


def test_half_blurred_photo_counts_as_less_sharp_than_a_sharp_one():
    photo = checkerboard(160)
    blurred = blur_background(photo, np.zeros((160, 160), np.uint8), aperture_kernel(5, 0, 0))
    half = photo.copy()
    half[:80] = blurred[:80]
    assert sharpness(photo) > 5 * sharpness(half)
