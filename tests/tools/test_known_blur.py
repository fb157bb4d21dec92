"""Tiles of known blur: labels mean what was done to the pixels, and a tile is always the same."""

import math

import cv2
import numpy as np
import pytest
from skimage import data as photos

from data import known_blur
from data.known_blur import MAX_RADIUS, KnownBlur, crispness, defocus, fine_kernel, motion_kernel

SIDE = 64


@pytest.fixture(autouse=True)
def few_drawings(monkeypatch):
    # Each takes a fifth of a second.
    monkeypatch.setattr(known_blur, "_DRAWN", 2)


def spread_radius(light):
    """Radius of the disc that spreads light as far: its second moment is half its square."""
    y, x = np.indices(light.shape)
    light = light / light.sum()
    x, y = x - (light * x).sum(), y - (light * y).sum()
    return math.sqrt(2 * (light * (x**2 + y**2)).sum())


@pytest.mark.parametrize("radius", [3.0, 5.0, 9.0])
def test_every_shape_of_one_radius_spreads_light_equally_far(radius):
    point = np.zeros((101, 101), np.float32)
    point[50, 50] = 1
    spread = [
        # Discs, polygons and Gaussians.
        spread_radius(defocus(radius, np.random.default_rng(seed))(point))
        for seed in range(12)
    ]
    spread += [
        spread_radius(motion_kernel(math.sqrt(6) * radius, np.random.default_rng(seed)))
        for seed in range(6)
    ]
    # A pixel is no point, which matters less the larger the radius is.
    assert max(spread) < 1.08 * radius
    assert min(spread) > 0.98 * radius


@pytest.mark.parametrize("kernel", [fine_kernel(0.7, 0, 0.0), fine_kernel(4.2, 6, 0.3)])
def test_kernel_keeps_all_light_around_its_middle(kernel):
    assert len(kernel) % 2 == 1 and kernel.shape == kernel.shape[::-1]
    assert kernel.sum() == pytest.approx(1)
    y, x = np.indices(kernel.shape) - len(kernel) // 2
    assert abs((kernel * x).sum()) < 0.02 and abs((kernel * y).sum()) < 0.02


def test_tile_depends_on_seed_and_index_alone():
    photo = photos.astronaut()
    one, same = (KnownBlur([photo], SIDE, 3, [True]) for _ in range(2))
    other = KnownBlur([photo], SIDE, 4, [True])
    one[5]
    for index in (0, 7):
        tile, again = one[index], same[index]
        for name in ("rgb", "log2_radius", "motion", "known"):
            assert np.array_equal(getattr(tile, name), getattr(again, name))
        assert not np.array_equal(tile.rgb, other[index].rgb)
    assert not np.array_equal(one[0].rgb, one[7].rgb)


def test_tiles_say_what_is_known_of_each_cell():
    made = KnownBlur([photos.astronaut()], SIDE, 0, [True])
    tiles = [made[index] for index in range(80)]
    divided = 0
    for tile in tiles:
        assert tile.rgb.shape == (SIDE, SIDE, 3) and tile.rgb.dtype == np.uint8
        for cells, dtype in (
            (tile.log2_radius, np.float32),
            (tile.motion, np.float32),
            (tile.known, np.bool_),
        ):
            assert cells.shape == (SIDE // 16, SIDE // 16) and cells.dtype == dtype
        # What resampling and a photo's own crispness change lies within a factor of 1.5.
        assert tile.log2_radius.min() >= -0.1
        assert tile.log2_radius.max() <= math.log2(1.5 * math.hypot(1, MAX_RADIUS))
        assert {*np.unique(tile.motion)} <= {0.0, 1.0}
        if len(np.unique(tile.log2_radius)) > 1:
            divided += 1
            # Between two blurs there are cells of neither.
            assert not tile.known.all()
    assert divided > 5
    assert sum(tile.known.all() for tile in tiles) > 40
    assert 0.05 < np.mean([tile.motion.max() for tile in tiles]) < 0.4


def test_part_of_a_photo_that_is_not_sharp_is_unknown():
    photo = photos.astronaut()
    photo[:, 256:] = cv2.GaussianBlur(photo, (0, 0), 6)[:, 256:]
    states = crispness(photo)
    assert states.shape == (32, 32)
    left, right = states[:, :15], states[:, 17:]
    assert (left == 2).mean() > 0.2
    assert (right == 2).mean() < 0.02
    known = {
        sharp: np.mean([tiles[index].known.mean() for index in range(60)])
        for sharp in (True, False)
        for tiles in [KnownBlur([photo], SIDE, 0, [sharp])]
    }
    assert known[False] < known[True] - 0.1


def test_plain_image_is_neither_crisp_nor_blurred():
    assert (crispness(np.full((64, 64, 3), 90, np.uint8)) == 1).all()


def test_what_a_photo_lacks_in_sharpness_counts_as_its_own_blur():
    photo = photos.astronaut()
    sharp, soft = (
        KnownBlur([known_blur.blurred_by(photo, radius)], SIDE, 0, [True]) for radius in (0, 2)
    )
    pairs = [(sharp[index].log2_radius.min(), soft[index].log2_radius.min()) for index in range(60)]
    # Drawn and plain tiles are as sharp as before.
    assert sum(one == other for one, other in pairs) > 10
    changed = [other - one for one, other in pairs if one != other]
    assert len(changed) > 10
    # A tile that is not blurred further differs by log2 of sqrt(1 + 2 ** 2), others by less.
    assert 0.2 < np.mean(changed) < math.log2(math.hypot(1, 2))
