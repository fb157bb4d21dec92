"""Files of photos: told by their content, read by a list of our own, from wherever they come."""

import errno
import io
import os
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import EpsImagePlugin, Image

from dbd_mobile import ArgumentError, BlurDetector, ImageError, best_of, detect_blur, load_pixels
from dbd_mobile.cli import main

from .dng import dng_of

ORIENTATION = 0x0112
HEIC_START = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"
AVIF_START = b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf"
# What is installed or not, these bytes say what the file is.
STARTS = {
    'a HEIC photo: `pip install "dbd-mobile[heif]"`': (HEIC_START, "pillow_heif"),
    "an AVIF photo: `pip install --upgrade pillow`": (AVIF_START, "PIL.AvifImagePlugin"),
    "a JPEG XL photo: `pip install pillow-jxl-plugin`": (b"\xff\x0a" + b"\0" * 40, "pillow_jxl"),
}


@pytest.fixture(scope="module")
def scene():
    """(90, 120, 3) uint8 in four even colours, so that it outlives compression."""
    rgb = np.zeros((90, 120, 3), np.uint8)
    rgb[:40, :70], rgb[:40, 70:] = (200, 60, 60), (60, 180, 60)
    rgb[40:, :70], rgb[40:, 70:] = (60, 60, 200), (220, 220, 220)
    return rgb


def is_alike(pixels, rgb):
    """Say whether two photos are the same but for compression: away from edges, that is."""
    difference = np.abs(pixels.to_array().astype(int) - rgb)
    return difference.shape == rgb.shape and np.median(difference) <= 6


def saved(rgb, kind, **options):
    content = io.BytesIO()
    Image.fromarray(rgb).save(content, kind, **options)
    return content.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "AVIF"])
def test_photo_is_told_by_its_content_whatever_its_name(scene, tmp_path, kind):
    Image.init()
    if kind not in Image.SAVE:
        pytest.skip(f"this Pillow knows no {kind}")
    path = tmp_path / "photo.eps"
    path.write_bytes(saved(scene, kind))
    assert is_alike(load_pixels(path), scene)


def test_other_content_starts_no_other_program(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *given, **options: started.append(1))
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (8, 8)).save(path, "EPS")
    with pytest.raises(ImageError, match=r"photo\.jpg is not a photo of a kind that is read: JPEG"):
        load_pixels(path)
    assert not started


@pytest.mark.parametrize("kind", ["ICO", "TGA", "PCX", "SGI", "DDS"])
def test_kinds_that_no_camera_writes_are_not_read(scene, kind):
    with pytest.raises(ImageError, match="the content is not a photo of a kind that is read"):
        load_pixels(saved(scene, kind))


@pytest.mark.parametrize("said", STARTS)
def test_package_that_is_missing_is_named(tmp_path, monkeypatch, said):
    start, module = STARTS[said]
    monkeypatch.setitem(sys.modules, module, None)
    (tmp_path / "photo.jpg").write_bytes(start)
    with pytest.raises(ImageError, match=f"photo.jpg is {said}".replace("[", r"\[")):
        load_pixels(tmp_path / "photo.jpg")


def test_raw_file_names_the_package_that_is_missing(scene, monkeypatch):
    monkeypatch.setitem(sys.modules, "rawpy", None)
    # As other makers write them: without the tag of a DNG.
    other = [
        content.replace(struct.pack("<HH", 50706, 1), struct.pack("<HH", 50000, 1))
        for content in (dng_of(scene), dng_of(scene, preview=scene))
    ]
    starts = [b"FUJIFILMCCD-RAW 0201", b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", b"IIRO\x08\0\0\0"]
    for content in (dng_of(scene), *other, *starts):
        with pytest.raises(ImageError, match=r'raw file: `pip install "dbd-mobile\[raw\]"`'):
            load_pixels(content)


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"\xff\xd8\xff", b"II*\0", b"II+\0", b"ftyp", b"P6"]
)
def test_content_that_ends_early_is_a_sentence(content):
    with pytest.raises(ImageError, match=r"^the content (is not a photo|cannot be read)"):
        load_pixels(content)


@pytest.mark.parametrize("wrap", ["whole", "at its end", "spooled", "in an archive", "by its path"])
def test_open_file_is_read_from_its_start_and_left_open(photo_file, tmp_path, wrap):
    expected = load_pixels(photo_file).to_array()
    content = photo_file.read_bytes()
    if wrap == "in an archive":
        with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
            archive.writestr("photo.jpg", content)
    file = {
        "whole": lambda: io.BytesIO(content),
        "at its end": io.BytesIO,
        "spooled": tempfile.SpooledTemporaryFile,
        "in an archive": lambda: zipfile.Path(tmp_path / "photos.zip", "photo.jpg").open("rb"),
        "by its path": lambda: photo_file.open("rb"),
    }[wrap]()
    with file:
        if wrap in ("at its end", "spooled"):
            file.write(content)
        # Twice, as a burst is.
        for _ in range(2):
            assert np.array_equal(load_pixels(file).to_array(), expected)
        file.seek(0)
        assert file.read(2) == content[:2]


def test_every_function_takes_open_files_and_bytes(told_detector, told, tmp_path):
    contents = [saved(told.photo(320, 240, radius), "PNG") for radius in (4.0, 1.5)]
    files = [io.BytesIO(content) for content in contents]
    box = (64, 64, 256, 192)
    for given in (contents, files):
        assert [shot.index for shot in told_detector.best_of(given, box)] == [1, 0]
        assert told_detector.judge(given[0], box).blur_radius_px == pytest.approx(4, rel=0.1)
        assert told_detector.measure(given[0]).size_wh == (320, 240)
        blur_map = told_detector.detect(given[0])
        assert blur_map.overlay(given[0]).size == (320, 240)
    with pytest.raises(ArgumentError, match="give a list of them, got one, of type BytesIO"):
        told_detector.best_of(files[0])
    for single in (contents[0], told.photo(320, 240)):
        with pytest.raises(ArgumentError, match="give a list of them"):
            best_of(single)


def test_files_that_cannot_be_read_again_are_refused(photo_file):
    read, write = os.pipe()
    os.close(write)
    with (
        os.fdopen(read, "rb") as pipe,
        pytest.raises(ImageError, match="the file is not a file of"),
    ):
        load_pixels(pipe)
    text = io.StringIO("a photo")
    with pytest.raises(ImageError, match="open it in binary mode"):
        load_pixels(text)
    with photo_file.open("rb") as closed:
        pass
    with pytest.raises(ImageError, match=r"photo\.jpg cannot be read as a photo: .*closed"):
        load_pixels(closed)


def test_photo_that_may_not_be_read_is_a_sentence_without_a_number(photo_file, monkeypatch):
    def refuse(path, *rest):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    # As root everything may be read.
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ImageError) as refused:
        load_pixels(photo_file)
    assert str(refused.value) == f"{photo_file} cannot be read as a photo: Permission denied."


def test_motion_photo_is_its_picture(scene):
    video = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(2000)
    assert is_alike(load_pixels(saved(scene, "JPEG", quality=95) + video), scene)


@pytest.mark.parametrize("needed_wh", [None, (20, 20)])
def test_photo_with_a_gain_map_is_its_main_picture(scene, needed_wh):
    """The map for bright screens is a smaller second picture, listed as those of an MPO are."""
    content = io.BytesIO()
    gain_map = Image.fromarray(255 - scene).resize((60, 45))
    Image.fromarray(scene).save(content, "MPO", save_all=True, append_images=[gain_map], quality=95)
    pixels = load_pixels(content, needed_wh=needed_wh)
    assert pixels.size_wh == (120, 90)
    assert tuple(pixels.to_array()[5, 5] // 100) == (2, 0, 0)


def test_photo_of_more_pixels_than_allowed_is_refused(tmp_path, told_detector, run_told, capsys):
    path = tmp_path / "large.png"
    Image.new("RGB", (600, 400)).save(path)
    said = r"large\.png has 600x400 pixels, more than 239,999 in all: raise max_pixels"
    with pytest.raises(ImageError, match=said):
        load_pixels(path, max_pixels=239_999)
    assert load_pixels(path, max_pixels=240_000).size_wh == (600, 400)
    with pytest.raises(ImageError, match=said):
        detect_blur(path, max_pixels=239_999)
    model = told_detector.model_name
    with BlurDetector(model, detail=told_detector.detail_name, max_pixels=239_999) as detector:
        assert detector.max_pixels == 239_999
        for look in (detector.detect, detector.measure, detector.judge):
            with pytest.raises(ImageError, match=said):
                look(path)
        with pytest.raises(ImageError, match=said):
            detector.best_of([path], (0, 0, 100, 100))
        # What is decoded already is in memory.
        assert detector.detect(np.zeros((600, 400, 3), np.uint8)).size_wh == (400, 600)
    model_option = f"--model={model}"
    assert main(["detect", str(path), model_option, "--max-pixels=239999"]) == 1
    assert "more than 239,999 in all" in capsys.readouterr().err
    assert main(["detect", str(path), model_option, "--max-pixels=240000"]) == 0
    for command in ("judge", "best"):
        assert run_told(command, path, "--max-pixels", 239_999) == 1
        assert "more than 239,999 in all" in capsys.readouterr().err
        assert run_told(command, path, "--max-pixels", 240_000) == 0


def test_limit_of_pillow_does_not_count(tmp_path, monkeypatch, told_detector):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 5000)
    for name, size_wh in (("photo.png", (320, 240)), ("panorama.tiff", (2000, 100))):
        Image.new("RGB", size_wh).save(tmp_path / name)
        assert told_detector.detect(tmp_path / name).size_wh == size_wh
        focus = told_detector.judge(tmp_path / name, (0, 0, 90, 90))
        assert focus.size_wh == size_wh


def test_huge_jpeg_takes_little_memory(tmp_path):
    if not Path("/proc/self/status").exists():
        pytest.skip("the memory at the peak is read as Linux says it")
    path = tmp_path / "huge.jpg"
    Image.new("L", (8000, 6000), 90).save(path)
    code = (
        "import re, sys\n"
        "from dbd_mobile import load_pixels\n"
        "def peak():\n"
        "    return re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]\n"
        "load_pixels(sys.argv[2], needed_wh=(320, 320))\n"
        "before = peak()\n"
        "print(load_pixels(sys.argv[1], needed_wh=(320, 320)).size_wh, before, peak())\n"
    )
    small = tmp_path / "small.jpg"
    Image.new("L", (80, 60)).save(small)
    done = subprocess.run(
        [sys.executable, "-c", code, path, small], capture_output=True, text=True, check=True
    )
    *size_wh, before, after = done.stdout.split()
    assert " ".join(size_wh) == "(8000, 6000)"
    # All of its pixels would take 190 MB.
    assert int(after) - int(before) < 20_000


@pytest.mark.parametrize("max_pixels", [0, -1, 1.5, None, "many", True, np.True_])
def test_limit_is_a_whole_number(photo_file, max_pixels):
    with pytest.raises(ArgumentError, match="max_pixels is"):
        load_pixels(photo_file, max_pixels=max_pixels)
    with pytest.raises(ArgumentError, match="max_pixels is"):
        BlurDetector(max_pixels=max_pixels)


@pytest.mark.parametrize("orientation", [1, 6])
def test_heic_photo_is_read_where_pillow_heif_is_installed(scene, orientation):
    pillow_heif = pytest.importorskip("pillow_heif")
    before = dict(Image.OPEN)
    image = Image.fromarray(scene)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    content = io.BytesIO()
    pillow_heif.from_pillow(image).save(content, quality=95, exif=exif.tobytes())
    upright = scene if orientation == 1 else np.rot90(scene, -1)
    assert is_alike(load_pixels(content), upright)
    # Pillow's own list stays as the caller has it.
    assert before == Image.OPEN


def test_heic_with_several_pictures_is_its_main_one(scene):
    pillow_heif = pytest.importorskip("pillow_heif")
    pictures = pillow_heif.from_pillow(Image.new("RGB", (64, 64)))
    pictures.add_from_pillow(Image.fromarray(scene))
    content = io.BytesIO()
    pictures.save(content, quality=95, primary_index=1)
    assert is_alike(load_pixels(content), scene)
    with pytest.raises(ImageError, match="more than 100 in all"):
        load_pixels(content, max_pixels=100)
    with pytest.raises(ImageError, match="cannot be read as a photo"):
        load_pixels(content.getvalue()[:300])


def in_boxes(picture):
    """A JPEG XL file of boxes: what it is, a box of twice 8 bytes, the picture's first part."""
    sign = b"\0\0\0\x0cJXL \r\n\x87\n"
    other = b"\0\0\0\x01Exif" + (24).to_bytes(8, "big") + bytes(8)
    return sign + b"\0\0\0\x14ftypjxl \0\0\0\0jxl " + other + b"\0\0\0\0jxlp\0\0\0\0" + picture


@pytest.mark.parametrize("hold", [bytes, in_boxes])
def test_jpeg_xl_header_of_a_huge_photo_is_enough_to_refuse_it(hold):
    # From the lowest bit: not in eights, 30 bits of height - 1, no known shape, 30 of width - 1.
    bits = 0 | 3 << 1 | (50_000 - 1) << 3 | 0 << 33 | 3 << 36 | (60_000 - 1) << 38
    content = hold(b"\xff\x0a" + bits.to_bytes(9, "little"))
    with pytest.raises(ImageError, match="has 60000x50000 pixels, more than 300,000,000 in all"):
        load_pixels(content)


def test_jpeg_xl_file_without_a_picture_is_a_sentence():
    for content in (in_boxes(b"")[:-12], in_boxes(b"nothing"), in_boxes(b"")[:40]):
        with pytest.raises(ImageError, match="cannot be read as a photo: it has no JPEG XL pict"):
            load_pixels(content)


@pytest.mark.parametrize("size_wh", [(64, 48), (256, 256), (120, 90), (9000, 3), (1, 513), (77, 7)])
@pytest.mark.parametrize("in_boxes", [False, True])
def test_jpeg_xl_photo_that_is_too_large_is_refused_unseen(size_wh, in_boxes):
    pytest.importorskip("pillow_jxl")
    exif = Image.Exif()
    exif[ORIENTATION] = 1
    options = {"exif": exif.tobytes()} if in_boxes else {}
    content = io.BytesIO()
    Image.new("RGB", size_wh).save(content, "JXL", **options)
    assert content.getvalue().startswith(b"\xff\x0a") != in_boxes
    pixels = size_wh[0] * size_wh[1]
    assert load_pixels(content, max_pixels=pixels).size_wh == size_wh
    # The rest of it is never looked at.
    start = io.BytesIO(content.getvalue()[:-20])
    with pytest.raises(ImageError, match=f"has {size_wh[0]}x{size_wh[1]} pixels, more than"):
        load_pixels(start, max_pixels=pixels - 1)


def test_jpeg_xl_photo_is_read_where_its_plugin_is_installed(scene):
    pytest.importorskip("pillow_jxl")
    assert is_alike(load_pixels(saved(scene, "JXL", quality=95)), scene)
    with pytest.raises(ImageError, match="cannot be read as a photo"):
        load_pixels(saved(scene, "JXL")[:50])


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_raw_file_is_its_preview_where_that_is_as_large(scene, orientation):
    pytest.importorskip("rawpy")
    turns = {1: 0, 3: 2, 6: -1, 8: 1}[orientation]
    # A few pixels are missing, as with many cameras; of other colours, to be told from the raw.
    preview = (scene // 2)[:88, :118]
    content = dng_of(scene, preview=preview, orientation=orientation)
    upright = np.rot90(preview, turns)
    assert is_alike(load_pixels(content), upright)
    assert load_pixels(content, needed_wh=(10, 10)).size_wh == upright.shape[1::-1]


@pytest.mark.parametrize("orientation", [1, 6])
def test_raw_file_with_a_small_preview_is_developed_where_more_is_asked(scene, orientation):
    pytest.importorskip("rawpy")
    turns = {1: 0, 6: -1}[orientation]
    upright = np.rot90(scene, turns)
    content = dng_of(scene, preview=(scene // 2)[::2, ::2], orientation=orientation)
    whole = load_pixels(content)
    assert whole.size_wh == whole.decoded_wh == upright.shape[1::-1]
    # Its colours are those of the development: where it is bright tells that it was turned.
    assert (whole.to_array().min(axis=2)[upright.min(axis=2) > 200] > 180).mean() > 0.8
    small = load_pixels(content, needed_wh=(20, 20))
    assert small.size_wh == upright.shape[1::-1]
    assert small.decoded_wh == (whole.size_wh[0] // 2, whole.size_wh[1] // 2)


@pytest.mark.parametrize("preview", [None, "of another shape"])
def test_raw_file_without_a_fitting_preview_is_developed(scene, preview):
    pytest.importorskip("rawpy")
    content = dng_of(scene, preview=preview and scene[:80, :80])
    for needed_wh in (None, (10, 10)):
        pixels = load_pixels(content, needed_wh=needed_wh)
        assert pixels.size_wh == pixels.decoded_wh == (120, 90)
    with pytest.raises(ImageError, match="120x90 pixels, more than 100 in all"):
        load_pixels(content, max_pixels=100)
    with pytest.raises(ImageError, match="the content cannot be read as a photo"):
        load_pixels(b"FUJIFILMCCD-RAW 0201" + bytes(100))


def test_raw_file_of_a_sensor_without_colors_is_gray(scene, told_detector):
    pytest.importorskip("rawpy")
    gray = np.repeat(scene.max(axis=2, keepdims=True), 3, axis=2)
    content = dng_of(gray, is_gray=True)
    pixels = load_pixels(content)
    assert pixels.size_wh == (120, 90)
    array = pixels.to_array()
    assert np.array_equal(array[..., 0], array[..., 1]) and np.array_equal(
        array[..., 1:], array[..., :2]
    )
    assert array[80, 100, 0] > array[80, 10, 0]
    assert told_detector.detect(content).size_wh == (120, 90)


def test_words_of_a_package_about_a_raw_file_are_a_sentence():
    pytest.importorskip("rawpy")
    with pytest.raises(ImageError, match=r"read as a photo: [A-Z][\w ]+\.$"):
        load_pixels(b"FUJIFILMCCD-RAW 0201" + bytes(100))


def test_raw_file_of_a_sensor_that_is_larger_than_allowed_is_refused(scene):
    pytest.importorskip("rawpy")
    content = dng_of(scene, shown_wh=(40, 30))
    assert load_pixels(content, max_pixels=120 * 90).size_wh == (40, 30)
    with pytest.raises(ImageError, match="has 120x90 pixels, more than 10,000 in all"):
        load_pixels(content, max_pixels=10_000)
