"""The golden vectors, which the Android library's tests read too: one definition, two languages."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from dbd_mobile import BlurMap, Quantization
from dbd_mobile.photo import load_pixels

_SCRIPT = Path(__file__).parents[1] / "golden" / "make_golden.py"
_SPEC = importlib.util.spec_from_file_location("make_golden", _SCRIPT)
golden = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(golden)


def golden_map(row, *, of_photo):
    wh = int(row["width"]), int(row["height"])
    raw = golden.read_bytes(f"{row['name']}_map.bin", wh[1], wh[0])
    photo_wh = int(row["photo_width"]), int(row["photo_height"])
    quantization = Quantization(scale=float(row["scale"]), zero_point=int(row["zero_point"]))
    return BlurMap(raw, size_wh=photo_wh if of_photo else wh, quantization=quantization)


MAPS = {row["name"]: row for row in golden.read_table("maps.tsv")}


@pytest.mark.parametrize("row", golden.read_table("squash.tsv"), ids=lambda row: row["expected"])
def test_squashed_frame_is_the_golden_one(row):
    size_wh = int(row["target_width"]), int(row["target_height"])
    squashed = load_pixels(golden.upright(golden.frame_rgb(row), row)).squash(size_wh)
    expected = golden.read_bytes(row["expected"], size_wh[1], size_wh[0], 3)
    assert np.abs(squashed.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("name", sorted(MAPS))
def test_pictures_of_a_stored_map_are_the_golden_ones(name):
    row = MAPS[name]
    blur_map = golden_map(row, of_photo=False)
    height, width = int(row["height"]), int(row["width"])
    photo = golden.read_bytes(f"{name}_photo.bin", height, width, 3)
    pictures = {
        "heat_map": blur_map.heat_map(),
        "focus_peaking": blur_map.focus_peaking(photo, contrast=int(row["contrast"])),
    }
    for kind, picture in pictures.items():
        expected = golden.read_bytes(f"{name}_{kind}.bin", height, width, 4)
        assert np.array_equal(np.asarray(picture), expected)
        assert 0 < np.count_nonzero(expected[..., 3]) < width * height
    assert blur_map.blurred_fraction == float(row["blurred_fraction"])


@pytest.mark.parametrize("row", golden.read_table("masks.tsv"), ids=lambda row: row["expected"])
def test_mask_of_a_stored_map_is_the_golden_one(row):
    blur_map = golden_map(MAPS[row["map"]], of_photo=False)
    mask = blur_map.mask(float(row["threshold"]))
    assert np.array_equal(mask * np.uint8(255), golden.read_bytes(row["expected"], *mask.shape))


def test_scores_of_stored_maps_are_the_golden_ones():
    rows = golden.read_table("scores.tsv")
    for row in rows:
        blur_map = golden_map(MAPS[row["map"]], of_photo=True)
        box = tuple(int(row[side]) for side in ("left", "top", "right", "bottom"))
        assert blur_map.sharpness(box) == float(row["sharpness"])
        assert blur_map.is_in_focus(box) == (row["in_focus"] == "1")
    assert {row["in_focus"] for row in rows} == {"0", "1"}


def test_structural_check_finds_the_golden_damage():
    content = golden.MODEL.read_bytes()
    rows = golden.read_table("models.tsv")
    for row in rows:
        damaged = bytearray(content)
        damaged[int(row["place"])] = int(row["value"])
        assert golden.is_refused(bytes(damaged)) == (row["refused"] == "1"), row
    assert sum(row["refused"] == "1" for row in rows) > 50
