"""``Strictness`` and ``calibrate``: how sharp is sharp enough, by preset, file or example."""

import json

import pytest

from dbd_mobile import ArgumentError, Focus, InputError, Strictness, calibrate
from dbd_mobile.radius_code import CRISP_PX


def judged(radius_px, *, at_width=None, width=4000):
    """What ``judge`` says of a photo that has this radius as it is viewed; None: undecidable."""
    if radius_px is None:
        lens = None
    else:
        lens = max(radius_px**2 - CRISP_PX**2, 0) ** 0.5 * width / (at_width or width)
    return Focus(
        verdict="undecidable" if radius_px is None else "soft",
        reason="",
        blur_radius_px=radius_px,
        lens_blur_px=lens,
        sharp_width_px=None if radius_px is None else 1000,
        score=None if radius_px is None else 0.5,
        motion=False,
        confidence=0.9,
        box_xyxy=(0, 0, 10, 10),
        found_subject=True,
        size_wh=(width, 3000),
        at_width=at_width,
        max_radius_px=1.85,
        timings_ms={},
    )


def calibrated(good, bad, **options):
    return calibrate(
        [judged(radius, **options) for radius in good],
        [judged(radius, **options) for radius in bad],
    )


def test_radius_lies_in_the_middle_of_the_gap():
    strictness = calibrated([1.0, 1.2, 1.5], [2.5, 4.0])
    assert strictness.max_radius_px == pytest.approx(2.0)
    assert strictness.at_width is None


def test_radius_is_for_the_width_that_the_photos_were_judged_at():
    strictness = calibrated([1.0, 1.4], [1.8, 3.0], at_width=1920)
    assert strictness.max_radius_px == pytest.approx(1.6)
    assert strictness.at_width == 1920


def test_photos_of_all_sizes_are_calibrated_together():
    good = [judged(1.2, at_width=1000, width=4000), judged(1.3, at_width=1000, width=500)]
    bad = [judged(2.3, at_width=1000, width=500), judged(2.5, at_width=1000, width=4000)]
    assert calibrate(good, bad).max_radius_px == pytest.approx(1.8)


def test_one_of_many_is_on_the_wrong_side_and_that_is_said():
    with pytest.warns(UserWarning, match="1 of 5 good photos and 0 of 2 bad ones") as warned:
        strictness = calibrated([1.0, 1.1, 1.2, 1.3, 5.0], [2.3, 2.5])
    assert strictness.max_radius_px == pytest.approx(1.8)
    assert warned[0].filename == __file__


def test_the_few_bad_ones_weigh_as_much_as_the_many_good_ones():
    with pytest.warns(UserWarning, match="2 of 6 good photos and 0 of 1 bad ones"):
        strictness = calibrated([1.0, 1.1, 1.2, 1.3, 3.0, 3.1], [2.0])
    assert strictness.max_radius_px == pytest.approx(1.65)


def test_widest_of_equally_good_gaps_is_taken():
    with pytest.warns(UserWarning, match="wrong side"):
        strictness = calibrated([1.4, 1.8], [1.6, 3.4])
    assert strictness.max_radius_px == pytest.approx(2.6)


@pytest.mark.parametrize(
    ("good", "bad", "sentence"),
    [
        ([], [2.0], "a good and a bad photo at least, got 0 and 1"),
        ([1.0], [], "got 1 and 0"),
        ([1.0, None], [2.0], "Number 2 of the good photos is undecidable"),
        ([1.0], [None], "Number 1 of the bad photos is undecidable"),
        ([3.0, 4.0], [1.0, 2.0], "not sharper than the bad ones"),
        ([2.0], [2.0], "not sharper than the bad ones"),
    ],
)
def test_photos_that_say_nothing_are_refused(good, bad, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        calibrated(good, bad)


def test_photos_judged_at_several_widths_are_refused():
    with pytest.raises(ArgumentError, match="judged at one width, got 2"):
        calibrate([judged(1.0)], [judged(2.0, at_width=1920)])


def test_saved_strictness_is_loaded_as_it_was(tmp_path):
    strictness = Strictness(name="wedding", max_radius_px=1.37, at_width=2560)
    strictness.save(tmp_path / "wedding.json")
    assert Strictness.load(tmp_path / "wedding.json") == strictness
    assert Strictness.load(str(tmp_path / "wedding.json")) == strictness


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"name": "x"}',
        json.dumps({"schema": "dbd-mobile-strictness/1", "name": "x", "more": 1}).encode(),
        json.dumps({"schema": "dbd-mobile-strictness/1", "name": "x", "at_width": 0}).encode(),
        json.dumps({"schema": "dbd-mobile-strictness/2", "name": "x"}).encode(),
    ],
)
def test_file_that_holds_none_is_refused(tmp_path, content):
    path = tmp_path / "strictness.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"strictness\.json is no strictness"):
        Strictness.load(path)


def test_file_that_cannot_be_read_or_written_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.json cannot be read"):
        Strictness.load(tmp_path / "none.json")
    with pytest.raises(InputError, match=r"none.x\.json cannot be written"):
        Strictness(name="x").save(tmp_path / "none" / "x.json")


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": 3},
        {"name": "x", "max_radius_px": 0.9},
        {"name": "x", "max_radius_px": float("nan")},
        {"name": "x", "max_radius_px": float("inf")},
        {"name": "x", "max_radius_px": "2"},
        {"name": "x", "at_width": 0},
        {"name": "x", "at_width": 1.5},
    ],
)
def test_impossible_strictness_is_refused(values):
    with pytest.raises(ArgumentError):
        Strictness(**values)
