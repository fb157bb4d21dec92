"""Maps over time: without flicker, and yet in time where focus, picture or scene change."""

import numpy as np
import pytest
from PIL import Image

from dbd_mobile.jobs.video.cuts import is_cut
from dbd_mobile.jobs.video.motion import SIDE, motion_between
from dbd_mobile.jobs.video.smoothing import MapSmoother, luma_of

SHAPE = (64, 80)
RATE = 30


@pytest.fixture(scope="module")
def scene():
    """A picture of coarse and fine texture, larger than what is seen of it."""
    rng = np.random.default_rng(2)
    layers = [
        Image.fromarray(rng.integers(0, 256, (side, side, 3), np.uint8)).resize((600, 600))
        for side in (12, 60, 200)
    ]
    return np.mean([np.asarray(layer) for layer in layers], axis=0).astype(np.uint8)


def seen(scene, x=0, y=0, noise=0.0, seed=0):
    """Brightness of the 384x384 pixels at a place."""
    grain = np.random.default_rng(seed).normal(0, noise, (384, 384, 3))
    part = scene[100 + y : 484 + y, 100 + x : 484 + x]
    return luma_of(np.clip(part + grain, 0, 255).astype(np.uint8))


def smoothed(maps, lumas, rate=RATE):
    smoother = MapSmoother()
    return [
        smoother.smooth(blur.astype(np.float32), luma, number / rate)
        for number, (blur, luma) in enumerate(zip(maps, lumas, strict=True))
    ]


def flicker(maps):
    """Mean absolute change from a map to the next, once it has settled."""
    return np.abs(np.diff(np.array(maps)[5:], axis=0)).mean()


def first_above_half(maps):
    return next(number for number, blur in enumerate(maps) if blur.mean() >= 0.5)


def test_first_map_is_as_it_was(scene):
    blur = np.random.default_rng(0).random(SHAPE, np.float32)
    (first,) = smoothed([blur], [seen(scene)])
    assert np.allclose(first, blur, atol=1e-6)


def test_flicker_of_a_still_and_noisy_scene_is_less_than_half(scene):
    rng = np.random.default_rng(1)
    # Flicker hangs together over some places, as a network's does.
    grains = [
        np.asarray(
            Image.fromarray(rng.normal(0, 0.05, (16, 20)).astype(np.float32)).resize((80, 64))
        )
        for _ in range(30)
    ]
    steps = np.linspace(0.2, 0.8, 80)
    maps = [np.clip(steps + grain, 0, 1) for grain in grains]
    lumas = [seen(scene, noise=8, seed=number) for number in range(30)]
    after = smoothed(maps, lumas)
    assert flicker(after) < 0.5 * flicker(maps)
    assert np.abs(np.mean(after[5:], axis=0) - np.mean(maps[5:], axis=0)).max() < 0.05
    assert after[-1].dtype == np.float32
    assert after[-1].shape == SHAPE


@pytest.mark.parametrize("frames", [1, 4, 12, 40])
@pytest.mark.parametrize("away", [True, False])
def test_pull_of_focus_is_followed_within_two_frames(scene, frames, away):
    levels = np.concatenate([np.zeros(5), np.linspace(0, 1, frames + 1), np.ones(10)])
    levels = levels if away else 1 - levels
    maps = [np.full(SHAPE, level) for level in levels]
    after = smoothed(maps, [seen(scene)] * len(maps))
    if not away:
        maps, after = [1 - blur for blur in maps], [1 - blur for blur in after]
    assert first_above_half(after) - first_above_half(maps) <= 2


def test_map_goes_along_with_the_picture(scene):
    # A pixel of the map from frame to frame.
    edges = [20 + number for number in range(20)]
    maps = [np.where(np.arange(80) < edge, 0.3, 0.6) + np.zeros(SHAPE) for edge in edges]
    lumas = [seen(scene, x=round(-384 / 80 * number)) for number in range(20)]
    after = smoothed(maps, lumas)
    # Without the motion it trails behind.
    still = smoothed(maps, [lumas[0]] * 20)
    trails = [np.abs(found[-1] - maps[-1]).mean() for found in (after, still)]
    assert trails[0] < 0.4 * trails[1]


def test_nothing_trails_behind_what_moves_before_a_still_background(scene):
    rng = np.random.default_rng(3)
    subject = rng.integers(0, 256, (96, 96, 3), np.uint8)
    maps, lumas = [], []
    for number in range(12):
        picture = scene[100:484, 100:484].copy()
        x = 20 + 16 * number
        picture[144:240, x : x + 96] = subject
        blur = np.ones(SHAPE)
        blur[24:40, x * 80 // 384 : (x + 96) * 80 // 384] = 0
        maps.append(blur)
        lumas.append(luma_of(picture))
    after = smoothed(maps, lumas)
    assert np.abs(after[-1] - maps[-1])[20:44].mean() < 0.08


def test_new_size_of_maps_and_pauses_are_taken(scene):
    smoother = MapSmoother()
    smoother.smooth(np.zeros((10, 10), np.float32), seen(scene), 0.0)
    after = smoother.smooth(np.ones((20, 30), np.float32), seen(scene), 60.0)
    assert after.shape == (20, 30)
    # What was a minute ago counts no more.
    assert after.min() > 0.99


def test_forgotten_maps_count_no_more(scene):
    smoother = MapSmoother()
    smoother.smooth(np.zeros(SHAPE, np.float32), seen(scene), 0.0)
    smoother.forget()
    assert smoother.smooth(np.ones(SHAPE, np.float32), seen(scene), 0.01).min() == 1


@pytest.mark.parametrize(("x", "y"), [(0, 0), (4, 0), (0, -9), (14, 11), (-30, 20)])
def test_motion_of_the_picture_is_found(scene, x, y):
    moved = motion_between(seen(scene), seen(scene, x=-x, y=-y)).moved_yx * 384 / SIDE
    assert np.abs(np.median(moved.reshape(-1, 2), axis=0) - (y, x)).max() < 1.5


def test_noise_does_not_move():
    rng = np.random.default_rng(4)
    grey = [rng.normal(120, 4, (SIDE, SIDE)).astype(np.float32) for _ in range(2)]
    assert not motion_between(*grey).moved_yx.any()


def test_cut_is_told_from_noise_pan_and_light(scene):
    before = seen(scene)
    assert is_cut(before, seen(scene[::-1]))
    assert is_cut(before, np.full_like(before, 128))
    assert is_cut(np.full_like(before, 20), np.full_like(before, 200))
    assert not is_cut(before, seen(scene, noise=20, seed=1))
    assert not is_cut(before, seen(scene, x=40, y=-25))
    assert not is_cut(before, np.clip(1.15 * before, 0, 255))
    assert not is_cut(np.full_like(before, 20), np.full_like(before, 22))
