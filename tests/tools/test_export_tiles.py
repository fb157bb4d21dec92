"""Which tiles the detail network is calibrated and compared on."""

import numpy as np
import pytest
import skimage.data
from PIL import Image

from data.known_blur import fine_kernel
from data.synthesis import blur_all
from dbd_mobile.errors import InputError
from export.kinds import DETAIL
from export.kinds.tiles import cut_tiles
from export.reading.calibration import generate_calibration, read_calibration

SIZE_WH = (96, 64)


def no_progress(done, total):
    pass


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photos") / "coffee.png"
    Image.fromarray(skimage.data.coffee()).save(path)
    return path


def test_tiles_are_the_photos_own_pixels_as_they_are_or_blurred_as_said(photo):
    pixels = skimage.data.coffee()
    inputs = cut_tiles([photo], 10, SIZE_WH, no_progress)
    assert (len(inputs.images), len(inputs.names), inputs.photos) == (10, 10, 1)
    assert sum("moved by" in name for name in inputs.names) == 2
    blurred = {0.0: pixels}
    for image, name in zip(inputs.images, inputs.names, strict=True):
        if "moved by" in name:
            continue
        place, _, blur = name.removeprefix("coffee.png at ").partition(", blurred by ")
        left, top = map(int, place.split(", "))
        disc = float(blur.removesuffix(" px") or 0)
        if disc not in blurred:
            blurred[disc] = blur_all(pixels, fine_kernel(disc, 0, 0.0))
        expected = blurred[disc][top : top + SIZE_WH[1], left : left + SIZE_WH[0]]
        # A long kernel is applied by way of frequencies, which may round otherwise.
        assert np.abs(image.astype(int) - expected).max() <= 1, name
    assert len(blurred) > 5


def test_tiles_are_the_same_every_time(photo):
    first, second = (cut_tiles([photo], 5, SIZE_WH, no_progress) for _ in range(2))
    assert first.names == second.names
    np.testing.assert_array_equal(first.images, second.images)


def test_many_photos_give_a_tile_each_of_some_of_them(photo):
    inputs = cut_tiles([photo] * 30, 20, SIZE_WH, no_progress)
    assert (len(inputs.images), inputs.photos) == (20, 20)


def test_photo_under_a_tile_is_one_sentence(tmp_path):
    Image.new("RGB", (90, 200)).save(tmp_path / "small.png")
    with pytest.raises(
        InputError, match=r"small\.png has 90x200 pixels, fewer than a tile of 96x64"
    ):
        read_calibration(DETAIL, tmp_path, None, SIZE_WH, no_progress, compares=False)


def native_folder(folder):
    """A folder with a list: of six sources the third is held out."""
    (folder / "crop").mkdir()
    lines = ["file,source,label,kind"]
    for number in range(6):
        Image.new("RGB", (128, 96), (number,) * 3).save(folder / "crop" / f"{number}.png")
        lines.append(f"crop/{number}.png,source {number},crisp,all sharp")
    (folder / "list.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_photos_that_are_held_out_are_compared_on_and_not_calibrated_with(tmp_path):
    folder = native_folder(tmp_path)
    calibration = read_calibration(DETAIL, folder, None, SIZE_WH, no_progress, compares=False)
    assert (calibration.found, calibration.used) == (5, 5)
    assert {name.split()[0] for name in calibration.names} == {f"{n}.png" for n in (0, 1, 3, 4, 5)}
    evaluation = DETAIL.open_evaluation(folder, None)
    assert evaluation.name == f"{tmp_path.name}/held-out"
    names = evaluation.inputs(SIZE_WH, no_progress).names
    assert {name.split()[0] for name in names} == {"2.png"}


def test_list_names_other_photos_than_the_folders_own(tmp_path):
    native_folder(tmp_path)
    (tmp_path / "two.txt").write_text("1.png\n2.png\n")
    evaluation = DETAIL.open_evaluation(tmp_path / "crop", tmp_path / "two.txt")
    assert evaluation.name == "crop/two"
    names = evaluation.inputs(SIZE_WH, no_progress).names
    assert {name.split()[0] for name in names} == {"1.png", "2.png"}


def test_generated_tiles_stand_in_where_no_photos_are_given():
    calibration = generate_calibration(DETAIL, SIZE_WH)
    assert calibration.images.shape == (64, 64, 96, 3)
    assert (calibration.folder, calibration.found) == (None, 64)
    assert len({image.tobytes() for image in calibration.images}) > 50
