"""Training of the network that measures blur in pixels, on crops of made-up sources."""

import csv
import dataclasses
import json
import logging

import numpy as np
import pytest
import torch
from PIL import Image
from skimage import data as photos
from torch import nn

import training.__main__ as command_line
from data import known_blur
from data.terms import DATA_SETS, state_data
from dbd_mobile.errors import InputError
from networks import Detail, build
from networks.weights import load_weights, save_weights
from training.detail_losses import TileBatch, detail_losses
from training.detail_recipe import DetailRecipe
from training.detail_run import train_detail
from training.detail_tiles import open_crops
from training.detail_trainer import DetailTrainer
from training.detail_validation import HeldOut, measure_held_out, plain_images
from training.recipe import read_recipe, recipe_from_table
from training.rounded_activations import round_activations
from training.run_folder import RunFolder

CPU = torch.device("cpu")
RECIPE = DetailRecipe(
    architecture="detail",
    steps=4,
    checkpoint_steps=2,
    batch_size=3,
    tile_side=64,
    distinct_tiles=9,
    warm_up_steps=2,
    rounded_from=0.5,
)


@pytest.fixture(autouse=True)
def few_drawings(monkeypatch):
    # Each takes a fifth of a second.
    monkeypatch.setattr(known_blur, "_DRAWN", 2)


@pytest.fixture
def native(tmp_path, monkeypatch):
    """A data root with crops of five sources, of which the third is held out."""
    monkeypatch.setenv("DBD_DATA", str(tmp_path))
    folder = tmp_path / "native"
    (folder / "crop").mkdir(parents=True)
    lines = ["file,source,label,kind"]
    for number, source in enumerate("aabcdee"):
        crop = photos.astronaut()[40 * number :][:176, 100 + 20 * number :][:, :192]
        Image.fromarray(crop).save(folder / "crop" / f"{number}.png")
        kind = "macro" if source == "b" else "all sharp"
        lines.append(f"crop/{number}.png,{source}.jpg,crisp,{kind}")
    (folder / "list.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_command_writes_weights_that_say_what_they_are(native, tmp_path, capsys, caplog):
    caplog.set_level(logging.INFO)
    recipe = tmp_path / "mine.toml"
    recipe.write_text(
        'architecture = "detail"\nsteps = 3\ncheckpoint_steps = 2\nbatch_size = 2\n'
        "distinct_tiles = 4\ntile_side = 64\n"
    )
    folder = tmp_path / "run"
    arguments = ["detail", str(recipe), "-o", str(folder), "--as", "mine@1.2.3", "--seed", "5"]
    assert command_line.main([*arguments, "--device", "cpu"]) == 0
    assert f"Weights: {folder / 'weights.safetensors'}" in capsys.readouterr().out
    rows = list(csv.DictReader((folder / "metrics.csv").read_text().splitlines()))
    assert [row["step"] for row in rows] == ["2", "3"]
    measures = {field.name for field in dataclasses.fields(HeldOut)}
    assert {"loss", "radius", "motion", "error", "seconds"} | measures <= rows[0].keys()
    trained = load_weights(folder / "weights.safetensors", Detail)
    notes = trained.notes
    assert (notes["name"], notes["version"], notes["step"]) == ("mine", "1.2.3", 3)
    assert (notes["data"], notes["made_from"]) == (["native"], [])
    assert notes["held_out"] == {name: float(rows[-1][name]) for name in measures}
    of = recipe_from_table(notes["recipe"])
    assert of == dataclasses.replace(read_recipe(recipe), seed=5)
    assert read_recipe(folder / "recipe.toml") == of
    report = json.loads((folder / "metrics.json").read_text())
    assert report["steps"][-1]["step"] == 3
    with Image.open(folder / "curves.png") as curves:
        assert curves.size[0] > 1000
    assert load_weights(folder / "checkpoint.pt", Detail).notes == notes


class Stopped(Exception):
    """Ends a run from outside, as a power cut would."""


def test_interrupted_run_resumes_to_the_same_file(native, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    whole, halves = tmp_path / "one" / "run", tmp_path / "other" / "run"
    train_detail(RECIPE, whole, CPU)
    recorded = RunFolder.record

    def record_and_stop(folder, trainer):
        recorded(folder, trainer)
        raise Stopped

    monkeypatch.setattr(RunFolder, "record", record_and_stop)
    with pytest.raises(Stopped):
        train_detail(RECIPE, halves, CPU)
    monkeypatch.setattr(RunFolder, "record", recorded)
    half = (halves / "weights.safetensors").read_bytes()
    train_detail(RECIPE, halves, CPU)
    assert "going on after step 2 of" in caplog.text
    one, other = ((run / "weights.safetensors").read_bytes() for run in (whole, halves))
    assert one == other != half
    ends = [torch.load(run / "checkpoint.pt", weights_only=True) for run in (whole, halves)]
    torch.testing.assert_close(*(end["optimiser"] for end in ends), rtol=0, atol=0)
    train_detail(RECIPE, halves, CPU)
    assert "holds a finished run" in caplog.text
    with pytest.raises(InputError, match="holds a run of another recipe"):
        train_detail(dataclasses.replace(RECIPE, seed=1), halves, CPU)


def test_sources_are_held_out_whole(native):
    crops = open_crops(RECIPE)
    assert {crop.source for crop in crops.training} == {"a.jpg", "b.jpg", "d.jpg", "e.jpg"}
    assert {crop.source for crop in crops.validation} == {"c.jpg"}
    assert [crop.all_sharp for crop in crops.training if crop.source == "b.jpg"] == [False]


def test_run_without_anything_held_out_is_not_measured(native, tmp_path):
    lines = (native / "list.csv").read_text().splitlines()
    (native / "list.csv").write_text("\n".join(lines[:4]))
    train_detail(dataclasses.replace(RECIPE, steps=1), tmp_path / "run", CPU)
    assert load_weights(tmp_path / "run" / "weights.safetensors").notes["held_out"] == {}


def test_crop_that_is_too_small_and_list_without_crops_are_one_sentence(native, tmp_path):
    with pytest.raises(InputError, match=r"is 192x176 pixels; tiles of 128 pixels need .* 192x192"):
        train_detail(dataclasses.replace(RECIPE, tile_side=128), tmp_path / "run", CPU)
    text = (native / "list.csv").read_text()
    (native / "list.csv").write_text(text.replace("crop/", "whole/"))
    with pytest.raises(InputError, match="no crop of a crisp photo to train on"):
        train_detail(RECIPE, tmp_path / "run", CPU)
    (native / "list.csv").unlink()
    with pytest.raises(InputError, match=r"There is no .*list.csv; give .* DBD_DATA"):
        train_detail(RECIPE, tmp_path / "run", CPU)
    assert not (tmp_path / "run" / "weights.safetensors").exists()


def test_run_that_diverges_ends_with_a_sentence_and_keeps_nothing(native, tmp_path):
    wild = dataclasses.replace(RECIPE, rate=1e30, steps=6, checkpoint_steps=6)
    with pytest.raises(InputError, match=r"became nan in step \d; .* Lower the learning rate"):
        train_detail(wild, tmp_path / "run", CPU)
    assert not (tmp_path / "run" / "weights.safetensors").exists()


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("speed = 3", "unknown key speed; known are architecture, native_photos"),
        ("epochs = 3", "unknown key epochs; known are"),
        ("steps = 0", "steps must be above 0, not 0"),
        ("batch_size = 1", "batch_size must be above 1, not 1"),
        ("tile_side = 100", "tile_side must be a multiple of 32, not 100"),
        ("tile_side = 288", "tile_side must be in 0 to 256, not 288"),
        ("rate = 0.0", "rate must be above 0, not 0.0"),
        ("rounded_from = 1.5", "rounded_from must be in 0 to 1, not 1.5"),
        ("native_photos = 3", "native_photos must be a text, not 3"),
        ("motion_weight = inf", "motion_weight must be a finite number, not inf"),
    ],
)
def test_bad_recipe_is_explained(tmp_path, key, sentence):
    path = tmp_path / "bad.toml"
    path.write_text(f'architecture = "detail"\n{key}')
    with pytest.raises(InputError, match=f"bad.toml: Recipe: {sentence}"):
        read_recipe(path)


@pytest.mark.parametrize(
    ("command", "architecture", "sentence"),
    [
        ("student", "detail", "is a recipe for the detail network; expected one for a network"),
        ("samples", "detail", "is a recipe for the detail network; expected one for a network"),
        ("detail", "lite", "a network that gives a blur map; expected one for the detail network"),
    ],
)
def test_recipe_of_another_kind_is_refused(tmp_path, capsys, command, architecture, sentence):
    path = tmp_path / "given.toml"
    path.write_text(f'architecture = "{architecture}"')
    assert command_line.main([command, str(path), "-o", str(tmp_path / "run")]) == 2
    assert sentence in capsys.readouterr().err


def test_network_of_another_kind_is_neither_averaged_nor_labelled_with(tmp_path, capsys):
    path = tmp_path / "detail.safetensors"
    notes = {"name": "detail", "version": "1.0.0", "data": ["native"]}
    save_weights(path, build("detail"), "detail", notes)
    (tmp_path / "image").mkdir()
    Image.fromarray(photos.astronaut()).save(tmp_path / "image" / "0.png")
    for arguments in (
        ["average", str(path), "-o", str(tmp_path / "mean.safetensors")],
        ["label", str(path), "--photos", str(tmp_path / "image"), "-o", str(tmp_path / "maps")],
    ):
        assert command_line.main(arguments) == 2
        told = capsys.readouterr().err
        assert f"{path} holds a detail network" in told
        assert "expected a network that gives a blur map" in told


def test_graph_makes_the_network_and_its_export(capsys):
    assert command_line.main(["reproduce", "detail", "--again", "--dry-run"]) == 0
    network, export = capsys.readouterr().out.splitlines()
    assert "training detail training/recipes/detail.toml" in network
    assert "--as detail@" in network
    assert "-m export" in export and "detail.safetensors" in export
    assert "cuhk" not in export


def test_reproduced_network_says_how_well_it_measures(native, tmp_path, capsys):
    (tmp_path / "tiny.toml").write_text(
        'architecture = "detail"\nsteps = 1\nbatch_size = 2\ndistinct_tiles = 4\ntile_side = 64\n'
    )
    graph, out = tmp_path / "graph.toml", tmp_path / "out"
    graph.write_text('[[weights]]\nname = "tiny"\nversion = "1.0.0"\nrecipe = "tiny.toml"\n')
    command = ["reproduce", "tiny", "-o", str(out), "--graph", str(graph), "--device", "cpu"]
    assert command_line.main(command) == 0
    assert "(held out: radius error " in capsys.readouterr().out
    path = out / "tiny-1.0.0" / "tiny.safetensors"
    assert load_weights(path, Detail).notes["name"] == "tiny"
    assert command_line.main(command) == 0
    assert "tiny@1.0.0 is there" in capsys.readouterr().out


def test_weights_claim_no_terms_of_research_data():
    statement = state_data({"recipe": dataclasses.asdict(RECIPE), "data": ["native"]})
    assert statement.data == (
        "Trained on photos of Native that were blurred by known amounts. "
        f"{DATA_SETS['native'].description}"
    )
    assert "research" not in statement.terms and "not recorded" not in statement.terms
    assert "Copyright (c) 2019 Petteri Aimonen" in statement.terms


def tile_batch(log2_radius, motion, known=None):
    shape = log2_radius.shape
    return TileBatch(
        rgb=torch.zeros(shape[0], shape[1] * 16, shape[2] * 16, 3, dtype=torch.uint8),
        log2_radius=log2_radius,
        motion=motion,
        known=torch.ones(shape, dtype=torch.bool) if known is None else known,
    )


def logits_of(log2_radius, log2_spread, motion):
    """Of a network that says the same of each cell."""
    codes = torch.tensor([(log2_radius + 0.5) / 5, (log2_spread + 5) / 6, motion])
    return codes.logit()[None, :, None, None].expand(2, 3, 4, 4).clone().requires_grad_()


def test_loss_is_least_where_the_error_is_what_the_network_says_it_is():
    batch = tile_batch(torch.full((2, 4, 4), 2.0), torch.zeros(2, 4, 4))

    def loss(log2_radius, log2_spread):
        logits = logits_of(log2_radius, log2_spread, 0.5)
        of = detail_losses(logits, batch, certainty_discount=0.0, motion_weight=0.0)
        return of["loss"].item(), of["error"].item()

    assert loss(2.0, -3)[0] < loss(1.0, -3)[0]
    # Off by 1/2: a spread of 1/2 is better than one of 1/16 or 2.
    assert loss(1.5, -1)[0] < min(loss(1.5, -4)[0], loss(1.5, 0.9)[0])
    assert loss(1.5, -1)[1] == pytest.approx(0.5, abs=1e-4)


def test_cells_of_which_nothing_is_known_do_not_count():
    known = torch.zeros(2, 4, 4, dtype=torch.bool)
    known[0, 1, 2] = True
    truth = torch.linspace(0, 3, 32).reshape(2, 4, 4)
    logits = logits_of(1.0, -1, 0.5)
    batch = tile_batch(truth, torch.ones(2, 4, 4), known)
    losses = detail_losses(logits, batch, certainty_discount=0.5, motion_weight=0.3)
    losses["loss"].backward()
    touched = logits.grad.abs().sum(1) > 0
    assert torch.equal(touched, known)
    assert losses["error"].item() == pytest.approx(abs(truth[0, 1, 2].item() - 1), abs=1e-4)
    nothing = tile_batch(truth, torch.ones(2, 4, 4), torch.zeros_like(known))
    none = detail_losses(logits, nothing, certainty_discount=0.5, motion_weight=0.3)
    assert none["loss"].item() == 0


def test_certainty_discount_gives_unsure_cells_a_larger_part_of_the_gradient():
    batch = tile_batch(torch.full((2, 4, 4), 2.0), torch.zeros(2, 4, 4))

    def pull(log2_spread, discount):
        logits = logits_of(1.5, log2_spread, 0.5)
        of = detail_losses(logits, batch, certainty_discount=discount, motion_weight=0.0)
        of["loss"].backward()
        return logits.grad[:, 0].abs().mean().item()

    assert pull(-2, 0.0) == pytest.approx(16 * pull(0, 0.0), rel=1e-3)
    assert pull(-2, 1.0) == pytest.approx(pull(0, 1.0), rel=1e-3)


def test_activations_are_rounded_in_training_only_and_pass_gradients_on():
    network = build("detail").train()
    names = list(network.state_dict())
    activations = []
    round_activations(network)
    for module in network.modules():
        if isinstance(module, nn.ReLU6):
            module.register_forward_hook(lambda *of: activations.append(of[2].detach()))
    network.logits(torch.randn(2, 3, 64, 64)).sum().backward()
    assert len(activations) == sum(isinstance(of, nn.ReLU6) for of in network.modules())
    for values in activations:
        steps = values * 255 / 6
        torch.testing.assert_close(steps, steps.round(), rtol=0, atol=1e-3)
    assert next(network.parameters()).grad.abs().max() > 0
    assert list(network.state_dict()) == names


def test_rounding_begins_where_the_recipe_says(native, tmp_path):
    at_once, never = (
        dataclasses.replace(RECIPE, steps=2, rounded_from=share, checkpoint_steps=2)
        for share in (0.0, 1.0)
    )
    weights = []
    for name, of in (("at once", at_once), ("never", never)):
        train_detail(of, tmp_path / name, CPU)
        weights.append(torch.load(tmp_path / name / "checkpoint.pt", weights_only=True)["network"])
    one, other = weights
    assert not torch.equal(one["head.weight"], other["head.weight"])


def constant_network(log2_spread_code):
    """Says the same of every place, as sure of itself as is asked."""
    network = build("detail").eval()
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias.copy_(torch.tensor([0.0, log2_spread_code, 0.0]))
    return network


def test_measures_tell_a_network_that_is_sure_of_all_from_one_that_is_sure_of_nothing():
    noise = np.random.default_rng(0).integers(0, 256, (192, 192, 1), np.uint8)
    crops = [noise.repeat(3, 2)]
    unsure = measure_held_out(constant_network(20.0), crops)
    assert unsure == HeldOut(radius_error=5.0, undecided=1.0, plain_confident=0.0, motion_auc=0.5)
    sure = measure_held_out(constant_network(-20.0), crops)
    assert (sure.undecided, sure.plain_confident, sure.motion_auc) == (0.0, 1.0, 0.5)
    assert 0 < sure.radius_error < 1


def test_plain_images_are_always_the_same_and_hold_no_edges():
    once, again = list(plain_images()), list(plain_images())
    assert all(np.array_equal(one, other) for one, other in zip(once, again, strict=True))
    assert not any((known_blur.crispness(image) == 2).mean() > 0.5 for image in once[::4])


def test_network_learns_to_measure_a_few_tiles():
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    sharp = rng.integers(0, 256, (6, 64, 64, 1)).repeat(3, 3).astype(np.float32)
    radii = [0.0, 0.0, 2.0, 2.0, 5.0, 5.0]
    tiles = [
        known_blur.defocus(radius, rng)(tile) if radius else tile
        for radius, tile in zip(radii, sharp, strict=True)
    ]
    truth = torch.tensor([np.log2(np.hypot(1, radius)) for radius in radii]).float()
    batch = tile_batch(truth[:, None, None].expand(6, 4, 4), torch.zeros(6, 4, 4))
    batch = batch._replace(rgb=torch.tensor(np.array(tiles)).to(torch.uint8))
    recipe = dataclasses.replace(RECIPE, steps=60, rounded_from=1.0, rate=1e-2)
    trainer = DetailTrainer(recipe, CPU)
    errors = [trainer._train_on(batch)["error"] for _ in range(60)]
    assert errors[-1] < 0.3 * errors[0]
