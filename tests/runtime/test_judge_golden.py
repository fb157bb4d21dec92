"""The golden vectors of ``judge``, which the Android library's tests read too."""

import importlib
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from dbd_mobile import radius_code

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


def test_subjects_of_maps_are_the_golden_ones():
    rows = golden.read_table("subjects.tsv")
    for row in rows:
        assert golden.subjects_of(row) == (row["boxes"], row["least_blurred"]), row
    assert {row["boxes"] == "-" for row in rows} == {True, False}
