"""``judge``: what is measured in a region becomes a verdict, coarse to fine."""

import json
import pickle
import threading

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import (
    ArgumentError,
    BlurDetector,
    BlurMap,
    ClosedError,
    Focus,
    ImageError,
    ModelError,
    Strictness,
    load_pixels,
)
from dbd_mobile.coarse_to_fine import MAX_TILES
from dbd_mobile.focus import QUANTILE, SUBJECT_QUANTILE
from dbd_mobile.radius_code import CRISP_PX
from dbd_mobile.reading import in_photo
from dbd_mobile.strictness import MAX_RADIUS_PX
from dbd_mobile.verdict import SOFT_FACTOR

BOX = (100, 100, 400, 300)


def close(number):
    """Reds are 4 % apart at most."""
    return pytest.approx(number, rel=0.05)


@pytest.mark.parametrize(
    ("radius_px", "verdict"),
    [
        (1.0, "sharp"),
        (0.96 * MAX_RADIUS_PX, "sharp"),
        (1.04 * MAX_RADIUS_PX, "soft"),
        (0.96 * SOFT_FACTOR * MAX_RADIUS_PX, "soft"),
        (1.04 * SOFT_FACTOR * MAX_RADIUS_PX, "blurred"),
    ],
)
def test_verdict_is_by_the_radius_at_100_percent(told_detector, told, radius_px, verdict):
    focus = told_detector.judge(told.photo(640, 480, radius_px), BOX)
    assert focus.verdict == verdict
    assert focus.blur_radius_px == close(radius_px)
    assert focus.reason == f"{verdict} at 100 %: blur radius {focus.blur_radius_px:.1f} px"
    assert (focus.size_wh, focus.at_width) == ((640, 480), None)


def test_crisp_photo_has_no_lens_blur_and_is_sharp_at_its_own_width(told_detector, told):
    focus = told_detector.judge(told.photo(640, 480, 0.95), BOX)
    assert (focus.lens_blur_px, focus.score, focus.sharp_width_px) == (0, 1, 640)
    assert not focus.motion
    assert focus.confidence > 0.9


def test_crisp_photo_is_sharp_at_its_own_width_by_the_harshest_strictness(told_detector, told):
    harshest = Strictness(name="harshest", max_radius_px=CRISP_PX)
    focus = told_detector.judge(told.photo(640, 480, 0.95), BOX, strictness=harshest)
    assert (focus.verdict, focus.sharp_width_px) == ("sharp", 640)
    focus = told_detector.judge(told.photo(640, 480, 1.5), BOX, strictness=harshest)
    assert (focus.verdict, focus.sharp_width_px) == ("soft", 1)


def test_soft_photo_is_sharp_where_it_is_viewed_smaller(told_detector, told):
    photo = told.photo(640, 480, 4.0)
    soft = told_detector.judge(photo, BOX)
    assert soft.verdict == "blurred"
    at_width = soft.sharp_width_px
    # What the lens added is viewed smaller, a crisp photo's own radius is not.
    most, added = (np.sqrt(radius**2 - CRISP_PX**2) for radius in (MAX_RADIUS_PX, 4.0))
    assert at_width == pytest.approx(640 * most / added, rel=0.06)
    small = told_detector.judge(photo, BOX, at_width=at_width)
    assert small.verdict == "sharp"
    assert small.reason.startswith(f"sharp to the eye at {at_width} pixels, blurred at 100 %: blur")
    assert told_detector.judge(photo, BOX, at_width=at_width + 2).verdict == "soft"
    assert small.at_width == at_width
    assert small.blur_radius_px == soft.blur_radius_px
    assert small.sharp_width_px == at_width


def test_sharp_at_both_widths_is_said_once(told_detector, told):
    focus = told_detector.judge(told.photo(640, 480), BOX, at_width=320)
    assert focus.reason.startswith("sharp to the eye at 320 pixels and at 100 %: blur radius ")


def test_score_is_that_of_the_scene_whatever_size_the_photo_has(told_detector, told):
    scores = []
    for scale in (1, 2, 4):
        # What the lens adds grows with the photo, the camera's own pixel does not.
        photo = told.photo(320 * scale, 240 * scale, np.hypot(CRISP_PX, 1.4 * scale))
        box = tuple(scale * side for side in (50, 50, 200, 150))
        scores.append(told_detector.judge(photo, box, at_width=1000).score)
    assert scores == pytest.approx([scores[0]] * 3, abs=0.03)
    assert 0.02 < scores[0] < 0.98


@pytest.mark.parametrize(
    ("strictness", "at_width", "verdict"),
    [
        ("pixel", None, "blurred"),
        ("web", None, "blurred"),
        ("print", None, "blurred"),
        ("web", 300, "soft"),
        (Strictness(name="lax", max_radius_px=4.5), None, "sharp"),
        (Strictness(name="lax", max_radius_px=2.2), None, "soft"),
        (Strictness(name="small", at_width=100), None, "sharp"),
    ],
)
def test_strictness_decides_and_a_given_width_wins(
    told_detector, told, strictness, at_width, verdict
):
    photo = told.photo(640, 480, 4.0)
    focus = told_detector.judge(photo, BOX, strictness=strictness, at_width=at_width)
    assert focus.verdict == verdict
    own = {"web": 1920, "print": 3508, "pixel": None}.get(strictness) or getattr(
        strictness, "at_width", None
    )
    assert focus.at_width == (at_width or own)


def test_motion_is_named_where_most_of_the_blur_is_one(told_detector, told):
    photo = told.photo(640, 480, 5.0, blue=255)
    focus = told_detector.judge(photo, BOX)
    assert focus.motion
    assert focus.reason.startswith("blurred by motion at 100 %: blur radius ")
    photo[:, :300, 2] = 0
    assert not told_detector.judge(photo, BOX).motion
    # What is sharp does not move.
    assert not told_detector.judge(told.photo(640, 480, 1.0, blue=255), BOX).motion


def test_region_is_as_sharp_as_its_sharper_part(told_detector, told):
    photo = told.photo(640, 480, 5.0)
    box = (128, 128, 192, 192)
    # 7 cells of 16 are more than the share that decides, 6 are less.
    assert 6 / 16 < QUANTILE < 7 / 16
    photo[128:144, 128:192] = told.photo(64, 16, 1.0)
    photo[144:160, 128:176] = told.photo(48, 16, 1.0)
    assert told_detector.judge(photo, box).verdict == "sharp"
    photo[144:160, 128:144] = told.photo(16, 16, 5.0)
    assert told_detector.judge(photo, box).verdict == "blurred"


def test_what_is_unsure_does_not_count(told_detector, told):
    photo = told.photo(640, 480, 5.0, green=told.UNSURE)
    photo[200:260, 200:260] = told.photo(60, 60, 1.0)
    focus = told_detector.judge(photo, BOX)
    assert focus.verdict == "sharp"
    assert focus.confidence > 0.9


def test_too_little_that_is_sure_is_undecidable(told_detector, told):
    photo = told.photo(1280, 960, 5.0, green=told.UNSURE)
    photo[192:208, 192:256] = told.photo(64, 16, 1.0)
    focus = told_detector.judge(photo, (100, 100, 1100, 900))
    assert focus.verdict == "undecidable"
    assert focus.reason == "no texture in the box that could be sharp or not"
    assert focus.blur_radius_px is focus.lens_blur_px is focus.sharp_width_px is focus.score is None
    assert not focus.motion
    near = told_detector.judge(photo, (180, 180, 280, 230))
    assert near.verdict == "sharp"


def test_box_of_less_than_two_cells_is_too_small(told_detector, told):
    focus = told_detector.judge(told.photo(640, 480), (203, 207, 205, 210))
    assert focus.verdict == "undecidable"
    assert "the box is too small to judge" in focus.reason
    assert focus.box_xyxy == (203, 207, 205, 210)


def split(told):
    """Sharp on the left of x = 320, blurred on the right."""
    photo = told.photo(640, 480, 1.0)
    photo[:, 320:] = told.photo(320, 480, 5.0)
    return photo


def test_box_polygon_mask_and_points_look_where_they_say(told_detector, told):
    photo = split(told)
    mask = np.zeros((480, 640), np.uint8)
    mask[50:400, 30:300] = 7
    for region in (
        {"box_xyxy": (30, 50, 300, 400)},
        {"polygon": [(30, 50), (300, 50), (300, 400), (30, 400)]},
        {"mask": mask},
        {"mask": mask > 0},
        {"mask": Image.fromarray(mask)},
        {"mask": mask / 255},
        {"points": [(50, 60), (280, 390)]},
    ):
        assert told_detector.judge(photo, **region).verdict == "sharp"
        mirrored = {
            "box_xyxy": (340, 50, 610, 400),
            "polygon": [(340, 50), (610, 50), (610, 400), (340, 400)],
            "mask": np.asarray(region.get("mask", mask))[:, ::-1],
            "points": [(590, 60), (360, 390)],
        }
        name = next(iter(region))
        focus = told_detector.judge(photo, **{name: mirrored[name]})
        assert focus.verdict == "blurred"
        assert not focus.found_subject


def test_polygon_leaves_out_what_is_beside_it_in_its_box(told_detector, told):
    triangle = [(10, 10), (630, 10), (10, 470)]
    photo = told.photo(640, 480, 5.0)
    inside = np.add.outer(np.arange(480) / 460, np.arange(640) / 620) < 0.9
    photo[~inside] = told.photo(1, 1, 1.0)[0, 0]
    assert told_detector.judge(photo, polygon=triangle).verdict == "blurred"
    assert told_detector.judge(photo, (10, 10, 630, 470)).verdict == "sharp"


def test_points_look_near_them_only(told_detector, told):
    photo = told.photo(640, 480, 5.0)
    photo[216:264, 296:344] = told.photo(48, 48, 1.0)
    assert told_detector.judge(photo, points=[(320, 240)]).verdict == "sharp"
    assert told_detector.judge(photo, points=[(320, 300)]).verdict == "blurred"


def test_box_is_cut_to_the_photo(told_detector, told):
    focus = told_detector.judge(split(told), (-50.5, -3, 99.2, 1e6))
    assert focus.box_xyxy == (0, 0, 100, 480)
    assert focus.verdict == "sharp"


@pytest.mark.parametrize("corner", [(0, 0), (1, 0), (0, 1), (1, 1)])
@pytest.mark.parametrize("size_wh", [(641, 483), (1030, 520), (90, 70)])
def test_small_boxes_at_the_corners_are_seen(told_detector, told, corner, size_wh):
    """Of sides that no level divides; the last cells are on the finest level only."""
    width, height = size_wh
    photo = told.photo(width, height, 5.0)
    left, top = corner[0] * (width - 40), corner[1] * (height - 40)
    photo[top : top + 40, left : left + 40] = told.photo(40, 40, 1.0)
    assert told_detector.judge(photo, (left, top, left + 40, top + 40)).verdict == "sharp"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"box_xyxy": BOX, "points": [(1, 1)]}, "one of box.*got box_xyxy and points"),
        ({"box_xyxy": (700, 0, 800, 10)}, "640x480"),
        ({"box_xyxy": (9, 9, 9, 20)}, "at least one pixel"),
        ({"box_xyxy": (0, 0, float("nan"), 20)}, "at least one pixel"),
        ({"box_xyxy": "face"}, "four numbers"),
        ({"polygon": [(1, 1), (2, 2)]}, "polygon.*N at least 3"),
        ({"polygon": [(1, 1), (2, 2), (float("inf"), 3)]}, "finite"),
        ({"polygon": [(1, 1), (1, 9), (1, 5)]}, "at least one pixel"),
        ({"polygon": "abc"}, "polygon is"),
        ({"mask": np.zeros((480, 640), bool)}, "empty"),
        ({"mask": np.ones((640, 480), bool)}, r"\(480, 640\) is expected, got \(640, 480\)"),
        ({"mask": [[1], [1, 2]]}, r"mask is \(H, W\) numbers or bools"),
        ({"mask": np.full((480, 640), "x")}, r"mask is \(H, W\) numbers or bools, got .* <U1"),
        ({"mask": np.full((480, 640), np.nan)}, "finite"),
        ({"points": []}, "points.*N at least 1"),
        ({"points": [(640, 3)]}, "point lies in the photo of 640x480, got 640,3"),
        ({"points": [(float("nan"), 3)]}, "finite"),
        ({"at_width": 0}, "at_width is from 1"),
        ({"at_width": 10**9}, "at_width is from 1"),
        ({"at_width": 99.5}, "at_width is a whole number"),
        ({"at_width": True}, "at_width is a whole number"),
        ({"strictness": "strict"}, "strictness is one of 'web', 'print', 'pixel'"),
        ({"strictness": None}, "strictness is one of"),
    ],
)
def test_impossible_argument_is_refused_in_a_sentence(told_detector, told, options, sentence):
    with pytest.raises(ArgumentError, match=sentence) as error:
        told_detector.judge(told.photo(640, 480), **options)
    assert "\n" not in str(error.value)


def test_whole_numbers_of_any_kind_are_a_width(told_detector, told):
    focus = told_detector.judge(told.photo(640, 480), BOX, at_width=np.int16(320))
    assert focus.at_width == 320
    assert json.dumps(focus.to_dict())


def test_small_photo_is_refused(told_detector):
    with pytest.raises(ImageError, match=r"64 pixels at least.*got 63x400"):
        told_detector.judge(np.zeros((400, 63, 3), np.uint8))


# Without a region.


def with_subject(told, left, top, right, bottom, radius_px=1.0):
    """Dark, so in focus to the map, within; bright, so blurred, elsewhere."""
    photo = told.flat(960, 640, 20.0, blue=255)
    photo[top:bottom, left:right] = told.photo(right - left, bottom - top, radius_px)
    return photo


def test_subject_is_found_and_judged_by_itself(told_detector, told):
    focus = told_detector.judge(with_subject(told, 320, 192, 640, 448))
    assert focus.verdict == "sharp"
    assert focus.found_subject
    left, top, right, bottom = focus.box_xyxy
    # The tiny model's places have 40 pixels.
    assert (left, top, right, bottom) == pytest.approx((320, 192, 640, 448), abs=41)
    soft = told_detector.judge(with_subject(told, 320, 192, 640, 448, radius_px=2.0))
    assert soft.verdict == "soft"


def test_subject_is_as_sharp_as_a_smaller_part_of_it_than_a_box(told_detector, told):
    """The blur map draws the subject too large: more of what lies behind it is within."""
    box = (320, 192, 640, 448)
    photo = with_subject(told, *box, radius_px=5.0)
    # Of every four columns of cells one, in whichever tiles it looks.
    for left in range(320, 640, 64):
        photo[192:448, left : left + 16] = told.photo(16, 256, 1.0)
    assert SUBJECT_QUANTILE < 1 / 4 < QUANTILE
    assert told_detector.judge(photo).verdict == "sharp"
    assert told_detector.judge(photo, box).verdict == "blurred"


@pytest.mark.parametrize("turned", [False, True])
def test_subject_of_a_panorama_is_found(told_detector, told, turned):
    photo = told.flat(2400, 320, 20.0, blue=255)
    photo[32:288, 1056:1344] = told.photo(288, 256, 1.0)
    box = (1056, 32, 1344, 288)
    if turned:
        photo, box = np.ascontiguousarray(photo.swapaxes(0, 1)), (32, 1056, 288, 1344)
    focus = told_detector.judge(photo)
    assert focus.verdict == "sharp"
    # A place of the grid that the subject is looked for on has 60 pixels at most.
    assert focus.box_xyxy == pytest.approx(box, abs=61)


def test_subject_without_texture_makes_way_for_the_next(told_detector, told):
    photo = with_subject(told, 320, 192, 640, 448)
    photo[192:448, 320:640, :2] = (0, 250)
    photo[192:448, 704:896] = told.photo(192, 256, 1.0)
    focus = told_detector.judge(photo)
    assert focus.verdict == "sharp"
    assert focus.box_xyxy[0] > 650


def test_nothing_in_focus_is_said_and_the_least_blurred_part_judged(told_detector, told):
    photo = told.flat(960, 640, 20.0, blue=255)
    photo[320:, 480:, 2] = 240
    focus = told_detector.judge(photo)
    assert focus.verdict == "blurred"
    assert focus.found_subject
    assert focus.reason.startswith(
        "nothing stands out as sharp, looked at the least blurred part: blurred by motion at 100 %"
    )
    assert focus.box_xyxy[0] >= 440
    assert focus.box_xyxy[1] >= 280


def test_photo_without_any_texture_is_undecidable_as_a_whole(told_detector, told):
    focus = told_detector.judge(told.photo(960, 640, 1.0, green=told.UNSURE))
    assert focus.verdict == "undecidable"
    assert focus.reason == "no texture in the photo that could be sharp or not"
    assert focus.box_xyxy == (0, 0, 960, 640)


def test_map_spares_finding_the_subject_again(told_detector, told):
    photo = with_subject(told, 320, 192, 640, 448)
    blur_map = told_detector.detect(photo)
    focus = told_detector.judge(photo)
    assert blur_map.judge(photo) == focus == told_detector.judge(photo, blur_map=blur_map)
    assert "invoke" in focus.timings_ms
    assert "invoke" not in blur_map.judge(photo).timings_ms
    assert blur_map.judge(photo, BOX, at_width=99) == told_detector.judge(photo, BOX, at_width=99)


def test_map_of_another_photo_is_refused(told_detector, told):
    blur_map = told_detector.detect(told.photo(100, 100))
    with pytest.raises(ArgumentError, match="for 100x100, got 640x480"):
        told_detector.judge(told.photo(640, 480), blur_map=blur_map)


def test_map_that_went_to_another_process_says_who_can_judge(told_detector, told):
    photo = told.photo(640, 480)
    blur_map = pickle.loads(pickle.dumps(told_detector.detect(photo)))
    assert isinstance(blur_map, BlurMap)
    with pytest.raises(ArgumentError, match="not made by a detector"):
        blur_map.judge(photo)


# The work is bounded.


@pytest.fixture
def runs(told_detector, monkeypatch):
    """Counts the tiles that are looked at."""
    told_detector.judge(np.zeros((64, 64, 3), np.uint8), (0, 0, 64, 64))
    interpreter = told_detector._detail._interpreter
    counted = []
    run = interpreter.run

    def counting(tensor):
        counted.append(tensor)
        return run(tensor)

    monkeypatch.setattr(interpreter, "run", counting)
    return counted


def test_large_region_takes_few_tiles_of_many(told_detector, told, runs):
    """30 x 20 tiles on the finest level."""
    photo = told.photo(1920, 1280, 1.0)
    focus = told_detector.judge(photo, (0, 0, 1920, 1280))
    assert focus.verdict == "sharp"
    # All of levels 8 and 4, 12 + 40, and so many of 2 and 1.
    assert len(runs) == 12 + 40 + 2 * MAX_TILES


def test_finer_levels_are_left_out_where_they_cannot_tell_more(told_detector, told, runs):
    focus = told_detector.judge(told.flat(1920, 1280, 4.0), (0, 0, 1920, 1280))
    # What has 4 pixels on level 4 has more than is reliable on levels 2 and 1.
    assert len(runs) == 12 + 40
    assert focus.blur_radius_px == close(in_photo(4.0, 4))


def test_few_tiles_stand_for_the_region_as_a_whole(told_detector, told):
    """A third is blurred too much for a closer look, and must not outvote the rest."""
    photo = told.photo(1920, 1280, 2.0)
    photo[:512] = told.flat(1920, 512, 5.0)
    assert told_detector.judge(photo, (0, 0, 1920, 1280)).blur_radius_px == close(2)
    # Nor may the rest, which is looked at closely, outvote what is not looked at.
    photo[:1024] = told.flat(1920, 1024, 5.0)
    assert told_detector.judge(photo, (0, 0, 1920, 1280)).blur_radius_px == close(in_photo(5.0, 4))


def test_subject_that_is_crisp_at_a_glance_is_not_looked_at_on_coarser_levels(
    told_detector, told, runs
):
    photo = np.full((1280, 1920, 3), 255, np.uint8)
    photo[:, 480:1440] = told.photo(960, 1280, 1.0)
    assert told_detector.judge(photo).verdict == "sharp"
    # The map takes one run more.
    assert len(runs) <= MAX_TILES + 1
    runs.clear()
    photo[:, 480:1440] = told.photo(960, 1280, 2.0)
    assert told_detector.judge(photo).verdict == "soft"
    assert len(runs) > MAX_TILES + 1


def test_small_box_costs_a_tile_a_level(told_detector, told, runs):
    told_detector.judge(told.photo(1920, 1280), (960, 640, 980, 655))
    assert len(runs) <= 4 * 4


# Files, threads, results.


@pytest.mark.parametrize("orientation", [1, 6])
def test_jpeg_viewed_small_may_be_decoded_small(told_detector, told, tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = told.photo(1600, 1200, 1.0)
    Image.fromarray(photo).save(tmp_path / "photo.jpg", quality=100, subsampling=0, exif=exif)
    box = (100, 100, 500, 500)
    whole = told_detector.judge(tmp_path / "photo.jpg", box)
    small = told_detector.judge(tmp_path / "photo.jpg", box, at_width=300)
    assert whole.size_wh == small.size_wh == ((1600, 1200) if orientation == 1 else (1200, 1600))
    assert whole.blur_radius_px == close(1)
    # 1600 / 4 is wide enough and 1600 / 8 is not; turned it is 1200 / 4 that is. Of one that is
    # crisp so small it is not known whether it is so at its own size.
    assert small.blur_radius_px == pytest.approx(4 * CRISP_PX)
    assert small.reason == "sharp to the eye at 300 pixels: blur radius 5.2 px at most"
    assert small.sharp_width_px == whole.sharp_width_px / 4
    assert small.score == pytest.approx(whole.score, abs=0.1)
    assert small.verdict == whole.verdict == "sharp"


def test_blur_of_a_jpeg_decoded_small_is_that_of_the_whole_photo(told_detector, told, tmp_path):
    """The camera blurs the reduced photo's pixels too: only what the lens added is larger."""
    Image.fromarray(told.flat(1600, 1200, 3.0)).save(tmp_path / "photo.jpg", quality=100)
    small = told_detector.judge(tmp_path / "photo.jpg", (0, 0, 1600, 1200), at_width=400)
    assert small.blur_radius_px == close(in_photo(3.0, 4))
    assert small.lens_blur_px == pytest.approx(np.sqrt(small.blur_radius_px**2 - CRISP_PX**2))
    assert small.reason.startswith("soft at 400 pixels: blur radius ")


def test_small_region_of_a_jpeg_is_looked_at_in_full(told_detector, told, tmp_path):
    """Decoded at a quarter there would be too little of it."""
    path = tmp_path / "photo.jpg"
    Image.fromarray(told.photo(1600, 1200)).save(path, quality=100, subsampling=0)
    mask = np.zeros((1200, 1600), np.bool_)
    mask[600:640, 800:1200] = True
    for region in (
        {"box_xyxy": (800, 600, 840, 640)},
        {"polygon": [(800, 600), (1000, 600), (1000, 650)]},
        {"points": [(800, 600)]},
        {"mask": mask},
    ):
        focus = told_detector.judge(path, at_width=300, **region)
        assert focus.verdict == "sharp"
        assert focus.blur_radius_px == close(1)
        assert focus == told_detector.judge(load_pixels(path), at_width=300, **region)


def test_pixels_that_were_decoded_too_small_are_refused(told_detector, told, tmp_path):
    """What is crisp in a reduced photo need not be so in the whole one."""
    path = tmp_path / "photo.jpg"
    Image.fromarray(told.photo(1600, 1200)).save(path)
    reduced = load_pixels(path, needed_wh=(48, 48))
    for judge in (told_detector.judge, told_detector.radius_to_compare):
        with pytest.raises(ImageError, match="width of 1600 at least: it is 1600x1200, got 200x1"):
            judge(reduced, BOX)
    with pytest.raises(ImageError, match="width of 300 at least"):
        told_detector.judge(reduced, at_width=300)
    assert told_detector.judge(reduced, at_width=200).verdict == "sharp"
    too_small = told_detector.judge(reduced, (0, 0, 60, 60), at_width=200).reason
    assert too_small == "the box is too small to judge: take one of 256 pixels a side or more"


def test_pixels_that_were_decoded_before_are_judged_as_the_file(told_detector, told, tmp_path):
    path = tmp_path / "photo.png"
    photo = split(told)
    Image.fromarray(photo).save(path)
    assert (
        told_detector.judge(path, BOX)
        == told_detector.judge(load_pixels(path), BOX)
        == told_detector.judge(Image.fromarray(photo), BOX)
        == told_detector.judge(photo, BOX)
    )


def test_several_threads_get_the_verdicts_of_their_own_photos(told):
    photos = [told.photo(640, 480, radius) for radius in (1.0, 2.0, 4.0, 1.2)]
    found = [None] * len(photos)
    with BlurDetector(
        told_path("tiny_int8"), detail=told_path("tiny_detail"), threads=1
    ) as detector:

        def work(index):
            found[index] = [detector.judge(photos[index]) for _ in range(3)]

        workers = [threading.Thread(target=work, args=(i,)) for i in range(len(photos))]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        expected = [[detector.judge(photo)] * 3 for photo in photos]
    assert found == expected


def told_path(name):
    from pathlib import Path

    return Path(__file__).parent / "data" / f"{name}.tflite"


def test_closed_detector_says_so(told):
    with BlurDetector(told_path("tiny_int8"), detail=told_path("tiny_detail")) as detector:
        blur_map = detector.detect(told.photo(640, 480))
        detector.judge(told.photo(640, 480))
    for judge in (detector.judge, blur_map.judge):
        with pytest.raises(ClosedError, match="closed"):
            judge(told.photo(640, 480))
    with pytest.raises(ClosedError, match="closed"):
        detector.radius_to_compare(told.photo(640, 480), BOX)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"model": "detail"}, "detail measures the blur of tiles.*'lite' or 'nano'"),
        ({"detail": "lite"}, "lite gives a blur map.*'detail'"),
        ({"detail": "none"}, "no model 'none'"),
        ({"detail": told_path("tiny_int8")}, "does not measure blur: expected one output"),
        ({"model": told_path("tiny_detail")}, "does not give a blur map"),
    ],
)
def test_model_of_the_other_kind_is_refused(told, options, sentence):
    with pytest.raises(ModelError, match=sentence):
        BlurDetector(**options).judge(told.photo(64, 64), (0, 0, 64, 64))


def test_detail_model_is_known_by_name_and_checksum(told_detector):
    assert told_detector.detail_name == str(told_path("tiny_detail"))
    assert len(told_detector.detail_sha256) == 64


def made(**changed):
    facts = {
        "verdict": "soft", "reason": "soft", "blur_radius_px": 2.0, "lens_blur_px": 1.7,
        "sharp_width_px": 400, "score": 0.5, "motion": False, "confidence": 0.8,
        "box_xyxy": (0, 0, 10, 10), "found_subject": False, "size_wh": (640, 480),
        "at_width": None, "max_radius_px": 1.85, "timings_ms": {"measure": 1.0},
    }  # fmt: skip
    return Focus(**{**facts, **changed})


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"verdict": "fine"}, "verdict is one of sharp, soft, blurred, undecidable, got 'fine'"),
        ({"score": None}, "None where and only where"),
        ({"verdict": "undecidable"}, "None where and only where"),
        ({"score": 1.5}, "score is from 0 to 1"),
        ({"confidence": float("nan")}, "confidence is from 0 to 1"),
        ({"box_xyxy": (0, 0, 700, 10)}, "box_xyxy lies in the photo of 640x480"),
        ({"at_width": 0}, "at_width"),
    ],
)
def test_focus_that_does_not_fit_together_is_refused(changed, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        made(**changed)


def test_focus_differs_by_all_but_its_timings():
    assert made() == made(timings_ms={})
    assert made() != made(score=0.4)
    assert "blur_radius_px=2.0" in repr(made())
    assert made().to_dict()["box_xyxy"] == [0, 0, 10, 10]
    assert json.loads(json.dumps(made().to_dict()))["timings_ms"] == {"measure": 1.0}
