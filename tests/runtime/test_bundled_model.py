"""A bundled model that is not what its card says is refused before any interpreter sees it."""

import shutil
from pathlib import Path

import pytest

import dbd_mobile
from dbd_mobile import BlurDetector, ModelError, bundled_models, catalogue
from dbd_mobile.cli import main


def test_cards_by_id_describe_the_models_that_can_be_loaded():
    models = bundled_models()
    assert {"detail", "lite", "nano"} <= models.keys()
    for model_id, card in models.items():
        assert card["id"] == model_id
        assert all(entry["values"] for entry in card["accuracy"])
        if card["kind"] == "detail":
            with BlurDetector(detail=model_id, threads=1) as detector:
                assert detector.detail_sha256 == card["sha256"]
            continue
        with BlurDetector(model_id, threads=1) as detector:
            assert detector.model_sha256 == card["sha256"]
            assert detector.model_facts.input.size_wh == (
                card["input"]["width"],
                card["input"]["height"],
            )


def test_ids_are_told_by_kind():
    assert set(catalogue.bundled_ids("blur-map")) == {"lite", "nano"}
    assert catalogue.bundled_ids("detail") == ["detail"]


def test_cards_are_the_callers_own():
    bundled_models()["lite"]["name"] = "changed"
    assert bundled_models()["lite"]["name"] == "Lite"


@pytest.fixture
def models_copy(tmp_path, monkeypatch):
    """A copy of the folder of models, which the package uses instead of its own."""
    folder = tmp_path / "models"
    shutil.copytree(Path(dbd_mobile.__file__).parent / "models", folder)
    monkeypatch.setattr(catalogue, "_MODELS", folder)
    return folder


def test_doctor_tells_of_every_model_beside_a_damaged_one(models_copy, capsys):
    cut_the_card(models_copy / "lite")
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "model lite: The card of the bundled model lite is damaged" in said
    assert "model nano: runs" in said


def flip_a_weight(folder):
    content = bytearray((folder / "model.tflite").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "model.tflite").write_bytes(content)


def cut_the_file(folder):
    content = (folder / "model.tflite").read_bytes()
    (folder / "model.tflite").write_bytes(content[:-1])


def remove_the_file(folder):
    (folder / "model.tflite").unlink()


def cut_the_card(folder):
    card = (folder / "card.json").read_text()
    (folder / "card.json").write_text(card[: len(card) // 2])


def empty_the_card(folder):
    (folder / "card.json").write_text("{}")


def forget_the_kind(folder):
    card = (folder / "card.json").read_text()
    (folder / "card.json").write_text(card.replace('"kind": "blur-map",', ""))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (flip_a_weight, "is not the one that its card describes"),
        (cut_the_file, "is not the one that its card describes"),
        (remove_the_file, "is not the one that its card describes"),
        (cut_the_card, "card of the bundled model lite is damaged"),
        (forget_the_kind, "card of the bundled model lite is damaged"),
        (empty_the_card, "card of the bundled model lite is damaged"),
    ],
)
def test_damaged_installation_is_told_to_be_repeated(models_copy, damage, sentence):
    damage(models_copy / "lite")
    with pytest.raises(ModelError) as error:
        BlurDetector()
    assert sentence in str(error.value)
    assert "install dbd-mobile again" in str(error.value)
    assert "\n" not in str(error.value)
