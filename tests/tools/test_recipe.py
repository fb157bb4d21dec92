"""Recipes: they round-trip through TOML, and every fault of one is named."""

import re
import tomllib
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from dbd_mobile.errors import InputError
from training.detail_recipe import DetailRecipe
from training.recipe import (
    LossWeights,
    PhotoSet,
    Recipe,
    read_recipe,
    recipe_from_table,
    write_recipe,
)

ROOT = Path(__file__).parents[2]
SET = "[[photos]]\nfolder = 'cuhk'\n"
LITE = 'architecture = "lite"\n'


def test_recipe_comes_back_from_toml_as_it_was(tmp_path):
    losses = LossWeights(adversarial=0.25, distillation=0.1, consistency=2, features=1e-3)
    recipe = Recipe(
        architecture="paper",
        teacher='odd "name"\\.safetensors',
        photos=(
            PhotoSet(folder="one", left_out=("a.jpg", "b.jpg"), validation_count=3),
            PhotoSet(folder="two", scene=r"\d+", share=0.5, maps="maps@1.0.0", mask_share=0.25),
        ),
        side=224,
        losses=losses,
    )
    write_recipe(recipe, tmp_path / "recipe.toml")
    assert read_recipe(tmp_path / "recipe.toml") == recipe
    assert recipe_from_table(asdict(recipe)) == recipe
    assert replace(recipe, seed=1) != recipe


def test_key_that_a_table_lacks_has_its_default():
    assert recipe_from_table({"architecture": "lite"}) == Recipe(architecture="lite")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("epochs = 2", "which architecture"),
        ('architecture = "lite"\nspeed = 3', "unknown key speed; known are"),
        ('architecture = "heavy"', "architecture must be one of lite, .* not 'heavy'"),
        ('architecture = "lite"\nepochs = 0', "epochs must be above 0"),
        ('architecture = "lite"\nsmallest_crop = 0.0', "smallest_crop must be above 0"),
        ('architecture = "lite"\nsharp_count = 1', "sharp_count must be at least 2, not 1"),
        (
            'architecture = "lite"\ntaught_sharp_below = 0.2',
            "taught_sharp_below compares taught photos .* taught_in_batch and",
        ),
        ('architecture = "lite"\nbatch_size = 1', "batch_size must be at least 2, not 1"),
        ('architecture = "lite"\nstored_side = 16', "stored_side must be 0 or at least 32, not 16"),
        ('architecture = "lite"\nphotos = "cuhk"', "photos must be a list, not 'cuhk'"),
        ('architecture = "lite"\nphotos = []', "photos must be a list with 1 at least, not"),
        (LITE + "[[photos]]\nlist = 'a.txt'", r"photos\[0\].folder is missing"),
        (
            LITE + SET + "shares = 2",
            r"unknown key photos\[0\].shares; known are photos\[0\].folder, ",
        ),
        (LITE + SET + 'left_out = "a.jpg"', r"photos\[0\].left_out must be a list, not 'a"),
        (LITE + SET + "left_out = [7]", r"photos\[0\].left_out\[0\] must be a text, not 7"),
        (LITE + SET + "share = 0.0", r"photos\[0\].share must be above 0"),
        (
            LITE + SET + "scene = '('",
            r"photos\[0\].scene must be a regular expression \(missing \)",
        ),
        (
            LITE + SET + "mask_share = 0.5",
            "the photos of cuhk have mask_share 0.5, but no maps for the",
        ),
        (
            LITE + SET + "maps = 'maps'",
            "the photos of cuhk have maps, but mask_share 1 leaves them unus",
        ),
        (LITE + SET + SET, "a folder of photos stands there twice"),
        ('architecture = "lite"\nside = true', "side must be a whole number, not True"),
        ('architecture = "lite"\n[losses]\nsoft_iou = "1"', "losses.soft_iou must be a number"),
        (f'architecture = "lite"\nseed = {2**63}', "seed must be 0 or a number above it"),
        ('architecture = "lite"\nseed = -1', "seed must be 0 or a number above it, not -1"),
        (
            'architecture = "lite"\nencoder_rate = nan',
            "encoder_rate must be a finite number, not nan",
        ),
        ('architecture = "lite"\nside = 100', "side must be a multiple of 32, not 100"),
        ('architecture = "lite"\nadversarial_loss = "hinge"', "one of least_squares, rel"),
        (
            'architecture = "lite"\n[losses]\ncross_entropy = 0.0\nsoft_iou = 0.0',
            "every loss weight is 0",
        ),
        (
            'architecture = "lite"\n[losses]\nfeatures = 1.0',
            "losses.features needs a teacher; name its weights file",
        ),
        ('architecture = "lite"\n[losses]\nsoft_iou = inf', "losses.soft_iou must be .* not inf"),
        ('architecture = "lite"\nlosses = 3', "losses must be a table, not 3"),
        (
            'architecture = "lite"\nepochs = "many"',
            "epochs must be a whole number, not 'many'",
        ),
        ('architecture = "lite"\nsmallest_crop = 2.0', "smallest_crop must be in 0 to 1"),
        ('architecture = "lite"\nsynthetic_in_batch = 12', "synthetic_in_batch .* must be in 0"),
        (
            'architecture = "lite"\ntaught_in_batch = 3',
            "taught_in_batch needs a teacher's maps; name their folder",
        ),
        ('architecture = "lite"\n[losses]\nssim = 1.0', "unknown key losses.ssim"),
        (
            'architecture = "lite"\n[losses]\nsoft_iou = -1.0',
            "losses.soft_iou must be 0 or a number above it",
        ),
        ("epochs =", "cannot be read as TOML"),
    ],
)
def test_bad_recipe_is_explained(tmp_path, text, sentence):
    path = tmp_path / "bad.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=sentence):
        read_recipe(path)


def test_change_of_a_recipe_is_checked_like_a_recipe():
    with pytest.raises(InputError, match="seed must be 0 or a number above it, not -1"):
        replace(Recipe(architecture="lite"), seed=-1)


def test_shipped_recipes_are_valid():
    for path in (ROOT / "training" / "recipes").glob("*.toml"):
        assert isinstance(read_recipe(path), DetailRecipe if path.stem == "detail" else Recipe)


def test_recipe_of_the_page_for_contributors_trains_on_ones_own_photos_alone():
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    recipe = recipe_from_table(tomllib.loads(re.search("```toml\n(.*?)```", page, re.DOTALL)[1]))
    assert [photos.folder for photos in recipe.photos] == ["mine"]
    assert recipe.start_from and not recipe.taught_in_batch and not recipe.synthetic_in_batch
