"""What can be done with a map or a verdict: JSON, files, pictures, copies, other libraries."""

import copy
import io
import json
import multiprocessing
import pickle
from dataclasses import replace

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms

from dbd_mobile import (
    ArgumentError,
    BlurDetector,
    BlurMap,
    ClosedError,
    ImageError,
    InputError,
    Quantization,
    load_pixels,
)
from dbd_mobile.cli import main

from .icc import DISPLAY_P3, rgb_profile

BYTES = Quantization(scale=1 / 256, zero_point=0)
TAGS = ExifTags.Base
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


@pytest.fixture
def blur_map():
    """A map of 0 to 255 from left to right, for a photo of 300x200."""
    raw = np.tile(np.arange(0, 256, 5, dtype=np.uint8), (40, 1))
    return BlurMap(raw, size_wh=(300, 200), quantization=BYTES, timings_ms={"invoke": 1.0})


@pytest.fixture
def focus(told_detector, told):
    return told_detector.judge(told.photo(320, 240, 2.5), (32, 32, 160, 160))


@pytest.fixture(params=["blur_map", "focus"])
def result(request):
    """One of either kind, with the array that it is of."""
    found = request.getfixturevalue(request.param)
    width, height = found.size_wh
    return found, np.full((height, width, 3), 90, np.uint8)


def test_json_is_the_dictionary_on_one_line(result):
    found, _ = result
    assert json.loads(found.to_json()) == found.to_dict()
    assert "\n" not in found.to_json()


def test_dictionary_of_a_map_holds_its_scores(blur_map):
    facts = blur_map.to_dict()
    assert (facts["width"], facts["height"]) == (300, 200)
    assert facts["blurred_fraction"] == blur_map.blurred_fraction
    assert facts["threshold"] == 0.5
    assert facts["sharpness"] == blur_map.sharpness()
    assert facts["is_in_focus"] == blur_map.is_in_focus()
    assert facts["subject_box_xyxy"] == list(blur_map.subject_box_xyxy)
    assert facts["timings_ms"]["invoke"] == 1.0
    blurred = BlurMap(np.ones((4, 4), np.float32), size_wh=(4, 4))
    assert blurred.to_dict()["subject_box_xyxy"] is None


def test_dictionary_of_a_map_for_a_size_in_numpy_numbers_is_json():
    blur_map = BlurMap(np.zeros((4, 4), np.float32), size_wh=tuple(np.array([8, 6])))
    assert json.loads(blur_map.to_json())["width"] == 8


def test_json_file_is_the_dictionary(result, tmp_path):
    found, _ = result
    found.save(tmp_path / "found.json")
    assert json.loads((tmp_path / "found.json").read_text()) == found.to_dict()


def test_png_alone_is_the_picture(result, tmp_path):
    found, _ = result
    found.save(tmp_path / "found.PNG")
    with Image.open(tmp_path / "found.PNG") as image:
        assert image.format == "PNG"
        assert image.mode == found.to_image().mode
        assert np.array_equal(np.asarray(image), np.asarray(found.to_image()))


@pytest.mark.parametrize(("ending", "kind"), [(".png", "PNG"), (".jpg", "JPEG"), (".jpeg", "JPEG")])
def test_picture_with_the_photo_is_the_overlay(result, tmp_path, ending, kind):
    found, photo = result
    path = str(tmp_path / f"seen{ending}")
    found.save(path, photo=photo)
    with Image.open(path) as image:
        assert image.format == kind
        # A JPEG changes sharp lines by so much.
        most = 0 if kind == "PNG" else 90
        difference = np.asarray(image).astype(int) - np.asarray(found.overlay(photo))
        assert np.abs(difference).max() <= most
        assert np.abs(difference).mean() < 2


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("found.jpg", r"give the photo too, or a path that ends in \.png"),
        ("found.tiff", r"ends in \.json, \.png, \.jpg or \.jpeg, got found\.tiff"),
        ("found", r"ends in \.json, \.png"),
    ],
)
def test_ending_that_says_nothing_to_save_is_refused(result, name, sentence):
    found, _ = result
    with pytest.raises(ArgumentError, match=sentence):
        found.save(name)


def test_file_that_cannot_be_written_is_one_sentence(result, tmp_path):
    found, _ = result
    with pytest.raises(InputError, match=r"none.found\.json cannot be written: No such file"):
        found.save(tmp_path / "none" / "found.json")


def test_overlay_on_another_photo_is_refused_and_writes_nothing(result, tmp_path):
    found, photo = result
    with pytest.raises(ImageError, match="got 100x100"):
        found.save(tmp_path / "seen.jpg", photo=photo[:100, :100])
    assert list(tmp_path.iterdir()) == []


def test_show_opens_the_picture_or_the_overlay(result, monkeypatch):
    found, photo = result
    shown = []
    monkeypatch.setattr(Image.Image, "show", lambda image: shown.append(image))
    found.show()
    found.show(photo)
    assert shown == [found.to_image(), found.overlay(photo)]


def test_notebook_shows_a_picture(result):
    found, _ = result
    with Image.open(io.BytesIO(found._repr_png_())) as image:
        assert image.format == "PNG"
        assert 300 <= image.width <= 640


def test_picture_of_a_large_map_in_a_notebook_is_small():
    blur_map = BlurMap(np.eye(32, dtype=np.float32), size_wh=(3000, 4000))
    with Image.open(io.BytesIO(blur_map._repr_png_())) as image:
        assert image.size == (480, 640)
        assert image.getextrema() == (0, 255)
    assert "upscale" not in blur_map.timings_ms


def test_overlay_of_a_verdict_outlines_its_box_and_leaves_the_photo(focus, told):
    photo = np.full((240, 320, 3), 90, np.uint8)
    seen = np.asarray(focus.overlay(photo))
    assert (photo == 90).all()
    assert seen.shape[1] == 320 and seen.shape[0] > 240
    changed = (seen[:240] != photo).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == focus.box_xyxy
    assert not changed[60:130, 60:130].any()


def test_picture_of_a_verdict_says_where_the_radius_is(focus):
    small = replace(focus, blur_radius_px=1.2)
    large = replace(focus, blur_radius_px=20.0)
    marks = [np.asarray(one.to_image()).astype(int) for one in (small, large)]
    assert marks[0].shape == marks[1].shape
    assert (marks[0] != marks[1]).any()


# Copies.


def test_maps_of_the_same_values_are_equal_however_long_they_took(blur_map):
    raw = np.tile(np.arange(0, 256, 5, dtype=np.uint8), (40, 1))
    other = BlurMap(raw, size_wh=(300, 200), quantization=BYTES)
    assert blur_map == other
    assert hash(blur_map) == hash(other)
    changed = raw.copy()
    changed[0, 0] = 1
    for different in (
        BlurMap(changed, size_wh=(300, 200), quantization=BYTES),
        BlurMap(raw, size_wh=(300, 201), quantization=BYTES),
        BlurMap(raw, size_wh=(300, 200), quantization=Quantization(scale=1 / 255, zero_point=0)),
        BlurMap(blur_map.model_probability, size_wh=(300, 200)),
        "a map",
    ):
        assert blur_map != different


def test_map_does_not_change_with_the_array_that_it_was_made_from():
    raw = np.zeros((4, 4), np.uint8)
    blur_map = BlurMap(raw, size_wh=(4, 4), quantization=BYTES)
    raw[:] = 255
    assert blur_map.blurred_fraction == 0


def test_pickled_result_is_equal(result):
    found, _ = result
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert again.timings_ms == found.timings_ms


def test_pickled_map_is_small_and_read_only():
    blur_map = BlurMap(np.zeros((32, 32), np.uint8), size_wh=(2000, 1500), quantization=BYTES)
    _ = blur_map.probability
    content = pickle.dumps(blur_map)
    assert len(content) < 4096
    again = pickle.loads(content)
    with pytest.raises(ValueError, match="read-only"):
        again.model_probability[0, 0] = 1


def test_detector_works_in_another_process(told_detector, told):
    photo = told.photo(320, 240, 2.5)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        # The detector goes with its method.
        blur_map = pool.apply(told_detector.detect, (photo,))
        focus = pool.apply(told_detector.judge, (photo,))
    assert blur_map == told_detector.detect(photo)
    assert focus == told_detector.judge(photo)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copied_detector_is_one_of_its_own(told_detector, told, copied):
    photo = told.photo(320, 240)
    with copied(told_detector) as detector:
        assert repr(detector) == repr(told_detector)
        assert detector.detail_name == told_detector.detail_name
        assert detector.detect(photo) == told_detector.detect(photo)
    assert told_detector.detect(photo)


def test_closed_detector_cannot_be_copied():
    with BlurDetector(threads=1) as detector:
        pass
    with pytest.raises(ClosedError, match="closed"):
        pickle.dumps(detector)


# Other libraries.


def test_dlpack_gives_a_copy_of_the_probability(blur_map):
    array = np.from_dlpack(blur_map)
    assert np.array_equal(array, blur_map.probability)
    assert blur_map.__dlpack_device__() == (1, 0)
    assert not np.shares_memory(array, blur_map.probability)


@pytest.mark.parametrize(
    ("asked", "sentence"), [({"copy": False}, "copied"), ({"dl_device": (2, 0)}, "not on")]
)
def test_dlpack_that_cannot_be_had_is_refused(blur_map, asked, sentence):
    with pytest.raises(BufferError, match=sentence):
        blur_map.__dlpack__(**asked)


# A part of a map.


@pytest.mark.parametrize("box", [(0, 0, 300, 200), (40, 30, 41, 31), (-5, 99.5, 70.2, 999)])
def test_crop_is_that_part_of_the_map(blur_map, box):
    left, top, right, bottom = np.clip(box, 0, (300, 200, 300, 200))
    left, top, right, bottom = int(left), int(top), int(np.ceil(right)), int(bottom)
    part = blur_map.crop(box)
    assert part.size_wh == (right - left, bottom - top)
    difference = part.probability - blur_map.probability[top:bottom, left:right]
    assert np.abs(difference).max() <= 2 / 256


def test_crop_of_a_float_map_is_that_part_of_it():
    raw = np.random.default_rng(0).random((20, 30), np.float32)
    blur_map = BlurMap(raw, size_wh=(301, 199))
    part = blur_map.crop((13, 17, 200, 150))
    assert np.allclose(part.probability, blur_map.probability[17:150, 13:200], atol=1e-5)
    assert part.size_wh == (187, 133)


def test_crop_of_a_large_map_makes_no_more_than_the_part():
    blur_map = BlurMap(np.zeros((32, 32), np.uint8), size_wh=(9000, 6000), quantization=BYTES)
    assert blur_map.crop((4000, 4000, 4010, 4020)).probability.shape == (20, 10)
    assert "upscale" not in blur_map.timings_ms


def test_crop_outside_the_photo_is_refused(blur_map):
    with pytest.raises(ArgumentError, match="300x200"):
        blur_map.crop((300, 0, 400, 10))


# What goes from the photo into an overlay.


@pytest.fixture
def exif():
    """As a camera writes it: turned, with where it was taken, exposure and a thumbnail."""
    exif = Image.Exif()
    exif[TAGS.Orientation] = 6
    exif[TAGS.Model] = "Camera"
    exif.get_ifd(ExifTags.IFD.Exif)[TAGS.ExposureTime] = 0.004
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    return exif


def save_photo(path, exif, *, mode="RGB", profile=SRGB):
    # Of an object Pillow leaves out a TIFF file's inner folders.
    exif = exif if isinstance(exif, bytes) else exif.tobytes()
    Image.new("RGB", (80, 60), (20, 90, 160)).convert(mode).save(
        path, exif=exif, icc_profile=profile
    )


def seen_by(way, photo, folder):
    """An overlay made in one of the ways that there are."""
    if way == "command":
        assert main(["detect", str(photo), "--model", "nano", "-o", str(folder)]) == 0
        return folder / "photo.overlay.jpg"
    with BlurDetector("nano", threads=1) as detector:
        blur_map = detector.detect(photo)
    path = folder / f"seen{'.png' if way == 'png' else '.jpg'}"
    given = {"pixels": load_pixels, "image": Image.open}.get(way, lambda photo: photo)(photo)
    blur_map.save(path, photo=given)
    return path


@pytest.mark.parametrize("way", ["command", "png", "path", "pixels", "image"])
@pytest.mark.parametrize("kind", [".jpg", ".png", ".tiff"])
def test_overlay_keeps_exif_and_profile_and_is_upright(exif, tmp_path, way, kind):
    photo = tmp_path / f"photo{kind}"
    save_photo(photo, exif)
    if (way, kind) == ("pixels", ".tiff"):
        pytest.skip("the decoded pixels of a TIFF file do not say what stood in it")
    with Image.open(seen_by(way, photo, tmp_path)) as seen:
        assert seen.size == (60, 80)
        found = seen.getexif()
        assert found.get(TAGS.Orientation, 1) == 1
        assert found[TAGS.Model] == "Camera"
        assert float(found.get_ifd(ExifTags.IFD.Exif)[TAGS.ExposureTime]) == 0.004
        assert found.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] == "N"
        assert TAGS.StripOffsets not in found
        assert seen.info["icc_profile"] == SRGB


@pytest.mark.parametrize(("mode", "profile"), [("CMYK", LAB), ("L", LAB), ("RGB", b"short")])
def test_profile_of_other_colours_than_the_overlays_is_left_out(exif, tmp_path, mode, profile):
    save_photo(tmp_path / "photo.jpg", exif, mode=mode, profile=profile)
    for way in ("path", "png", "pixels"):
        with Image.open(seen_by(way, tmp_path / "photo.jpg", tmp_path)) as seen:
            assert "icc_profile" not in seen.info
            assert seen.getexif()[TAGS.Model] == "Camera"


@pytest.mark.parametrize("way", ["command", "png", "path", "pixels"])
def test_overlay_of_a_wide_gamut_photo_is_srgb_and_says_so(exif, tmp_path, way):
    save_photo(tmp_path / "photo.jpg", exif, profile=rgb_profile(DISPLAY_P3))
    with Image.open(seen_by(way, tmp_path / "photo.jpg", tmp_path)) as seen:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(seen.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)


def test_grey_and_transparent_photos_keep_exif(exif, tmp_path):
    save_photo(tmp_path / "photo.png", exif, mode="LA")
    with Image.open(seen_by("path", tmp_path / "photo.png", tmp_path)) as seen:
        assert seen.getexif()[TAGS.Model] == "Camera"


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize("damaged", [b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"])
def test_damaged_exif_is_left_out(damaged, tmp_path):
    save_photo(tmp_path / "photo.jpg", damaged)
    with Image.open(seen_by("path", tmp_path / "photo.jpg", tmp_path)) as seen:
        assert not seen.getexif()
        assert seen.info["icc_profile"] == SRGB


def test_exif_that_is_too_long_for_a_jpeg_is_left_out(tmp_path):
    exif = Image.Exif()
    exif[TAGS.ImageDescription] = "x" * 70_000
    save_photo(tmp_path / "photo.png", exif)
    with Image.open(seen_by("path", tmp_path / "photo.png", tmp_path)) as seen:
        assert not seen.getexif()


def test_image_that_is_given_keeps_its_orientation(exif, tmp_path):
    save_photo(tmp_path / "photo.jpg", exif)
    with Image.open(tmp_path / "photo.jpg") as image:
        with BlurDetector("nano", threads=1) as detector:
            detector.detect(image).save(tmp_path / "seen.jpg", photo=image)
        assert image.getexif()[TAGS.Orientation] == 6


def test_judges_picture_keeps_exif_and_profile(run_told, save_told, tmp_path, exif):
    photo = save_told("photo.png")
    with Image.open(photo) as image:
        image.save(tmp_path / "photo.jpg", exif=exif, icc_profile=SRGB)
    for _ in range(2):
        # Once more: it knows its own file.
        assert run_told("judge", tmp_path / "photo.jpg", "-o", tmp_path / "seen") == 0
    with Image.open(tmp_path / "seen" / "photo.focus.jpg") as seen:
        assert seen.getexif()[TAGS.Model] == "Camera"
        assert TAGS.Orientation not in seen.getexif()
        assert seen.info["icc_profile"] == SRGB
