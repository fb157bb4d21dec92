"""``dbd-mobile calibrate``: the strictness that it finds, prints and writes, and how it ends."""

import os

import pytest
from PIL import Image

from dbd_mobile import Strictness


@pytest.fixture
def folders(save_told, tmp_path):
    """Photos that one is content with, and others; one of the former is worse than some latter."""
    for name, radius in (("a", 1.0), ("b", 1.2), ("c", 1.4), ("d", 2.6)):
        save_told(f"good/{name}.png", radius)
    for name, radius in (("a", 2.0), ("b", 3.0), ("c", 4.0)):
        save_told(f"bad/{name}.png", radius)
    return tmp_path / "good", tmp_path / "bad"


def test_threshold_and_the_photos_on_its_wrong_side_are_said(run_told, folders, tmp_path, capsys):
    good, bad = folders
    file = tmp_path / "mine.json"
    assert run_told("calibrate", good, bad, "-o", file) == 0
    said = capsys.readouterr()
    strictness = Strictness.load(file)
    assert (strictness.name, strictness.at_width) == ("mine", None)
    assert 1.4 < strictness.max_radius_px < 2.0
    first, of_good, wrong, of_bad = said.out.splitlines()
    assert first.startswith(f"sharp up to a radius of {strictness.max_radius_px:.2f} px, as seen")
    assert first.endswith(f"at 100 %; written to {file}")
    assert of_good == "good: 3 of 4 on the right side"
    assert wrong.startswith(f"{good / 'd.png'}  good, on the wrong side: 2.")
    assert of_bad == "bad: 3 of 3 on the right side"
    assert said.err == ""


def test_judge_takes_the_file(run_told, folders, save_told, tmp_path, capsys):
    file = tmp_path / "mine.json"
    assert run_told("calibrate", *folders, "-o", file, "--at-width", 320) == 0
    assert "as seen 320 pixels wide" in capsys.readouterr().out
    assert Strictness.load(file).at_width == 320
    photos = [save_told("sharp.png", 1.3), save_told("soft.png", 2.2)]
    assert run_told("judge", *photos, "--strictness", file) == 0
    verdicts = [line.split("  ")[1] for line in capsys.readouterr().out.splitlines()]
    assert verdicts == ["sharp", "soft"]


def test_undecidable_photos_and_other_files_do_not_count(
    run_told, folders, save_told, told, tmp_path, capsys
):
    good, bad = folders
    flat = save_told("bad/flat.png", green=told.UNSURE)
    (good / "notes.txt").write_text("no photo")
    (good / ".hidden.jpg").write_text("no photo")
    (good / "folder.jpg").mkdir()
    assert run_told("calibrate", good, bad, "-o", tmp_path / "mine.json") == 0
    said = capsys.readouterr()
    assert said.err == ""
    assert f"{flat}  does not count: no texture" in said.out
    assert "bad: 3 of 3 on" in said.out


def test_photo_that_cannot_be_read_is_a_sentence_and_status_1(run_told, folders, tmp_path, capsys):
    good, bad = folders
    (bad / "broken.JPG").write_text("no photo")
    assert run_told("calibrate", good, bad, "-o", tmp_path / "mine.json") == 1
    said = capsys.readouterr()
    (complaint,) = said.err.splitlines()
    assert str(bad / "broken.JPG") in complaint
    assert "bad: 3 of 3 on" in said.out
    assert (tmp_path / "mine.json").is_file()


def test_strictness_of_an_earlier_run_is_replaced(run_told, folders, tmp_path):
    file = tmp_path / "mine.json"
    Strictness(name="old", max_radius_px=9).save(file)
    assert run_told("calibrate", *folders, "-o", file) == 0
    assert Strictness.load(file).name == "mine"
    assert [name for name in os.listdir(tmp_path) if name.endswith(".part")] == []


@pytest.mark.parametrize("content", ['{"shapes": []}', "no JSON"])
def test_file_that_is_no_strictness_is_never_replaced(run_told, folders, tmp_path, capsys, content):
    file = tmp_path / "mine.json"
    file.write_text(content)
    assert run_told("calibrate", *folders, "-o", file) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert f"{file} is no strictness that dbd-mobile saved. It is not replaced" in said.err
    assert file.read_text() == content


def test_what_stops_the_command_is_one_line_and_status_2(
    run_told, folders, save_told, told, tmp_path, capsys
):
    good, bad = folders
    file = tmp_path / "mine.json"
    flat = save_told("flat/a.png", green=told.UNSURE).parent
    empty = tmp_path / "empty"
    empty.mkdir()
    for arguments, sentence in (
        ((bad, good, "-o", file), "The good photos are not sharper"),
        ((good, empty, "-o", file), f"no photo in the folder {empty}"),
        ((tmp_path / "none", bad, "-o", file), "cannot be read"),
        ((good / "a.png", bad, "-o", file), "cannot be read"),
        ((good, flat, "-o", file), "needs a good and a bad photo at least, got 4 and 0"),
        ((good, bad, "-o", tmp_path / "none" / "mine.json"), "no folder"),
        ((good, bad, "-o", empty), "It is not replaced"),
    ):
        assert run_told("calibrate", *arguments) == 2
        said = capsys.readouterr().err
        assert sentence in said
        assert len(said.splitlines()) == 1
    assert not file.exists()


def test_small_photo_is_told_of_by_its_name(run_told, folders, tmp_path, capsys):
    good, bad = folders
    Image.new("RGB", (40, 30)).save(good / "small.png")
    assert run_told("calibrate", good, bad, "-o", tmp_path / "mine.json") == 1
    assert f"{good / 'small.png'}: A photo has sides of 64" in capsys.readouterr().err
