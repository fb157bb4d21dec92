"""The benchmarks of verdicts: what they measure, on made images and with stand-in detectors."""

import csv
import json
import math
from contextlib import nullcontext
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks import judge, readme
from benchmarks.__main__ import main
from benchmarks.verdicts import viewing_sizes
from benchmarks.verdicts.focal_stacks import SIDE, clear_boxes, measure_focal_stacks
from benchmarks.verdicts.row import Row, share
from benchmarks.verdicts.scene import render_sharp
from benchmarks.verdicts.sharp_boxes import measure_sharp_boxes
from benchmarks.verdicts.subjects import measure_subjects
from benchmarks.verdicts.undecidable import KINDS, make_picture, measure_undecidable
from data.blur_dataset import BlurDataset
from data.known_blur import blurred_by
from data.native_photos import held_out, held_out_sources, list_native_photos
from dbd_mobile.errors import InputError
from dbd_mobile.pyramid import CELL
from evaluation.radius import DISC_RADII
from evaluation.textured_boxes import SIDES, textured_boxes
from networks import build
from networks.weights import save_weights


class SteepestEdge:
    """Judges a box by its steepest edge beside its range: right on crisp black and white."""

    def judge(self, photo, box=None, *, at_width=None, strictness="pixel"):
        grey = cv2.cvtColor(np.asarray(photo), cv2.COLOR_RGB2GRAY).astype(float)
        if box is not None:
            x0, y0, x1, y1 = (round(edge) for edge in box)
            grey = grey[y0:y1, x0:x1]
        steps = max(np.abs(np.diff(grey, axis=axis)).max() for axis in (0, 1))
        if np.ptp(grey) < 120:
            return focus("undecidable", None)
        radius = np.ptp(grey) / max(steps, 1)
        return focus("sharp" if radius < 1.5 else "blurred", radius)

    def best_of(self, photos, box):
        ranked = [
            SimpleNamespace(index=index, focus=self.judge(photo, box))
            for index, photo in enumerate(photos)
        ]
        return sorted(ranked, key=lambda shot: shot.focus.blur_radius_px or math.inf)


class Abstainer(SteepestEdge):
    """Finds everything undecidable."""

    def judge(self, photo, box=None, *, at_width=None, strictness="pixel"):
        return focus("undecidable", None)


def focus(verdict, radius):
    return SimpleNamespace(
        verdict=verdict,
        blur_radius_px=radius,
        score=None if radius is None else min(1.0, 1 / radius),
    )


def squares(width=384, height=256, seed=0):
    """Black and white squares of 8 pixels: crisp everywhere."""
    rng = np.random.default_rng(seed)
    small = 255 * rng.integers(0, 2, (height // 8, width // 8), dtype=np.uint8)
    return np.repeat(small.repeat(8, axis=0).repeat(8, axis=1)[..., None], 3, axis=2)


@pytest.fixture
def native(tmp_path):
    """Crops of eight sources, a whole photo of the third source and a soft one."""
    rows = [("crop", f"{letter}.png", "crisp", "all sharp") for letter in "abcdefgh"]
    rows += [("whole", "c.png", "crisp", "macro"), ("whole", "b.png", "soft", "low light")]
    with (tmp_path / "list.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "source", "label", "kind", "people"))
        for seed, (folder, name, label, kind) in enumerate(rows):
            table.writerow((f"{folder}/{name}", name, label, kind, ""))
            (tmp_path / folder).mkdir(exist_ok=True)
            Image.fromarray(squares(seed=seed)).save(tmp_path / folder / name)
    return tmp_path


def values(rows):
    return {row.what: row.value for row in rows}


def test_photos_of_a_held_out_source_are_held_out_together(native):
    photos = list_native_photos(native)
    assert held_out_sources(photos) == {"c.png"}
    assert [photo.path.parent.name for photo in held_out(photos)] == ["crop", "whole"]
    assert [photo.all_sharp for photo in held_out(photos)] == [True, False]
    assert [photo.path.name for photo in photos if photo.soft] == ["b.png"]
    assert photos[0].read().shape == (256, 384, 3)


@pytest.mark.parametrize("content", [None, b"", b"file,source\na,b\n", b"\xff\xfe\x00"])
def test_list_that_cannot_be_used_is_one_sentence(tmp_path, content):
    if content is not None:
        (tmp_path / "list.csv").write_bytes(content)
    with pytest.raises(InputError, match=r"list\.csv(; give| cannot be read| must have one photo)"):
        list_native_photos(tmp_path)


def test_textured_boxes_hold_crisp_detail_and_do_not_overlap():
    photo = np.full((512, 640, 3), 128, np.uint8)
    photo[:256, :384] = squares()
    photo[256:, :384] = blurred_by(squares(seed=1), 8)
    boxes = textured_boxes(photo)
    assert {x1 - x0 for x0, _, x1, _ in boxes} == set(SIDES)
    seen = {side: np.zeros(photo.shape[:2], int) for side in SIDES}
    for x0, y0, x1, y1 in boxes:
        assert x0 % CELL == y0 % CELL == 0
        # At least half of it is crisp.
        crisp = max(0, min(x1, 384) - x0) * max(0, min(y1, 256) - y0)
        assert crisp >= 0.5 * (x1 - x0) * (y1 - y0)
        seen[x1 - x0][y0:y1, x0:x1] += 1
    assert all(count.max() == 1 for count in seen.values())


def test_of_many_textured_boxes_some_are_taken_all_over_the_photo():
    boxes = textured_boxes(squares(1600, 1280), most=4)
    assert 2 <= sum(x1 - x0 == SIDES[0] for x0, _, x1, _ in boxes) <= 4
    assert max(y1 for *_, y1 in boxes) > 800


def test_plain_photo_has_no_textured_box():
    assert textured_boxes(np.full((256, 256, 3), 128, np.uint8)) == []


def test_detector_that_is_right_about_crisp_boxes_reaches_every_target(native):
    rows = measure_sharp_boxes(SteepestEdge(), list_native_photos(native)[2:4])
    found = values(rows)
    assert found["called sharp as they are"] == 1
    assert found["called soft or blurred at radius 8"] == 1
    assert found["smallest radius not called sharp in 90% of the photos"] <= 1.7
    assert all(row.passed for row in rows)


def test_detector_that_abstains_is_seen_to(native):
    found = values(measure_sharp_boxes(Abstainer(), list_native_photos(native)[2:4]))
    assert found["called sharp as they are"] == 0
    assert found["undecidable as they are"] == 1
    # It does not call these sharp, but neither does it find them.
    assert found["not called sharp at radius 4"] == 1
    assert found["called soft or blurred at radius 4"] == 0
    assert found["smallest radius called soft or blurred in 90% of the photos"] is None


def test_disc_of_known_radius_spreads_light_as_far_as_it_should():
    point = np.zeros((65, 65, 3), np.uint8)
    point[32, 32] = 255
    light = blurred_by(point, 4).astype(float)[..., 0] ** 2.2
    y, x = np.mgrid[-32:33, -32:33]
    # Half the square of the radius, of a disc.
    assert (light * (x**2 + y**2)).sum() / light.sum() == pytest.approx(8, rel=0.05)
    assert blurred_by(point, 0) is point


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", [0, 1])
def test_made_pictures_are_the_same_for_the_same_seed_and_hold_no_edge(kind, seed):
    picture = make_picture(kind, (200, 120), seed)
    assert picture.shape == (120, 200, 3) and picture.dtype == np.uint8
    np.testing.assert_array_equal(picture, make_picture(kind, (200, 120), seed))
    blurred = cv2.GaussianBlur(picture, (0, 0), 4).astype(float)
    assert max(np.abs(np.diff(blurred, axis=axis)).max() for axis in (0, 1)) < 8


def test_abstaining_is_right_on_pictures_without_anything_to_focus_on():
    rows = measure_undecidable(Abstainer(), sizes_wh=[(96, 64)])
    assert {row.what.removesuffix(" called undecidable") for row in rows[:-1]} == set(KINDS)
    assert all(row.value == 1 for row in rows) and rows[-1].passed
    assert rows[-1].count == sum(row.count for row in rows[:-1])


def test_scene_without_a_lens_is_sharp_at_any_size():
    large = render_sharp((320, 240))
    assert large.shape == (240, 320, 3)
    np.testing.assert_array_equal(large, render_sharp((320, 240)))
    steps = np.abs(np.diff(cv2.cvtColor(large, cv2.COLOR_RGB2GRAY).astype(int), axis=1))
    assert np.percentile(steps, 99) > 60


def test_drift_of_the_score_is_that_between_sizes_of_one_picture(monkeypatch):
    monkeypatch.setattr(viewing_sizes, "render_sharp", lambda size_wh: squares(*size_wh))
    seen = []

    class Drifting(SteepestEdge):
        def judge(self, photo, box=None, *, at_width=None, strictness="pixel"):
            seen.append((photo.width, at_width))
            return SimpleNamespace(score=0.5 if photo.width == 1104 else 0.3)

    rows = viewing_sizes.measure_viewing_sizes(Drifting(), [], scene_wh=(1104, 824))
    assert set(seen) == {(1104, 640), (1000, 640), (640, 640), (1104, 1000), (1000, 1000)}
    found = values(rows)
    for at_width in (640, 1000):
        drift = found[f"rendered scene, largest drift of the score at {at_width} pixels"]
        assert drift == pytest.approx(0.2)
    assert found["undecidable, so without a score"] == 0


@pytest.fixture
def subjects(tmp_path):
    for part in ("image", "mask"):
        (tmp_path / part).mkdir()
    for name in "ab":
        Image.fromarray(squares()).save(tmp_path / "image" / f"{name}.png")
        Image.new("L", (384, 256)).save(tmp_path / "mask" / f"{name}.png")
    return BlurDataset.from_folder(tmp_path)


def test_subjects_are_judged_as_they_are_and_blurred(subjects):
    found = values(measure_subjects(SteepestEdge(), subjects))
    assert found["as they are, called blurred"] == 0
    assert found["as they are, not called sharp"] == 0
    assert found["out of focus by 6 px, not called sharp"] == 1


@pytest.fixture
def stacks(tmp_path):
    (tmp_path / "image").mkdir()
    scene = squares()
    for slice_name, sharp in (("near", np.s_[:, :160]), ("mid", np.s_[:, 160:])):
        photo = blurred_by(scene, 4)
        photo[sharp] = scene[sharp]
        Image.fromarray(photo).save(tmp_path / "image" / f"007_{slice_name}.png")
    Image.fromarray(blurred_by(scene, 6)).save(tmp_path / "image" / "007_far.png")
    return tmp_path


def test_boxes_of_a_stack_are_clear_where_one_slice_has_most_detail(stacks):
    slices = [
        np.asarray(Image.open(stacks / "image" / f"007_{name}.png"))
        for name in ("near", "mid", "far")
    ]
    boxes = dict(clear_boxes(slices))
    assert len(boxes) == (384 // SIDE) * (256 // SIDE)
    assert all(sharpest == (box[0] >= 160) for box, sharpest in boxes.items())
    assert not list(clear_boxes([slices[0], slices[0]]))


def test_stack_is_right_where_the_sharpest_slice_is_first(stacks):
    assert all(row.passed for row in measure_focal_stacks(SteepestEdge(), stacks))
    rows = measure_focal_stacks(Abstainer(), stacks)
    # The first of three is the right one in half of the boxes, but by its place alone.
    assert rows[0].value == rows[1].value == 0 and rows[2].value == 1


def test_folder_without_stacks_is_one_sentence(subjects):
    with pytest.raises(InputError, match="no scene in three slices"):
        measure_focal_stacks(SteepestEdge(), subjects.root)


def test_errors_of_weights_at_known_radii_are_told(native, tmp_path, capsys):
    torch.manual_seed(0)
    weights = tmp_path / "detail.safetensors"
    save_weights(weights, build("detail"), "detail", {})
    arguments = ["radius", "--model", str(weights), "--data", str(native)]
    # An untrained network is never sure, or far off.
    assert main([*arguments, "--json"]) == 1
    accuracy = json.loads(capsys.readouterr().out)
    # The crop and the whole photo of the source that is held out.
    assert accuracy["photos"] == 2
    assert [row["disc_px"] for row in accuracy["rows"]] == list(DISC_RADII)
    assert main(arguments) == 1
    assert "NOT held" in capsys.readouterr().out
    assert main([*arguments, "--all", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["photos"] == 9


@pytest.mark.parametrize(("detector", "status"), [(SteepestEdge, 0), (Abstainer, 1)])
def test_command_says_by_its_status_and_its_file_what_was_missed(
    native, tmp_path, capsys, monkeypatch, detector, status
):
    monkeypatch.setattr(judge, "BlurDetector", lambda *_, **__: nullcontext(detector()))
    monkeypatch.setattr(judge, "load_detail", lambda _: SimpleNamespace(sha256="0" * 64))
    data = tmp_path / "data"
    data.mkdir()
    (data / "native").symlink_to(native)
    report = tmp_path / "new" / "judge.json"
    arguments = ["judge", "--only", "sharp", "--data", str(data), "--json", str(report)]
    assert main(arguments) == status
    shown = capsys.readouterr().out
    written = json.loads(report.read_text())
    rows = [Row.from_dict(row) for row in written["rows"]]
    assert ("MISSED" in shown) == (not all(row.passed for row in rows)) == bool(status)
    table = readme.judge_rows(written)
    assert len(table) == len(rows) + 4
    assert any(", missed |" in line for line in table) == bool(status)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("radius", "--model", "a.onnx", "--data", "nowhere"), "list.csv; give"),
        (("judge", "--only", "sharp,fun"), "no measure 'fun'; expected radius, sharp"),
        (("judge", "--only", "sharp", "--data", "nowhere"), "list.csv; give"),
    ],
)
def test_bad_input_is_one_sentence(capsys, arguments, sentence):
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert sentence in error and "Traceback" not in error


def test_rows_know_whether_they_reach_their_target():
    assert share("m", "w", [True, True, False, True], at_least=0.75).passed
    assert not share("m", "w", [True, False], at_least=0.75).passed
    assert not share("m", "w", [], at_least=0.75).passed
    row = Row(measure="m", what="w", value=1.26, unit="times", count=9, at_most=1.25)
    assert not row.passed and row.target == "<= 1.25 times" and row.shown == "1.26 times"
    assert Row.from_dict(row.to_dict()) == row
    assert Row(measure="m", what="w", value=None, unit="px", count=0).passed
