"""``dbd-mobile best``: the order that it prints, and how it ends."""

import json

import pytest
from PIL import Image

BOX = "100,100,300,250"


def test_lines_are_in_order_best_first(run_told, save_told, told, capsys):
    soft, sharp, blurred = (save_told(f"{r}.png", r) for r in (2.0, 1.1, 5.0))
    flat = save_told("flat.png", green=told.UNSURE)
    assert run_told("best", soft, flat, sharp, blurred, "--box", BOX) == 0
    said = capsys.readouterr()
    rows = [line.split("  ") for line in said.out.splitlines()]
    assert [row[:3] for row in rows] == [
        ["1", str(sharp), "sharp"],
        ["2", str(soft), "soft"],
        ["3", str(blurred), "blurred"],
        ["4", str(flat), "undecidable"],
    ]
    assert {row[4] for row in rows} == {f"box {BOX}"}
    assert said.err == ""


def test_undecidable_shot_may_be_the_best(run_told, save_told, told, capsys):
    unsure = save_told("unsure.png", 1.0, green=told.green(0.4))
    photos = [save_told("soft.png", 3.0), save_told("flat.png", green=told.UNSURE), unsure]
    assert run_told("best", *photos, "--box", BOX, "--json") == 0
    facts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [f["index"] for f in facts] == [2, 0, 1]
    assert [f["verdict"] for f in facts] == ["undecidable", "soft", "undecidable"]
    assert [f["radius_px"] for f in facts] == [
        pytest.approx(1, rel=0.05),
        pytest.approx(3, rel=0.05),
        None,
    ]


def test_shots_are_compared_in_the_subject_of_one_of_them(run_told, save_told, capsys):
    photos = [save_told(f"{r}.png", r) for r in (3.0, 1.0)]
    assert run_told("best", *photos) == 0
    rows = [line.split("  ") for line in capsys.readouterr().out.splitlines()]
    assert [row[1] for row in rows] == [str(photo) for photo in reversed(photos)]
    assert rows[0][4] == rows[1][4]


@pytest.mark.parametrize("box", [[], ["--box", BOX]])
def test_others_are_ranked_when_some_photos_cannot_be_read(
    run_told, save_told, tmp_path, capsys, box
):
    broken, small = tmp_path / "broken.jpg", tmp_path / "small.png"
    broken.write_bytes(b"no photo")
    Image.new("RGB", (40, 30)).save(small)
    soft, sharp = save_told("soft.png", 2.0), save_told("sharp.png")
    assert run_told("best", broken, soft, tmp_path / "none.jpg", sharp, small, *box) == 1
    said = capsys.readouterr()
    assert [line.split("  ")[1] for line in said.out.splitlines()] == [str(sharp), str(soft)]
    # Each is told of once.
    complaints = said.err.splitlines()
    assert len(complaints) == 3
    for complaint, path in zip(complaints, (broken, tmp_path / "none.jpg", small), strict=True):
        assert str(path) in complaint


def test_nothing_readable_is_status_1_and_no_line(run_told, tmp_path, capsys):
    assert run_told("best", tmp_path / "none.jpg") == 1
    assert capsys.readouterr().out == ""


def test_json_has_rank_and_index_beside_what_judge_gives(run_told, save_told, tmp_path, capsys):
    photos = [tmp_path / "none.jpg", save_told("soft.png", 2.0), save_told("sharp.png")]
    assert run_told("best", *photos, "--box", BOX, "--json") == 1
    facts = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(f["rank"], f["index"], f["photo"]) for f in facts] == [
        (1, 2, str(photos[2])),
        (2, 1, str(photos[1])),
    ]
    assert {f["schema"] for f in facts} == {"dbd-mobile-best/1"}
    assert [f["verdict"] for f in facts] == ["sharp", "soft"]
    assert {tuple(f["box_xyxy"]) for f in facts} == {(100, 100, 300, 250)}


def test_shots_of_other_shapes_are_one_sentence_and_status_2(run_told, save_told, tmp_path, capsys):
    Image.new("RGB", (480, 640)).save(tmp_path / "high.png")
    assert run_told("best", save_told("a.png"), tmp_path / "high.png", "--box", BOX) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "number 2 is 480x640, the box is for 640x480" in said.err
    assert len(said.err.splitlines()) == 1
