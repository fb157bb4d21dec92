"""Other tools beside ours: stand-ins for them that work, die, hang or write rubbish."""

import json
import os
import stat
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from benchmarks.__main__ import main
from benchmarks.peers.asking import PeerFailed, Worker
from benchmarks.peers.environment import python_with
from benchmarks.peers.measuring import area_under_curve, measure_peers
from benchmarks.peers.peer import Peer, find_peers
from benchmarks.peers.plot import draw_svg
from benchmarks.peers.student import StudentFiles
from benchmarks.peers.table import markdown_rows
from data.blur_dataset import BlurDataset
from dbd_mobile.errors import InputError

PYTHON = Path(sys.executable)
PATIENCE_S = 60
"""For stand-ins that answer, on a machine that is busy."""

EDGES = """
import numpy as np

VERSION = "stand-in 1.0"

def open_tool(argument):
    print("a greeting")

    def look(pixels):
        print("a word on each photo")
        steepness = float(np.abs(np.diff(pixels.astype(float), axis=0)).mean())
        return {"score": -steepness, "bad": steepness < 4, "map": np.full((4, 4), 0.25)}

    return look
"""
"""Calls photos without steep edges bad, and prints."""


def tool_that(look, argument="pixels", start="", extra=""):
    return f"""
import os, subprocess, sys, time
import numpy as np

VERSION = "stand-in"
{extra}
def open_tool(argument):
    {start or "pass"}
    def look({argument}):
        {look}
    return look
"""


@pytest.fixture
def photos(tmp_path):
    """Two photos with masks, in a folder ``cuhk`` with their list."""
    folder = tmp_path / "data" / "cuhk"
    for part in ("image", "mask"):
        (folder / part).mkdir(parents=True)
    for name, pixels in (("a", data.astronaut()), ("b", data.coffee())):
        image = Image.fromarray(pixels).resize((200, 160))
        image.save(folder / "image" / f"{name}.jpg")
        mask = np.zeros((160, 200), np.uint8)
        mask[:, 150:] = 255
        Image.fromarray(mask).save(folder / "mask" / f"{name}.png")
    (folder / "test100.txt").write_text("a.jpg\nb.jpg\n")
    return BlurDataset.from_folder(folder, Path("test100.txt"))


@pytest.fixture
def peer(tmp_path):
    """Make a peer of a tool's source."""

    def made(source, name="stand-in", **facts):
        tool = tmp_path / f"{name}.py"
        tool.write_text(source)
        return Peer(
            name=name, shown=f"`{name}`", tool=tool, licence="MIT", **facts
        )  # fmt: skip

    return made


@pytest.fixture
def measure(photos, tmp_path):
    def measured(*peers, dataset=photos):
        return measure_peers(
            peers,
            dataset,
            cache=tmp_path / "cache",
            on_making=lambda what: None,
            patience_s=PATIENCE_S,
        )

    return measured


@pytest.fixture
def fake_uv(tmp_path, monkeypatch):
    """Put a script in uv's place on PATH."""

    def put(script):
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        uv = folder / "uv"
        uv.write_text(f"#!/bin/sh\n{script}\n")
        uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    return put


def is_gone(pid):
    """Whether a process ended, or does within seconds."""
    for _ in range(100):
        stat_file = Path(f"/proc/{pid}/stat")
        # A child of someone else that nobody waited for yet.
        if not stat_file.exists() or stat_file.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.1)
    return False


def test_verdicts_scores_and_maps_are_told_beside_time_and_memory(measure, peer):
    tool = peer(EDGES, rule="few edges", has_score=True, has_map=True)
    (row,) = measure(tool)["peers"]
    assert row["failure"] is None and row["version"] == "stand-in 1.0"
    assert row["photos"] == 2
    assert 0 < row["ms"]["p10"] <= row["ms"]["p50"] <= row["ms"]["p90"]
    assert 10 < row["memory_mb"] < 1000
    assert (row["called_bad"], row["found"], row["auc"]) == (0, 2, 1)
    # A quarter of each photo is blurred, and the map says .25 everywhere.
    assert row["maps"]["images"] == 2
    assert row["maps"]["mae"] == pytest.approx(0.25 * 0.75 + 0.75 * 0.25)


def test_times_are_compared_with_ours_photo_by_photo(measure, peer):
    slow = tool_that("time.sleep(.2); return {}")
    fast = tool_that("time.sleep(.02); return {}")
    rows = measure(peer(slow, "slow"), peer(fast, "lite"))["peers"]
    assert 4 < rows[0]["of_ours"]["p50"] < 15
    assert rows[1]["of_ours"] == {"p25": 1, "p50": 1, "p75": 1}


def test_slow_tool_looks_at_fewer_photos_and_says_so(measure, peer):
    result = measure(peer(EDGES, most_photos=1, rule="few edges"))
    assert result["peers"][0]["photos"] == 1
    assert "- *Fewer photos*: `stand-in`: 1." in markdown_rows(result)


def test_tool_of_files_has_a_turns_photos_in_one_call(measure, peer):
    source = tool_that(
        "return [{'bad': len(files) != 2}] * len(files)", "files", extra="TAKES_FILES = True"
    )
    # Of the first photo alone it is made warm, which does not count.
    (row,) = measure(peer(source, rule="not two at a time"))["peers"]
    assert row["failure"] is None and row["called_bad"] == row["found"] == 0


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (tool_that("os._exit(3)"), "ended with status 3: it said nothing"),
        (tool_that("raise ValueError('too dark')"), "status 1: ValueError: too dark"),
        (tool_that("return {}", start="import no_such_package"), "named 'no_such_package'"),
        (tool_that("return {'score': float('nan')}"), "It answered {"),
        (tool_that("return {'score': 'high'}"), "It answered {"),
        (tool_that("return {}"), "It gave no verdict on a photo."),
        (tool_that("return {'bad': True, 'map': np.full((2, 2), 7.0)}"), "It gave no map that can"),
        (tool_that("return {'bad': True}"), "It gave no map that can be compared: "),
    ],
    ids=["dies", "raises", "does not open", "nan", "text", "no verdict", "no blur map", "no map"],
)
def test_peer_that_fails_is_given_up_and_the_others_go_on(measure, peer, source, reason):
    bad = peer(source, "bad", rule="always", has_map=True)
    result = measure(bad, peer(EDGES, "good", rule="few edges"))
    failed, good = result["peers"]
    assert reason in failed["failure"]
    assert failed["ms"] is None and failed["found"] is None
    assert good["failure"] is None and good["found"] == 2
    lines = markdown_rows(result)
    assert f"| `bad` | not measured |{'  |' * 7}" in lines
    assert any(line.startswith("- *Not measured*: `bad`: ") for line in lines)
    assert b">good<" in draw_svg(result) and b">bad<" not in draw_svg(result)


def test_peer_that_hangs_is_not_waited_for_and_leaves_no_process(peer, tmp_path):
    child = tmp_path / "child.txt"
    start = (
        "open(argument, 'w').write(f\"{subprocess.Popen(['sleep', '600']).pid}.\"); time.sleep(600)"
    )
    hanging = peer(tool_that("return {}", start=start))
    with Worker(PYTHON, hanging.tool, str(child), knows_us=False, patience_s=0.3) as worker:
        # Until it has come as far as its child.
        while not (child.exists() and child.read_text().endswith(".")):
            with pytest.raises(PeerFailed, match=r"did not answer within 0\.3 seconds"):
                worker.version()
    assert is_gone(int(child.read_text().rstrip(".")))


def test_interruption_leaves_no_process(peer, tmp_path):
    file = tmp_path / "pid.txt"
    tool = peer(tool_that("return {}", start="open(argument, 'w').write(str(os.getpid()))"))
    with (
        pytest.raises(KeyboardInterrupt),
        Worker(PYTHON, tool.tool, str(file), knows_us=False, patience_s=PATIENCE_S) as worker,
    ):
        worker.version()
        raise KeyboardInterrupt
    assert is_gone(int(file.read_text()))


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo hello; sleep 60", "It wrote 'hello' instead of an answer."),
        ("echo '{\"v\": 1}'; sleep 60", "It did not say its version but {'v': 1}."),
        ("echo no luck >&2; exit 5", "It ended with status 5: no luck"),
    ],
)
def test_what_is_no_answer_is_shown(tmp_path, script, reason):
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with Worker(program, program, "", knows_us=False, patience_s=PATIENCE_S) as worker:
        with pytest.raises(PeerFailed) as failed:
            worker.version()
        assert str(failed.value) == reason


def test_peer_that_cannot_be_installed_says_why(measure, peer, fake_uv, tmp_path):
    fake_uv("echo 'error: no network' >&2; exit 2")
    requirements = tmp_path / "far-away.txt"
    requirements.write_text("far-away==1\n")
    far, near = measure(
        peer(EDGES, "far", requirements=requirements), peer(EDGES, "near", rule="few edges")
    )["peers"]
    assert far["failure"] == "Its environment cannot be made: error: no network"
    assert near["failure"] is None


def test_environment_is_made_once_and_anew_for_other_requirements(fake_uv, tmp_path):
    log = tmp_path / "log.txt"
    # The folder is the last argument of `uv venv`.
    fake_uv(
        f'echo "$@" >>{log}\n'
        'if [ "$1" = venv ]; then for last; do :; done; mkdir -p "$last/bin"; '
        f'ln -s {sys.executable} "$last/bin/python"; fi'
    )
    requirements = tmp_path / "tool.txt"
    requirements.write_text("tool==1\n")
    making = []

    def make():
        return python_with(requirements, tmp_path / "cache", making.append)

    assert make() == make() == tmp_path / "cache" / "tool" / "bin" / "python"
    assert making == ["tool"]
    requirements.write_text("tool==2\n")
    make()
    assert making == ["tool", "tool"]
    commands = log.read_text().splitlines()
    assert [line.split()[0] for line in commands] == ["venv", "pip", "venv", "pip"]
    assert all("--no-deps" in line and str(requirements) in line for line in commands[1::2])


def test_without_uv_the_sentence_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("benchmarks.peers.environment.ROOT", tmp_path)
    requirements = tmp_path / "tool.txt"
    requirements.write_text("tool==1\n")
    with pytest.raises(InputError, match="no uv to make its environment with; run: make tools"):
        python_with(requirements, tmp_path / "cache", print)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [([1, 2], [3, 4], 1), ([3, 4], [1, 2], 0), ([1, 2], [2], 0.75), ([], [1], None)],
)
def test_area_under_curve_is_how_often_the_blurred_one_scores_higher(low, high, expected):
    assert area_under_curve(np.array(low, float), np.array(high, float)) == expected


def test_command_measures_ours_on_a_folder_of_photos(photos, tmp_path, capsys):
    report = tmp_path / "new" / "peers.json"
    folder = str(photos.root.parent)
    command = ["peers", "--only", "lite,judge", "--data", folder, "--json", str(report)]
    assert main(command) == 0
    shown = capsys.readouterr().out
    rows = {row["name"]: row for row in json.loads(report.read_text())["peers"]}
    assert rows.keys() == {"lite", "judge"} and all(name in shown for name in rows)
    assert rows["lite"]["maps"]["images"] == 2 and rows["judge"]["maps"] is None
    assert rows["judge"]["found"] == 2


def test_peer_that_is_named_twice_is_one(tmp_path):
    peers = find_peers(["nano", "lite", "nano"], StudentFiles.find(None, tmp_path))
    assert [peer.name for peer in peers] == ["nano", "lite"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--data", "nowhere"], "Photo folder nowhere/cuhk/image does not exist; give the folder"),
        (["--only", "lite,fun"], "There is no peer 'fun'; expected lite, nano, judge, paper-torch"),
        (["--photos", "0"], "--photos must be at least 1, not 0."),
        (["--student", "none.pth"], "There is no checkpoint none.pth; give the authors' file."),
    ],
)
def test_bad_input_is_answered_in_a_sentence(capsys, arguments, sentence):
    assert main(["peers", *arguments]) == 2
    assert sentence in capsys.readouterr().err


def test_fewer_photos_are_evenly_spaced(photos, tmp_path, measure, peer):
    seen = tmp_path / "seen.txt"
    tool = tool_that("open(argument_, 'a').write(files[-1] + '\\n'); return [{}] * len(files)",
                     "files", start="global argument_; argument_ = argument",
                     extra="TAKES_FILES = True")  # fmt: skip
    many = replace(photos, names=("a.jpg",) * 3 + ("b.jpg",) * 3)
    measure(peer(tool, most_photos=2, argument=str(seen)), dataset=many)
    assert [Path(line).name for line in seen.read_text().splitlines()] == ["a.jpg", "b.jpg"]
