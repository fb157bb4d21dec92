"""``dbd_mobile.jobs.library``: the photos of folders, conditions, and records."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from dbd_mobile import ArgumentError, InputError
from dbd_mobile.jobs.library import FIELDS, Record, condition_of, open_store, photos_in, scan


def touched(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def names_in(folder, *paths, **options):
    found = photos_in([folder / path for path in paths or [""]], **options)
    return [os.path.relpath(path, folder) for path in found]


def linked(link, target):
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("this system has no links")


def test_photos_of_a_folder_come_in_the_order_of_their_names(tmp_path):
    touched(tmp_path, "c.jpg", "B.JPG", "a.HEIC", "notes.txt", "photo", "d/e.png", "d/f/g.cr2")
    assert names_in(tmp_path) == ["B.JPG", "a.HEIC", "c.jpg"]
    everything = ["B.JPG", "a.HEIC", "c.jpg", "d/e.png", "d/f/g.cr2"]
    assert names_in(tmp_path, recursive=True) == [str(Path(name)) for name in everything]


def test_hidden_files_and_folders_are_left_out_unless_named(tmp_path):
    touched(tmp_path, "a.jpg", ".b.jpg", ".c/d.jpg", ".c/.e.jpg")
    assert names_in(tmp_path, recursive=True) == ["a.jpg"]
    assert names_in(tmp_path, ".c", ".b.jpg") == [str(Path(".c/d.jpg")), ".b.jpg"]


def test_link_to_a_file_is_followed_once_and_one_to_a_folder_not(tmp_path):
    touched(tmp_path, "photos/b.jpg", "elsewhere/c.jpg")
    folder = tmp_path / "photos"
    linked(folder / "a.jpg", folder / "b.jpg")
    linked(folder / "c.jpg", tmp_path / "elsewhere" / "c.jpg")
    linked(folder / "d.jpg", tmp_path / "none.jpg")
    linked(folder / "loop.jpg", "loop.jpg")
    linked(folder / "up", tmp_path)
    assert names_in(folder, recursive=True) == ["a.jpg", "c.jpg"]
    # Named, it is followed.
    assert names_in(folder, "up", recursive=True) == [
        "up/elsewhere/c.jpg",
        "up/photos/a.jpg",
    ]


def test_photo_that_is_reached_twice_is_listed_once(tmp_path):
    touched(tmp_path, "in/a.jpg")
    assert names_in(tmp_path, "in", "", "in/a.jpg", recursive=True) == [str(Path("in/a.jpg"))]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_pipe_with_a_photos_name_is_passed_by(tmp_path):
    os.mkfifo(tmp_path / "a.jpg")
    assert names_in(tmp_path) == []
    with pytest.raises(InputError, match="There is no folder or photo"):
        photos_in([tmp_path / "a.jpg"])


def test_folders_may_be_nested_deeper_than_calls(tmp_path):
    folders = [tmp_path]
    try:
        for _ in range(sys.getrecursionlimit() + 1):
            folders.append(folders[-1] / "d")
            os.mkdir(folders[-1])
        (folders[-1] / "a.jpg").touch()
        assert photos_in([tmp_path], recursive=True) == [folders[-1] / "a.jpg"]
        (folders[-1] / "a.jpg").unlink()
    finally:
        # Who tidies up after the tests calls itself for each.
        for folder in folders[:0:-1]:
            with suppress(OSError):
                folder.rmdir()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_folder_that_cannot_be_read_is_told_of_and_the_rest_goes_on(tmp_path):
    touched(tmp_path, "a/b.jpg", "c/d.jpg")
    (tmp_path / "a").chmod(0)
    told_of = []
    photos = names_in(tmp_path, recursive=True, on_unreadable=told_of.append)
    (tmp_path / "a").chmod(0o700)
    assert (photos, len(told_of)) == (["c/d.jpg"], 1)


RECORD = Record(
    photo="/photos/2026/a.jpg",
    verdict="blurred",
    blur_radius_px=6.0,
    score=0.25,
    motion=True,
    width=4000,
    judged_by="lite",
)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('verdict == "blurred"', True),
        ("verdict != 'blurred'", False),
        ("blur_radius_px > 5 and score <= .25", True),
        ("not (1 < blur_radius_px < 6) or motion", True),
        ("motion == False", False),
        ("width == 4e3", True),
        ("-1 < score", True),
        ("'/2026/' in photo", True),
        ("'/2026/' not in photo", False),
        ("photo < 'a'", True),
        ("score == blur_radius_px", False),
        # What is not known.
        ("confidence < 1", False),
        ("confidence >= 0 or confidence < 0", False),
        ("confidence != 1", False),
        ("confidence == None", True),
        ("verdict != None", True),
        ("taken == '' or 'x' in taken", False),
        ("True", True),
    ],
)
def test_condition_holds_or_not(condition, holds):
    assert condition_of(condition)(RECORD) is holds


@pytest.mark.parametrize(
    ("condition", "what"),
    [
        ("", "no expression"),
        ("verdict =", "no expression"),
        ("verdict = 'blurred'", "no expression"),
        ("score", "it is a number, nothing that holds or not"),
        ("'a' and motion", "'a' is a text"),
        ("verdit == 'sharp'", "verdit is no field"),
        ("score < 'a'", "a number cannot be compared so with a text"),
        ("verdict == 1", "a text cannot be compared so with a number"),
        ("motion < True", "cannot be compared so"),
        ("score in photo", "a number cannot be compared so with a text"),
        ("verdict is None", "cannot be compared so"),
        ("score + 1 > 2", "score + 1 is more than a comparison"),
        ("verdict in ['sharp']", "more than a comparison"),
        ("__import__('os').system('true')", "more than a comparison"),
        ("photo.__class__ == 'a'", "more than a comparison"),
        ("f'{photo}' == 'a'", "more than a comparison"),
        ("(lambda: motion)()", "more than a comparison"),
        ("score < 1j", "1j is no number"),
        ("photo == b'a'", "b'a' is no number and no text"),
        ("-'a' == photo", "a minus"),
        ("score\0 < 1", "no expression"),
        ("(" * 400 + "motion" + ")" * 399, "no expression"),
        ("not " * 240 + "motion)", "no expression"),
        ("motion or " * 200, "more than 1000 characters"),
        ("'\udcff' == photo", "no expression"),
    ],
)
def test_wrong_condition_is_a_sentence_that_names_the_fields(condition, what):
    with pytest.raises(ArgumentError) as wrong:
        condition_of(condition)
    said = str(wrong.value)
    assert what in said
    assert said.endswith(f"; the fields are {', '.join(FIELDS)}.")
    assert len(said.splitlines()) == 1


def test_scan_gives_records_one_by_one_and_takes_a_single_folder(
    save_told, told_detector, tmp_path
):
    for number in range(6):
        save_told(f"{number}.png", 1.0 + number % 2)
    with open_store(tmp_path / "store", "jsonl") as store:
        records = scan(tmp_path, told_detector, store=store, where="verdict == 'soft'", jobs=2)
        assert Path(next(records).photo).name == "1.png"
        records.close()
        assert store.find(str(tmp_path / "1.png")).verdict == "soft"
        assert store.find(str(tmp_path / "5.png")) is None


def test_import_loads_no_job():
    code = (
        "import sys, dbd_mobile; "
        "print([name for name in sys.modules if name.startswith('dbd_mobile.jobs')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
