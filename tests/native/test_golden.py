"""One definition, three languages: what the Python runtime computes, from the C library."""

import math
import re

import numpy as np
import pytest

from .conftest import GOLDEN, NATIVE, ROOT, golden_table

EXACT = 1e-6
FRAME = (
    "kind", "width", "height", "row_stride", "u_at", "v_at", "chroma_row_stride",
    "chroma_pixel_stride", "crop", "rotation", "mirrored",
)  # fmt: skip
SIDES = ("left", "top", "right", "bottom")


def frame_words(row):
    """What the driver is told of a frame of squash.tsv or tiles.tsv."""
    return [GOLDEN / row["frame"], *(row[name] for name in FRAME)]


def golden_bytes(name):
    return np.fromfile(GOLDEN / name, np.uint8)


def map_words(row, of_photo=True):
    """A map of maps.tsv."""
    size = ("photo_width", "photo_height") if of_photo else ("width", "height")
    files = [GOLDEN / f"{row['name']}_{kind}.bin" for kind in ("map", "photo")]
    numbers = [row[name] for name in ("width", "height", "scale", "zero_point", *size)]
    return ["map", *files, *numbers]


def subject_map_words(row):
    """A map of subjects.tsv or focus.tsv."""
    names = ("map_width", "map_height", "scale", "zero_point", "width", "height")
    return ["map", GOLDEN / "judge" / row["map"], "-", *(row[name] for name in names)]


def number(text):
    return math.nan if text == "-" else float(text)


def test_squash_of_any_frame_and_turn_is_within_one_of_python(driver, tmp_path):
    rows = golden_table("squash.tsv")
    driver.answers(
        ["squash", *frame_words(row), row["target_width"], row["target_height"],
         tmp_path / row["expected"]]
        for row in rows
    )  # fmt: skip
    for row in rows:
        got = np.fromfile(tmp_path / row["expected"], np.uint8).astype(int)
        assert np.abs(got - golden_bytes(row["expected"])).max() <= 1, row["expected"]


def test_pictures_of_a_stored_map_are_exactly_pythons(driver, tmp_path):
    maps = {row["name"]: row for row in golden_table("maps.tsv")}
    commands, expected = [], []
    for name, row in maps.items():
        commands.append(map_words(row, of_photo=False))
        for kind, words in (("heat_map", []), ("focus_peaking", [row["contrast"]])):
            file = f"{name}_{kind}.bin"
            commands.append([kind, *words, tmp_path / file])
            expected.append(file)
        for mask in golden_table("masks.tsv"):
            if mask["map"] == name:
                commands.append(["mask", mask["threshold"], tmp_path / mask["expected"]])
                expected.append(mask["expected"])
    driver.answers(commands)
    assert len(expected) == 6 + len(golden_table("masks.tsv"))
    for file in expected:
        assert (tmp_path / file).read_bytes() == (GOLDEN / file).read_bytes(), file


def test_scores_are_exactly_pythons(driver):
    maps = {row["name"]: row for row in golden_table("maps.tsv")}
    commands, expected = [], []
    for row in maps.values():
        width, height = row["photo_width"], row["photo_height"]
        commands += [map_words(row), ["sharpness", 0, 0, width, height]]
        expected += ["", row["sharpness"]]
        commands += [map_words(row, of_photo=False), ["fraction"]]
        expected += ["", row["blurred_fraction"]]
    for row in golden_table("scores.tsv"):
        commands += [map_words(maps[row["map"]]), ["sharpness", *(row[side] for side in SIDES)]]
        expected += ["", row["sharpness"]]
    for got, wanted in zip(driver.answers(commands), expected, strict=True):
        assert got == wanted or float(got) == float(wanted)


def test_structural_check_of_a_damaged_byte_decides_as_python_does(driver):
    file = ROOT / "tests" / "runtime" / "data" / "tiny_int8.tflite"
    rows = golden_table("models.tsv")
    answers = driver.answers(["model", file, row["place"], row["value"]] for row in rows)
    for row, answer in zip(rows, answers, strict=True):
        refused, message = answer.split("\t")
        assert refused == row["refused"], (row, message)
        assert message.endswith(".") == (refused == "1")


def test_constants_are_those_of_python():
    header = (NATIVE / "src" / "judge_constants.h").read_text(encoding="utf-8")
    found = re.findall(r"^#define DBD_(\w+) (\S+)$", header, flags=re.MULTILINE)
    expected = {row["name"]: float(row["value"]) for row in golden_table("judge/constants.tsv")}
    assert {name: float(value) for name, value in found} == expected


def test_codes_mean_what_they_mean_in_python(driver):
    [answer] = driver.answers([["codes"]])
    got = np.array(answer.split(), float).reshape(256, 3)
    rows = golden_table("judge/radius_code.tsv")
    columns = ("radius_px", "confidence", "motion")
    expected = np.array([[float(row[name]) for name in columns] for row in rows])
    assert np.abs(got - expected).max() <= EXACT


def test_tile_of_any_frame_turn_and_level_has_pythons_bytes(driver, tmp_path):
    rows = golden_table("judge/tiles.tsv")
    places = ("level", "tile_columns", "tile_rows", *SIDES)
    driver.answers(
        ["tile", *frame_words(row), *(row[name] for name in places), tmp_path / row["expected"]]
        for row in rows
    )
    for row in rows:
        expected = (GOLDEN / "judge" / row["expected"]).read_bytes()
        assert (tmp_path / row["expected"]).read_bytes() == expected, row["expected"]


def test_layout_of_tiles_around_cells_is_pythons(driver):
    rows = golden_table("judge/layout.tsv")
    names = ("columns", "rows", *SIDES, "tile_columns", "tile_rows")
    answers = driver.answers(["layout", *(row[name] for name in names)] for row in rows)
    assert answers == [f"{row['around']}\t{row['tiles']}" for row in rows]


def test_region_of_any_kind_has_pythons_box_part_and_cells(driver):
    rows = golden_table("judge/regions.tsv")
    names = ("width", "height", "region", "numbers")
    answers = driver.answers(["region", *(row[name] for name in names)] for row in rows)
    assert answers == ["\t".join(row[name] for name in ("box", "part", "cells")) for row in rows]


def test_subjects_of_the_same_maps_are_pythons(driver):
    rows = golden_table("judge/subjects.tsv")
    commands = [command for row in rows for command in (subject_map_words(row), ["subjects"])]
    answers = driver.answers(commands)[1::2]
    assert answers == [f"{row['boxes']}\t{row['least_blurred']}" for row in rows]


def test_focus_of_the_same_measurements_is_pythons(driver):
    rows = golden_table("judge/focus.tsv")
    names = ("tile_columns", "tile_rows", "max_radius_px", "at_width", "region", "numbers")
    commands = []
    for row in rows:
        if row["region"] == "subject":
            commands.append(subject_map_words(row))
        file = GOLDEN / "judge" / row["codes"]
        words = [row[name] for name in names]
        commands.append(["focus", row["width"], row["height"], file, *words])
    answers = [answer for answer in driver.answers(commands) if answer]
    columns = ("blur_radius_px", "lens_blur_px", "sharp_width_px", "score", "confidence")
    for row, answer in zip(rows, answers, strict=True):
        verdict, reason, *numbers, motion, box, is_subject = answer.split("\t")
        assert (verdict, reason) == (row["verdict"], row["reason"])
        expected = [number(row[name]) for name in columns]
        assert [number(text) for text in numbers] == pytest.approx(expected, abs=EXACT, nan_ok=True)
        assert (motion, box) == (row["motion"], row["box"])
        assert is_subject == str(int(row["region"] == "subject"))
