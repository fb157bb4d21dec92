"""Training on made photos: it resumes bitwise, keeps what is good and explains itself."""

import csv
import dataclasses
import hashlib
import json
import logging
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from skimage import data as photos

import training.__main__ as command_line
import training.batches as batches_module
from data import scenes
from data.augmentation import crop_and_flip
from data.blur_dataset import is_held_out_scene, read_photo, squash
from data.synthesis import aperture_kernel, blur_background
from dbd_mobile.errors import InputError
from evaluation.calibration_error import CalibrationMeter
from evaluation.ensemble import Ensemble
from evaluation.mappers import SquashingMapper
from evaluation.predictors import TorchPredictor
from evaluation.scoring import map_photos, measure
from networks import BLUR_ARCHITECTURES, NetworkContract, build
from networks.weights import load_weights, save_weights
from training import losses
from training.ablation import TERMS, ablation_rows, run_ablation, variants
from training.average import average_weights
from training.batches import Batches, open_splits
from training.label_set import maps_sha256, read_label_set
from training.named import Reference, file_sha256
from training.origins import find_origins
from training.recipe import LossWeights, read_recipe, recipe_from_table
from training.run import train
from training.run_folder import RunFolder
from training.samples import draw_samples
from training.shelf import SHELF, Shelf

ROOT = Path(__file__).parents[2]
RECIPE = """
architecture = "lite"
sharp_photos = "made"
sharp_count = 4
epochs = 2
batch_size = 4
synthetic_in_batch = 1
stored_side = 96
side = 64
smallest_crop = 0.9

[[photos]]
folder = "made"
validation_count = 2
"""
LITE_DATA = ["cuhk", "duts", "imagenet", "lfsd", "mfif", "szu"]
"""What the shipped lite and those that taught it saw."""
CPU = torch.device("cpu")


def with_photos(recipe, **values):
    """The recipe with other values of its one data set."""
    (part,) = recipe.photos
    return dataclasses.replace(recipe, photos=(dataclasses.replace(part, **values),))


@pytest.fixture
def run_training(capsys, caplog):
    """Runs a command line in this process; what is logged counts as written to stderr."""
    caplog.set_level(logging.INFO)

    def run(*arguments):
        capsys.readouterr()
        caplog.clear()
        status = command_line.main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, status, out, err + caplog.text)

    return run


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


@pytest.fixture(scope="module")
def finished(data, tmp_path_factory):
    """The folder of a run of one epoch, to look at only."""
    folder = tmp_path_factory.mktemp("finished")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBD_DATA", str(data))
        table = tomllib.loads(RECIPE.replace("epochs = 2", "epochs = 1"))
        train(recipe_from_table(table), folder, CPU)
    return folder


def test_run_writes_weights_metrics_curves_and_its_recipe(run_training, recipe, tmp_path):
    folder = tmp_path / "run"
    done = run_training("teacher", recipe, "-o", folder)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader((folder / "metrics.csv").read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert {"loss", "cross_entropy", "soft_iou", "fmax", "mae"} <= rows[0].keys()
    report = json.loads((folder / "metrics.json").read_text())
    assert report["recipe"]["architecture"] == "lite"
    with Image.open(folder / "curves.png") as curves:
        assert curves.size[0] > 500
    trained = load_weights(folder / "weights.safetensors")
    assert trained.architecture == "lite"
    assert trained.contract == NetworkContract(width=64, height=64, mean=127, scale=128)
    resumable = load_weights(folder / "checkpoint.pt")
    assert (resumable.architecture, resumable.contract) == ("lite", trained.contract)
    # The time it took is no property of the weights.
    assert report["epochs"][-1].pop("seconds") > 0
    assert 0 <= report["epochs"][-1].pop("waited") <= 1
    assert resumable.notes["epoch"] == report["epochs"][-1]
    assert read_recipe(folder / "recipe.toml") == read_recipe(recipe)
    assert f"Weights: {folder / 'weights.safetensors'}" in done.stdout


def test_command_line_is_there_as_a_program_too(recipe, finished):
    command = [sys.executable, "-m", "training", "teacher", finished / "recipe.toml"]
    again = subprocess.run([*command, "-o", finished], cwd=ROOT, capture_output=True, text=True)
    assert again.returncode == 0
    assert "holds a finished run" in " ".join(again.stderr.split())
    assert again.stdout.startswith(f"Weights: {finished}")


def test_seed_of_the_command_line_takes_the_place_of_the_recipes(recipe, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(command_line, "train", lambda *given, **named: asked.append(given))
    for arguments in ([], ["--seed", "7"], ["--seed", "8", "-o", str(tmp_path)]):
        assert command_line.main(["student", str(recipe), *arguments]) == 0
    seeds, folders = zip(*((run.seed, folder) for run, folder, _ in asked), strict=True)
    assert seeds == (0, 7, 8)
    assert folders == (Path("runs/tiny"), Path("runs/tiny-7"), tmp_path)
    assert command_line.main(["student", str(recipe), "--seed", "-1"]) == 2 and len(asked) == 3


@pytest.mark.parametrize(("scores", "kept"), [((0.5, 0.9, 0.7), 2), ((), 3)])
def test_weights_of_the_epoch_that_validated_best_are_kept(
    recipe, tmp_path, monkeypatch, scores, kept
):
    averages = []

    def record(folder, run):
        averages.append({name: value.half() for name, value in run.averaged.state_dict().items()})
        if scores:
            run.history[-1] |= {"fmax": scores[run.epoch - 1], "mae": 0.1, "ddff": 0.5}
        recorded(folder, run)

    recorded = RunFolder.record
    monkeypatch.setattr(RunFolder, "record", record)
    three = with_photos(dataclasses.replace(read_recipe(recipe), epochs=3), validation_count=0)
    train(three, tmp_path / "run", CPU)
    trained = load_weights(tmp_path / "run" / "weights.safetensors")
    assert trained.notes["epoch"]["epoch"] == kept
    for name, value in trained.network.state_dict().items():
        assert torch.equal(value.half(), averages[kept - 1][name])
    resumable = load_weights(tmp_path / "run" / "checkpoint.pt")
    for name, value in resumable.network.state_dict().items():
        assert torch.equal(value.half(), averages[-1][name])


def test_average_of_runs_is_their_mean_and_is_measured_beside_them(
    run_training, recipe, finished, tmp_path
):
    other = dataclasses.replace(read_recipe(recipe), epochs=1, decoder_rate=1e-3)
    train(other, tmp_path / "other", CPU)
    files = [folder / "weights.safetensors" for folder in (finished, tmp_path / "other")]
    done = run_training("average", *files, "-o", tmp_path / "new" / "mean.safetensors")
    assert done.returncode == 0, done.stderr
    mean = load_weights(tmp_path / "new" / "mean.safetensors")
    first, second = map(load_weights, files)
    assert mean.notes["averaged"] == [first.notes, second.notes]
    assert (mean.notes["name"], mean.notes["version"]) == ("mean", "0.0.0")
    assert mean.notes["made_from"] == [
        {
            "role": "averaged",
            "name": file.parent.name,
            "version": "0.0.0",
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "data": ["imagenet", "made"],
        }
        for file in files
    ]
    for name, value in mean.network.state_dict().items():
        both = [other.network.state_dict()[name].float() for other in (first, second)]
        torch.testing.assert_close(value.float(), sum(both) / 2, rtol=1e-3, atol=1e-5)
    said = " ".join(done.stdout.split())
    ((_, _, photos),) = open_splits(read_recipe(recipe))
    measured = [dataclasses.asdict(measure(mapper_of(run), photos)) for run in (first, second)]
    for file, measures in zip(files, measured, strict=True):
        assert f"{file} | {measures['fmax']:.4f} | {measures['mae']:.4f}" in said
    assert f"{mean.notes['held_out']['fmax']:.4f} | {mean.notes['held_out']['mae']:.4f}" in said


def mapper_of(trained):
    return SquashingMapper(TorchPredictor(trained.network))


def found(files):
    return [SHELF.weights(str(file)) for file in files]


def test_firmness_multiplies_the_logits_of_the_mean(run_training, recipe, finished, tmp_path):
    files = [finished / "weights.safetensors"]
    done = run_training("average", *files, "--firmness", 2, "-o", tmp_path / "firm.safetensors")
    assert done.returncode == 0, done.stderr
    mean, firm = map(load_weights, (*files, tmp_path / "firm.safetensors"))
    assert firm.notes["firmness"] == 2
    told = firm.notes["calibration"]
    assert (told["photos"], told["bins"]) == (2, 15)
    ((_, _, photos),) = open_splits(read_recipe(recipe))
    for key, network in (("ece", firm), ("ece_without_firmness", mean)):
        meter = CalibrationMeter()
        for index, blur in enumerate(map_photos(mapper_of(network), photos)):
            meter.add(blur, photos.truth(index))
        assert told[key] == pytest.approx(meter.result(), abs=1e-3)
    assert told["ece"] != told["ece_without_firmness"]
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        once, twice = mean.network.logits(image), firm.network.logits(image)
    torch.testing.assert_close(twice, 2 * once, rtol=1e-3, atol=1e-3)
    with pytest.raises(InputError, match="firmness must be a number above 0, not -1"):
        average_weights(found(files), tmp_path / "x.safetensors", CPU, firmness=-1)


@pytest.mark.parametrize("architecture", sorted(BLUR_ARCHITECTURES))
def test_logits_of_every_network_come_from_its_last_convolution(architecture):
    network = build(architecture).eval()
    image = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        once = network.logits(image)
        for parameter in network.last_convolution().parameters():
            parameter.mul_(2)
        torch.testing.assert_close(network.logits(image), 2 * once, rtol=1e-4, atol=1e-4)


def test_average_of_an_average_knows_all_its_runs(recipe, tmp_path):
    def run(name, count):
        of = with_photos(read_recipe(recipe), validation_count=count)
        save_weights(tmp_path / name, build("lite"), "lite", {"recipe": dataclasses.asdict(of)})
        return tmp_path / name

    files = [run("one.safetensors", 2), run("two.safetensors", 2)]
    mean, both = tmp_path / "mean.safetensors", tmp_path / "both.safetensors"
    average_weights(found(files), mean, CPU)
    accuracies = average_weights(found([mean, files[0]]), both, CPU)
    assert {of.images for of in accuracies.values()} == {2}
    assert load_weights(both).notes["averaged"][0] == load_weights(mean).notes
    for count in (3, 0):
        with pytest.raises(InputError, match="held out other photos"):
            average_weights(found([run("other.safetensors", count), mean]), both, CPU)


def test_runs_that_do_not_go_together_are_not_averaged(recipe, tmp_path):
    def run(name, architecture="lite", **changes):
        notes = {"recipe": dataclasses.asdict(with_photos(read_recipe(recipe), **changes))}
        save_weights(tmp_path / name, build(architecture), architecture, notes)
        return tmp_path / name

    one = run("one.safetensors")
    without = tmp_path / "without.safetensors"
    save_weights(without, build("lite"), "lite", {})
    for other, sentence in (
        (run("nano.safetensors", "nano"), "an average takes one kind"),
        (run("more.safetensors", validation_count=3), "held out other photos"),
        (without, "does not hold the recipe of its run"),
    ):
        with pytest.raises(InputError, match=sentence):
            average_weights(found([one, other]), tmp_path / "mean.safetensors", CPU)
    assert not (tmp_path / "mean.safetensors").exists()


class Stopped(Exception):
    """Ends a run from outside, as a power cut would."""


@pytest.fixture
def stop_after_first_epoch(monkeypatch):
    def stop():
        recorded = RunFolder.record

        def record_and_stop(folder, trainer):
            recorded(folder, trainer)
            monkeypatch.setattr(RunFolder, "record", recorded)
            raise Stopped

        monkeypatch.setattr(RunFolder, "record", record_and_stop)

    return stop


WHOLE = LossWeights(
    boundary=0.5,
    absolute_error=0.5,
    adversarial=0.1,
    distillation=0.1,
    consistency=1.0,
    features=0.5,
)


def with_every_term(recipe, folder):
    """A student's recipe with every term of the objective, and a teacher's untrained weights."""
    torch.manual_seed(1)
    save_weights(folder / "teacher.safetensors", build("teacher-lite2"), "teacher-lite2", {})
    teacher = str(folder / "teacher.safetensors")
    return dataclasses.replace(
        recipe, teacher=teacher, adversarial_loss="relativistic", losses=WHOLE
    )


@pytest.fixture
def whole_system(recipe, tmp_path):
    return with_every_term(read_recipe(recipe), tmp_path)


@pytest.fixture(scope="module")
def finished_whole_system(data, tmp_path_factory):
    """The folder of a run of one epoch with every term, to look at only."""
    folder = tmp_path_factory.mktemp("finished-whole-system")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DBD_DATA", str(data))
        recipe = recipe_from_table(tomllib.loads(RECIPE.replace("epochs = 2", "epochs = 1")))
        train(with_every_term(recipe, folder), folder / "run", CPU)
    return folder / "run"


@pytest.mark.parametrize("architecture", ["lite", "teacher-lite2"])
def test_interrupted_run_resumes_to_the_same_weights(
    whole_system, architecture, tmp_path, stop_after_first_epoch
):
    # The teacher's architecture has dropout, so the random state must be taken up too.
    recipe = dataclasses.replace(whole_system, architecture=architecture)
    train(recipe, tmp_path / "whole", CPU)
    stop_after_first_epoch()
    with pytest.raises(Stopped):
        train(recipe, tmp_path / "halves", CPU)
    train(recipe, tmp_path / "halves", CPU)
    whole = load_file(tmp_path / "whole" / "weights.safetensors")
    halves = load_file(tmp_path / "halves" / "weights.safetensors")
    assert whole.keys() == halves.keys()
    assert all(torch.equal(whole[name], halves[name]) for name in whole)
    # Discriminators, adapters and the state of the optimisers, which the weights do not hold.
    ends = [
        torch.load(tmp_path / run / "checkpoint.pt", weights_only=True)
        for run in ("whole", "halves")
    ]
    for part in ("objective", "optimiser", "critic_optimiser"):
        torch.testing.assert_close(*(end[part] for end in ends), rtol=0, atol=0)


def test_discriminators_have_a_time_scale_of_their_own(finished_whole_system, recipe, tmp_path):
    still = read_recipe(finished_whole_system / "recipe.toml")
    train(dataclasses.replace(still, critic_rate=0.0), tmp_path / "still", CPU)
    one, other = (
        torch.load(run / "checkpoint.pt", weights_only=True)
        for run in (tmp_path / "still", finished_whole_system)
    )
    weight = "terms.adversarial.critic.head.parametrizations.weight.original"
    assert not torch.equal(one["objective"][weight], other["objective"][weight])
    # One step of both: the network's does not depend on the discriminators' rate.
    for name, value in one["network"].items():
        assert torch.equal(value, other["network"][name])


def test_run_with_another_teacher_under_the_same_name_is_left_alone(
    whole_system, tmp_path, stop_after_first_epoch
):
    stop_after_first_epoch()
    with pytest.raises(Stopped):
        train(whole_system, tmp_path / "run", CPU)
    save_weights(tmp_path / "teacher.safetensors", build("lite"), "lite", {})
    with pytest.raises(InputError, match="another teacher or other photos"):
        train(whole_system, tmp_path / "run", CPU)


def test_too_few_photos_for_a_batch_are_counted(recipe, tmp_path):
    few = dataclasses.replace(with_photos(read_recipe(recipe), validation_count=3), batch_size=8)
    with pytest.raises(InputError, match="There are 4 photos to train on, fewer than the 7 real"):
        train(few, tmp_path / "run", CPU)


def test_every_term_is_reported_and_helpers_are_not_kept(finished_whole_system):
    (row,) = csv.DictReader((finished_whole_system / "metrics.csv").read_text().splitlines())
    terms = dataclasses.asdict(WHOLE)
    assert {*terms, "adversarial_critic", "distillation_critic"} <= row.keys()
    total = sum(weight * float(row[name]) for name, weight in terms.items())
    assert float(row["loss"]) == pytest.approx(total, rel=1e-4)
    kept = load_file(finished_whole_system / "weights.safetensors")
    assert kept.keys() <= build("lite").state_dict().keys()


@pytest.fixture
def labelled(run_training, recipe, data, tmp_path):
    """A recipe with photos that the shipped student judged, and the folder of its maps."""
    weights = ROOT / "training" / "weights" / "lite.safetensors"
    photos, maps = data / "made" / "image", tmp_path / "maps"
    done = run_training("label", weights, "--photos", photos, "--sides", 64, 96, "-o", maps)
    assert done.returncode == 0, done.stderr
    taught = {"taught_photos": "made", "taught_maps": str(maps), "taught_in_batch": 2}
    return dataclasses.replace(read_recipe(recipe), **taught), maps


def test_maps_of_an_ensemble_are_the_mean_of_its_views(labelled, data):
    _, maps = labelled
    names = sorted(path.stem for path in (data / "made" / "image").iterdir())
    assert sorted(path.stem for path in maps.glob("*.png")) == names
    photo = read_photo(data / "made" / "image" / "0.jpg")
    weights = [ROOT / "training" / "weights" / "lite.safetensors"]
    with Image.open(maps / "0.png") as picture:
        stored = np.asarray(picture)
    views = []
    for side in (64, 96):
        blur = Ensemble(weights, [side], CPU, mirrored=False).map(photo)
        blur = torch.from_numpy(blur)[None, None]
        views.append(torch.nn.functional.interpolate(blur, (96, 96), mode="bilinear")[0, 0])
    assert np.abs(torch.stack(views).mean(0).numpy() * 255 - stored).max() <= 0.51


def test_weights_tell_the_size_that_they_were_trained_at_and_labels_are_made_at_it(
    recipe, data, tmp_path
):
    train(dataclasses.replace(read_recipe(recipe), epochs=1, side=96), tmp_path / "run", CPU)
    other = tmp_path / "run" / "weights.safetensors"
    contract = load_weights(other).contract
    assert (contract.width, contract.height) == (96, 96)
    weights = [ROOT / "training" / "weights" / "nano.safetensors", other]
    photo = read_photo(data / "made" / "image" / "0.jpg")
    first, second = (
        torch.from_numpy(Ensemble([path], [side], CPU, mirrored=False).map(photo))
        for path, side in zip(weights, (224, 96), strict=True)
    )
    second = torch.nn.functional.interpolate(second[None, None], (224, 224), mode="bilinear")[0, 0]
    together = Ensemble(weights, [], CPU, mirrored=False).map(photo)
    np.testing.assert_allclose(together, ((first + second) / 2).numpy(), atol=1e-6)


def test_mirrored_views_make_the_map_of_a_mirrored_photo_the_mirrored_map(data):
    photo = read_photo(data / "made" / "image" / "0.jpg")
    weights = [ROOT / "training" / "weights" / "lite.safetensors"]
    ensemble = Ensemble(weights, [64], CPU, mirrored=True)
    mirrored = ensemble.map(np.ascontiguousarray(photo[:, ::-1]))
    np.testing.assert_allclose(mirrored[:, ::-1], ensemble.map(photo), atol=2e-3)


def test_labelling_goes_on_where_it_was_and_leaves_damaged_photos_out(
    run_training, tmp_path, monkeypatch
):
    (tmp_path / "photos").mkdir()
    for name in ("a.png", "c.png"):
        Image.new("RGB", (40, 40)).save(tmp_path / "photos" / name)
    (tmp_path / "photos" / "b.png").write_bytes(b"half a photo")
    weights = ROOT / "training" / "weights" / "lite.safetensors"
    arguments = ("--photos", tmp_path / "photos", "--sides", 64, "-o", tmp_path / "maps")
    asked = []

    def judge_one(ensemble, photo):
        asked.append(photo)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return judge(ensemble, photo)

    judge = Ensemble.map
    monkeypatch.setattr(Ensemble, "map", judge_one)
    stopped = run_training("label", weights, *arguments)
    assert stopped.returncode == 130 and "goes on from what it has kept" in stopped.stderr
    assert (tmp_path / "maps" / "a.png").exists() and not (tmp_path / "maps" / "c.png").exists()
    (tmp_path / "maps" / "a.png").write_bytes(b"of an earlier run")
    done = run_training("label", weights, *arguments)
    assert done.returncode == 0, done.stderr
    assert "left out" in done.stderr and "b.png is not a photo" in " ".join(done.stderr.split())
    kept = sorted(path.name for path in (tmp_path / "maps").iterdir())
    assert kept == ["a.png", "c.png", "labels.json"]
    assert (tmp_path / "maps" / "a.png").read_bytes() == b"of an earlier run"
    refused = run_training("label", weights, *arguments[:-3], 50, *arguments[-2:])
    assert refused.returncode == 2 and "must be multiples of 32" in refused.stderr


def test_labels_say_what_made_them(labelled):
    _, maps = labelled
    said = json.loads((maps / "labels.json").read_text())
    weights = ROOT / "training" / "weights" / "lite.safetensors"
    (judge,) = said["weights"]
    assert judge["sha256"] == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert (judge["name"], judge["data"]) == ("lite", LITE_DATA)
    assert (said["sides"], said["mirrored"], said["objects"]) == ([64, 96], False, False)
    assert (said["photos"], said["photo_count"]) == ("made", 7)
    assert said["maps_sha256"] == maps_sha256(maps)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--mirrored", "--sides", 64, 96], "labels of other mirrored: False, not True"),
        (["--sides", 64], "labels of other sides: 64, 96, not 64"),
        (["--sides", 64, 96, "--list", "some.txt"], "labels of other photo_count: 7, not 2"),
    ],
)
def test_folder_of_other_labels_is_left_alone(
    run_training, labelled, data, tmp_path, more, sentence
):
    _, maps = labelled
    before = {path: path.read_bytes() for path in maps.iterdir()}
    (data / "made" / "some.txt").write_text("3\n5.jpg\n")
    weights = ROOT / "training" / "weights" / "lite.safetensors"
    refused = run_training("label", weights, "--photos", data / "made" / "image", *more, "-o", maps)
    assert refused.returncode == 2 and sentence in refused.stderr
    assert {path: path.read_bytes() for path in maps.iterdir()} == before


def test_labels_of_other_weights_are_not_gone_on_with(run_training, labelled, data, tmp_path):
    _, maps = labelled
    arguments = ("--photos", data / "made" / "image", "--sides", 64, 96, "-o", maps)
    other = ROOT / "training" / "weights" / "nano.safetensors"
    refused = run_training("label", other, *arguments)
    assert refused.returncode == 2
    checksum = file_sha256(ROOT / "training" / "weights" / "lite.safetensors")
    assert re.search(
        f"labels of other weights: lite@.* .{checksum[:12]}.*, not nano@", refused.stderr
    )
    (maps / "labels.json").unlink()
    refused = run_training("label", other, *arguments)
    assert refused.returncode == 2 and "no labels.json that says what made" in refused.stderr


def test_maps_that_change_end_what_goes_on_from_them(run_training, labelled, data, tmp_path):
    recipe, maps = labelled
    found = find_origins(recipe, SHELF)["labels"]
    assert (found.named.name, found.named.sha256) == ("maps", maps_sha256(maps))
    said = (maps / "labels.json").read_text()
    (maps / "labels.json").write_text(said.replace(found.named.sha256, ""))
    with pytest.raises(InputError, match=r"labelling of .* was interrupted"):
        train(recipe, tmp_path / "run", CPU)
    (maps / "labels.json").write_text(said)
    Image.new("L", (64, 64), 77).save(maps / "0.png")
    with pytest.raises(InputError, match="changed after their labelling had ended"):
        train(recipe, tmp_path / "run", CPU)
    weights = ROOT / "training" / "weights" / "lite.safetensors"
    arguments = ("--photos", data / "made" / "image", "--sides", 64, 96, "-o", maps)
    refused = run_training("label", weights, *arguments)
    assert refused.returncode == 2 and "changed after their labelling" in refused.stderr


def test_run_does_not_go_on_with_other_maps_of_the_same_names(
    labelled, tmp_path, stop_after_first_epoch
):
    recipe, maps = labelled
    (maps / "labels.json").unlink()
    stop_after_first_epoch()
    with pytest.raises(Stopped):
        train(recipe, tmp_path / "run", CPU)
    Image.new("L", (64, 64), 77).save(maps / "0.png")
    with pytest.raises(InputError, match="other photos or maps under the same names"):
        train(recipe, tmp_path / "run", CPU)


def test_labelling_again_keeps_saying_that_all_maps_are_there(labelled):
    _, maps = labelled
    said = (maps / "labels.json").read_bytes()
    dataclasses.replace(read_label_set(maps), maps_sha256="").begin(maps)
    assert (maps / "labels.json").read_bytes() == said


def test_what_takes_a_names_place_must_be_a_path_and_be_asked_for(run_training, recipe, capsys):
    with pytest.raises(SystemExit):
        run_training("student", recipe, "--use", "maps@2.0.0")
    assert "expected NAME@VERSION=PATH, not 'maps@2.0.0'" in capsys.readouterr().err
    recipe.write_text('teacher = "judge@1.0.0"\n' + RECIPE)
    refused = run_training("samples", recipe, "--use", f"maps@2.0.0={recipe.parent}")
    assert refused.returncode == 2
    assert "--use has maps@2.0.0, which nothing here names; named are judge@1.0.0" in " ".join(
        refused.stderr.split()
    )


def test_weights_to_label_with_can_be_others_than_the_named_ones(run_training, data, tmp_path):
    weights = ROOT / "training" / "weights" / "nano.safetensors"
    arguments = ("--photos", data / "made" / "image", "--sides", 64, "-o", tmp_path / "maps")
    done = run_training("label", "lite@1.5.0", "--use", f"lite@1.5.0={weights}", *arguments)
    assert done.returncode == 0, done.stderr
    (judge,) = json.loads((tmp_path / "maps" / "labels.json").read_text())["weights"]
    assert judge["name"] == "nano"


def test_a_list_names_the_photos_to_label(run_training, data, tmp_path):
    (tmp_path / "two.txt").write_text("3\n5.jpg\n")
    weights = ROOT / "training" / "weights" / "lite.safetensors"
    arguments = ("--photos", data / "made" / "image", "--sides", 64, "-o", tmp_path / "maps")
    done = run_training("label", weights, *arguments, "--list", tmp_path / "two.txt")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (tmp_path / "maps").iterdir()) == [
        "3.png", "5.png", "labels.json",
    ]  # fmt: skip


def test_labels_follow_the_outlines_of_objects_where_asked(run_training, data, tmp_path):
    (tmp_path / "photos").mkdir()
    for name in ("0.jpg", "1.jpg"):
        shutil.copy(data / "made" / "image" / name, tmp_path / "photos")
    objects = tmp_path / "objects"
    objects.mkdir()
    with Image.open(data / "made" / "mask" / "0.png") as mask:
        sharp = 255 - np.asarray(mask)
    Image.fromarray(sharp).save(objects / "0.png")
    weights = ROOT / "training" / "weights" / "lite.safetensors"
    arguments = ("--photos", tmp_path / "photos", "--sides", 320)
    for name, more in (("plain", ()), ("outlined", ("--objects", objects))):
        done = run_training("label", weights, *arguments, *more, "-o", tmp_path / name)
        assert done.returncode == 0, done.stderr
    assert "left out" in done.stderr and "1.png cannot be read" in " ".join(done.stderr.split())
    truth = np.asarray(Image.fromarray(255 - sharp).resize((320, 320), Image.Resampling.BILINEAR))
    errors = {}
    for name in ("plain", "outlined"):
        with Image.open(tmp_path / name / "0.png") as blur:
            errors[name] = np.abs(np.asarray(blur, np.float32) - truth).mean()
    assert errors["outlined"] < errors["plain"]


def test_taught_photos_have_the_teachers_maps_as_targets(labelled):
    recipe, maps = labelled
    for path in maps.glob("*.png"):
        Image.new("L", (64, 64), 77).save(path)
    images, targets, _ = Batches(recipe, open_splits(recipe), 64)[0]
    assert images.shape == (4, 3, 64, 64) and targets.shape == (4, 1, 64, 64)
    # One real photo, one synthetic, two taught.
    assert [bool((target == 77).all()) for target in targets] == [False, False, True, True]


def test_sharp_photos_with_a_map_that_is_nearly_black_are_taught_as_sharp_all_over(labelled):
    recipe, maps = labelled
    for path in maps.glob("*.png"):
        Image.new("L", (64, 64), 77).save(path)
    # With as many sharp photos as there are, every photo is as sharp as these.
    every = dataclasses.replace(recipe, sharp_count=7)
    for sharp_count, below, expected in ((7, 0.31, 0), (7, 0.29, 77), (2, 0.31, 77)):
        asked = dataclasses.replace(every, sharp_count=sharp_count, taught_sharp_below=below)
        batches = Batches(asked, open_splits(asked), 64)
        taught = sorted((int(target.max()) for _, target, _ in batches._taught), reverse=True)
        assert taught[0] == expected


def test_photos_that_are_left_out_are_not_trained_on(recipe):
    every = read_recipe(recipe)
    ((_, training, validation),) = open_splits(every)
    names = (training.names[1], validation.names[0])
    ((_, some, same),) = open_splits(with_photos(every, left_out=names))
    assert some.names == (training.names[0], *training.names[2:])
    assert same == validation
    with pytest.raises(InputError, match=r"left_out names cat\.jpg, which is no photo"):
        open_splits(with_photos(every, left_out=("cat.jpg",)))


def test_parts_of_photos_come_at_the_scale_of_whole_ones(recipe):
    changes = {"smallest_crop": 0.5, "synthetic_in_batch": 0, "epochs": 12}
    recipe = dataclasses.replace(read_recipe(recipe), **changes)
    batches = Batches(recipe, open_splits(recipe), 128)
    ramp = np.tile(np.linspace(0, 255, 96), (96, 1)).astype(np.uint8)
    batches._real_sets[0] = [(np.dstack([ramp] * 3), ramp)] * len(batches._real_sets[0])
    sides = set()
    for batches.epoch in range(12):
        targets = batches[0].targets
        sides.add(targets.shape[-1])
        slopes = np.abs(np.gradient(targets[:, 0].numpy().astype(float), axis=2)).mean((1, 2))
        # Over the whole photo the ramp would rise by 255/128 a pixel.
        np.testing.assert_allclose(slopes, 255 / 128, rtol=0.15)
    assert sides == {64, 96, 128}


def test_whole_photo_comes_as_it_does_in_use():
    photo = photos.astronaut()[:300, :400]
    target = photo[..., 0]
    for seed in range(4):
        crop, blur = crop_and_flip((photo, target), 96, 1.0, np.random.default_rng(seed))
        if not np.array_equal(crop, squash(photo, (96, 96))):  # It came mirrored.
            crop, blur = crop[:, ::-1], blur[:, ::-1]
        np.testing.assert_array_equal(crop, squash(photo, (96, 96)))
        np.testing.assert_array_equal(blur, squash(target, (96, 96)))


def test_photos_are_kept_at_their_own_size_unless_told_otherwise(recipe):
    every = read_recipe(recipe)
    splits = open_splits(every)
    for stored_side, shape in ((96, (96, 96, 3)), (0, (300, 400, 3))):
        batches = Batches(dataclasses.replace(every, stored_side=stored_side), splits, 64)
        kept = [photo.shape for photo, *_ in (*batches._real_sets[0], *batches._sharp)]
        assert set(kept) == {shape}
        assert batches[0][0].shape[:2] == (4, 3)


def test_scenes_that_are_held_out_are_never_trained_on(data, tmp_path, monkeypatch):
    shutil.copytree(data / "made", tmp_path / "data" / "made")
    for part, suffix in (("image", "jpg"), ("mask", "png")):
        folder = tmp_path / "data" / "made" / part
        (folder / f"0.{suffix}").rename(folder / f"30.{suffix}")
    assert is_held_out_scene("30.jpg") and not is_held_out_scene("1.jpg")
    seen = []
    read = scenes.read_photo
    monkeypatch.setattr(scenes, "read_photo", lambda p: (seen.append(p.name), read(p))[1])
    batches_module._sharpest(tmp_path / "data" / "made", 10, (96, 96))
    assert sorted(seen) == [f"{number}.jpg" for number in range(1, 7)]


def test_ablation_gives_every_row_the_same_steps_and_gathers_its_measures(
    whole_system, tmp_path, monkeypatch
):
    recipe = dataclasses.replace(whole_system, epochs=3)
    runs = variants(recipe, 2)
    assert len(runs) == len({run.folder for run in runs}) == 24
    for run in runs:
        real = run.recipe.batch_size - run.recipe.synthetic_in_batch
        assert run.recipe.epochs * 12 // real == pytest.approx(12, abs=1)
        weighed = {k for k, v in dataclasses.asdict(run.recipe.losses).items() if v}
        content = {"cross_entropy", "soft_iou", "boundary", "absolute_error"}
        assert weighed == content | set(TERMS[run.terms])
    monkeypatch.setattr("training.ablation.TERMS", {"content only": (), "all": TERMS["all"]})
    # The smallest network: what it learns is not looked at here.
    small = dataclasses.replace(recipe, architecture="nano", epochs=1)
    result = run_ablation(small, 2, tmp_path / "runs", CPU)
    # JSON has lists in the place of tuples.
    written = (tmp_path / "runs" / "ablation.json").read_text()
    assert json.loads(written) == json.loads(json.dumps(result))
    assert [(row["terms"], row["synthetic"]) for row in result["rows"]] == [
        ("content only", True), ("all", True), ("content only", False), ("all", False),
    ]  # fmt: skip
    table = ablation_rows(result)
    assert len(table) == 6 and re.fullmatch(
        r"\| all \| no \|( 0\.\d{4} ± 0\.\d{4} \|){3}", table[-1]
    )


def test_table_of_an_ablation_is_a_result(run_training, recipe, monkeypatch):
    measures = {name: [0.5, 0.5] for name in ("fmax", "mae", "ddff")}
    rows = [{"terms": "all", "synthetic": True, **measures}]
    monkeypatch.setattr(command_line, "run_ablation", lambda *arguments: {"rows": rows})
    done = run_training("ablation", recipe)
    assert done.returncode == 0 and done.stdout.splitlines()[-1].startswith("| all | yes | 0.5000")


@pytest.mark.parametrize(
    ("change", "seeds", "sentence"),
    [
        ({}, 1, "--seeds must be at least 2"),
        ({"synthetic_in_batch": 0}, 2, "needs synthetic_in_batch and validation_count above 0"),
        ({"losses": LossWeights()}, 2, "losses must weigh all of adversarial, consistency"),
    ],
)
def test_ablation_that_could_compare_nothing_is_refused(whole_system, change, seeds, sentence):
    with pytest.raises(InputError, match=sentence):
        variants(dataclasses.replace(whole_system, **change), seeds)


def test_samples_show_the_batches_that_a_run_sees(run_training, recipe, tmp_path):
    done = run_training("samples", recipe, "-o", tmp_path / "new" / "samples.png")
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "new" / "samples.png") as picture:
        pixels = np.asarray(picture)
    # One batch of four; below each photo itself, redder where it counts as blurred.
    assert pixels.shape == (2 * 164, 4 * 164, 3)
    photos, tinted = (pixels[i * 164 : i * 164 + 160].astype(int) for i in range(2))
    redder = (tinted[..., 0] - tinted[..., 2]) - (photos[..., 0] - photos[..., 2])
    assert (redder[:, :160] > 30).any() and (redder[:, :160] == 0).any()


def test_samples_take_labels_alone_and_leave_unknown_pixels_as_they_are(
    recipe, data, tmp_path, monkeypatch
):
    shutil.copytree(data / "made", tmp_path / "half" / "made")
    for path in (tmp_path / "half" / "made" / "mask").iterdir():
        with Image.open(path) as mask:
            unknown = np.full((mask.height, mask.width), 128, np.uint8)
        unknown[: len(unknown) // 4] = 0
        Image.fromarray(unknown).save(path)
    monkeypatch.setenv("DBD_DATA", str(tmp_path / "half"))
    of = dataclasses.replace(
        read_recipe(recipe), teacher="nobody@1.0.0", synthetic_in_batch=0, batch_size=3
    )
    draw_samples(of, tmp_path / "samples.png", SHELF)
    with Image.open(tmp_path / "samples.png") as picture:
        photos, tinted = np.split(np.asarray(picture), 2)
    np.testing.assert_array_equal(photos, tinted)


def test_run_goes_on_from_other_weights_of_the_same_architecture_only(recipe, tmp_path):
    start = ROOT / "training" / "weights" / "lite.safetensors"
    barely = dataclasses.replace(
        read_recipe(recipe), start_from=str(start), epochs=1, encoder_rate=1e-9, decoder_rate=1e-9
    )
    train(barely, tmp_path / "run", CPU)
    before, after = load_file(start), load_file(tmp_path / "run" / "weights.safetensors")
    notes = load_weights(tmp_path / "run" / "weights.safetensors").notes
    (origin,) = notes["made_from"]
    assert (origin["role"], origin["name"], origin["version"]) == ("start_from", "lite", "1.7.0")
    assert origin["sha256"] == hashlib.sha256(start.read_bytes()).hexdigest()
    assert origin["data"] == LITE_DATA
    assert notes["data"] == sorted([*LITE_DATA, "made"])
    assert torch.equal(before["head.weight"], after["head.weight"])
    with pytest.raises(InputError, match="holds a lite, but the recipe is for paper"):
        train(dataclasses.replace(barely, architecture="paper"), tmp_path / "other", CPU)


def test_run_without_validation_photos_trains_on_all(recipe, tmp_path):
    whole = with_photos(dataclasses.replace(read_recipe(recipe), epochs=1), validation_count=0)
    train(whole, tmp_path / "run", CPU)
    (row,) = csv.DictReader((tmp_path / "run" / "metrics.csv").read_text().splitlines())
    assert "fmax" not in row
    assert (tmp_path / "run" / "curves.png").exists()


def test_weights_that_leave_float16_in_the_last_step_are_not_kept(recipe, tmp_path, monkeypatch):
    stepped = torch.optim.AdamW.step

    def step_too_far(optimiser, *arguments, **options):
        stepped(optimiser, *arguments, **options)
        with torch.no_grad():
            optimiser.param_groups[0]["params"][0].fill_(1e9)

    monkeypatch.setattr(torch.optim.AdamW, "step", step_too_far)
    with pytest.raises(InputError, match="a weight of the network left the range of float16"):
        train(read_recipe(recipe), tmp_path / "run", CPU)
    assert list((tmp_path / "run").glob("*.pt")) == []


def test_pins_change_neither_what_is_made_nor_whether_it_goes_on(recipe, tmp_path):
    graph = tmp_path / "graph.toml"
    graph.write_text('[[weights]]\nname = "nano"\nversion = "1.1.0"\nhistory = "shipped"\n')
    shelf = Shelf(graph, instead={"nano@1.1.0": ROOT / "training" / "weights" / "nano.safetensors"})
    pin = "#sha256=" + "a" * 64
    of = dataclasses.replace(
        read_recipe(recipe), architecture="nano", start_from="nano@1.1.0", epochs=1
    )
    pinned = dataclasses.replace(of, start_from=of.start_from + pin)
    name = Reference("mine", "1.0.0")
    for folder, each in (("bare", of), ("pinned", pinned)):
        train(each, tmp_path / folder, CPU, reference=name, shelf=shelf)
    bare, other = (tmp_path / folder / "weights.safetensors" for folder in ("bare", "pinned"))
    assert file_sha256(bare) == file_sha256(other)
    train(pinned, tmp_path / "bare", CPU, reference=name, shelf=shelf)


def test_published_weights_of_an_encoder_are_named_with_their_hash(recipe, tmp_path):
    installed = build("lite").encoder.installed_weights()
    published = tmp_path / "published.pth"
    shutil.copy(installed, published)
    of = dataclasses.replace(read_recipe(recipe), encoder_weights=str(published), epochs=1)
    train(of, tmp_path / "run", CPU)
    notes = load_weights(tmp_path / "run" / "weights.safetensors").notes
    assert notes["made_from"] == [
        {
            "role": "encoder_weights",
            "name": "published.pth",
            "version": "0.0.0",
            "sha256": file_sha256(installed),
            "data": ["imagenet"],
        }
    ]
    other = torch.load(published, weights_only=True)
    torch.save(other | {"_bn0.bias": other["_bn0.bias"] + 1}, published)
    with pytest.raises(InputError, match="another teacher or other photos"):
        train(of, tmp_path / "run", CPU)


def test_folder_of_another_recipe_is_left_alone(recipe, tmp_path):
    (tmp_path / "run").mkdir()
    torch.save({"recipe": {}}, tmp_path / "run" / "checkpoint.pt")
    with pytest.raises(InputError, match="another recipe"):
        train(read_recipe(recipe), tmp_path / "run", CPU)


def test_damaged_checkpoint_is_named(recipe, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoint.pt").write_bytes(b"half a file")
    with pytest.raises(InputError, match=r"checkpoint.pt cannot be read .* delete it"):
        train(read_recipe(recipe), tmp_path / "run", CPU)


def test_loss_that_is_not_finite_stops_the_run_and_keeps_the_last_good_checkpoint(
    recipe, tmp_path, monkeypatch, stop_after_first_epoch
):
    run = tmp_path / "run"
    stop_after_first_epoch()
    with pytest.raises(Stopped):
        train(read_recipe(recipe), run, CPU)
    good = {path: path.read_bytes() for path in sorted(run.iterdir())}
    nan = torch.tensor(float("nan"))
    monkeypatch.setattr(losses, "soft_iou", lambda logits, target, known: logits.sum() * nan)
    with pytest.raises(InputError, match="loss became nan in epoch 2; the run stopped"):
        train(read_recipe(recipe), run, CPU)
    assert {path: path.read_bytes() for path in sorted(run.iterdir())} == good


def test_gradient_that_is_not_finite_stops_the_run_too(recipe, tmp_path, monkeypatch):
    def rooted(logits, target, known):
        # Its value is 0, and its slope there infinite.
        return (logits - logits.detach()).abs().sum().sqrt()

    monkeypatch.setattr(losses, "soft_iou", rooted)
    with pytest.raises(InputError, match=r"gradient became (nan|inf) in epoch 1"):
        train(read_recipe(recipe), tmp_path / "run", CPU)


def test_bad_recipe_at_the_command_line_is_one_sentence(run_training, tmp_path):
    done = run_training("student", tmp_path / "none.toml")
    assert done.returncode == 2
    assert f"There is no recipe {tmp_path / 'none.toml'}; those here" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(torch.cuda.is_available(), reason="asks for what is missing")
def test_cuda_that_is_not_there_is_one_sentence(run_training, recipe):
    done = run_training("student", recipe, "--device", "cuda")
    assert done.returncode == 2
    assert "PyTorch finds no CUDA device here" in done.stderr


def test_teacher_that_names_a_teacher_is_refused(run_training, recipe):
    recipe.write_text(RECIPE.replace("epochs", 'teacher = "weights.safetensors"\nepochs'))
    done = run_training("teacher", recipe)
    assert done.returncode == 2
    assert "names a teacher, weights.safetensors" in done.stderr


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda made: (made / "mask" / "0.png").unlink(), "Photo 0.jpg has no mask"),
        (
            lambda made: Image.new("L", (7, 5)).save(made / "mask" / "0.png"),
            "is 7x5 pixels but its photo is 400x300",
        ),
        (
            lambda made: (made / "image" / "0.jpg").write_bytes(b"?"),
            "is not a photo of a kind that is read",
        ),
    ],
)
def test_bad_photo_or_mask_is_one_sentence(
    run_training, data, tmp_path, monkeypatch, spoil, sentence
):
    shutil.copytree(data / "made", tmp_path / "data" / "made")
    spoil(tmp_path / "data" / "made")
    monkeypatch.setenv("DBD_DATA", str(tmp_path / "data"))
    (tmp_path / "tiny.toml").write_text(RECIPE)
    done = run_training("student", tmp_path / "tiny.toml", "-o", tmp_path / "run")
    assert done.returncode == 2
    assert sentence in " ".join(done.stderr.split())
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

    def test_same_weights_make_the_same_file(self, tmp_path):
        network = build("nano")
        for name in ("one", "two"):
            save_weights(tmp_path / name, network, "nano", {"note": 'odd "text" ± \n'})
        assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
        with safe_open(tmp_path / "one", framework="pt") as file:
            assert json.loads(file.metadata()["notes"]) == {"note": 'odd "text" ± \n'}

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (lambda t, m: m.pop("format"), "no metadata of format"),
            (lambda t, m: m.update(architecture="heavy"), "architecture 'heavy'"),
            (lambda t, m: m.pop("contract"), "damaged metadata .KeyError: 'contract'"),
            (lambda t, m: m.update(contract="{"), "damaged metadata .JSONDecodeError"),
            (lambda t, m: m.update(notes="[]"), "damaged metadata .TypeError: its notes are no"),
            (
                lambda t, m: m.update(contract=m["contract"].replace("320", "0")),
                "damaged metadata .ValueError: an input of 0 x 0 pixels",
            ),
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

    def test_checkpoint_with_other_metadata_than_text_is_refused(self, tmp_path):
        torch.save({"averaged": {}, "metadata": {"architecture": ["lite"]}}, tmp_path / "x.pt")
        with pytest.raises(InputError, match="does not say which network it holds"):
            load_weights(tmp_path / "x.pt")

    def test_damaged_file_is_refused(self, tmp_path):
        (tmp_path / "x.safetensors").write_bytes(b"\x10" * 100)
        with pytest.raises(InputError, match="cannot be read as a safetensors file"):
            load_weights(tmp_path / "x.safetensors")
