"""``dbd-mobile burst``: which bursts it finds, what it moves and links, and how it ends."""

import hashlib
import json
import os
import shlex
import signal
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

from dbd_mobile import ArgumentError, InputError
from dbd_mobile.jobs.library import sort_bursts, undo_moves
from dbd_mobile.jobs.library.bursts import JOURNAL

DATA = Path(__file__).parent / "data"
MODELS = ("--model", DATA / "tiny_int8.tflite", "--detail", DATA / "tiny_detail.tflite")
posix = pytest.mark.skipif(os.name != "posix", reason="needs signals and rights of POSIX")


@pytest.fixture
def shoot(told, tmp_path):
    """Writes a photo of a scene that tells its radius, taken so many seconds after noon."""

    def save(name, second, radius_px=1.0, *, scene=1, green=0, wh=(320, 240)):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = told.photo(*wh, radius_px, green=green)
        # Blue tells motion, which nothing here depends on.
        texture = np.random.default_rng(scene).integers(0, 128, (16, 16), np.uint8)
        pixels[..., 2] = np.kron(texture, np.ones((wh[1] // 16, wh[0] // 16), np.uint8))
        exif = Image.Exif()
        exif[0x0110] = "Camera"
        if second is not None:
            whole, fraction = divmod(round(second * 100), 100)
            minute, whole = divmod(whole, 60)
            taken = f"2026:05:01 12:{minute:02}:{whole:02}"
            exif.get_ifd(0x8769).update({0x9003: taken, 0x9291: f"{fraction:02}"})
        # The pixels tell the radius: no JPEG, whatever the name says.
        with path.open("wb") as file:
            Image.fromarray(pixels).save(file, "PNG", exif=exif)
        return path

    return save


@pytest.fixture
def library(shoot, tmp_path):
    """Two bursts with files that belong to them, photos of none, and a broken one."""
    folder = tmp_path / "photos"
    for number, radius_px in enumerate([4.0, 1.0, 3.0]):
        shoot(f"photos/a{number}.JPG", 0.2 * number, radius_px)
    for name in ("a0.JPG.xmp", "a0.xmp", "a0.MOV", "a1.xmp", "a2.CR3", "a2.CR3.xmp", "a20.xmp"):
        (folder / name).write_text(f"of {name}")
    for number, radius_px in enumerate([2.0, 1.0]):
        shoot(f"photos/in/a{number}.JPG", 60 + number, radius_px, scene=2)
    shoot("photos/single.png", 120)
    shoot("photos/untimed.png", None)
    (folder / "broken.jpg").write_bytes(b"no photo")
    return folder


A_GOES = ["a0.JPG", "a0.JPG.xmp", "a0.MOV", "a0.xmp", "a2.CR3", "a2.CR3.xmp", "a2.JPG"]


def tree(folder):
    """What is where: relative paths with hashes, but for journals."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(JOURNAL)
    }


def objects(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_dry_run_says_what_would_be_done_and_does_nothing(run_told, library, tmp_path, capsys):
    before, rest = tree(tmp_path), tmp_path / "rest"
    assert run_told("burst", library, "--recursive", "--move-to", rest) == 1
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split("  ")[:2] for line in lines if line.startswith("Burst")] == [
        ["Burst of 3, 2026-05-01 12:00:00.00"],
        ["Burst of 2, 2026-05-01 12:01:00.00"],
    ]
    shown = [line.split("  ") for line in lines if line.startswith("  ")]
    assert [(row[1], os.path.relpath(row[2], library), row[3]) for row in shown] == [
        ("1", "a1.JPG", "sharp"),
        ("2", "a2.JPG", "soft"),
        ("3", "a0.JPG", "blurred"),
        ("1", os.path.join("in", "a1.JPG"), "sharp"),
        ("2", os.path.join("in", "a0.JPG"), "soft"),
    ]
    assert [row[6] if len(row) > 6 else None for row in shown] == [
        None,
        f"would be moved to {rest / 'a2.JPG'}, with 2 more files",
        f"would be moved to {rest / 'a0.JPG'}, with 3 more files",
        None,
        f"would be moved to {rest / 'in' / 'a0.JPG'}",
    ]
    assert lines[-1] == (
        f"2 bursts, 5 shots in all. Nothing was moved yet: --apply would move 3 shots (8 files) "
        f"to {rest}."
    )
    broken, untimed = said.err.splitlines()
    assert "is not a photo" in broken
    assert str(library / "broken.jpg") in broken
    assert untimed == (
        "dbd-mobile: 2 of 8 shots do not say when they were taken: they are in no burst."
    )
    assert tree(tmp_path) == before
    assert not rest.exists()


def test_all_but_the_best_are_moved_with_what_belongs_to_them_and_come_back(
    run_told, library, tmp_path, capsys
):
    (library / "broken.jpg").unlink()
    before, rest = tree(library), tmp_path / "rest"
    assert run_told("burst", library, "--recursive", "--move-to", rest, "--apply") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].endswith(f"  moved to {rest / 'a2.JPG'}, with 2 more files")
    assert lines[-1] == (
        f"2 bursts, 5 shots in all. 3 shots (8 files) moved to {rest}; `dbd-mobile burst {rest} "
        f"--undo --apply` moves them back."
    )
    assert sorted(tree(rest)) == [*A_GOES, "in/a0.JPG"]
    assert {**tree(library), **tree(rest)} == before
    # The best ones are alone now.
    assert run_told("burst", library, "--recursive", "--move-to", rest, "--apply") == 0
    assert "0 bursts, 0 shots in all" in capsys.readouterr().out
    after = tree(tmp_path)
    assert run_told("burst", rest, "--undo") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == "Nothing was moved yet: --apply would move 8 files back."
    assert lines[0] == f"{rest / 'in' / 'a0.JPG'} -> {library / 'in' / 'a0.JPG'}"
    assert tree(tmp_path) == after
    assert run_told("burst", rest, "--undo", "--apply") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "8 files moved back."
    assert tree(library) == before
    assert tree(rest) == {}


def test_json_is_an_object_a_shot_as_its_schema_says(run_told, library, tmp_path, capsys):
    schema = json.loads((files("dbd_mobile") / "schemas/burst.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    assert set(schema["required"]) == schema["properties"].keys()
    rest = tmp_path / "rest"
    burst = ("burst", library, "--json")
    for arguments, action, done in (
        ((), "stay", False),
        (("--move-to", rest), "move", False),
        (("--move-to", rest, "--apply"), "move", True),
    ):
        assert run_told(*burst, *arguments) == 1
        found = objects(capsys)
        for shot in found:
            Draft202012Validator(schema).validate(shot)
        assert [(shot["burst"], shot["shots"], shot["rank"]) for shot in found] == [
            (1, 3, 1),
            (1, 3, 2),
            (1, 3, 3),
        ]
        assert [os.path.basename(shot["photo"]) for shot in found] == ["a1.JPG", "a2.JPG", "a0.JPG"]
        assert found[0]["taken"] == "2026-05-01T12:00:00.20"
        assert found[1]["photos"] == [str(library / name) for name in ("a2.JPG", "a2.CR3")]
        assert [(shot["action"], shot["done"]) for shot in found] == [
            ("stay", False),
            (action, done),
            (action, done),
        ]
        names = ("a2.CR3.xmp", "a2.CR3", "a2.JPG") if arguments else ()
        assert found[1]["files"] == [
            {"from": str(library / name), "to": str(rest / name)} for name in names
        ]


def test_dry_undo_says_what_cannot_be_undone(run_told, library, tmp_path, capsys):
    (library / "broken.jpg").unlink()
    rest = tmp_path / "rest"
    assert run_told("burst", library, "--move-to", rest, "--apply") == 0
    (library / "a0.MOV").write_text("another film")
    (rest / "a0.xmp").unlink()
    (rest / "a2.CR3").rename(library / "a2.CR3")
    capsys.readouterr()
    for apply, last in (
        ([], "Nothing was moved yet: --apply would move 4 files back."),
        (["--apply"], "4 files moved back."),
    ):
        assert run_told("burst", rest, "--undo", *apply) == 1
        said = capsys.readouterr()
        assert said.out.splitlines()[-1] == last
        missing, taken = sorted(said.err.splitlines(), key=lambda line: "another" in line)
        assert missing == (
            f"dbd-mobile: {rest / 'a0.xmp'} is not moved to {library / 'a0.xmp'}: No such file or "
            f"directory."
        )
        assert taken == (
            f"dbd-mobile: {rest / 'a0.MOV'} is not moved to {library / 'a0.MOV'}: there is another "
            f"file of that name."
        )
    assert (library / "a0.MOV").read_text() == "another film"
    assert (rest / "a0.MOV").read_text() == "of a0.MOV"


def test_command_that_undoes_can_be_copied_from_the_screen(run_told, shoot, tmp_path, capsys):
    for number in range(2):
        shoot(f"photos/{number}.png", number, 1.0 + number)
    rest = tmp_path / "the rest"
    assert run_told("burst", tmp_path / "photos", "--move-to", rest, "--apply") == 0
    command = capsys.readouterr().out.split("`")[1]
    assert run_told(*shlex.split(command)[1:]) == 0
    assert sorted(tree(tmp_path)) == ["photos/0.png", "photos/1.png"]


@pytest.mark.parametrize(("folder", "verb"), [("--move-to", "moved"), ("--link-to", "linked")])
def test_where_nothing_goes_it_is_said(run_told, shoot, tmp_path, capsys, folder, verb):
    shoot("photos/0.png", 0)
    for apply, was in (([], "would be"), (["--apply"], "was")):
        assert run_told("burst", tmp_path / "photos", folder, tmp_path / "rest", *apply) == 0
        said = capsys.readouterr().out
        assert said == f"0 bursts, 0 shots in all. None of them {was} {verb}.\n"


@pytest.mark.parametrize("is_best", [False, True])
def test_links_are_made_and_found_again(run_told, library, tmp_path, capsys, is_best):
    (library / "broken.jpg").unlink()
    before, links = tree(library), tmp_path / "links"
    burst = ["burst", library, "--recursive", "--link-to", links, *["--best"] * is_best]
    assert run_told(*burst) == 0
    assert not links.exists()
    for _ in range(2):
        assert run_told(*burst, "--apply") == 0
        wanted = ["a1.JPG", "a1.xmp", "in/a1.JPG"] if is_best else [*A_GOES, "in/a0.JPG"]
        assert sorted(tree(links)) == wanted
        for name in wanted:
            link = links / name
            assert link.samefile(library / name)
            assert not os.path.isabs(os.readlink(link))
    assert tree(library) == before
    assert capsys.readouterr().err.count("do not say when") == 3
    # Moved together they still lead there.
    (tmp_path / "elsewhere").mkdir()
    library.rename(tmp_path / "elsewhere" / "photos")
    links.rename(tmp_path / "elsewhere" / "links")
    assert all(path.exists() for path in (tmp_path / "elsewhere" / "links").iterdir())


def test_name_that_is_taken_is_told_and_the_shot_stays(run_told, library, tmp_path, capsys):
    (library / "broken.jpg").unlink()
    rest = tmp_path / "rest"
    rest.mkdir()
    # Of one file of the shot: the others do not go without it.
    (rest / "a0.xmp").write_text("mine")
    before = tree(tmp_path)
    for apply in ([], ["--apply"]):
        assert run_told("burst", library, "--move-to", rest, *apply) == 1
        complaints = [line for line in capsys.readouterr().err.splitlines() if "moved" in line]
        assert complaints == [
            f"dbd-mobile: {library / 'a0.xmp'} is not moved to {rest / 'a0.xmp'}, where there is "
            f"another file: name another folder."
        ]
    after = tree(tmp_path)
    assert {name for name in after if name not in before} == {
        f"rest/{name}" for name in ("a2.CR3", "a2.CR3.xmp", "a2.JPG")
    }
    assert after["rest/a0.xmp"] == before["rest/a0.xmp"]
    assert run_told("burst", library, "--link-to", rest) == 1


def test_two_shots_of_one_name_do_not_replace_each_other(run_told, shoot, tmp_path, capsys):
    for number, folder in enumerate(("one", "two")):
        shoot(f"{folder}/a.png", 60 * number, 1.0)
        shoot(f"{folder}/b.png", 60 * number + 1, 3.0)
    before = Counter(tree(tmp_path).values())
    burst = ("burst", tmp_path / "one", tmp_path / "two", "--move-to", tmp_path / "rest")
    for apply in ([], ["--apply"]):
        assert run_told(*burst, *apply) == 1
        assert "is not moved to" in capsys.readouterr().err
    assert Counter(tree(tmp_path).values()) == before
    assert sorted(tree(tmp_path)) == ["one/a.png", "rest/b.png", "two/a.png", "two/b.png"]


def test_folder_within_is_not_looked_into(run_told, library, capsys):
    (library / "broken.jpg").unlink()
    burst = ("burst", library, "--recursive", "--move-to", library / "rest")
    for count in (2, 0):
        assert run_told(*burst, "--apply") == 0
        assert f"{count} bursts" in capsys.readouterr().out
    assert sorted(tree(library / "rest")) == [*A_GOES, "in/a0.JPG"]


def test_nothing_is_moved_of_a_burst_in_which_nothing_can_be_compared(
    run_told, shoot, told, tmp_path, capsys
):
    for number in range(3):
        shoot(f"photos/{number}.png", number, green=told.UNSURE)
    before = tree(tmp_path)
    assert run_told("burst", tmp_path / "photos", "--move-to", tmp_path / "rest", "--apply") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Burst of 3, 2026-05-01 12:00:00.00: nothing in it that can be compared"
    assert tree(tmp_path) == before


def test_shot_that_cannot_be_compared_stays(run_told, shoot, told, tmp_path):
    shoot("photos/0.png", 0, 3.0)
    shoot("photos/1.png", 1, 1.0)
    shoot("photos/2.png", 2, green=told.UNSURE)
    run = ("burst", tmp_path / "photos", "--likeness", 0, "--move-to", tmp_path / "rest", "--apply")
    assert run_told(*run) == 0
    assert sorted(tree(tmp_path)) == ["photos/1.png", "photos/2.png", "rest/0.png"]


def test_gap_and_likeness_are_as_asked_for(run_told, shoot, tmp_path, capsys):
    for number, (second, scene) in enumerate([(0, 1), (5, 1), (6, 2)]):
        shoot(f"photos/{number}.png", second, scene=scene)
    for options, sizes in (
        ((), []),
        (("--gap", 5), [2]),
        (("--likeness", 0), [2]),
        (("--gap", 5, "--likeness", 0), [3]),
    ):
        assert run_told("burst", tmp_path / "photos", *options, "--json") == 0
        found = {shot["burst"]: shot["shots"] for shot in objects(capsys)}
        assert list(found.values()) == sizes


def test_photo_that_goes_meanwhile_is_one_line_and_the_rest_goes_on(
    told_detector, shoot, tmp_path, monkeypatch
):
    from dbd_mobile.jobs.library.bursts import finder

    for number in range(4):
        shoot(f"photos/{number}.png", number, 1.0 + number)
    gone, rank = tmp_path / "photos" / "2.png", finder.rank
    (tmp_path / "photos" / "2.xmp").write_text("of 2")

    def ranked_as_it_goes(*arguments, **options):
        ranked = rank(*arguments, **options)
        gone.unlink()
        return ranked

    monkeypatch.setattr(finder, "rank", ranked_as_it_goes)
    said = []
    (burst,) = sort_bursts(
        [tmp_path / "photos"],
        told_detector,
        move_to=tmp_path / "rest",
        apply=True,
        on_problem=said.append,
    )
    assert [shot.action for shot in burst.shots] == ["stay", "move", "stay", "move"]
    (error,) = said
    assert str(gone) in str(error)
    assert sorted(tree(tmp_path)) == ["photos/0.png", "photos/2.xmp", "rest/1.png", "rest/3.png"]


def test_link_is_no_photo_of_its_own(run_told, shoot, tmp_path, capsys):
    shoot("elsewhere/b.png", 1, 3.0)
    shoot("photos/a.png", 0)
    link = tmp_path / "photos" / "b.png"
    link.symlink_to("../elsewhere/b.png")
    before = tree(tmp_path)
    photos, moving = tmp_path / "photos", ("--move-to", tmp_path / "rest", "--apply")
    assert run_told("burst", photos, *moving) == 0
    assert "0 bursts" in capsys.readouterr().out
    # Named, it is looked at; yet it is not what should be moved.
    assert run_told("burst", photos, link, *moving) == 1
    assert f"{link} is not moved: it is a link" in capsys.readouterr().err
    assert tree(tmp_path) == before


def test_links_to_the_photos_among_them_do_not_stand_for_them(run_told, library, capsys):
    (library / "broken.jpg").unlink()
    links = library / "a-first"
    for _ in range(2):
        burst = ("burst", library, "--recursive", "--best")
        assert run_told(*burst, "--link-to", links, "--apply") == 0
        assert "2 bursts, 5 shots in all" in capsys.readouterr().out
    assert run_told("burst", library, "--recursive", "--move-to", library / "z", "--apply") == 0
    assert sorted(tree(library / "z")) == [*A_GOES, "in/a0.JPG"]
    assert all(link.exists() for link in links.iterdir())


def test_interrupted_run_is_gone_on_with_first(run_told, shoot, tmp_path, capsys):
    for number in range(3):
        shoot(f"photos/{number}.png", number, 1.0 + number)
    rest, names = tmp_path / "rest", ["0.png", "1.png"]
    rest.mkdir()
    # It had found that the third is the best, and went on to move the first.
    plan = [[[str(tmp_path / "photos" / name), name]] for name in names]
    (rest / JOURNAL).write_text(json.dumps({"plan": plan}) + "\n")
    (tmp_path / "photos" / "0.png").rename(rest / "0.png")
    burst = ("burst", tmp_path / "photos", "--move-to", rest)
    for apply, verb in (([], "would be"), (["--apply"], "are")):
        assert run_told(*burst, *apply) == 0
        said = capsys.readouterr()
        assert f"An earlier run was interrupted: 2 files that it was moving {verb}" in said.err
        assert "0 bursts" in said.out
    assert sorted(tree(tmp_path)) == ["photos/2.png", "rest/0.png", "rest/1.png"]
    assert run_told("burst", rest, "--undo", "--apply") == 0
    assert sorted(tree(tmp_path)) == ["photos/0.png", "photos/1.png", "photos/2.png"]


@posix
def test_folder_that_nothing_can_be_taken_out_of_is_told_before(
    run_told, shoot, tmp_path, capsys, monkeypatch
):
    for number in range(2):
        shoot(f"photos/{number}.png", number, 1.0 + number)
    # As root everything may be written to.
    access = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: "photos" not in str(path) and access(path, mode)
    )
    assert run_told("burst", tmp_path / "photos", "--move-to", tmp_path / "rest") == 1
    assert "1.png is not moved: nothing can be taken out of its folder" in capsys.readouterr().err


def test_folder_that_cannot_be_written_to_is_told_before(
    run_told, library, tmp_path, capsys, monkeypatch
):
    # As root everything may be written to.
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)
    assert run_told("burst", library, "--move-to", tmp_path / "rest" / "in") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"dbd-mobile: The folder {tmp_path} is read-only: name another to sort into.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--apply"], "There is nothing to apply"),
        (["--best"], "The best shots can only be linked"),
        (["--best", "--move-to", "rest"], "The best shots can only be linked"),
        (["--move-to", "."], "name another folder"),
        (["--move-to", ".."], "name another folder"),
        (["--link-to", "."], "name another folder"),
        (["--gap", "-1"], "max_gap_s (--gap) is a number of seconds from 0, got -1"),
        (["--gap", "nan"], "max_gap_s (--gap) is a number of seconds from 0, got nan"),
        (["--likeness", "1.5"], "min_likeness (--likeness) is a number from 0 to 1, got 1.5"),
        (["--undo"], "Nothing was moved to"),
        (["--undo", "--json"], "--undo takes one folder"),
        (["--model", "heavy"], "no model 'heavy'"),
        (["--move-to", "broken.jpg"], "broken.jpg is no folder that shots can be sorted into"),
        (["--move-to", "broken.jpg/in", "--apply"], "broken.jpg is no folder that shots can"),
        (["--link-to", "broken.jpg"], "broken.jpg is no folder that shots can be sorted into"),
    ],
)
def test_what_stops_the_whole_command_is_one_line_and_status_2(
    run_told, library, capsys, monkeypatch, arguments, sentence
):
    monkeypatch.chdir(library)
    before = tree(library)
    assert run_told("burst", ".", *arguments) == 2
    said = capsys.readouterr()
    assert (said.out, len(said.err.splitlines())) == ("", 1)
    assert sentence in said.err
    assert tree(library) == before


def test_missing_folder_is_one_line_and_the_rest_goes_on(run_told, shoot, tmp_path, capsys):
    shoot("photos/a.png", 0)
    assert run_told("burst", tmp_path / "none", tmp_path / "photos") == 1
    said = capsys.readouterr()
    assert said.err == f"dbd-mobile: There is no folder or photo {tmp_path / 'none'}.\n"
    assert said.out == "0 bursts, 0 shots in all.\n"


def test_file_system_without_links_is_one_sentence(
    run_told, library, tmp_path, monkeypatch, capsys
):
    def refuse(*names):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "symlink", refuse)
    assert run_told("burst", library, "--link-to", tmp_path / "links", "--apply") == 2
    assert "No symbolic links can be made in" in capsys.readouterr().err


def test_function_raises_what_nobody_is_told(told_detector, library, tmp_path):
    with pytest.raises(InputError, match="is not a photo"):
        list(sort_bursts(library, told_detector))
    with pytest.raises(ArgumentError, match="not both"):
        sort_bursts(library, told_detector, move_to="a", link_to="b")
    with pytest.raises(InputError, match="There is no folder"):
        sort_bursts(tmp_path / "none", told_detector)


def started(*arguments):
    # A background job ignores SIGINT, and what it starts does so too.
    listen = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.default_int_handler)}
    return subprocess.Popen(
        [str(part) for part in (sys.executable, "-m", "dbd_mobile", "burst", *MODELS, *arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **listen if os.name == "posix" else {},
    )


@pytest.fixture
def many(shoot, tmp_path):
    """A folder of 15 bursts of 3 shots with sidecars; the best are in the middle."""
    for number in range(45):
        path = shoot(
            f"many/{number:02}.png", number // 3 * 30 + number % 3, 1 + abs(1 - number % 3)
        )
        path.with_suffix(".png.xmp").write_text(f"of {number}")
    return tmp_path / "many"


def test_killed_at_any_moment_no_file_is_lost_and_the_next_run_goes_on(
    many, tmp_path, told_detector
):
    before, rest = tree(many), tmp_path / "rest"
    rng = np.random.default_rng(0)
    command = (many, "--move-to", rest, "--apply")
    kills = 0
    for _ in range(6):
        moved = len(tree(rest)) if rest.exists() else 0
        process = started(*command)
        while process.poll() is None and len(tree(rest) if rest.exists() else ()) <= moved:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, 0.02))
        process.kill()
        process.communicate()
        kills += process.returncode != 0
        there = tree(tmp_path)
        # Each whole, in one place or both.
        assert set(there.values()) == set(before.values())
        assert set(Counter(there.values()).values()) <= {1, 2}
    assert kills > 3
    process = started(*command)
    process.communicate()
    assert process.returncode == 0
    assert tree(many) == {name: before[name] for name in before if int(name[:2]) % 3 == 1}
    assert {**tree(many), **tree(rest)} == before
    list(undo_moves(rest, apply=True))
    assert tree(many) == before


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_signals_say_where_it_is_written_what_was_moved(many, tmp_path, name):
    rest, number = tmp_path / "rest", getattr(signal, name)
    process = started(many, "--move-to", rest, "--apply")
    while process.poll() is None and not (rest.exists() and tree(rest)):
        time.sleep(0.002)
    process.send_signal(number)
    _, err = process.communicate()
    assert process.returncode == 128 + number
    where, interrupted = err.splitlines()[-2:]
    assert where == (
        f"dbd-mobile: what was moved is listed in {rest / JOURNAL}: the same command goes on, and "
        f"`dbd-mobile burst {rest} --undo --apply` moves it back."
    )
    assert interrupted == "dbd-mobile: interrupted."
