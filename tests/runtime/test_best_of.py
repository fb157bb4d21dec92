"""``best_of``: shots of one scene, the sharpest first."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import ArgumentError, ImageError, Ranked, best_of
from dbd_mobile.judgement import COMPARING_CONFIDENCE
from dbd_mobile.reading import MIN_CONFIDENCE

DATA = Path(__file__).parent / "data"
BOX = (100, 100, 300, 250)


def order(ranked):
    return [shot.index for shot in ranked]


def test_sharpest_shot_comes_first_and_undecidable_ones_last(told_detector, told):
    shots = [told.photo(640, 480, radius) for radius in (2.0, 1.1, 5.0)]
    shots.insert(1, told.photo(640, 480, 1.0, green=told.UNSURE))
    ranked = told_detector.best_of(shots, BOX)
    assert order(ranked) == [2, 0, 3, 1]
    assert all(isinstance(shot, Ranked) and shot.photo is shots[shot.index] for shot in ranked)
    assert [shot.focus.verdict for shot in ranked] == ["sharp", "soft", "blurred", "undecidable"]
    assert {shot.focus.box_xyxy for shot in ranked} == {BOX}


def test_shot_that_is_not_sure_enough_for_a_verdict_is_compared_all_the_same(told_detector, told):
    """All shots show the same: which is the sharpest takes less than what each of them is."""
    less_sure = told.green((COMPARING_CONFIDENCE + MIN_CONFIDENCE) / 2)
    shots = [
        told.photo(640, 480, 5.0),
        told.photo(640, 480, 1.0, green=told.UNSURE),
        told.photo(640, 480, 1.2, green=less_sure),
        told.photo(640, 480, 3.0, green=less_sure),
        told.photo(640, 480, 2.0),
    ]
    ranked = told_detector.best_of(shots, BOX)
    assert order(ranked) == [2, 4, 3, 0, 1]
    verdicts = [shot.focus.verdict for shot in ranked]
    assert verdicts == ["undecidable", "soft", "undecidable", "blurred", "undecidable"]
    radii = [1.2, 2.0, 3.0, 5.0]
    assert [shot.radius_px for shot in ranked[:-1]] == pytest.approx(radii, rel=0.05)
    assert ranked[-1].radius_px is None
    assert [told_detector.radius_to_compare(shot.photo, BOX) for shot in ranked] == [
        shot.radius_px for shot in ranked
    ]


def test_what_cannot_be_compared_is_refused_in_a_sentence(told_detector, told):
    with pytest.raises(ImageError, match=r"64 pixels at least.*got 63x400"):
        told_detector.radius_to_compare(np.zeros((400, 63, 3), np.uint8), (0, 0, 63, 63))
    with pytest.raises(ArgumentError, match="at least one pixel in the photo of 640x480"):
        told_detector.radius_to_compare(told.photo(640, 480), (640, 0, 700, 9))


def test_shots_may_be_one_array(told_detector, told):
    shots = np.stack([told.photo(640, 480, radius) for radius in (3.0, 1.0)])
    assert order(told_detector.best_of(shots, BOX)) == [1, 0]
    assert order(told_detector.best_of(shots)) == [1, 0]


def test_equally_sharp_shots_stay_in_order(told_detector, told):
    assert order(told_detector.best_of([told.photo(640, 480)] * 3, BOX)) == [0, 1, 2]


def test_region_of_the_sharpest_subject_is_compared_in_every_shot(told_detector, told):
    """Each shot has something in focus; in the second it is the sharpest, and elsewhere."""
    left, right = (told.flat(960, 640, 20.0) | np.uint8([0, 0, 255]) for _ in range(2))
    left[192:448, 64:384] = told.photo(320, 256, 2.0)
    right[192:448, 576:896] = told.photo(320, 256, 1.0)
    ranked = told_detector.best_of([left, right])
    assert order(ranked) == [1, 0]
    assert ranked[0].focus.box_xyxy == ranked[1].focus.box_xyxy
    assert ranked[0].focus.box_xyxy[0] > 480
    assert ranked[1].focus.verdict == "blurred"


def test_box_is_scaled_to_shots_of_other_sizes(told_detector, told):
    small = told.photo(320, 240, 2.0)
    large = told.photo(640, 480, 2.0)
    ranked = told_detector.best_of([small, large], (10, 20, 110, 120))
    # As large a radius is half as much of the larger photo.
    assert order(ranked) == [1, 0]
    assert ranked[0].focus.box_xyxy == (20, 40, 220, 240)


def test_shots_of_other_shapes_and_none_are_refused(told_detector, told):
    with pytest.raises(ArgumentError, match="number 2 is 480x640, the box is for 640x480"):
        told_detector.best_of([told.photo(640, 480), told.photo(480, 640)], BOX)
    with pytest.raises(ArgumentError, match="give one at least"):
        told_detector.best_of([])
    for one in ("shot.jpg", Path("shot.jpg"), Image.new("RGB", (640, 480)), told.photo(640, 480)):
        with pytest.raises(ArgumentError, match="give a list of them, got one, of type "):
            told_detector.best_of(one)
    with pytest.raises(ArgumentError, match="640x480"):
        told_detector.best_of([told.photo(640, 480)], (640, 0, 700, 9))


def test_function_takes_files_and_models(told, tmp_path):
    paths = [tmp_path / "soft.png", tmp_path / "sharp.png"]
    for path, radius in zip(paths, (3.0, 1.0), strict=True):
        Image.fromarray(told.photo(640, 480, radius)).save(path)
    ranked = best_of(
        paths,
        BOX,
        model=DATA / "tiny_int8.tflite",
        detail=DATA / "tiny_detail.tflite",
        threads=1,
    )
    assert [shot.photo for shot in ranked] == [paths[1], paths[0]]
