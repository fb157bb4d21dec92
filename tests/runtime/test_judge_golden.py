"""The golden vectors of ``judge``, which the Android library's tests read too."""

import importlib
import math
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from dbd_mobile import radius_code
from dbd_mobile.coarse_to_fine import look_at
from dbd_mobile.photo import Pixels
from dbd_mobile.pyramid import Pyramid

sys.path.insert(0, str(Path(__file__).parents[1] / "golden"))
golden = importlib.import_module("make_judge")

EXACT = 1e-6


def test_constants_are_the_golden_ones():
    stored = {row["name"]: float(row["value"]) for row in golden.read_table("constants.tsv")}
    assert stored == golden.constants()


def test_codes_mean_what_the_golden_tables_say():
    rows = golden.read_table("radius_code.tsv")
    for name in ("radius_px", "confidence", "motion"):
        table = getattr(radius_code, name.upper())
        assert table == pytest.approx([float(row[name]) for row in rows], abs=EXACT)


def test_tiles_of_any_level_are_the_golden_ones():
    for row in golden.read_table("tiles.tsv"):
        tile = golden.tile_of(row)
        assert np.array_equal(tile, golden.read_bytes(row["expected"], *tile.shape)), row


def test_layout_of_tiles_is_the_golden_one():
    for row in golden.read_table("layout.tsv"):
        assert golden.layout_of(row) == [row["around"], *row["tiles"].split(";")], row


def test_cells_of_regions_are_the_golden_ones():
    for row in golden.read_table("regions.tsv"):
        assert golden.cells_in(row) == (row["box"], row["part"], row["cells"]), row


def test_verdicts_are_the_golden_ones():
    rows = golden.read_table("focus.tsv")
    for row in rows:
        for name, value in golden.focus_columns(golden.judged(row)).items():
            if name in golden.NUMBERS and row[name] != "-":
                assert float(value) == pytest.approx(float(row[name]), abs=EXACT), row
            else:
                assert str(value) == row[name], row
    verdicts = Counter(row["verdict"] for row in rows)
    assert set(verdicts) == {"sharp", "soft", "blurred", "undecidable"}
    assert min(verdicts.values()) > 5
    assert any("by motion" in row["reason"] for row in rows)


def test_weights_of_a_look_are_the_same_sum_in_any_order():
    # With 95 cells of one weight, two fifths of them end at a cell, but for what is rounded.
    row = next(row for row in golden.read_table("focus.tsv") if row["codes"] == "codes5.bin")
    codes = golden.stored_codes(row)
    size_wh = int(row["width"]), int(row["height"])
    photo = golden.photo_of(codes)[: size_wh[1], : size_wh[0]]
    pyramid = Pyramid(Pixels(rgb=photo, size_wh=size_wh), sorted(codes))
    inside = np.ones(codes[1].shape[:2], np.bool_)
    weight = look_at(golden.StoredCodes((4, 4)), pyramid, inside).weight.ravel()
    assert (weight % 1 > 0).any()
    assert np.cumsum(weight)[-1] == np.cumsum(weight[::-1])[-1] == math.fsum(weight)


def test_subjects_of_maps_are_the_golden_ones():
    rows = golden.read_table("subjects.tsv")
    for row in rows:
        assert golden.subjects_of(row) == (row["boxes"], row["least_blurred"]), row
    assert {row["boxes"] == "-" for row in rows} == {True, False}
