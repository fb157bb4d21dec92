"""Which photos int8 is calibrated on."""

import numpy as np
import pytest
from PIL import Image

from dbd_mobile.errors import InputError
from export.evenly_spaced import evenly_spaced
from export.kinds import BLUR_MAP
from export.reading.calibration import MOST_IMAGES, generate_calibration, read_calibration


def save_grey(folder, greys):
    folder.mkdir(parents=True, exist_ok=True)
    for number, grey in enumerate(greys):
        Image.new("RGB", (9, 7), (grey,) * 3).save(folder / f"{number:03}.png")


def read(folder, list_file=None, compares=False):
    return read_calibration(
        BLUR_MAP, folder, list_file, (8, 6), lambda done, total: None, compares=compares
    )


@pytest.mark.parametrize("inner", ["", "image"])
def test_photos_lie_in_the_folder_or_in_its_image_folder(tmp_path, inner):
    save_grey(tmp_path / "set" / inner, [0, 100, 255])
    calibration = read(tmp_path / "set")
    assert calibration.images.shape == (3, 6, 8, 3)
    assert calibration.images[:, 0, 0, 0].tolist() == [0, 100, 255]
    assert (calibration.folder, calibration.found) == ("set", 3)


def test_list_chooses_photos_and_their_order(tmp_path):
    save_grey(tmp_path / "image", [0, 100, 255])
    (tmp_path / "list.txt").write_text("002.png\n000.png\n")
    calibration = read(tmp_path, tmp_path / "list.txt")
    assert calibration.images[:, 0, 0, 0].tolist() == [255, 0]


def test_photos_without_black_and_white_get_both_in_one_corner(tmp_path):
    save_grey(tmp_path, [100, 150])
    photos = read(tmp_path).images
    assert photos[0, 0, :2, 0].tolist() == [0, 255]
    assert np.all(photos[1] == 150)
    assert np.all(photos[0, 1:] == 100)


def test_many_photos_are_thinned_evenly_from_the_first_to_the_last(tmp_path):
    chosen = evenly_spaced(list(range(604)), MOST_IMAGES)
    assert len(chosen) == MOST_IMAGES
    assert (chosen[0], chosen[-1]) == (0, 603)
    assert set(np.diff(chosen)) == {3, 4}


@pytest.mark.parametrize(("count", "used", "compared"), [(3, 3, 3), (4, 2, 2), (30, 24, 6)])
def test_photos_to_compare_on_choose_no_range_where_there_are_enough(
    tmp_path, count, used, compared
):
    save_grey(tmp_path, range(count))
    calibration = read(tmp_path, compares=True)
    assert (calibration.found, calibration.used) == (count, used)
    assert len(calibration.compared.images) == compared
    assert calibration.is_compared_on_others == (count > 3)
    assert calibration.is_compared_on_others == set(calibration.names).isdisjoint(
        calibration.compared.names
    )


def test_of_many_photos_the_ranges_are_those_of_an_export_that_is_evaluated(tmp_path):
    save_grey(tmp_path, [number % 256 for number in range(260)])
    calibration = read(tmp_path, compares=True)
    assert calibration.sha256 == read(tmp_path).sha256
    assert set(calibration.names).isdisjoint(calibration.compared.names)
    assert len(calibration.compared.images) == 50


def test_damaged_photo_is_skipped_and_named(tmp_path):
    save_grey(tmp_path, [0, 100, 255])
    (tmp_path / "001.png").write_bytes(b"no photo")
    calibration = read(tmp_path)
    assert calibration.names == ["000.png", "002.png"]
    assert (calibration.found, calibration.used) == (3, 2)
    (sentence,) = calibration.skipped
    assert sentence.startswith(f"{tmp_path / '001.png'} is not a photo")


def test_generated_images_are_the_same_every_time_and_unlike_each_other():
    first, second = (
        generate_calibration(BLUR_MAP, (48, 32)),
        generate_calibration(BLUR_MAP, (48, 32)),
    )
    assert first.images.shape == (16, 32, 48, 3)
    assert first.sha256 == second.sha256
    assert (first.folder, first.found) == (None, 16)
    assert (first.images.min(), first.images.max()) == (0, 255)
    assert len({photo.tobytes() for photo in first.images}) == 16


def test_listed_photo_that_is_missing_is_an_input_error(tmp_path):
    save_grey(tmp_path, [0])
    (tmp_path / "list.txt").write_text("else.png\n")
    with pytest.raises(InputError, match=r"else\.png"):
        read(tmp_path, tmp_path / "list.txt")
