"""Ratios that are watched: what counts as worse, what is stored, and the command at tiny sizes."""

import json
import os
import time

import pytest
from PIL import Image
from skimage import data

from benchmarks import made_photos
from benchmarks.__main__ import main
from benchmarks.busyness import busyness_said
from benchmarks.commands import ratios as command
from benchmarks.ratios import meters, store
from benchmarks.ratios.comparison import compared
from benchmarks.ratios.ratio import Ratio, Watched
from benchmarks.ratios.store import Kind, entry_of, stored_ratios, with_entry
from benchmarks.spread import Spread
from dbd_mobile.errors import InputError

HERE = Kind(cpu="Stand-in", cores=2)
ELSEWHERE = Kind(cpu="Stand-in", cores=4)
COST = Watched(what="detect, of invoke", unit="times", at_most=1.25)
RATE = Watched(what="scan, of its limit", unit="times", at_least=0.9)
SIZE = Watched(what="size of the wheel", unit="MB")


def value(median, spread=0.01):
    return Spread(median=median, spread=spread, count=5)


def ratio(watched, median, spread=0.01):
    return Ratio(watched=watched, value=value(median, spread))


@pytest.mark.parametrize(
    ("watched", "before", "now", "is_worse"),
    [
        (COST, value(1.00), value(1.10), True),
        (COST, value(1.00), value(0.90), False),
        (COST, value(1.00, 0.05), value(1.10), False),
        (COST, value(1.00), value(1.10, 0.05), False),
        (COST, value(1.00, 0.0), value(1.019, 0.0), False),
        (COST, value(1.00, 0.0), value(1.021, 0.0), True),
        (RATE, value(0.95), value(0.85), True),
        (RATE, value(0.85), value(0.95), False),
        (SIZE, value(4.0, 0.0), value(4.1, 0.0), True),
    ],
    ids=[
        "more of what should be little",
        "less of it",
        "within the noise of before",
        "within the noise of now",
        "too little to matter",
        "enough to matter",
        "less of what should be much",
        "more of it",
        "of a single measurement, which has no noise",
    ],
)
def test_worse_is_what_changed_by_more_than_the_noise_and_enough(watched, before, now, is_worse):
    (change,) = compared([Ratio(watched=watched, value=now)], {watched.what: before})
    assert change.is_worse == is_worse


def test_what_was_not_stored_is_not_compared():
    (change,) = compared([ratio(COST, 9.0)], {"detect, of something else": value(1.0)})
    assert change.before is None and change.share is None and not change.is_worse


def test_a_missed_target_is_no_matter_of_what_was_stored():
    assert ratio(COST, 1.25).passed and not ratio(COST, 1.26).passed
    assert ratio(RATE, 0.9).passed and not ratio(RATE, 0.89).passed
    assert ratio(SIZE, 1e9).passed


def test_ratios_are_kept_for_each_kind_of_machine(tmp_path):
    file = tmp_path / "ratios.json"
    assert stored_ratios(file, HERE) is None
    for kind, median in ((HERE, 1.0), (ELSEWHERE, 2.0), (HERE, 3.0)):
        entry = entry_of(kind, [ratio(COST, median)], "")
        file.write_text(json.dumps(with_entry(file, entry)))
    assert stored_ratios(file, HERE) == {COST.what: value(3.0)}
    assert stored_ratios(file, ELSEWHERE) == {COST.what: value(2.0)}
    assert stored_ratios(file, Kind(cpu=None, cores=2)) is None


def test_what_was_not_measured_this_time_stays_stored(tmp_path):
    file = tmp_path / "ratios.json"
    for ratios in ([ratio(COST, 1.0), ratio(SIZE, 4.0)], [ratio(COST, 1.1)]):
        file.write_text(json.dumps(with_entry(file, entry_of(HERE, ratios, ""))))
    assert stored_ratios(file, HERE) == {COST.what: value(1.1), SIZE.what: value(4.0)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON: "),
        ("[]", " must be object, got []."),
        (
            '{"schema": "dbd-mobile-ratios/0", "machines": []}',
            ".schema must be dbd-mobile-ratios/1, ",
        ),
        (
            '{"schema": "dbd-mobile-ratios/1", "machines": [{"cpu": "x", "cores": 2}]}',
            ".machines[0] is wrong: 'backend' is a required property",
        ),
    ],
)
def test_damaged_file_is_one_sentence_before_anything_is_measured(tmp_path, capsys, content, said):
    file = tmp_path / "ratios.json"
    file.write_text(content)
    assert main(["ratios", "--file", str(file)]) == 2
    err = capsys.readouterr().err
    assert err.startswith("error: A file of ratios") and said in err and err.count("\n") == 1
    assert file.read_text() == content


@pytest.mark.parametrize(
    ("load", "loops_s", "is_busy"),
    [
        (0.1, [0.010, 0.011, 0.010], False),
        (1.5, [0.010, 0.010, 0.010], True),
        (0.1, [0.010, 0.015, 0.016], True),
    ],
    ids=["idle", "load", "slower loops"],
)
def test_busy_machine_is_said(load, loops_s, is_busy):
    assert busyness_said(load, 2, loops_s).startswith("The machine was busy: ") == is_busy


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command at tiny sizes, on photos whose scene is not rendered; its stdout's lines."""
    folder = tmp_path / "made_photos"
    folder.mkdir()
    Image.fromarray(data.astronaut()).resize((400, 300)).save(folder / "scene.png")
    monkeypatch.setattr(made_photos, "FOLDER", folder)
    tiny = ["--megapixels", ".1,.3", "--photos", "2", "--small-photos", "4", "--turns", "1"]

    def run_command(*arguments):
        status = main(["ratios", *tiny, "--file", str(tmp_path / "ratios.json"), *arguments])
        assert status == 0
        return capsys.readouterr().out.splitlines()

    return run_command


def test_ratios_are_shown_and_stored_then_compared(run, tmp_path):
    file = tmp_path / "ratios.json"
    first = run("--store")
    assert any(
        line.startswith("photos a second of `dbd-mobile scan`, of what") and "target >= 0.9" in line
        for line in first
    )
    assert first[-1] == f"Stored in {file}."
    stored = json.loads(file.read_text())["machines"][0]["ratios"]
    for what in ("detect with its share", "judging a JPEG", "`import dbd_mobile`", "peak of a"):
        assert any(key.startswith(what) for key in stored)
    again = run()
    assert sum("; target" in line or " (was " in line for line in again) >= len(stored)
    assert any(line.startswith(("Worse: ", "Nothing got worse")) for line in again)


def test_worse_is_printed_and_no_failure(monkeypatch, tmp_path, capsys):
    file = tmp_path / "ratios.json"
    kind = store.this_kind()
    old = [ratio(COST, 1.0), ratio(RATE, 0.95)]
    file.write_text(json.dumps(with_entry(file, entry_of(kind, old, ""))))
    now = [ratio(COST, 1.2), ratio(RATE, 0.94)]
    monkeypatch.setattr(command, "measure_ratios", lambda plan, on_step: (now, ""))
    assert main(["ratios", "--file", str(file)]) == 0
    worse = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Worse")]
    assert worse == [
        "Worse: detect, of invoke: 1.20 ± 0.01 times (was 1.00 ± 0.01: +20.0 %; target <= 1.25 "
        "times)"
    ]


def test_ratios_of_another_machine_are_not_compared(monkeypatch, tmp_path, capsys):
    file = tmp_path / "ratios.json"
    other = Kind(cpu="another", cores=2)
    file.write_text(json.dumps(with_entry(file, entry_of(other, [ratio(COST, 1.0)], ""))))
    monkeypatch.setattr(
        command, "measure_ratios", lambda plan, on_step: ([ratio(COST, 9.0)], "It was busy.")
    )
    assert main(["ratios", "--file", str(file)]) == 0
    said = capsys.readouterr().out
    assert "Worse" not in said and "was 1.00" not in said
    assert "has no ratios of this kind of machine" in said and "It was busy." in said
    # What would be stored.
    entry = json.loads(said[said.index("{") :])
    assert entry["ratios"] == {COST.what: ratio(COST, 9.0).to_dict()}
    assert stored_ratios(file, store.this_kind()) is None


@pytest.mark.parametrize("option", ["--turns", "--photos", "--small-photos"])
def test_nothing_is_measured_no_times(capsys, option):
    assert main(["ratios", option, "0"]) == 2
    assert f"{option} must be at least 1, not 0." in capsys.readouterr().err


def test_unreadable_stored_ratios_are_a_sentence_of_the_library(tmp_path):
    (tmp_path / "ratios.json").write_text("null")
    with pytest.raises(InputError, match="A file of ratios of dbd-mobile-ratios/1 was expected"):
        stored_ratios(tmp_path / "ratios.json", HERE)


def test_sizes_of_what_was_built_are_those_of_the_newest(tmp_path):
    assert meters.built_files(tmp_path) == {}
    for place, age_s in (
        ("build/wheel/old.whl", 60),
        ("build/wheel/new.whl", 0),
        ("dist/a.aar", 0),
    ):
        path = tmp_path / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(1000 if age_s else 2000))
        os.utime(path, (time.time() - age_s,) * 2)
    sizes = {watched.what: size for watched, size in meters.built_files(tmp_path).items()}
    assert sizes == {"size of the wheel": 0.002, "size of the Android library": 0.002}


def test_export_that_fails_is_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(meters, "_WEIGHTS", tmp_path / "none.safetensors")
    with pytest.raises(InputError, match=r"lite cannot be exported: error: .*none\.safetensors"):
        meters.exporting()
