"""What may be said of the data that weights saw: what their notes record, and nothing else."""

from pathlib import Path

import pytest

from data.terms import DATA_SETS, data_of, data_set_of, state_data

RECIPE = {
    "architecture": "lite",
    "encoder_weights": "imagenet",
    "start_from": "",
    "teacher": "",
    "photos": "cuhk",
    "sharp_photos": "duts",
    "synthetic_in_batch": 2,
    "taught_photos": "szu",
    "taught_in_batch": 5,
}
ALONE = RECIPE | {"synthetic_in_batch": 0, "taught_in_batch": 0}


def test_each_data_set_is_named_with_what_it_was_used_for():
    statement = state_data({"recipe": RECIPE})
    assert statement.data.startswith(
        "Trained on photos and masks of CUHK, synthetic defocus made from photos of DUTS and "
        "photos of SZU-BD judged by other networks. The encoder started from ImageNet weights"
    )
    for folder in ("cuhk", "duts", "szu", "imagenet"):
        assert DATA_SETS[folder].description in statement.data
        assert DATA_SETS[folder].terms in statement.terms
    assert "LFSD" not in statement.data + statement.terms


def test_data_set_that_no_batch_took_photos_of_is_not_named():
    statement = state_data({"recipe": ALONE})
    assert statement.data.startswith("Trained on photos and masks of CUHK. ")
    assert "DUTS" not in statement.data + statement.terms
    assert data_of({"recipe": ALONE}) == ["cuhk", "imagenet"]


@pytest.mark.parametrize("photos", ["my-photos", "/home/somebody/my-photos", "sets/my-photos/"])
def test_own_photos_are_the_users_and_no_research_datas(photos):
    notes = {"recipe": ALONE | {"photos": photos, "encoder_weights": "random"}}
    statement = state_data(notes)
    assert statement.data == "Trained on photos and masks of the folder 'my-photos'."
    assert statement.terms == (
        "The folder 'my-photos' is the user's own: ask its owner for its terms. No photo of the "
        "training data is part of this package."
    )


@pytest.mark.parametrize(
    "photos", ["cuhk", "cuhk/half", "cuhk/half/image", "./cuhk/", "/data/cuhk", "/data/cuhk/image"]
)
def test_research_data_is_known_wherever_it_lies(photos):
    assert data_of({"recipe": ALONE | {"photos": photos}}) == ["cuhk", "imagenet"]


def test_own_folder_below_one_with_a_known_name_is_the_users():
    assert data_of({"recipe": ALONE | {"photos": "/home/native/mine"}}) == ["mine", "imagenet"]


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("/sets/duts/half/image", "duts"),
        ("/sets/roses/half/image", "half"),
        ("/sets", "sets"),
        (".", "sets"),
        ("image", "sets"),
        ("../duts/half", "half"),
    ],
)
def test_data_set_is_that_of_the_folder_below_the_data_root(monkeypatch, folder, name):
    monkeypatch.setenv("DBD_DATA", "/sets")
    assert data_set_of(folder) == data_set_of(Path(folder)) == name


def test_data_set_is_known_through_links(monkeypatch, tmp_path):
    monkeypatch.setenv("DBD_DATA", str(tmp_path / "sets"))
    for folder in ("sets/duts/image", "elsewhere/image"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "sets" / "cuhk").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "photos").symlink_to(tmp_path / "sets" / "duts" / "image")
    assert data_set_of(tmp_path / "sets" / "cuhk" / "image") == data_set_of("cuhk") == "cuhk"
    assert data_set_of(tmp_path / "photos") == "duts"


def test_imagenet_weights_from_a_file_are_said_to_be_from_there():
    origin = {"role": "encoder_weights", "name": "se.pth", "version": "0.0.0", "sha256": "0"}
    notes = {"recipe": ALONE | {"encoder_weights": "/weights/se.pth", "teacher": "x"}}
    statement = state_data(notes | {"made_from": [origin | {"data": ["imagenet"]}]})
    assert "taught by se.pth" not in statement.data
    # That the encoder's weights are known says nothing of the teacher's.
    assert "It learned from other networks too" in statement.data
    assert "The encoder started from the ImageNet weights in the file 'se.pth'." in statement.data
    assert DATA_SETS["imagenet"].terms in statement.terms


def test_run_that_goes_on_from_weights_had_no_imagenet_start_of_its_own():
    notes = {"recipe": ALONE | {"start_from": "runs/before/weights.safetensors"}}
    statement = state_data(notes)
    assert "ImageNet" not in statement.data
    assert statement.data.count("learned from other networks too, whose data is not recorded") == 1


@pytest.mark.parametrize("key", ["teacher", "taught_in_batch"])
def test_networks_that_taught_and_are_not_recorded_are_said_to_be_unknown(key):
    statement = state_data({"recipe": ALONE | {key: {"teacher": "x"}.get(key, 1)}})
    assert "It learned from other networks too, whose data is not recorded." in statement.data
    assert "ask whoever trained the weights" in statement.terms


def test_data_of_the_weights_that_taught_counts_too():
    other = {"role": "teacher", "name": "teacher-lite2", "version": "2.0.0", "sha256": "0" * 64}
    notes = {"recipe": RECIPE, "made_from": [other | {"data": ["cuhk", "lfsd", "mine"]}]}
    statement = state_data(notes)
    assert (
        "It was taught by teacher-lite2 2.0.0, which saw CUHK, LFSD and the folder 'mine'."
        in statement.data
    )
    assert DATA_SETS["lfsd"].terms in statement.terms
    assert "not recorded" not in statement.data + statement.terms
    assert data_of(notes) == ["cuhk", "duts", "szu", "imagenet", "lfsd", "mine"]


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("teacher", "It was taught by maps, whose data is not recorded."),
        ("labels", "It learned from the labels maps, whose data is not recorded."),
        ("labelled_by", "It learned from labels by maps, whose data is not recorded."),
        ("start_from", "It went on from maps, whose data is not recorded."),
    ],
)
def test_origin_without_recorded_data_is_named_as_such(role, sentence):
    other = {"role": role, "name": "maps", "version": "0.0.0", "sha256": "0", "data": []}
    statement = state_data({"recipe": RECIPE, "made_from": [other]})
    assert sentence in statement.data
    assert "ask whoever trained the weights" in statement.terms


def test_members_of_a_mean_do_not_tell_what_taught_them():
    member = {"recipe": RECIPE | {"teacher": "before.safetensors"}}
    entry = {"role": "averaged", "name": "lite", "version": "1.0.0", "data": ["cuhk"]}
    statement = state_data({"averaged": [member], "made_from": [entry]})
    assert "It learned from other networks too, whose data is not recorded." in statement.data


def test_mean_of_runs_saw_what_each_of_them_saw():
    mine = {"recipe": ALONE | {"photos": "mine"}}
    notes = {"averaged": [{"recipe": RECIPE}, {"averaged": [mine, mine]}]}
    assert data_of(notes) == ["cuhk", "mine", "duts", "szu", "imagenet"]
    assert "photos and masks of CUHK and the folder 'mine'" in state_data(notes).data


@pytest.mark.parametrize("notes", [{}, {"recipe": {"epochs": 0}}, {"averaged": [{}]}])
def test_without_a_recipe_nothing_is_claimed(notes):
    statement = state_data(notes)
    assert statement.data == "not recorded in the checkpoint"
    assert statement.terms.startswith("The checkpoint does not say what it was trained on")
    assert data_of(notes) == []


def test_gap_in_what_is_recorded_is_told_beside_the_rest():
    statement = state_data({"averaged": [{"recipe": RECIPE}, {"epoch": {}}]})
    assert "Trained on photos and masks of CUHK" in statement.data
    assert "Of a part of its training the data is not recorded." in statement.data
    assert "The checkpoint does not say what it was trained on" in statement.terms
