"""Which photos are of one burst: by how they were taken, and what they look like."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dbd_mobile.jobs.library.burst_groups import Look, bursts_of, likeness
from dbd_mobile.jobs.library.capture import Capture
from dbd_mobile.jobs.library.shot_files import shots_of

CAMERA = ("Maker", "Model", "1")


def at(second, **how):
    """A photo taken so many seconds after noon."""
    minute, second = divmod(second, 60)
    taken = f"2026-05-01T12:{minute:02.0f}:{second:05.2f}"
    return Capture(**{"taken": taken, "camera": CAMERA, **how})


def groups(captures, sizes=None, **options):
    """The bursts of two or more among photos that look alike."""

    def look_at(index):
        return Look(gray=np.zeros((16, 16), np.float32), size_wh=(sizes or {}).get(index, (4, 3)))

    found = list(bursts_of(captures, look_at, **options))
    assert sorted(index for group in found for index in group) == list(range(len(captures)))
    return sorted(group for group in found if len(group) > 1)


@pytest.mark.parametrize(
    ("captures", "bursts"),
    [
        ([], []),
        ([None, None], []),
        ([at(0), at(3)], [[0, 1]]),
        ([at(0), at(3.5)], []),
        # A burst goes on as long as shots follow each other.
        ([at(4), at(2), at(0), at(6)], [[2, 1, 0, 3]]),
        # Fractions of a second give the order.
        ([at(0.75), at(0.25), at(0.5)], [[1, 2, 0]]),
        # A slow shutter: the next one starts 3 seconds after its end.
        ([at(0, exposure_s=8), at(11, exposure_s=8), at(22, exposure_s=8)], [[0, 1, 2]]),
        ([at(0, exposure_s=8), at(11.5, exposure_s=8)], []),
        # Another camera's between.
        ([at(0), at(1, camera=("Maker", "Model", "2")), at(2)], [[0, 2]]),
        # As late by the clock, and an hour later.
        ([at(0, zone="+02:00"), at(1, zone="+01:00")], []),
        ([at(0, zone="+02:00"), at(1, zone="+02:00")], [[0, 1]]),
        # One that does not say where, beside one that does.
        ([at(0, zone="+00:00"), at(1)], []),
        # Exposures to be laid over each other: none is the best.
        ([at(0), at(1, is_bracketed=True), at(1, is_bracketed=True), at(2)], [[0, 3]]),
    ],
)
def test_bursts_are_shots_of_a_camera_that_follow_each_other(captures, bursts):
    assert groups(captures) == bursts


def test_gap_is_as_asked_for():
    captures = [at(0), at(1), at(3)]
    assert groups(captures, max_gap_s=1) == [[0, 1]]
    assert groups(captures, max_gap_s=0.5) == []
    assert groups(captures, max_gap_s=2) == [[0, 1, 2]]


def test_shots_of_another_size_are_another_burst():
    captures = [at(second) for second in range(5)]
    assert groups(captures, {1: (3, 4), 2: (3, 4)}) == [[0, 3, 4], [1, 2]]
    assert groups(captures[:-1], {1: (3, 4), 2: (3, 4)}, max_gap_s=2) == [[1, 2]]
    assert groups(captures, {1: (3, 4)}) == [[0, 2, 3, 4]]
    assert groups(captures, {1: (3, 4), 3: (3, 4)}) == [[0, 2, 4], [1, 3]]


def test_shot_that_cannot_be_read_does_not_end_a_burst():
    looks = [Look(gray=np.zeros((16, 16), np.float32), size_wh=(4, 3)), None]
    found = bursts_of([at(0), at(1), at(2)], [*looks, looks[0]].__getitem__)
    assert sorted(found) == [[0, 2], [1]]


def test_only_photos_taken_near_another_are_looked_at():
    looked_at = []
    list(bursts_of([at(0), at(60), at(61), None], looked_at.append))
    assert looked_at == [1, 2]


def picture(seed):
    """A (160, 240) picture of soft shapes of all sizes, 8 bit."""
    rng = np.random.default_rng(seed)
    layers = [
        Image.fromarray(rng.integers(0, 256, (side, side), np.uint8)).resize((240, 160))
        for side in (4, 8, 16, 32)
    ]
    return Image.fromarray(np.mean(layers, axis=0).astype(np.uint8))


def small(image):
    return np.asarray(image.resize((16, 16), Image.Resampling.BILINEAR), np.float32)


def like(one, other):
    return likeness(small(one), small(other))


@pytest.mark.parametrize("seed", range(5))
def test_scene_is_like_itself_however_it_was_exposed_focused_and_panned(seed):
    scene = picture(seed)
    seen = scene.crop((40, 20, 200, 140))
    assert like(seen, seen) == pytest.approx(1)
    assert like(seen, seen.point(lambda value: value // 2)) > 0.9
    assert like(seen, seen.filter(ImageFilter.GaussianBlur(6))) > 0.9
    for left, top in ((70, 20), (15, 20), (40, 40), (62, 34)):
        panned = scene.crop((left, top, left + 160, top + 120))
        assert like(seen, panned) > 0.8
        assert like(panned, seen) > 0.8


def test_other_scenes_are_unlike():
    scenes = [picture(seed) for seed in range(12)]
    pairs = [like(a, b) for i, a in enumerate(scenes) for b in scenes[:i]]
    assert np.mean(np.array(pairs) < 0.7) > 0.95


def test_noise_alone_makes_pictures_of_nothing_no_other_scenes():
    rng = np.random.default_rng(0)
    one, other = (rng.normal(128, 1, (16, 16)).astype(np.float32) for _ in range(2))
    assert likeness(one, other) > 0.8
    assert likeness(one, small(picture(0))) < 0.5


def test_unlike_shots_are_no_burst_unless_the_time_alone_is_asked_for():
    looks = [Look(gray=small(picture(seed)), size_wh=(4, 3)) for seed in (1, 1, 2)]
    captures = [at(0), at(1), at(2)]
    assert likeness(looks[0].gray, looks[2].gray) < 0.7
    assert sorted(bursts_of(captures, looks.__getitem__)) == [[0, 1], [2]]
    assert sorted(bursts_of(captures, looks.__getitem__, min_likeness=0)) == [[0, 1, 2]]


def test_versions_of_a_shot_are_told_by_name_and_folder_or_time(tmp_path):
    names = ["1.CR3", "1.JPG", "2.JPG", "raw/2.CR3", "raw/3.CR3", "3.JPG", "copy/3.JPG", "1.tif"]
    times = [None, at(0), at(1), at(1), at(2), at(9), at(2), None]
    shots = shots_of([tmp_path / name for name in names], times)
    assert [[names[index] for index in shot] for shot in shots] == [
        ["1.JPG", "1.tif", "1.CR3"],
        ["2.JPG", "raw/2.CR3"],
        ["copy/3.JPG", "raw/3.CR3"],
        ["3.JPG"],
    ]
