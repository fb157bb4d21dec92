"""Training from the command line on made photos: it resumes bitwise and explains itself."""

import csv
import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from skimage import data as photos

from training.errors import InputError
from training.recipe import Recipe, read_recipe
from training.student import train_student
from training.synthesis import aperture_kernel, blur_background
from training.weights import load_weights

ROOT = Path(__file__).parents[2]
RECIPE = """
architecture = "lite"
photos = "made"
photo_list = ""
sharp_photos = "made"
sharp_count = 4
validation_count = 2
epochs = 2
batch_size = 4
synthetic_in_batch = 1
stored_side = 320
smallest_crop = 0.9
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("data")
    for part in ("image", "mask"):
        (root / "made" / part).mkdir(parents=True)
    for name in ("astronaut", "coffee", "chelsea", "rocket", "astronaut", "coffee", "chelsea"):
        number = len(list((root / "made" / "image").iterdir()))
        photo = getattr(photos, name)()[:300, :400]
        sharp = np.zeros(photo.shape[:2], np.uint8)
        sharp[80:220, 50 + 20 * number : 200 + 20 * number] = 255
        photo = blur_background(photo, sharp, aperture_kernel(6, 0, 0))
        Image.fromarray(photo).save(root / "made" / "image" / f"{number}.jpg")
        Image.fromarray(255 - sharp).save(root / "made" / "mask" / f"{number}.png")
    return root


@pytest.fixture
def recipe(data, tmp_path, monkeypatch):
    monkeypatch.setenv("DBD_DATA", str(data))
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE)
    return path


def test_run_writes_weights_metrics_and_curves(recipe, tmp_path):
    command = [sys.executable, "-m", "training", "student", str(recipe), "-o", str(tmp_path / "r")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((tmp_path / "r" / "metrics.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert {"loss", "cross_entropy", "soft_iou", "fmax", "mae"} <= rows[0].keys()
    report = json.loads((tmp_path / "r" / "metrics.json").read_text())
    assert report["recipe"]["architecture"] == "lite"
    with Image.open(tmp_path / "r" / "curves.png") as curves:
        assert curves.size[0] > 500
    trained = load_weights(tmp_path / "r" / "weights.safetensors")
    assert trained.architecture == "lite"
    assert (trained.contract.width, trained.contract.mean, trained.contract.scale) == (
        320,
        127,
        128,
    )


def test_interrupted_run_resumes_to_the_same_weights(recipe, tmp_path, monkeypatch):
    tiny = read_recipe(recipe)
    cpu = torch.device("cpu")
    train_student(tiny, tmp_path / "whole", cpu)

    import training.student as student

    recorded = student._Run.record

    def stop_after_recording(run, accuracy):
        recorded(run, accuracy)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(student._Run, "record", stop_after_recording)
        with pytest.raises(KeyboardInterrupt):
            train_student(tiny, tmp_path / "halves", cpu)
    train_student(tiny, tmp_path / "halves", cpu)
    whole = load_file(tmp_path / "whole" / "weights.safetensors")
    halves = load_file(tmp_path / "halves" / "weights.safetensors")
    assert whole.keys() == halves.keys()
    assert all(torch.equal(whole[name], halves[name]) for name in whole)


def test_folder_of_another_recipe_is_left_alone(recipe, tmp_path):
    tiny = read_recipe(recipe)
    (tmp_path / "run").mkdir()
    torch.save({"recipe": {}}, tmp_path / "run" / "checkpoint.pt")
    with pytest.raises(InputError, match="another recipe"):
        train_student(tiny, tmp_path / "run", torch.device("cpu"))


def test_loss_that_is_not_finite_stops_the_run_and_keeps_the_checkpoint(
    recipe, tmp_path, monkeypatch
):
    import training.student as student

    nan = {"cross_entropy": lambda logits, target: logits.sum() * float("nan")}
    monkeypatch.setattr(student, "_LOSS_TERMS", nan)
    (tmp_path / "run").mkdir()
    with pytest.raises(InputError, match="The loss became nan in epoch 1"):
        train_student(read_recipe(recipe), tmp_path / "run", torch.device("cpu"))
    assert not (tmp_path / "run" / "weights.safetensors").exists()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("epochs = 2", "which architecture"),
        ('architecture = "lite"\nspeed = 3', "unknown key speed; known are"),
        ('architecture = "lite"\nepochs = 0', "epochs must be above 0"),
        (
            'architecture = "lite"\nepochs = "many"',
            "epochs must be a whole number, not 'many'",
        ),
        ('architecture = "lite"\nsmallest_crop = 2.0', "smallest_crop must be in 0 to 1"),
        ('architecture = "lite"\nsynthetic_in_batch = 12', "synthetic_in_batch must be in 0"),
        ('architecture = "lite"\n[losses]\nssim = 1.0', "unknown key losses.ssim"),
        ('architecture = "lite"\n[losses]\nsoft_iou = -1.0', "must not be negative"),
        ("epochs =", "cannot be read as TOML"),
    ],
)
def test_bad_recipe_is_explained(tmp_path, text, sentence):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_recipe(path)


def test_shipped_recipes_are_valid():
    for path in (ROOT / "training" / "recipes").glob("*.toml"):
        assert isinstance(read_recipe(path), Recipe)


def test_bad_input_at_the_command_line_is_one_sentence(tmp_path):
    command = [sys.executable, "-m", "training", "student", str(tmp_path / "none.toml")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "cannot be read as TOML" in done.stderr
    assert "Traceback" not in done.stderr


class TestWeightsFile:
    @pytest.fixture
    def tampered(self, tmp_path):
        """Rewrites the shipped weights with a change; gives the path."""
        source = ROOT / "training" / "weights" / "lite.safetensors"
        with safe_open(source, framework="pt") as file:
            metadata = file.metadata()
        tensors = load_file(source)

        def write(change):
            change(tensors, metadata)
            save_file(tensors, tmp_path / "x.safetensors", metadata)
            return tmp_path / "x.safetensors"

        return write

    def test_shipped_weights_are_float16_and_say_what_they_are(self):
        path = ROOT / "training" / "weights" / "lite.safetensors"
        assert {t.dtype for t in load_file(path).values()} == {torch.float16}
        trained = load_weights(path)
        assert trained.architecture == "lite"
        recipe = read_recipe(ROOT / "training" / "recipes" / "lite.toml")
        assert trained.notes["recipe"] == dataclasses.asdict(recipe)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (lambda t, m: m.pop("format"), "no metadata of format"),
            (lambda t, m: m.update(architecture="heavy"), "architecture 'heavy'"),
            (
                lambda t, m: t.pop("head.weight"),
                "lacks 1 of the tensors of lite, first head.weight",
            ),
            (lambda t, m: t.update(extra=torch.ones(1)), "unknown 1 .* first extra"),
            (lambda t, m: t.update({"head.bias": torch.ones(2)}), "misshapen 1 .* first head.bias"),
            (lambda t, m: t["head.bias"].fill_(float("nan")), "not finite in head.bias"),
        ],
    )
    def test_unfitting_file_is_refused_with_its_first_fault(self, tampered, change, sentence):
        with pytest.raises(InputError, match=sentence):
            load_weights(tampered(change))

    def test_damaged_file_is_refused(self, tmp_path):
        (tmp_path / "x.safetensors").write_bytes(b"\x10" * 100)
        with pytest.raises(InputError, match="cannot be read as a safetensors file"):
            load_weights(tmp_path / "x.safetensors")
