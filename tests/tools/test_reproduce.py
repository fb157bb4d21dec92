"""``python -m training reproduce`` on made photos: teacher, labels, student, firmness, export."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data as photos

import training.__main__ as command_line
from evaluation.ensemble import Ensemble
from networks.weights import load_weights
from training.label_set import maps_sha256
from training.named import file_sha256

ANOTHER = "a" * 64
GRAPH = f"""
[[weights]]
name = "judge"
version = "1.0.0"
recipe = "recipes/judge.toml"
sha256 = "{ANOTHER}"
held_out = {{ fmax = 0.75, mae = 0.25 }}

[[labels]]
name = "maps"
version = "1.0.0"
weights = ["judge@1.0.0"]
photos = "made/image"
objects = "made/mask"
sides = [64]
mirrored = true

[[weights]]
name = "small-trained"
version = "1.0.0"
recipe = "recipes/small.toml"

[[weights]]
name = "small"
version = "1.0.0"
average_of = ["small-trained@1.0.0"]
firmness = 1.5

[[exports]]
weights = "small@1.0.0"
arguments = ["--calibration", "{{data}}/made"]
"""
RECIPE = """
architecture = "nano"
sharp_photos = "made"
epochs = 1
batch_size = 3
synthetic_in_batch = 0
stored_side = 64
side = 64
"""
PHOTOS = """
[[photos]]
folder = "made"
validation_count = 2
"""
MAPS = """maps = "maps@1.0.0"
mask_share = 0.5
"""
STUDENT = """
teacher = "judge@1.0.0"
taught_photos = "made"
taught_maps = "maps@1.0.0"
taught_in_batch = 1

[losses]
consistency = 1.0
"""


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A data set, a graph and its recipes."""
    folder = tmp_path_factory.mktemp("given")
    for part in ("image", "mask"):
        (folder / "made" / part).mkdir(parents=True)
    for number in range(5):
        photo = photos.astronaut()[40 * number :][:120, 100:260]
        mask = np.full(photo.shape[:2], 255, np.uint8)
        mask[20:90, 20 + 10 * number : 110] = 0
        Image.fromarray(photo).save(folder / "made" / "image" / f"{number}.png")
        Image.fromarray(mask).save(folder / "made" / "mask" / f"{number}.png")
    (folder / "recipes").mkdir()
    (folder / "recipes" / "judge.toml").write_text(RECIPE + PHOTOS)
    (folder / "recipes" / "small.toml").write_text(RECIPE + STUDENT + PHOTOS + MAPS)
    (folder / "graph.toml").write_text(GRAPH)
    return folder


@pytest.fixture
def reproduce(given, monkeypatch, capsys):
    """Runs the command; the export, which has its own tests, is a stand-in."""
    monkeypatch.setenv("DBD_DATA", str(given))

    def export(command):
        assert command[1:3] == ["-m", "export"]
        target = Path(command[command.index("-o") + 1])
        target.mkdir(parents=True)
        (target / f"{Path(command[3]).stem}.int8.tflite").write_bytes(b"a model")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(command_line.subprocess, "run", export)

    def run(*arguments, graph=given / "graph.toml"):
        command = ["reproduce", *arguments, "--graph", graph, "--device", "cpu"]
        status = command_line.main([str(argument) for argument in command])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def made(reproduce, tmp_path, monkeypatch):
    """Everything, made in two goes; what was said in each."""
    judged = []

    def judge_three(ensemble, photo):
        judged.append(photo)
        if len(judged) == 3:
            raise KeyboardInterrupt
        return judge(ensemble, photo)

    judge = Ensemble.map
    monkeypatch.setattr(Ensemble, "map", judge_three)
    first = reproduce("small", "-o", tmp_path / "out")
    assert first[0] == 130 and len(list((tmp_path / "out" / "maps-1.0.0").glob("*.png"))) == 2
    second = reproduce("small", "-o", tmp_path / "out")
    assert second[0] == 0, second[2]
    assert len(judged) == 6
    return tmp_path / "out", first[1], second[1]


def test_dry_run_shows_every_step_in_order_and_makes_nothing(reproduce, given, tmp_path):
    status, said, _ = reproduce("small", "--dry-run", "-o", tmp_path / "out")
    assert status == 0 and not (tmp_path / "out").exists()
    lines = said.splitlines()
    assert [line.split(" is to make: ")[0] for line in lines] == [
        "1/5 judge@1.0.0",
        "2/5 maps@1.0.0",
        "3/5 small-trained@1.0.0",
        "4/5 small@1.0.0",
        "5/5 export of small@1.0.0",
    ]
    out = tmp_path / "out"
    assert f"label {out}/judge-1.0.0/judge.safetensors --photos" in lines[1]
    assert f"--use maps@1.0.0={out}/maps-1.0.0 --as small-trained@1.0.0" in lines[2]
    assert f"--firmness 1.5 -o {out}/small-1.0.0/small.safetensors" in lines[3]
    assert f"-m export {out}/small-1.0.0/small.safetensors -o {out}" in lines[4]
    assert all(f"--graph {given / 'graph.toml'}" in line for line in lines[:4])
    assert "--graph" not in lines[4]
    assert "--model-version 1.0.0 --calibration" in lines[4] and "{data}" not in lines[4]


def test_whole_graph_is_made_in_two_goes_and_everything_names_what_it_is_from(made, reproduce):
    out, first, second = made
    judge = out / "judge-1.0.0" / "judge.safetensors"
    assert "1/5 judge@1.0.0: python -m training student" in first
    assert f"came out with SHA-256 {file_sha256(judge)} (held out: fmax" in first
    assert f"recorded is {ANOTHER} (held out: fmax 0.7500, MAE 0.2500), as happens" in first
    assert f"1/5 judge@1.0.0 is there: {judge}" in second
    trained = out / "small-1.0.0" / "small.safetensors"
    notes = load_weights(trained).notes
    assert (notes["name"], notes["version"], notes["firmness"]) == ("small", "1.0.0", 1.5)
    (run,) = notes["averaged"]
    assert (run["name"], run["recipe"]["teacher"]) == ("small-trained", "judge@1.0.0")
    assert [(of["role"], of["name"], of["sha256"]) for of in run["made_from"]] == [
        ("teacher", "judge", file_sha256(judge)),
        ("labels", "maps", maps_sha256(out / "maps-1.0.0")),
    ]
    assert run["data"] == notes["data"] == ["imagenet", "made"]
    labels = json.loads((out / "maps-1.0.0" / "labels.json").read_text())
    assert labels["weights"][0]["sha256"] == file_sha256(judge)
    assert (out / "small-1.0.0" / "export" / "small.int8.tflite").exists()
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
    status, said, _ = reproduce("small", "-o", out)
    assert status == 0 and "5/5" not in said.replace("5/5 export of small@1.0.0 is there", "")
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_what_is_there_with_its_hash_is_skipped_with_all_that_it_is_from(
    made, reproduce, given, tmp_path
):
    out, *_ = made
    checkout = tmp_path / "checkout"
    shutil.copytree(given / "recipes", checkout / "recipes")
    shutil.copy(out / "small-1.0.0" / "small.safetensors", checkout)
    checksum = file_sha256(checkout / "small.safetensors")
    recorded = f'firmness = 1.5\nfile = "small.safetensors"\nsha256 = "{checksum}"'
    graph = checkout / "graph.toml"
    graph.write_text(GRAPH.replace("firmness = 1.5", recorded))
    _, said, _ = reproduce("small", "--dry-run", "-o", tmp_path / "new", graph=graph)
    lines = said.splitlines()
    assert [line.rsplit("is ", 1)[1] for line in lines[:3]] == ["there"] * 3
    assert lines[0].startswith("1/5 judge@1.0.0 is not needed: what is made from it")
    assert lines[3].startswith(f"4/5 small@1.0.0 is there: {checkout}")
    assert f"-m export {checkout / 'small.safetensors'}" in lines[4]
    _, said, _ = reproduce("small", "--dry-run", "--again", "-o", tmp_path / "new", graph=graph)
    assert said.count("to make") == 5
    # The same recipe gives the same file on the same machine.
    judge = file_sha256(out / "judge-1.0.0" / "judge.safetensors")
    graph.write_text(GRAPH.replace(ANOTHER, judge))
    status, said, _ = reproduce("judge@1.0.0", "-o", tmp_path / "new", graph=graph)
    assert status == 0 and f"came out with the recorded SHA-256 {judge}." in said


def test_what_cannot_be_made_is_taken_from_the_repository_when_the_rest_is_made_again(
    made, reproduce, given, tmp_path
):
    out, *_ = made
    checkout = tmp_path / "checkout"
    shutil.copytree(given / "recipes", checkout / "recipes")
    shutil.copy(out / "judge-1.0.0" / "judge.safetensors", checkout)
    checksum = file_sha256(checkout / "judge.safetensors")
    graph = checkout / "graph.toml"
    graph.write_text(
        GRAPH.replace(
            'recipe = "recipes/judge.toml"', 'history = "by hand"\nfile = "judge.safetensors"'
        ).replace(ANOTHER, checksum)
    )
    status, said, _ = reproduce(
        "small", "--dry-run", "--again", "-o", tmp_path / "new", graph=graph
    )
    assert status == 0 and said.count("to make") == 4
    assert f"judge@1.0.0 is there: {checkout / 'judge.safetensors'}" in said


def test_other_labels_and_other_recipes_are_not_gone_on_with(made, reproduce, given, tmp_path):
    out, *_ = made
    graph = tmp_path / "graph.toml"
    shutil.copytree(given / "recipes", tmp_path / "recipes")
    graph.write_text(GRAPH.replace("mirrored = true", "mirrored = false"))
    status, _, told = reproduce("maps@1.0.0", "-o", out, graph=graph)
    assert status == 2 and "holds labels of other mirrored: True, not False" in told
    graph.write_text(GRAPH)
    recipe = tmp_path / "recipes" / "small.toml"
    recipe.write_text(recipe.read_text().replace("epochs = 1", "epochs = 2"))
    status, _, told = reproduce("small", "-o", out, graph=graph)
    assert status == 2 and "holds a run of another recipe" in told


def test_weights_of_which_only_the_history_tells_cannot_be_made(reproduce, given, tmp_path):
    graph = given / "old.toml"
    graph.write_text('[[weights]]\nname = "old"\nversion = "1.0.0"\nhistory = "by hand"\n')
    status, _, told = reproduce("old@1.0.0", "-o", tmp_path, graph=graph)
    assert status == 2 and told == "error: old@1.0.0 cannot be made from here: by hand\n"


def test_path_with_brackets_is_shown_as_it_is(reproduce, tmp_path):
    status, _, told = reproduce("old", graph=tmp_path / "data[/v2][final]" / "graph.toml")
    assert status == 2 and "data[/v2][final]/graph.toml cannot be read" in told


@pytest.mark.parametrize("stamp", ["{}", "[]", "{", '{"inputs": 3, "settings": {}, "sha256": ""}'])
def test_what_is_noted_down_damaged_counts_as_not_made(reproduce, tmp_path, stamp):
    folder = tmp_path / "judge-1.0.0"
    folder.mkdir()
    (folder / "judge.safetensors").write_bytes(b"weights")
    (folder / "made.json").write_text(stamp)
    status, said, _ = reproduce("judge", "--dry-run", "-o", tmp_path)
    assert status == 0 and said.startswith("1/1 judge@1.0.0 is to make: ")


def test_command_that_fails_ends_the_walk_with_its_status(made, reproduce, monkeypatch):
    out, *_ = made
    shutil.rmtree(out / "small-1.0.0" / "export")
    failed = subprocess.CompletedProcess([], 1)
    monkeypatch.setattr(command_line.subprocess, "run", lambda command: failed)
    status, said, _ = reproduce("small", "-o", out)
    assert status == 1 and said.splitlines()[-1].startswith("5/5 export of small@1.0.0: python -m")
