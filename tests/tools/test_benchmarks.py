"""Benchmarks: accuracy of any model file, latency side by side, and the README's tables."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from skimage import data

from benchmarks import readme
from data.blur_dataset import is_held_out_scene

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "dbd_mobile" / "models" / "lite" / "model.tflite"
WEIGHTS = ROOT / "training" / "weights" / "lite.safetensors"


def run(*arguments):
    command = [sys.executable, "-m", "benchmarks", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture
def dataset(tmp_path):
    rng = np.random.default_rng(4)
    for part in ("image", "mask"):
        (tmp_path / part).mkdir()
    for name in "ab":
        Image.fromarray(rng.integers(0, 256, (90, 120, 3), dtype=np.uint8)).save(
            tmp_path / "image" / f"{name}.jpg"
        )
        mask = np.zeros((90, 120), np.uint8)
        mask[:, 60:] = 255
        Image.fromarray(mask).save(tmp_path / "mask" / f"{name}.png")
    return tmp_path


@pytest.mark.parametrize("model", ["lite", BUNDLED, WEIGHTS])
def test_accuracy_of_a_bundled_model_and_of_files_is_given_by_protocol(dataset, model):
    done = run("accuracy", "--model", model, "--data", dataset, "--json")
    assert done.returncode == 0, done.stderr
    accuracy = json.loads(done.stdout)
    assert accuracy["images"] == 2
    assert all(0 <= accuracy[name] <= 1 for name in ("fmax", "ddff", "adaptive", "mae"))


def test_maps_of_a_folder_are_scored_as_a_model_is(dataset, tmp_path):
    for name in "ab":
        with Image.open(dataset / "mask" / f"{name}.png") as mask:
            mask.resize((320, 320)).save(tmp_path / f"{name}.png")
    done = run("accuracy", "--maps", tmp_path, "--data", dataset, "--json")
    assert done.returncode == 0, done.stderr
    accuracy = json.loads(done.stdout)
    assert accuracy["fmax"] > 0.97 and accuracy["mae"] < 0.03
    (tmp_path / "b.png").unlink()
    refused = run("accuracy", "--maps", tmp_path, "--data", dataset)
    assert refused.returncode == 2 and "b.png cannot be read" in " ".join(refused.stderr.split())


def test_worst_photos_are_drawn_worst_first(dataset, tmp_path):
    picture = tmp_path / "new" / "worst.png"
    done = run("worst", "--model", "lite", "--data", dataset, "--count", "9", "-o", picture)
    assert done.returncode == 0, done.stderr
    names, errors = zip(*(line.split() for line in done.stdout.splitlines()), strict=True)
    assert sorted(names) == ["a.jpg", "b.jpg"]
    assert float(errors[0]) >= float(errors[1])
    with Image.open(picture) as page:
        pixels = np.asarray(page)
    # One row of photo, truth and map; the truth is black on the left and white on the right.
    assert pixels.shape[0] == 200 and (pixels[16:196, 244 : 244 + 110] == 0).all()
    assert (pixels[16:196, 244 + 130 : 244 + 240] == 255).all()


def test_polarity_flag_turns_the_masks_round(dataset):
    straight = json.loads(run("accuracy", "--model", "lite", "--data", dataset, "--json").stdout)
    turned = json.loads(
        run(
            "accuracy", "--model", "lite", "--data", dataset, "--json", "--white-in-focus"
        ).stdout
    )  # fmt: skip
    assert straight["mae"] + turned["mae"] == pytest.approx(1, abs=1e-6)


def test_composites_of_held_out_scenes_are_scored(tmp_path):
    for part in ("image", "mask"):
        (tmp_path / part).mkdir()
    names = [name for name in map(str, range(60)) if is_held_out_scene(f"{name}.jpg")]
    for name, photo in zip(names, (data.astronaut(), data.coffee()), strict=False):
        Image.fromarray(photo).save(tmp_path / "image" / f"{name}.jpg")
        mask = np.zeros(photo.shape[:2], np.uint8)
        mask[100:300, 100:300] = 255
        Image.fromarray(mask).save(tmp_path / "mask" / f"{name}.png")
    done = run("composites", "--model", "lite", "--data", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    errors = json.loads(done.stdout)
    assert errors["scenes"] == 2
    # Far from a coin's 0.5: sharp photos are told from blurred ones.
    assert errors["foreground_mae"] < 0.35 and errors["background_mae"] < 0.35
    assert errors["sharp_mean"] < 0.35 and errors["blurred_mean"] > 0.65
    assert errors["sharp_mean"] == errors["sweep"][0] < errors["sweep"][-1]
    assert 0 <= errors["largest_fall"] < 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("accuracy", "--model", "heavy", "--data", "."), "There is no model heavy"),
        (("accuracy", "--model", "lite", "--data", "nowhere"), "does not exist"),
        (("composites", "--model", "lite", "--data", "nowhere"), "does not exist"),
        (("worst", "--model", "lite", "--data", ".", "-o", "page.gif"), "must name a .png file"),
        (("latency", BUNDLED, "--threads", "two"), "thread counts such as 1,2,4"),
        (("latency", "nowhere.tflite"), "no model file nowhere.tflite"),
        (("latency", BUNDLED, "--runs", "0"), "at least 1"),
    ],
)
def test_bad_input_is_one_sentence(arguments, sentence):
    done = run(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_latency_of_every_file_and_thread_count_is_written(tmp_path):
    done = run(
        "latency", BUNDLED, "--threads", "1,2", "--runs", "3", "--json", tmp_path / "l.json"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "l.json").read_text())
    assert [row["threads"] for row in result["rows"]] == [1, 2]
    for row in result["rows"]:
        assert {"preprocess", "invoke", "dequantise", "full_map"} <= row["stages_ms"].keys()


@pytest.mark.parametrize(
    ("page", "row"),
    [(readme.README, "| `lite` | int8 |"), (readme.TRAINING, "| + consistency | yes |")],
    ids=["readme", "training"],
)
def test_a_pages_tables_are_those_of_the_cards_and_stored_results(page, row):
    text = page.read_text(encoding="utf-8")
    assert readme.render(page) == text
    assert row in text
