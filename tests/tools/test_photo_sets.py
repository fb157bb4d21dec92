"""Recipes over several data sets: scenes stay together, shares hold, maps stand beside masks."""

import csv
import dataclasses
import zlib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from data.blur_dataset import data_root, split_validation
from dbd_mobile.errors import InputError
from evaluation.mappers import SquashingMapper
from evaluation.measures import mean_accuracy
from evaluation.predictors import TorchPredictor
from evaluation.scoring import measure
from networks.weights import load_weights
from training.average import average_weights
from training.batches import Batches, open_splits
from training.recipe import PhotoSet, Recipe, read_recipe
from training.run import train
from training.shelf import SHELF

from .conftest import require_data

ROOT = Path(__file__).parents[2]
SIDE = 64


@pytest.fixture
def sets(tmp_path, monkeypatch):
    """Two data sets below the data root: eight photos, and four scenes of three."""
    rng = np.random.default_rng(0)
    names = {
        "one": [f"{number}.png" for number in range(8)],
        "two": [f"{scene}_{slice_}.png" for scene in range(4) for slice_ in ("near", "mid", "far")],
    }
    for folder, files in names.items():
        for part in ("image", "mask"):
            (tmp_path / folder / part).mkdir(parents=True)
        for number, name in enumerate(files):
            photo = rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8)
            mask = np.zeros((SIDE, SIDE), np.uint8)
            mask[:, SIDE // 2 :] = 255
            if folder == "two":
                mask[: 4 + number] = 128
            Image.fromarray(photo).save(tmp_path / folder / "image" / name)
            Image.fromarray(mask).save(tmp_path / folder / "mask" / name)
    monkeypatch.setenv("DBD_DATA", str(tmp_path))
    return tmp_path


def recipe_of(*photos, **values):
    small = {
        "architecture": "nano",
        "encoder_weights": "random",
        "side": SIDE,
        "smallest_crop": 1.0,
    }
    return Recipe(**{**small, "synthetic_in_batch": 0, "batch_size": 4, "photos": photos, **values})


def test_photos_of_a_scene_are_trained_on_or_validated_on_together(sets):
    part = PhotoSet(folder="two", scene=r"\d+", validation_count=4)
    (split,) = open_splits(recipe_of(part))
    sides = [{part.scene_of(name) for name in of.names} for of in split[1:]]
    assert not sides[0] & sides[1]
    # Four photos were asked for, and scenes are of three.
    assert [len(of) for of in split[1:]] == [6, 6]


def test_split_of_photos_without_scenes_is_that_of_earlier_versions():
    names = tuple(f"{number}.jpg" for number in range(20))
    _, validation = split_validation(names, 5)
    ranked = sorted(names, key=lambda name: zlib.crc32(name.encode()))
    assert set(validation) == set(ranked[:5])


def test_expression_that_does_not_fit_a_name_is_refused(sets):
    part = PhotoSet(folder="two", scene=r"[a-z]+", validation_count=4)
    with pytest.raises(InputError, match=r"'.a-z.+', does not fit the photo 0_far\.png; expected"):
        open_splits(recipe_of(part))


def test_set_without_a_photo_to_train_on_is_refused(sets):
    with pytest.raises(InputError, match=r"No photo of .*one is left to train on; lower its valid"):
        open_splits(recipe_of(PhotoSet(folder="one", validation_count=8)))


def test_real_photos_come_in_the_shares_of_their_sets_and_each_before_any_comes_again(sets):
    photos = (
        PhotoSet(folder="one", share=3.0),
        PhotoSet(folder="two", share=1.0, maps="", scene=r"\d+"),
    )
    recipe = recipe_of(*photos, epochs=6)
    splits = open_splits(recipe)
    batches = Batches(recipe, splits, SIDE)
    met = Counter()
    order = []
    real_photo = batches._real_photo

    def noted(which, count):
        example = real_photo(which, count)
        order.append((which, example.photo.tobytes()))
        return example

    batches._real_photo = noted
    # Three of the eight photos of the first set a step, so an epoch is two.
    assert len(batches) == 2
    for batches.epoch in range(6):
        for step in range(len(batches)):
            before = len(order)
            batches[step]
            assert Counter(which for which, _ in order[before:]) == {0: 3, 1: 1}
    met = Counter(photo for which, photo in order if which == 0)
    assert sum(met.values()) == 36 and len(met) == 8 and max(met.values()) - min(met.values()) == 1
    assert len({photo for which, photo in order if which == 1}) == 12


def test_target_is_mixed_of_mask_and_map_and_of_the_map_where_the_mask_is_unknown(sets, tmp_path):
    (tmp_path / "maps").mkdir()
    for scene in range(4):
        for slice_ in ("near", "mid", "far"):
            Image.new("L", (32, 32), 100).save(tmp_path / "maps" / f"{scene}_{slice_}.png")
    part = PhotoSet(folder="two", scene=r"\d+", maps=str(tmp_path / "maps"), mask_share=0.25)
    recipe = recipe_of(part)
    batch = Batches(recipe, open_splits(recipe), SIDE)[0]
    assert batch.known is None
    # A quarter of 0 or of 255 and three quarters of 100, or 100 itself.
    away_from_edges = batch.targets[..., SIDE - 8 :, [0, 1, -2, -1]]
    assert set(away_from_edges.unique().tolist()) == {75, 139}
    assert set(batch.targets[..., :3, :].unique().tolist()) == {100}


def test_every_set_is_measured_and_their_mean_chooses_the_epoch(sets, tmp_path):
    photos = (
        PhotoSet(folder="one", validation_count=2),
        PhotoSet(folder="two", scene=r"\d+", validation_count=3),
    )
    recipe = recipe_of(*photos, epochs=3, decoder_rate=0.02)
    train(recipe, tmp_path / "run", torch.device("cpu"))
    rows = list(csv.DictReader((tmp_path / "run" / "metrics.csv").read_text().splitlines()))
    for row in rows:
        for name in ("fmax", "mae", "ddff"):
            of_each = [float(row[f"{folder}_{name}"]) for folder in ("one", "two")]
            assert float(row[name]) == pytest.approx(sum(of_each) / 2)
        assert 0 <= float(row["waited"]) <= 1
    best = max(rows, key=lambda row: float(row["fmax"]) - float(row["mae"]))
    trained = load_weights(tmp_path / "run" / "weights.safetensors")
    assert trained.notes["epoch"]["epoch"] == int(best["epoch"])
    assert trained.notes["data"] == ["one", "two"]
    mapper = SquashingMapper(TorchPredictor(trained.network))
    measured = [measure(mapper, split.validation) for split in open_splits(recipe)]
    assert measured[1].mae == pytest.approx(float(best["two_mae"]), abs=1e-3)
    assert mean_accuracy(measured).images == 5

    # The mean of weights is judged by all of these sets too.
    origins = [SHELF.weights(str(tmp_path / "run" / "weights.safetensors"))]
    average_weights(origins, tmp_path / "mean.safetensors", torch.device("cpu"), firmness=2.0)
    notes = load_weights(tmp_path / "mean.safetensors").notes
    assert notes["calibration"]["photos"] == 5
    assert notes["held_out"]["two_fmax"] == pytest.approx(measured[1].fmax, abs=1e-3)
    other = dataclasses.replace(recipe, photos=photos[:1], epochs=1)
    train(other, tmp_path / "other", torch.device("cpu"))
    origins.append(SHELF.weights(str(tmp_path / "other" / "weights.safetensors")))
    with pytest.raises(InputError, match="held out other photos"):
        average_weights(origins, tmp_path / "both.safetensors", torch.device("cpu"))


HELD_OUT = sorted((ROOT / "training" / "held_out").glob("*/*.txt"))


@pytest.mark.parametrize("path", HELD_OUT, ids=lambda path: f"{path.parent.name}/{path.stem}")
@pytest.mark.parametrize("name", ["lite", "nano", "teacher-lite2-all"])
def test_photos_that_cards_are_measured_on_were_held_out(path, name, monkeypatch):
    monkeypatch.chdir(ROOT)
    require_data(data_root() / path.parent.name)
    recipe = read_recipe(ROOT / "training" / "recipes" / f"{name}.toml", Recipe)
    (split,) = (of for of in open_splits(recipe) if of.part.folder == path.parent.name)
    assert {*path.read_text().split()} <= {*split.validation.names}
