"""Data sets on disk: polarity, split, and one sentence for each kind of bad data."""

import numpy as np
import pytest
from PIL import Image

from data.blur_dataset import BlurDataset, data_root, read_photo, split_validation, squash
from data.scenes import sharpest_scenes
from dbd_mobile.errors import DBDError


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for part in ("image", "mask"):
        (tmp_path / part).mkdir()
    for name in ("a", "b", "c"):
        photo = rng.integers(0, 256, (20, 30, 3), dtype=np.uint8)
        Image.fromarray(photo).save(tmp_path / "image" / f"{name}.jpg")
        mask = np.zeros((20, 30), np.uint8)
        mask[:, :10] = 255
        Image.fromarray(mask).save(tmp_path / "mask" / f"{name}.png")
    return tmp_path


def test_white_is_blurred_unless_the_flag_says_in_focus(folder):
    truth = BlurDataset.from_folder(folder).truth(0)
    assert truth.blurred[:, :10].all() and not truth.blurred[:, 10:].any()
    assert truth.known is None
    flipped = BlurDataset.from_folder(folder, white_in_focus=True).truth(0)
    assert np.array_equal(flipped.blurred, ~truth.blurred)


@pytest.mark.parametrize("white_in_focus", [False, True])
def test_grey_128_is_unknown_whatever_white_says(folder, white_in_focus):
    mask = np.zeros((20, 30), np.uint8)
    mask[:, :10], mask[:5] = 255, 128
    Image.fromarray(mask).save(folder / "mask" / "a.png")
    truth = BlurDataset.from_folder(folder, white_in_focus=white_in_focus).truth(0)
    assert not truth.known[:5].any() and truth.known[5:].all()
    assert (truth.blurred[5:, :10] != white_in_focus).all()
    assert (truth.blurred[5:, 10:] == white_in_focus).all()
    expected = 255 - mask if white_in_focus else mask
    assert np.array_equal(truth.picture()[5:], expected[5:])
    assert (truth.picture()[:5] == 128).all()


def test_list_names_photos_with_or_without_suffix_in_its_order(folder):
    (folder / "some.txt").write_text("c\na.jpg\n\n")
    assert BlurDataset.from_folder(folder, folder / "some.txt").names == ("c.jpg", "a.jpg")


def test_photo_is_turned_as_its_exif_says(folder):
    path = folder / "image" / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.zeros((20, 30, 3), np.uint8)).save(path, exif=exif)
    assert read_photo(path).shape == (30, 20, 3)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff"])
def test_mask_has_the_size_of_the_upright_photo(tmp_path, suffix):
    for part in ("image", "mask"):
        (tmp_path / part).mkdir()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (1200, 800)).save(tmp_path / "image" / f"a.{suffix}", exif=exif)
    Image.new("L", (800, 1200)).save(tmp_path / "mask" / "a.png")
    assert BlurDataset.from_folder(tmp_path).truth(0).size_wh == (800, 1200)


def test_scenes_object_masks_have_two_values(folder):
    mask = np.zeros((20, 30), np.uint8)
    mask[:, :10], mask[:, 10:12] = 255, 128
    Image.fromarray(mask).save(folder / "mask" / "a.png")
    ((_, cut_out),) = sharpest_scenes(folder, ["a.jpg"], 1, None)
    assert np.array_equal(cut_out, np.where(mask >= 128, 255, 0))


def test_squash_ignores_the_aspect_ratio(folder):
    assert squash(read_photo(folder / "image" / "a.jpg"), (16, 8)).shape == (8, 16, 3)


def test_split_depends_on_names_only_and_loses_none():
    names = tuple(f"{i}.jpg" for i in range(50))
    training, validation = split_validation(names, 10)
    assert len(validation) == 10 and sorted(training + validation) == sorted(names)
    shuffled = split_validation(names[::-1], 10)
    assert sorted(shuffled[1]) == sorted(validation)


def test_data_root_follows_the_environment(monkeypatch):
    monkeypatch.setenv("DBD_DATA", "/elsewhere")
    assert str(data_root()) == "/elsewhere"


def _no_mask(folder):
    (folder / "mask" / "b.png").unlink()
    BlurDataset.from_folder(folder)


def _other_size(folder):
    Image.new("L", (5, 5)).save(folder / "mask" / "a.png")
    BlurDataset.from_folder(folder).truth(0)


def _unknown_all_over(folder):
    Image.new("L", (30, 20), 128).save(folder / "mask" / "a.png")
    BlurDataset.from_folder(folder).truth(0)


def _damaged_mask(folder):
    (folder / "mask" / "a.png").write_bytes(b"no mask")
    BlurDataset.from_folder(folder).truth(0)


def _damaged_photo_of_a_mask(folder):
    (folder / "image" / "a.jpg").write_bytes(b"no photo")
    BlurDataset.from_folder(folder).truth(0)


def _damaged_photo(folder):
    (folder / "image" / "a.jpg").write_bytes(b"no photo")
    BlurDataset.from_folder(folder).photo(0)


def _unknown_in_list(folder):
    (folder / "list.txt").write_text("nobody.jpg\n")
    BlurDataset.from_folder(folder, folder / "list.txt")


def _empty_list(folder):
    (folder / "list.txt").write_text("\n")
    BlurDataset.from_folder(folder, folder / "list.txt")


def _no_folder(folder):
    BlurDataset.from_folder(folder / "nowhere")


@pytest.mark.parametrize(
    ("bad", "sentence"),
    [
        (_no_mask, "b.jpg has no mask"),
        (_other_size, "is 5x5 pixels but its photo is 30x20"),
        (_unknown_all_over, "is 128 all over"),
        (_damaged_mask, "a.png cannot be read as an image"),
        (_damaged_photo_of_a_mask, "is not a photo of a kind that is read"),
        (_damaged_photo, "is not a photo of a kind that is read"),
        (_unknown_in_list, "names nobody.jpg, which is not in"),
        (_empty_list, "No photo found"),
        (_no_folder, "does not exist"),
    ],
)
def test_bad_data_is_named(folder, bad, sentence):
    with pytest.raises(DBDError, match=sentence):
        bad(folder)
