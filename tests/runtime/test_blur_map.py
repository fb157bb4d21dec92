"""``BlurMap``: the same map as numbers, mask, share and pictures."""

import json

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import ArgumentError, BlurMap, ImageError, Quantization, load_pixels

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


@pytest.mark.parametrize("zero_point", [0, 2])
def test_values_are_the_steps_above_the_zero_point_in_float32(zero_point):
    raw = np.arange(3, 252, dtype=np.uint8).reshape(1, -1)
    given = Quantization(scale=1 / 255, zero_point=zero_point)
    values = BlurMap(raw, size_wh=(249, 1), quantization=given).model_probability
    expected = (raw.astype(np.float32) - np.float32(zero_point)) * np.float32(1 / 255)
    assert np.array_equal(values, expected)


def test_asarray_is_the_probability(ramp):
    assert np.array_equal(np.asarray(ramp), ramp.probability)
    assert np.asarray(ramp, np.float64).dtype == np.float64
    assert np.array(ramp) is not ramp.probability


@pytest.mark.parametrize("threshold", [0.0, 0.1, 0.5, 0.7309, 1.0])
def test_mask_is_true_where_the_probability_reaches_the_threshold(ramp, threshold):
    assert np.array_equal(ramp.mask(threshold), ramp.probability >= np.float32(threshold))


def test_blurred_fraction_is_the_share_of_the_models_own_map(ramp):
    assert ramp.blurred_fraction == (ramp.model_probability >= 0.5).mean() == 0.5
    assert ramp.mask().mean() == pytest.approx(0.5, abs=0.01)
    as_float = BlurMap(ramp.model_probability, size_wh=(512, 128))
    assert as_float.blurred_fraction == 0.5


def test_mask_is_empty_where_no_level_reaches_the_threshold(ramp):
    # The highest level of 8 bit is 255/256.
    assert not ramp.mask(1.0).any()
    assert ramp.polygons(threshold=1.0) == []


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


def test_pixels_of_bgr_are_drawn_on_as_their_rgb(ramp):
    rgb = np.random.default_rng(0).integers(0, 256, (128, 512, 3), np.uint8)
    pixels = load_pixels(np.ascontiguousarray(rgb[..., ::-1]), channels="BGR")
    assert ramp.overlay(pixels) == ramp.overlay(rgb)
    assert ramp.focus_peaking(pixels) == ramp.focus_peaking(rgb)


def test_overlay_refuses_a_photo_of_another_size(ramp):
    with pytest.raises(ImageError, match="512x128, got 10x20"):
        ramp.overlay(np.zeros((20, 10, 3), np.uint8))


def test_heat_map_over_the_photo_is_the_overlay(ramp):
    photo = np.random.default_rng(4).integers(0, 256, (128, 512, 3), dtype=np.uint8)
    heat_map = ramp.heat_map()
    assert (heat_map.mode, heat_map.size) == ("RGBA", (512, 128))
    laid_over = Image.fromarray(photo).convert("RGBA")
    laid_over.alpha_composite(heat_map)
    # Pillow rounds differently in the two.
    difference = np.asarray(laid_over)[..., :3].astype(int) - np.asarray(ramp.overlay(photo))
    assert np.abs(difference).max() <= 1


def test_sharpness_is_the_mean_focus_of_the_places_that_the_box_touches():
    raw = np.array([[0, 64, 128, 255], [0, 64, 128, 255]], np.uint8)
    blur_map = BlurMap(raw, size_wh=(40, 20), quantization=BYTES)
    assert blur_map.sharpness((0, 0, 10, 20)) == 1
    assert blur_map.sharpness((10, 5, 20, 6)) == 1 - 64 / 256
    # One pixel into the next place counts it whole.
    assert blur_map.sharpness((10, 0, 21, 10)) == 1 - 96 / 256
    assert blur_map.sharpness() == pytest.approx(1 - raw.mean() / 256, abs=1e-12)


def test_sharpness_of_a_float_map_is_that_of_the_byte_map():
    raw = np.random.default_rng(6).integers(0, 256, (32, 48), dtype=np.uint8)
    as_bytes = BlurMap(raw, size_wh=(960, 640), quantization=BYTES)
    as_float = BlurMap(raw.astype(np.float32) / 256, size_wh=(960, 640))
    box = (100, 33, 757, 421)
    assert as_float.sharpness(box) == pytest.approx(as_bytes.sharpness(box), abs=1e-9)


def test_verdict_is_in_focus_from_half_on():
    raw = np.array([[0, 128, 129, 130]], np.uint8)
    blur_map = BlurMap(raw, size_wh=(4, 1), quantization=BYTES)
    verdicts = [blur_map.is_in_focus((column, 0, column + 1, 1)) for column in range(4)]
    assert verdicts == [True, True, False, False]
    assert blur_map.is_mostly_in_focus()


def map_with(*parts, shape=(80, 120)):
    """All blurred but in parts (left, top, right, bottom); the photo is ten times as large."""
    raw = np.full(shape, 255, np.uint8)
    for left, top, right, bottom in parts:
        raw[top:bottom, left:right] = 0
    return BlurMap(raw, size_wh=(10 * shape[1], 10 * shape[0]), quantization=BYTES)


def test_photo_with_a_small_subject_in_focus_is_in_focus_though_most_of_it_is_not():
    blur_map = map_with((48, 32, 72, 48))
    assert blur_map.is_in_focus()
    assert not blur_map.is_mostly_in_focus()
    assert blur_map.subject_box_xyxy == (480, 320, 720, 480)


def test_subject_is_the_part_near_the_middle_rather_than_a_larger_one_in_a_corner():
    assert map_with((0, 0, 30, 20), (54, 34, 72, 50)).subject_box_xyxy == (540, 340, 720, 500)


def test_parts_that_touch_at_a_corner_are_two():
    blur_map = map_with((45, 30, 60, 40), (60, 40, 66, 44))
    assert blur_map.subject_box_xyxy == (450, 300, 600, 400)


def test_nothing_in_focus_has_no_subject():
    assert map_with().subject_box_xyxy is None
    assert not map_with().is_in_focus()
    # One square of the forty by forty is an accident of the map.
    assert map_with((60, 40, 63, 42)).subject_box_xyxy is None


def test_subject_is_that_of_the_float_map_too():
    raw = map_with((48, 32, 72, 48)).model_probability.copy()
    assert BlurMap(raw, size_wh=(1200, 800)).subject_box_xyxy == (480, 320, 720, 480)


@pytest.mark.parametrize("size_wh", [(1, 1), (2, 3000), (7, 5)])
def test_subject_of_a_photo_of_any_shape_lies_in_it(size_wh):
    raw = np.zeros((32, 48), np.uint8)
    assert BlurMap(raw, size_wh=size_wh, quantization=BYTES).subject_box_xyxy == (0, 0, *size_wh)


def test_map_made_by_hand_says_who_can_judge():
    with pytest.raises(ArgumentError, match=r"BlurDetector\(\)\.judge\(photo, blur_map=blur_map\)"):
        map_with().judge(np.zeros((800, 1200, 3), np.uint8))


@pytest.mark.parametrize(
    "box",
    [
        (0, 0, 0, 10),
        (5, 5, 4, 9),
        (-9, 0, 0, 4),
        (512, 0, 600, 4),
        (0, 128.0, 4, 200),
        (float("nan"), 0, 4, 4),
        (0, 0, 4, float("nan")),
    ],
)
def test_box_that_is_empty_or_outside_is_refused(ramp, box):
    with pytest.raises(ArgumentError, match="512x128"):
        ramp.sharpness(box)


def test_focus_peaking_marks_edges_where_in_focus_only(ramp):
    photo = np.zeros((128, 512, 3), np.uint8)
    photo[:, 100:] = 200  # an edge in focus
    photo[:, 400:] = 0  # an edge in the blur
    marks = ramp.focus_peaking(photo)
    assert (marks.mode, marks.size) == ("RGBA", (512, 128))
    assert sorted(set(np.nonzero(np.asarray(marks)[..., 3])[1])) == [99, 100]
    faint = photo // 8
    assert not np.asarray(ramp.focus_peaking(faint)).any()
    assert np.asarray(ramp.focus_peaking(faint, contrast=20)).any()


@pytest.mark.parametrize("contrast", [0, 511])
def test_impossible_contrast_is_refused(ramp, contrast):
    with pytest.raises(ArgumentError, match="contrast"):
        ramp.focus_peaking(np.zeros((128, 512, 3), np.uint8), contrast=contrast)


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


def test_repr_tells_sizes_and_sharpness(ramp):
    assert "512, 128" in repr(ramp)
    assert "256, 64" in repr(ramp)
    assert f"sharpness={ramp.sharpness():.3f}" in repr(ramp)
    assert "0.5" in repr(ramp)


@pytest.fixture
def without_resizing(monkeypatch):
    def resized(*arguments, **options):
        raise AssertionError("the map was resized")

    monkeypatch.setattr(Image.Image, "resize", resized)


@pytest.fixture(params=["bytes", "float"])
def large(request):
    """A map for a photo of 12 megapixels, all in focus."""
    raw = np.zeros((320, 320), np.uint8)
    given = {"size_wh": (4000, 3000), "timings_ms": {"invoke": 1.5}}
    if request.param == "bytes":
        return BlurMap(raw, quantization=BYTES, **given)
    return BlurMap(raw.astype(np.float32), **given)


def test_repr_computes_nothing_at_the_photos_size(without_resizing, large):
    assert "sharpness=1.000" in repr(large)
    assert large.timings_ms == {"invoke": 1.5}


def test_share_verdict_json_and_polygons_need_no_map_at_the_photos_size(without_resizing, large):
    assert large.blurred_fraction == 0
    assert large.is_in_focus() and large.is_mostly_in_focus()
    assert json.loads(large.to_json())["blurred_fraction"] == 0
    assert large.polygons() == []
    assert "upscale" not in large.timings_ms


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


@pytest.mark.parametrize("box", [(), (0, 0, 4), ("a", 0, 4, 4), "box", 3])
def test_box_that_is_not_four_numbers_is_refused(box):
    blur_map = BlurMap(np.zeros((4, 4), np.uint8), size_wh=(8, 8), quantization=BYTES)
    with pytest.raises(ArgumentError, match="four numbers"):
        blur_map.sharpness(box)


@pytest.mark.parametrize(
    ("box", "as_if"),
    [
        ((-5, -1, 21, 10), (0, 0, 21, 10)),
        ((10.2, 5.5, 19.9, 6.0), (10, 5, 20, 6)),
        ((20, 0, float("inf"), 1e9), (20, 0, 40, 20)),
    ],
)
def test_box_is_cut_to_whole_pixels_and_to_the_photo(box, as_if):
    raw = np.random.default_rng(3).integers(0, 256, (20, 40), np.uint8)
    blur_map = BlurMap(raw, size_wh=(40, 20), quantization=BYTES)
    assert blur_map.sharpness(box) == blur_map.sharpness(as_if)


def test_box_may_be_an_array_of_any_whole_numbers():
    raw = np.zeros((300, 4), np.uint8)
    raw[150:] = 255
    blur_map = BlurMap(raw, size_wh=(8, 30_000), quantization=BYTES)
    assert blur_map.sharpness(np.array([0, 0, 8, 15_000], np.int16)) == 1


def test_contrast_that_is_no_whole_number_is_refused():
    blur_map = BlurMap(np.zeros((4, 4), np.uint8), size_wh=(4, 4), quantization=BYTES)
    with pytest.raises(ArgumentError, match=r"whole number from 1 to 510, got 48\.5"):
        blur_map.focus_peaking(np.zeros((4, 4, 3), np.uint8), contrast=48.5)
