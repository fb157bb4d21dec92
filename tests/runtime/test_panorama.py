"""Long photos are seen in squares, and say the same as photos of any other shape."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dbd_mobile import BlurDetector
from dbd_mobile.panorama import MAX_SQUARES, joined, strip_of


@pytest.fixture(scope="module")
def detector():
    with BlurDetector(threads=1) as detector:
        yield detector


def brick_wall(width, height, sigma):
    """Bricks of 60 x 24 pixels with grain, each of its own shade, blurred by a Gaussian."""
    rng = np.random.default_rng(8)
    wall = np.full((height, width, 3), (205, 200, 190), np.float64)
    for row, top in enumerate(range(0, height, 24)):
        for left in range(-30 * (row % 2), width, 60):
            shade = rng.uniform(0.7, 1.1)
            wall[top + 3 : top + 24, max(left + 3, 0) : left + 60] = np.multiply(
                (150, 75, 55), shade
            )
    wall += rng.normal(0, 14, (height, width, 1))
    image = Image.fromarray(np.clip(wall, 0, 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(sigma)) if sigma else image)


@pytest.mark.parametrize("sigma", [0, 3])
@pytest.mark.parametrize("turned", [False, True])
def test_wall_is_as_sharp_in_a_panorama_as_in_a_square(detector, sigma, turned):
    wall = brick_wall(4200, 420, sigma)
    square = detector.detect(wall[:, :420]).sharpness()
    for ratio in (3, 10):
        long = wall[:, : ratio * 420]
        if turned:
            # The wall itself stays upright, as the network knows it.
            long = np.concatenate(np.split(long, ratio, axis=1))
        blur_map = detector.detect(long)
        assert blur_map.sharpness() == pytest.approx(square, abs=0.05)
        assert blur_map.probability.shape == long.shape[:2]


def test_map_of_a_long_photo_is_as_fine_as_that_of_a_square(detector):
    width, height = detector.model_facts.output.size_wh
    blur_map = detector.detect(np.zeros((100, 750, 3), np.uint8))
    assert blur_map.model_probability.shape == (height, round(7.5 * width))
    assert detector.detect(np.zeros((100, 200, 3), np.uint8)).model_probability.shape == (
        height,
        width,
    )


@pytest.mark.parametrize("size_wh", [(201, 100), (1000, 100), (100, 333), (9000, 77), (5000, 1)])
def test_squares_cover_the_photo_and_lie_over_each_other_by_a_quarter(size_wh):
    strip = strip_of(size_wh, 64)
    assert strip.starts_px[0] == strip.map_starts[0] == 0
    assert strip.starts_px[-1] + strip.length_px == max(size_wh)
    assert strip.map_starts[-1] + 64 == strip.map_length
    assert 3 <= len(strip.starts_px) == len(strip.map_starts) <= MAX_SQUARES
    # To the place that they are rounded to.
    assert max(np.diff(strip.map_starts)) <= 48 + 1
    # Only a photo that needs more squares than that has longer pieces.
    assert (strip.length_px == min(size_wh)) == (max(size_wh) < 48 * min(size_wh))


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_one_piece_fades_into_the_next(kind):
    strip = strip_of((300, 100), 64)
    assert strip.map_starts == (0, 42, 85, 128)
    maps = [np.full((4, 64), 60 * i, kind) for i in range(4)]
    row = joined(maps, strip, axis=1)[2].astype(float)
    assert row.shape == (192,)
    assert (row[:42] == 0).all()
    assert row[-1] == 180
    # In steps of 60 over 21 or 22 places.
    assert (np.diff(row) >= 0).all()
    assert np.diff(row).max() <= 60 / 21 + 1
    tall = joined([part.T for part in maps], strip, axis=0)
    assert np.array_equal(tall.T, joined(maps, strip, axis=1))
    assert tall.dtype == kind


def test_joining_what_is_the_same_everywhere_changes_nothing():
    strip = strip_of((777, 100), 40)
    for value in (0, 1, 97, 254, 255):
        maps = [np.full((7, 40), value, np.uint8)] * len(strip.starts_px)
        assert (joined(maps, strip, axis=1) == value).all()


def test_large_panorama_in_a_file_is_decoded_with_enough_left(detector, tmp_path):
    wall = np.asarray(
        Image.fromarray(brick_wall(2400, 400, 0)).resize((9600, 1600), Image.Resampling.BICUBIC)
    )
    Image.fromarray(wall).save(tmp_path / "wall.jpg", quality=95)
    whole = detector.detect(Image.open(tmp_path / "wall.jpg").convert("RGB"))
    reduced = detector.detect(tmp_path / "wall.jpg")
    assert reduced.size_wh == (9600, 1600)
    assert reduced.sharpness() == pytest.approx(whole.sharpness(), abs=0.02)
