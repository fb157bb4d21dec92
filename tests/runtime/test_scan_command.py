"""``dbd-mobile scan``: what it finds, prints and keeps, and how it ends."""

import csv
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from PIL import Image

from dbd_mobile.jobs.library import FIELDS, open_store

DATA = Path(__file__).parent / "data"
MODELS = ("--model", DATA / "tiny_int8.tflite", "--detail", DATA / "tiny_detail.tflite")
KINDS = ("jsonl", "csv", "sqlite")
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals and limits of POSIX")


def printed(capsys):
    said = capsys.readouterr()
    assert said.err == ""
    return [json.loads(line) for line in said.out.splitlines()]


def stored(path, kind):
    """The records in a store as any other program reads them; numbers of CSV are texts."""
    if kind == "jsonl":
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    if kind == "csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    database = sqlite3.connect(path)
    database.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in database.execute("SELECT * FROM photos ORDER BY rowid")]
    finally:
        database.close()


def photos_of(path, kind):
    return [os.path.basename(record["photo"]) for record in stored(path, kind)]


@pytest.fixture
def library(save_told, tmp_path):
    """A folder of a sharp, a blurred and a broken photo, and a soft one in a folder in it."""
    save_told("library/sharp.png")
    save_told("library/blurred.png", 6.0)
    (tmp_path / "library" / "in").mkdir()
    save_told("library/in/soft.png", 2.0)
    (tmp_path / "library" / "broken.jpg").write_bytes(b"no photo")
    (tmp_path / "library" / "notes.txt").write_text("no photo either")
    return tmp_path / "library"


def test_stdout_gets_an_object_a_photo(run_told, save_told, told_detector, tmp_path, capsys):
    photo = save_told("photo.png", 2.0)
    assert run_told("scan", tmp_path) == 0
    (record,) = printed(capsys)
    schema = json.loads((files("dbd_mobile") / "schemas/scan_record.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(record)
    assert set(schema["required"]) == record.keys() == {"schema", "version", *FIELDS}
    focus, blur_map = told_detector.judge(photo), told_detector.detect(photo)
    names = ("verdict", "reason", "blur_radius_px", "score", "sharp_width_px", "confidence")
    assert {name: record[name] for name in names} == {n: getattr(focus, n) for n in names}
    box = [record[f"box_{side}"] for side in ("left", "top", "right", "bottom")]
    assert (box, record["width"], record["height"]) == (list(focus.box_xyxy), 640, 480)
    assert record["blurred_fraction"] == blur_map.blurred_fraction
    assert record["photo"] == str(photo)
    assert record["bytes"] == photo.stat().st_size
    assert record["error"] is None


def test_width_and_strictness_are_those_of_judge(run_told, told, told_detector, tmp_path, capsys):
    photo = tmp_path / "photo.jpg"
    Image.fromarray(told.photo(1280, 960, 2.0)).save(photo, quality=95)
    assert run_told("scan", tmp_path, "--at-width", 400, "--strictness", "web") == 0
    (record,) = printed(capsys)
    focus = told_detector.judge(photo, at_width=400, strictness="web")
    assert (record["verdict"], record["reason"]) == (focus.verdict, focus.reason)


def test_broken_photo_is_an_object_with_an_error_and_the_rest_goes_on(run_told, library, capsys):
    assert run_told("scan", library, "--recursive", "--jobs", 3) == 1
    said = capsys.readouterr()
    records = [json.loads(line) for line in said.out.splitlines()]
    verdicts = {os.path.basename(record["photo"]): record["verdict"] for record in records}
    assert verdicts == {
        "blurred.png": "blurred",
        "broken.jpg": None,
        "sharp.png": "sharp",
        "soft.png": "soft",
    }
    assert "is not a photo" in records[1]["error"]
    assert said.err == f"dbd-mobile: {records[1]['error']}\n"
    assert str(library / "broken.jpg") in said.err


def test_folders_within_are_left_out_unless_asked_for(run_told, library, capsys):
    (library / "broken.jpg").unlink()
    assert run_told("scan", library) == 0
    assert len(printed(capsys)) == 2


def test_missing_folder_is_one_line_and_the_rest_goes_on(run_told, save_told, tmp_path, capsys):
    save_told("photo.png")
    assert run_told("scan", tmp_path / "none", tmp_path) == 1
    said = capsys.readouterr()
    assert said.err == f"dbd-mobile: There is no folder or photo {tmp_path / 'none'}.\n"
    assert len(said.out.splitlines()) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_store_has_every_photo_and_stdout_a_summary(run_told, library, tmp_path, capsys, kind):
    store = tmp_path / f"store.{kind}"
    assert run_told("scan", library, "--recursive", f"--{kind}", store) == 1
    said = capsys.readouterr()
    assert said.out == f"4 photos: 1 sharp, 1 soft, 1 blurred, 1 not read; in {store}\n"
    records = stored(store, kind)
    assert [bool(record["error"]) for record in records] == [False, True, False, False]
    assert records[0].keys() >= FIELDS.keys()
    assert float(records[0]["blur_radius_px"]) == pytest.approx(6, abs=0.5)
    assert sorted(os.listdir(tmp_path)) == ["library", store.name]


@pytest.mark.parametrize("kind", KINDS)
def test_resumed_store_gets_what_is_new_and_what_has_changed(
    run_told, save_told, tmp_path, capsys, monkeypatch, kind
):
    for name in ("a.png", "b.png", "c.png"):
        save_told(f"photos/{name}")
    scan = ("scan", tmp_path / "photos", f"--{kind}", tmp_path / "store", "--resume")
    assert run_told(*scan) == 0
    before = stored(tmp_path / "store", kind)
    save_told("photos/b.png", 6.0)
    save_told("photos/d.png")
    looked_at = watch_decoding(monkeypatch)
    assert run_told(*scan) == 0
    assert sorted(looked_at) == ["b.png", "d.png"]
    after = stored(tmp_path / "store", kind)
    assert sorted(map(os.path.basename, (record["photo"] for record in after))) == [
        "a.png",
        "b.png",
        "c.png",
        "d.png",
    ]
    assert {r["photo"]: r["verdict"] for r in after}[str(tmp_path / "photos/b.png")] == "blurred"
    assert [record for record in after if record["photo"].endswith(("a.png", "c.png"))] == [
        record for record in before if record["photo"].endswith(("a.png", "c.png"))
    ]
    # What changes nothing but the time changes the file too.
    os.utime(tmp_path / "photos" / "a.png", (1, 1))
    looked_at.clear()
    assert run_told(*scan) == 0
    assert looked_at == ["a.png"]


def watch_decoding(monkeypatch):
    """The names of the photos that are decoded from now on."""
    from dbd_mobile.jobs.library import library_scan

    load, names = library_scan.load_pixels, []

    def watched(photo, **options):
        names.append(photo.name)
        return load(photo, **options)

    monkeypatch.setattr(library_scan, "load_pixels", watched)
    return names


@pytest.mark.parametrize("kind", KINDS)
def test_what_could_not_be_read_is_tried_again_and_is_there_once(
    run_told, library, tmp_path, monkeypatch, kind
):
    scan = ("scan", library, f"--{kind}", tmp_path / "store", "--resume")
    assert run_told(*scan) == 1
    looked_at = watch_decoding(monkeypatch)
    assert run_told(*scan) == 1
    assert looked_at == ["broken.jpg"]
    assert photos_of(tmp_path / "store", kind) == ["blurred.png", "broken.jpg", "sharp.png"]


def test_other_models_or_strictness_judge_again(run_told, save_told, tmp_path, capsys):
    save_told("photos/a.png", 2.0)
    scan = ("scan", tmp_path / "photos", "--jsonl", tmp_path / "store", "--resume")
    assert run_told(*scan) == 0
    assert run_told(*scan, "--at-width", 320) == 0
    (record,) = stored(tmp_path / "store", "jsonl")
    assert record["verdict"] == "sharp"
    assert "sharp up to 1.85 px at 320 pixels" in record["judged_by"]


def test_store_that_is_there_is_gone_on_with_only_when_asked(run_told, library, tmp_path, capsys):
    store = tmp_path / "store"
    assert run_told("scan", library, "--csv", store) == 1
    before = store.read_bytes()
    capsys.readouterr()
    assert run_told("scan", library, "--csv", store) == 2
    said = capsys.readouterr()
    assert said.err == (
        f"dbd-mobile: {store} is there already: go on with it by resume (--resume), or name "
        f"another file.\n"
    )
    assert store.read_bytes() == before


FOREIGN = [b"mine", b"mine\n", b"{}\n", b'{"a": 1}', b"a,b\n1,2\n", b"[" * 9999 + b"\n", b"\xff\n"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("content", FOREIGN)
def test_foreign_file_is_never_written_to(run_told, library, tmp_path, capsys, kind, content):
    store = tmp_path / "store"
    store.write_bytes(content)
    assert run_told("scan", library, f"--{kind}", store, "--resume") == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert str(store) in said.err
    assert store.read_bytes() == content


def test_foreign_database_is_never_written_to(run_told, library, tmp_path, capsys):
    store = tmp_path / "store"
    database = sqlite3.connect(store)
    database.execute("CREATE TABLE photos (photo)")
    database.commit()
    database.close()
    before = store.read_bytes()
    assert run_told("scan", library, "--sqlite", store, "--resume") == 2
    assert "was not written by `dbd-mobile scan`" in capsys.readouterr().err
    assert store.read_bytes() == before


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_last_line_that_is_not_whole_is_cut_off(run_told, library, tmp_path, kind):
    whole = tmp_path / "whole"
    assert run_told("scan", library, f"--{kind}", whole) == 1
    content = whole.read_bytes()
    store = tmp_path / "store"
    for length in range(0, len(content), 97):
        store.write_bytes(content[:length])
        with open_store(store, kind, resume=True):
            pass
        left = store.read_bytes()
        assert left.endswith(b"\n") or not left
        assert content.startswith(left)
    store.write_bytes(content[:-3])
    assert run_told("scan", library, f"--{kind}", store, "--resume") == 1
    assert store.read_bytes() == content


@pytest.mark.parametrize("kind", KINDS)
def test_second_run_on_a_store_is_refused(run_told, library, tmp_path, capsys, kind):
    store = tmp_path / "store"
    with open_store(store, kind):
        assert run_told("scan", library, f"--{kind}", store, "--resume") == 2
    assert capsys.readouterr().err == (
        f"dbd-mobile: Another process writes to {store}: wait for its end, or stop it.\n"
    )
    assert run_told("scan", library, f"--{kind}", store, "--resume") == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--resume"], "--resume goes on with a file"),
        (["--jsonl", "none/store"], "There is no folder for none/store."),
        (["--jsonl", "."], ". is no file: name another one."),
        (["--sqlite", os.devnull, "--resume"], "is no file: name another one."),
        (["--where", "verdit == 1"], "verdit is no field"),
        (["--strictness", "harsh"], "no strictness harsh"),
        (["--jobs", "257"], "jobs is a whole number from 1 to 256"),
        (["--model", "heavy"], "no model 'heavy'"),
    ],
)
def test_what_stops_the_whole_command_is_one_line_and_status_2(
    run_told, library, capsys, monkeypatch, arguments, sentence
):
    monkeypatch.chdir(library)
    assert run_told("scan", ".", *arguments) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert sentence in said.err


def test_condition_chooses_what_is_printed_and_the_store_gets_all(
    run_told, library, tmp_path, capsys
):
    store = tmp_path / "store"
    scan = ("scan", library, "--jsonl", store, "--resume", "--where")
    for condition, names in (
        ('verdict == "blurred"', ["blurred.png"]),
        # From the store, as nothing is judged again.
        ('verdict != "blurred" and error == None', ["sharp.png"]),
        ("blur_radius_px > 100", []),
    ):
        assert run_told(*scan, condition) == 1
        lines = capsys.readouterr().out.splitlines()
        assert [os.path.basename(json.loads(line)["photo"]) for line in lines] == names
        assert len(stored(store, "jsonl")) == 3
    assert run_told("scan", library, "--where", "score > .9") == 1
    assert len(capsys.readouterr().out.splitlines()) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_names_may_hold_anything_that_a_file_system_takes(run_told, save_told, tmp_path, kind):
    plain, folder = save_told("plain.png"), tmp_path / "photos"
    folder.mkdir()
    names = ['a"b, c;\n.png', "\r.png", "\u2603\udcff.png", "'=1+1.png", "[red].png"]
    try:
        for name in names:
            shutil.copyfile(plain, folder / name)
    except OSError:
        pytest.skip("this file system does not take such names")
    store = tmp_path / "store"
    for _ in range(2):
        assert run_told("scan", folder, f"--{kind}", store, "--resume") == 0
        records = stored(store, kind)
        said = [name.replace("\udcff", "\\udcff") for name in names]
        assert sorted(record["photo"] for record in records) == sorted(
            f"{folder}/{n}" for n in said
        )
        for record in records:
            # A lone surrogate is no text: strict parsers refuse it.
            json.dumps(record, ensure_ascii=False).encode()


def test_capture_time_is_that_of_exif(run_told, told, tmp_path, capsys):
    for name, taken in (("a", "2026:05:01 12:00:00"), ("b", "    "), ("c", "0000:00:00 00:00:00")):
        exif = Image.Exif()
        exif.get_ifd(0x8769).update({0x9003: taken, 0x9291: "25"})
        Image.fromarray(told.photo(640, 480)).save(tmp_path / f"{name}.jpg", exif=exif)
    assert run_told("scan", tmp_path) == 0
    times = [record["taken"] for record in printed(capsys)]
    assert times == ["2026-05-01T12:00:00.25", None, None]


def started(*arguments):
    # A background job ignores SIGINT, and what it starts does so too.
    listen = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    return subprocess.Popen(
        [str(part) for part in (sys.executable, "-m", "dbd_mobile", "scan", *MODELS, *arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **listen if os.name == "posix" else {},
    )


@pytest.fixture
def many(tmp_path, told):
    """A folder of 120 photos, one of them broken."""
    folder = tmp_path / "many"
    folder.mkdir()
    Image.fromarray(told.photo(640, 480, 2.0)).save(folder / "000.png")
    for number in range(1, 120):
        shutil.copyfile(folder / "000.png", folder / f"{number:03}.png")
    (folder / "060.png").write_bytes(b"broken")
    return folder


def lines_in(store, kind):
    """How many records others see in a store that is being written."""
    try:
        return len(stored(store, kind))
    except (OSError, sqlite3.Error):
        return 0


def wait_for(store, kind, count, process):
    while lines_in(store, kind) < count and process.poll() is None:
        time.sleep(0.003)


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_any_moment_it_goes_on_with_nothing_lost_or_twice(many, tmp_path, kind):
    store, kept = tmp_path / "store", []
    rng = np.random.default_rng(0)
    for _ in range(3):
        process = started(many, f"--{kind}", store, "--resume", "--jobs", 2)
        wait_for(store, kind, len(kept) + 1, process)
        time.sleep(rng.uniform(0, 0.03))
        process.kill()
        process.communicate()
        before, kept = kept, stored(store, kind)
        # What was there is there as it was: a line more or less would be no line.
        assert kept[: len(before)] == before
    process = started(many, f"--{kind}", store, "--resume")
    process.communicate()
    assert process.returncode == 1
    assert Counter(photos_of(store, kind)) == {f"{number:03}.png": 1 for number in range(120)}
    assert stored(store, kind)[: len(kept)] == kept


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("kind", KINDS)
def test_signals_leave_the_store_whole_and_say_how_to_go_on(many, tmp_path, kind, name):
    store, number = tmp_path / "store", getattr(signal, name)
    process = started(many, f"--{kind}", store)
    wait_for(store, kind, 3, process)
    process.send_signal(number)
    out, err = process.communicate()
    assert (process.returncode, out) == (128 + number, "")
    how, interrupted = err.splitlines()[-2:]
    assert how.endswith(f" photos are in {store}: the same command with --resume goes on.")
    assert interrupted == "dbd-mobile: interrupted."
    assert 3 <= len(stored(store, kind)) < 120
    assert sorted(os.listdir(tmp_path)) == ["many", "store"]


@posix
def test_full_disk_is_one_line_and_leaves_whole_lines(many, tmp_path):
    limited = (
        "import resource, sys; from dbd_mobile.cli import main; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000)); sys.exit(main(sys.argv[1:]))"
    )
    store = tmp_path / "store"
    command = (sys.executable, "-c", limited, "scan", *MODELS, many, "--jsonl", store)
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"dbd-mobile: {store} cannot be written: File too large.\n"
    assert 5 <= len(stored(store, "jsonl")) < 10
