"""``BlurMap.polygons``: outlines of what is blurred, and of what is not."""

import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from dbd_mobile import ArgumentError, BlurMap, Quantization

BYTES = Quantization(scale=1 / 256, zero_point=0)
SIZE_WH = (480, 360)


def smooth(cells, *, side=80, seed=0):
    """A map of blobs, the fewer the larger."""
    noise = np.random.default_rng(seed).integers(0, 256, (cells, cells), np.uint8)
    return np.asarray(Image.fromarray(noise).resize((side, side), Image.Resampling.BICUBIC))


def as_bytes(raw, size_wh=SIZE_WH):
    return BlurMap(raw, size_wh=size_wh, quantization=BYTES)


def as_float(raw, size_wh=SIZE_WH):
    return BlurMap(raw.astype(np.float32) / 256, size_wh=size_wh)


def area(ring):
    """Positive where the ring turns to the right on the screen."""
    x, y = np.array(ring).T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def areas(polygons):
    return [[area(ring) for ring in polygon["coordinates"]] for polygon in polygons]


def drawn(polygons, size_wh=SIZE_WH, times=4):
    """The polygons as a mask: at the middles of pixels, as an even-odd count of what is there."""
    inside = np.zeros((size_wh[1], size_wh[0]), np.bool_)
    for ring in (ring for polygon in polygons for ring in polygon["coordinates"]):
        image = Image.new("1", (size_wh[0] * times, size_wh[1] * times))
        ImageDraw.Draw(image).polygon([(times * x, times * y) for x, y in ring], fill=1)
        inside ^= np.asarray(image)[times // 2 :: times, times // 2 :: times]
    return inside


@pytest.mark.parametrize("make", [as_bytes, as_float])
@pytest.mark.parametrize("cells", [4, 8, 16])
def test_polygons_cover_what_the_mask_does(make, cells):
    blur_map = make(smooth(cells))
    mask = blur_map.mask()
    assert 0.1 < mask.mean() < 0.9
    # They differ along the outlines, where a curve is drawn by straight lines.
    assert (drawn(blur_map.polygons()) != mask).mean() < 0.002 * cells
    assert (drawn(blur_map.polygons("sharp")) == mask).mean() < 0.002 * cells


@pytest.mark.parametrize("make", [as_bytes, as_float])
@pytest.mark.parametrize("cells", [1, 3, 20, 80])
def test_blurred_and_sharp_parts_make_up_the_photo(make, cells):
    blur_map = make(smooth(cells))
    blurred, sharp = (areas(blur_map.polygons(part)) for part in ("blurred", "sharp"))
    whole = SIZE_WH[0] * SIZE_WH[1]
    # The places of the outlines are rounded.
    assert sum(map(sum, blurred + sharp)) == pytest.approx(whole, rel=1e-4)
    for outer, *holes in blurred + sharp:
        assert outer > 0 > max(holes, default=-1)
        assert outer + sum(holes) > 0


def test_part_in_a_hole_is_a_polygon_of_its_own():
    raw = np.zeros((9, 9), np.uint8)
    raw[1:8, 1:8] = 255
    raw[2:7, 2:7] = 0
    raw[4, 4] = 255
    blurred = as_bytes(raw, (90, 90)).polygons()
    assert [len(polygon["coordinates"]) for polygon in blurred] == [2, 1]
    sharp = as_bytes(raw, (90, 90)).polygons("sharp")
    assert [len(polygon["coordinates"]) for polygon in sharp] == [2, 2]
    assert sharp[0]["coordinates"][0] == [[0, 0], [90, 0], [90, 90], [0, 90], [0, 0]]


def test_outline_runs_half_way_between_blurred_and_sharp_and_along_the_photos_border():
    raw = np.array([[0, 255]], np.uint8)
    given = Quantization(scale=1 / 255, zero_point=0)
    blur_map = BlurMap(raw, size_wh=(4, 2), quantization=given)
    (polygon,) = blur_map.polygons()
    assert polygon == {"type": "Polygon", "coordinates": [[[2, 0], [4, 0], [4, 2], [2, 2], [2, 0]]]}
    assert blur_map.polygons("sharp")[0]["coordinates"] == [
        [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]
    ]


@pytest.mark.parametrize(("raw", "parts"), [((255, 0, 0, 255), 1), ((192, 63, 63, 192), 2)])
def test_parts_that_meet_at_a_corner_hang_together_if_the_middle_is_blurred(raw, parts):
    # Half a step under 128 is blurred, so four times 127.5 is what the corners are summed against.
    raw = np.array(raw, np.uint8).reshape(2, 2)
    raw[0, 0] -= parts - 1
    blur_map = as_bytes(raw, (20, 20))
    assert len(blur_map.polygons()) == parts
    assert len(blur_map.polygons("sharp")) == 3 - parts


@pytest.mark.parametrize("value", [0, 255])
def test_all_or_nothing_is_the_whole_photo_or_no_polygon(value):
    blur_map = as_bytes(np.full((3, 5), value, np.uint8), (50, 30))
    parts = ("sharp", "blurred") if value == 0 else ("blurred", "sharp")
    whole, none = (blur_map.polygons(part) for part in parts)
    assert areas(whole) == [[1500]]
    assert none == []


@pytest.mark.parametrize("size_wh", [(1, 1), (3, 2000), (7, 5)])
def test_outlines_lie_in_a_photo_of_any_shape(size_wh):
    for part in ("blurred", "sharp"):
        for polygon in as_bytes(smooth(20), size_wh).polygons(part):
            for ring in polygon["coordinates"]:
                x, y = np.array(ring).T
                assert ring[0] == ring[-1] and len(ring) >= 4
                assert 0 <= x.min() <= x.max() <= size_wh[0]
                assert 0 <= y.min() <= y.max() <= size_wh[1]


def test_threshold_moves_the_outline():
    blur_map = as_float(smooth(4))
    covered = [sum(map(sum, areas(blur_map.polygons(threshold=t)))) for t in (0.0, 0.3, 0.5, 0.7)]
    assert covered == sorted(covered, reverse=True)
    assert covered[0] == SIZE_WH[0] * SIZE_WH[1]


def test_float_map_of_nothing_but_zero_and_one_has_outlines():
    # Of heights that equal the threshold, at 0 and at 1.
    raw = (smooth(10) >= 128).astype(np.float32)
    blur_map = BlurMap(raw, size_wh=SIZE_WH)
    for threshold in (0.5, 1.0):
        assert sum(map(sum, areas(blur_map.polygons(threshold=threshold)))) > 0


def test_polygons_are_json():
    assert json.loads(json.dumps(as_bytes(smooth(8)).polygons()))[0]["type"] == "Polygon"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"part": "soft"}, "'blurred' or 'sharp', got 'soft'"),
        ({"threshold": 1.5}, "threshold is a number from 0 to 1"),
    ],
)
def test_impossible_part_or_threshold_is_refused(asked, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        as_bytes(smooth(4)).polygons(**asked)
