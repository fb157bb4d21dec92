"""The score of a region of a frame, and the luma that it is made of."""

import numpy as np
import pytest

from dbd_mobile import ArgumentError, BlurDetector, ImageError
from dbd_mobile.camera import focus_score, luma_of

from .stand_in_camera import StandInCamera


def frame_at(dioptres, scene="leaves", **options):
    camera = StandInCamera(scene, start_dioptres=dioptres, play_dioptres=0.0, **options)
    return camera.next_frame().luma


@pytest.mark.parametrize("scene", ["leaves", "text", "fractal", "edge"])
def test_score_falls_with_the_distance_from_the_focus(scene):
    scores = [focus_score(frame_at(place, scene)) for place in (3.0, 4.0, 5.0, 7.0)]
    for name in ("gradients", "second_differences"):
        values = [getattr(score, name) for score in scores]
        assert values == sorted(values, reverse=True)


def test_second_differences_are_not_misled_by_lamps():
    """They grow to discs, whose rims have much larger gradients than a point has."""
    sharp, blurred = (focus_score(frame_at(place, "lights")) for place in (3.0, 6.0))
    assert blurred.gradients > 0.8 * sharp.gradients
    assert blurred.second_differences < 0.6 * sharp.second_differences


def test_gradients_stand_out_from_noise():
    sharp, blurred = (focus_score(frame_at(place, noise=8.0)) for place in (3.0, 6.0))
    assert sharp.gradients > 1.5 * blurred.gradients
    assert sharp.second_differences < 1.5 * blurred.second_differences


def test_only_the_region_counts():
    luma = np.full((60, 80), 90, np.uint8)
    luma[:, 40:] = frame_at(3.0)[:60, :40]
    flat = focus_score(luma, (0, 0, 38, 60))
    assert flat == focus_score(np.full((60, 38), 90, np.uint8))
    region = focus_score(luma, (42, 0, 80, 60))
    assert region.gradients > 10 * flat.gradients
    assert region.pixels == 38 * 60


def test_stairs_that_rounding_makes_of_a_slope_are_no_detail():
    slope = np.linspace(100, 103, 80)
    scores = [
        focus_score(np.tile(np.floor(slope + shift).astype(np.uint8), (60, 1)))
        for shift in (0.0, 0.25, 0.5, 0.75)
    ]
    for name in ("gradients", "second_differences"):
        values = [getattr(score, name) for score in scores]
        assert max(values) < 1.12 * min(values)


def test_black_is_as_good_as_flat():
    assert focus_score(np.zeros((20, 20), np.uint8)) == focus_score(np.ones((20, 20), np.uint8))


@pytest.mark.parametrize(
    ("luma", "error", "message"),
    [
        (np.zeros((40, 40, 3), np.uint8), ImageError, r"\(H, W\) uint8, got \(40, 40, 3\) uint8"),
        (np.zeros((40, 40)), ImageError, r"got \(40, 40\) float64"),
        (np.zeros((40, 15), np.uint8), ArgumentError, r"16 pixels at least .* got 15x40"),
    ],
)
def test_what_cannot_be_scored_is_refused(luma, error, message):
    with pytest.raises(error, match=message):
        focus_score(luma)


def test_luma_of_a_padded_frame_is_a_view_that_the_detector_takes():
    width, height, stride = 320, 240, 384
    frame = np.full((height * 3 // 2, stride), 255, np.uint8)
    frame[:height, :width] = frame_at(3.0)
    luma = luma_of(frame, (width, height))
    assert luma.base is frame
    assert np.array_equal(luma, frame_at(3.0))
    with BlurDetector("nano", threads=1) as detector:
        focus = detector.judge(luma, (80, 60, 240, 180))
        assert focus.verdict == "sharp"
        grey = detector.judge(np.stack([luma] * 3, axis=-1), (80, 60, 240, 180))
        assert focus == grey


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((360, 319), np.uint8),
        np.zeros((240, 320), np.uint8),
        np.zeros((360, 320), np.uint16),
        np.zeros((360, 320, 3), np.uint8),
    ],
)
def test_array_that_is_no_such_frame_is_refused(array):
    with pytest.raises(ImageError, match=r"of 320x240 is \(360, 320 or more\) uint8, got "):
        luma_of(array, (320, 240))
