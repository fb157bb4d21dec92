"""Photos as they come: alpha, palettes, odd EXIF, several pictures in a file, damage."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import BlurDetector, ImageError
from dbd_mobile.photo import load_pixels

TINY = Path(__file__).parent / "data" / "tiny_int8.tflite"
ORIENTATION = 0x0112


@pytest.fixture(scope="module")
def detector():
    """The tiny model calls bright blurred (1) and dark in focus (0), so maps show brightness."""
    with BlurDetector(TINY) as detector:
        yield detector


@pytest.fixture
def transparent():
    """Black everywhere, the left half fully transparent."""
    image = Image.new("RGBA", (60, 40), (0, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 30, 40))
    return image


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_transparent_pixels_are_laid_over_white(detector, transparent, mode):
    if mode == "PA":
        image = Image.new("P", transparent.size)
        image.putpalette([0, 0, 0])
        image = image.convert("PA")
        image.putalpha(transparent.getchannel("A"))
    else:
        image = transparent.convert(mode)
    probability = detector.detect(image).probability
    assert (probability[:, :26] > 0.95).all()
    assert (probability[:, 34:] < 0.05).all()


def test_transparent_palette_colour_is_laid_over_white(detector, tmp_path):
    image = Image.new("P", (60, 40))
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.paste(1, (30, 0, 60, 40))
    image.save(tmp_path / "palette.png", transparency=0)
    probability = detector.detect(tmp_path / "palette.png").probability
    assert (probability[:, :26] > 0.95).all()
    assert (probability[:, 34:] < 0.05).all()


def test_sixteen_bit_png_keeps_its_brightness(detector, tmp_path):
    values = np.zeros((40, 60), np.uint16)
    values[:, 30:] = 0xFFFF
    Image.fromarray(values).save(tmp_path / "grey16.png")
    probability = detector.detect(tmp_path / "grey16.png").probability
    assert (probability[:, :26] < 0.05).all()
    assert (probability[:, 34:] > 0.95).all()


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pixels_of_unknown_range_are_refused(detector, mode):
    with pytest.raises(ImageError, match=f"mode {mode}.*convert it"):
        detector.detect(Image.new(mode, (8, 8)))


@pytest.mark.parametrize("orientation", [1, 6])
def test_large_jpeg_has_its_own_upright_size(detector, tmp_path, orientation):
    """Decoded at an eighth, and of sides that no such scale divides."""
    pixels = np.zeros((1003, 1501, 3), np.uint8)
    pixels[:, :500] = 255
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    Image.fromarray(pixels).save(tmp_path / "large.jpg", exif=exif)
    blur_map = detector.detect(tmp_path / "large.jpg")
    upright = pixels if orientation == 1 else np.rot90(pixels, -1)
    assert blur_map.size_wh == upright.shape[1::-1]
    bright = upright[..., 0] > 0
    # The tiny model's pixels are some 60 of the photo's, so the edge between them is wide.
    assert blur_map.probability[bright].mean() > 0.9
    assert blur_map.probability[~bright].mean() < 0.1


def test_exif_of_a_pil_image_is_applied_as_that_of_a_file(detector, tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    exif = Image.Exif()
    exif[ORIENTATION] = 8
    Image.fromarray(pixels).save(tmp_path / "turned.png", exif=exif)
    with Image.open(tmp_path / "turned.png") as image:
        from_image = detector.detect(image)
    from_file = detector.detect(tmp_path / "turned.png")
    assert from_image.size_wh == from_file.size_wh == (40, 60)
    assert np.array_equal(from_image.probability, from_file.probability)


@pytest.mark.parametrize(
    "exif",
    [b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0II*\0\xff\xff\xff\x7f"],
)
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_damaged_exif_does_not_spoil_the_photo(detector, tmp_path, exif):
    Image.new("RGB", (60, 40)).save(tmp_path / "photo.jpg", exif=exif)
    assert detector.detect(tmp_path / "photo.jpg").size_wh == (60, 40)


def test_first_of_several_pictures_is_taken(detector, tmp_path):
    frames = [Image.new("RGB", (60, 40), color) for color in ("white", "black")]
    for name in ("two.gif", "two.tiff", "two.mpo"):
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:])
        assert detector.detect(tmp_path / name).blurred_fraction == 1


def test_photo_passed_in_is_left_as_it_was(detector):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    array, image = pixels.copy(), Image.fromarray(pixels)
    for photo in (array, image, load_pixels(array), load_pixels(image)):
        detector.detect(photo).overlay(photo)
    for photo in (array, image):
        assert np.array_equal(np.asarray(photo), pixels)


def test_overlay_needs_the_photo_in_full(detector, tmp_path):
    path = tmp_path / "large.jpg"
    Image.new("RGB", (1200, 800)).save(path)
    blur_map = detector.detect(path)
    with pytest.raises(ImageError, match="it is 1200x800, got 150x100"):
        blur_map.overlay(load_pixels(path, needed_wh=(48, 48)))
    assert blur_map.overlay(load_pixels(path)).size == (1200, 800)


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "tiff", "webp", "bmp"])
def test_damaged_photo_is_a_map_or_a_sentence(detector, tmp_path, suffix):
    path = tmp_path / f"photo.{suffix}"
    rng = np.random.default_rng(4)
    Image.fromarray(rng.integers(0, 256, (40, 60, 3), np.uint8)).save(path)
    content = path.read_bytes()
    refused = 0
    for _ in range(60):
        damaged = bytearray(content)
        for place in rng.integers(0, min(len(content), 400), 8):
            damaged[place] = int(rng.integers(256))
        path.write_bytes(damaged[: int(rng.integers(len(content) // 2, len(content)))])
        try:
            detector.detect(path)
        except ImageError as error:
            refused += 1
            assert "\n" not in str(error)
    assert refused > 0


def test_empty_and_closed_pil_images_are_refused(detector, tmp_path):
    with pytest.raises(ImageError, match="empty"):
        detector.detect(Image.new("RGB", (0, 8)))
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.png")
    with Image.open(tmp_path / "photo.png") as image:
        pass
    with pytest.raises(ImageError, match="cannot be read"):
        detector.detect(image)


@pytest.mark.parametrize(
    "size_wh", [(60, 40), (1000, 1000), (1501, 1003), (2600, 7), (3, 900), (20000, 1)]
)
def test_array_of_any_size_gives_the_map_of_the_same_pil_image(detector, size_wh):
    """Large arrays are reduced band by band, which must not show."""
    width, height = size_wh
    pixels = np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)
    from_array = detector.detect(pixels)
    from_image = detector.detect(Image.fromarray(pixels))
    assert from_array.size_wh == from_image.size_wh == size_wh
    assert np.array_equal(from_array.model_probability, from_image.model_probability)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_photo_turned_in_any_way_is_upright(tmp_path, kind, orientation):
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:10, :20] = 255
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = Image.fromarray(pixels)
    stored.save(tmp_path / "photo", kind, exif=exif)
    upright = {
        1: pixels,
        2: pixels[:, ::-1],
        3: pixels[::-1, ::-1],
        4: pixels[::-1],
        5: pixels.swapaxes(0, 1),
        6: np.rot90(pixels, -1),
        7: pixels[::-1, ::-1].swapaxes(0, 1),
        8: np.rot90(pixels),
    }[orientation]
    for needed_wh in (None, (4, 4)):
        loaded = load_pixels(tmp_path / "photo", needed_wh=needed_wh)
        assert loaded.size_wh == upright.shape[1::-1]
        small = Image.fromarray(upright).resize(loaded.decoded_wh, Image.Resampling.BOX)
        assert (np.abs(loaded.to_array().astype(int) - small) < 30).mean() > 0.9
