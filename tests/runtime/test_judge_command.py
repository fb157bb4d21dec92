"""``dbd-mobile judge``: what it prints and draws, and how it ends."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import Strictness, __version__, bundled_models, load_pixels
from dbd_mobile.cli import main

BOX = "100,100,400,300"


def only_line(capsys):
    said = capsys.readouterr()
    assert said.err == ""
    (line,) = said.out.splitlines()
    return line


@pytest.mark.parametrize(
    ("radius_px", "verdict"), [(1.0, "sharp"), (2.0, "soft"), (5.0, "blurred")]
)
def test_line_says_verdict_radius_where_and_why(run_told, save_told, capsys, radius_px, verdict):
    photo = save_told("photo.png", radius_px)
    assert run_told("judge", photo, "--box", BOX) == 0
    path, got, radius, where, reason = only_line(capsys).split("  ")
    assert (path, got, where) == (str(photo), verdict, f"box {BOX}")
    assert float(radius.removesuffix(" px")) == pytest.approx(radius_px, abs=0.2)
    assert reason == f"{verdict} at 100 %: blur radius {radius}"


def test_subject_is_looked_for_without_a_box(run_told, told, tmp_path, capsys):
    # Bright is blurred to the map: all but a part near the middle.
    pixels = np.full((480, 640, 3), 255, np.uint8)
    pixels[128:384, 192:448] = told.photo(256, 256, 2.0)
    Image.fromarray(pixels).save(tmp_path / "photo.png")
    assert run_told("judge", tmp_path / "photo.png") == 0
    _, verdict, _, where, _ = only_line(capsys).split("  ")
    assert verdict == "soft"
    what, _, box = where.rpartition(" ")
    assert what == "subject within"
    assert np.abs(np.array(box.split(","), int) - (192, 128, 448, 384)).max() <= 32


def test_undecidable_is_a_verdict_and_no_failure(run_told, save_told, told, capsys):
    photo = save_told("photo.png", green=told.UNSURE)
    assert run_told("judge", photo, "--box", BOX) == 0
    assert only_line(capsys).split("  ")[1:3] == ["undecidable", "-"]


def test_box_may_have_fractions_and_stick_out(run_told, save_told, capsys):
    assert run_told("judge", save_told("photo.png"), "--box=-10,99.5,2000,300") == 0
    assert "box 0,99,640,300" in only_line(capsys)


def test_json_is_one_object_a_line_and_nothing_else(
    run_told, save_told, told, told_detector, tmp_path, capsys
):
    photos = [save_told("a.png", 2.0), tmp_path / "none.png", save_told("b.png", green=told.UNSURE)]
    assert run_told("judge", *photos, "--box", BOX, "--json", "--at-width", 320) == 1
    said = capsys.readouterr()
    soft, undecidable = (json.loads(line) for line in said.out.splitlines())
    focus = told_detector.judge(photos[0], (100, 100, 400, 300), at_width=320)
    expected = {key: value for key, value in focus.to_dict().items() if key != "timings_ms"}
    assert soft.items() >= expected.items()
    assert soft["timings_ms"].keys() == focus.timings_ms.keys()
    assert (soft["schema"], soft["version"]) == ("dbd-mobile-judge/1", __version__)
    assert soft["photo"] == str(photos[0])
    assert soft["model"]["sha256"] == told_detector.model_sha256
    assert soft["detail"]["sha256"] == told_detector.detail_sha256
    assert soft["detail"]["name"].endswith("tiny_detail.tflite")
    assert soft["strictness"]["name"] == "pixel"
    assert undecidable["verdict"] == "undecidable"
    assert undecidable["blur_radius_px"] is None
    assert said.err == f"dbd-mobile: There is no photo {photos[1]}.\n"


def test_json_holds_every_name_that_a_photo_may_have(run_told, save_told, tmp_path, capsys):
    path = tmp_path / "\u2603\n\udcff.png"
    try:
        shutil.copyfile(save_told("plain.png"), path)
    except OSError:
        pytest.skip("this file system does not take such a name")
    assert run_told("judge", path, "--json") == 0
    facts = json.loads(only_line(capsys))
    # Half a surrogate pair is no text, which strict parsers refuse.
    assert facts["photo"].encode("utf-8").decode() == str(tmp_path / "\u2603\n\\udcff.png")


def test_width_and_strictness_make_the_verdict(run_told, save_told, tmp_path, capsys):
    photo = save_told("photo.png", 2.0)
    own = tmp_path / "own.json"
    Strictness(name="own", max_radius_px=2.5).save(own)

    def verdict(*arguments):
        assert run_told("judge", photo, "--box", BOX, *arguments) == 0
        return only_line(capsys).split("  ")[1]

    assert verdict() == "soft"
    assert verdict("--at-width", 320) == "sharp"
    assert verdict("--strictness", "web") == "blurred"
    assert verdict("--strictness", "web", "--at-width", 640) == "soft"
    assert verdict("--strictness", own) == "sharp"


def test_others_are_judged_when_some_photos_fail(run_told, save_told, tmp_path, capsys):
    broken, small = tmp_path / "broken.jpg", tmp_path / "small.png"
    broken.write_bytes(b"no photo")
    Image.new("RGB", (63, 100)).save(small)
    low = tmp_path / "low.png"
    Image.new("RGB", (640, 100)).save(low)
    photo = save_told("photo.png")
    assert run_told("judge", broken, small, low, photo, tmp_path, "--box", "0,200,90,300") == 1
    said = capsys.readouterr()
    assert [line.split("  ")[0] for line in said.out.splitlines()] == [str(photo)]
    complaints = said.err.splitlines()
    assert len(complaints) == 4
    for complaint, path in zip(complaints, (broken, small, low, tmp_path), strict=True):
        assert str(path) in complaint
    assert "64 pixels at least" in complaints[1]
    assert "at least one pixel in the photo of 640x100" in complaints[2]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "heavy"], "no model 'heavy'"),
        (["--detail", "heavy"], "no model 'heavy'"),
        (["--detail", "lite"], "gives a blur map"),
        (["--strictness", "harsh"], "no strictness harsh: use web, print, pixel or a file"),
        (["--strictness", __file__], "no strictness that dbd-mobile saved"),
        (["--at-width", "2000000"], "at_width is from 1 to"),
        (["-o", __file__], "cannot be made"),
    ],
)
def test_what_stops_the_whole_command_is_one_line_and_status_2(
    run_told, save_told, capsys, arguments, sentence
):
    assert run_told("judge", save_told("a.png"), save_told("b.png"), *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["x.jpg", "--box", "1,2,3"],
        ["x.jpg", "--box", "1,2,3,x"],
        ["x.jpg", "--box", "5,0,5,9"],
        ["x.jpg", "--box", "0,0,nan,9"],
        ["x.jpg", "--at-width", "0"],
    ],
)
def test_wrong_arguments_end_with_status_2(run_told, capsys, arguments):
    with pytest.raises(SystemExit) as end:
        run_told("judge", *arguments)
    assert end.value.code == 2
    assert "usage: dbd-mobile judge" in capsys.readouterr().err


def test_help_says_what_the_exit_status_means(run_told, capsys):
    with pytest.raises(SystemExit) as end:
        run_told("judge", "--help")
    assert end.value.code == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Exit status: 0 all went well; 1 some photos failed" in said
    assert "seen at 100 %" in said


def test_picture_shows_the_photo_with_what_was_found(
    run_told, save_told, told_detector, tmp_path, capsys
):
    photo, out = save_told("photo.png", 2.0), tmp_path / "new" / "out"
    assert run_told("judge", photo, "--box", BOX, "-o", out) == 0
    assert os.listdir(out) == ["photo.focus.jpg"]
    focus = told_detector.judge(photo, (100, 100, 400, 300))
    expected = told_detector.measure(photo).picture(photo, focus)
    with Image.open(out / "photo.focus.jpg") as image:
        assert (image.format, image.size) == ("JPEG", expected.size)
        difference = np.abs(np.asarray(image, int) - np.asarray(expected, int))
    # What JPEG takes from lines of one pixel.
    assert difference.mean() < 8


def test_what_is_said_does_not_depend_on_what_is_drawn(run_told, told, tmp_path, capsys):
    """Seen at half its width a JPEG is judged on half of it, drawn on or not."""
    photo = tmp_path / "photo.jpg"
    Image.fromarray(told.photo(1280, 960, 2.0)).save(photo, quality=95)
    said = []
    for output in ([], ["-o", tmp_path / "out"]):
        assert run_told("judge", photo, "--at-width", 640, "--box", BOX, *output) == 0
        said.append(only_line(capsys))
    assert said[0] == said[1]
    with Image.open(tmp_path / "out" / "photo.focus.jpg") as image:
        assert image.width == 1280


def test_picture_of_a_turned_photo_is_upright(run_told, told, tmp_path):
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(told.photo(640, 480)).save(path, exif=exif)
    assert run_told("judge", path, "-o", tmp_path / "out") == 0
    assert load_pixels(tmp_path / "out" / "turned.focus.jpg").size_wh[0] == 480


def test_picture_of_an_earlier_run_is_replaced(run_told, save_told, tmp_path):
    photo, out = save_told("photo.png", 1.0), tmp_path / "out"
    pictures = []
    for box in (BOX, "0,0,640,480"):
        assert run_told("judge", photo, "--box", box, "-o", out) == 0
        pictures.append((out / "photo.focus.jpg").read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", None])
def test_foreign_file_is_never_replaced(run_told, save_told, tmp_path, capsys, kind):
    photo, foreign = save_told("photo.png"), tmp_path / "photo.focus.jpg"
    if kind is None:
        foreign.write_bytes(b"mine")
    else:
        Image.new("RGB", (8, 8), "green").save(foreign, kind)
    before = foreign.read_bytes()
    assert run_told("judge", photo, "-o", tmp_path) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "photo.focus.jpg would replace a file that dbd-mobile did not write" in said.err
    assert foreign.read_bytes() == before


def test_photo_and_picture_of_another_photo_are_never_replaced(
    run_told, save_told, tmp_path, capsys
):
    photo, other, out = save_told("photo.png"), save_told("other/photo.png"), tmp_path / "out"
    assert run_told("judge", photo, other, "-o", out) == 1
    assert f"{other} is left out" in capsys.readouterr().err
    trap = tmp_path / "photo.focus.jpg"
    shutil.copyfile(out / "photo.focus.jpg", trap)
    before = trap.read_bytes()
    assert run_told("judge", photo, trap, "-o", tmp_path) == 1
    assert "would replace a photo" in capsys.readouterr().err
    assert trap.read_bytes() == before


def test_bundled_models_are_taken_unless_others_are_named(photo_file, capsys):
    assert main(["judge", str(photo_file), "--json", "--threads", "1"]) == 0
    facts = json.loads(only_line(capsys))
    bundled = bundled_models()
    for name, part in (("lite", "model"), ("detail", "detail")):
        assert facts[part] == {"name": name, "sha256": bundled[name]["sha256"]}
    assert facts["size_wh"] == [320, 240]


@pytest.mark.skipif(sys.platform == "win32", reason="closes a descriptor as shells do")
@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_closed_output_is_no_error(closed, tmp_path):
    photo = tmp_path / "photo.png"
    Image.new("RGB", (80, 80)).save(photo)
    command = f'"$0" -m dbd_mobile judge "$1" {closed}'
    done = subprocess.run(
        ["sh", "-c", command, sys.executable, str(photo)], capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
