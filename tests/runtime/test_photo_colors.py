"""What the numbers of a photo's pixels mean: profiles of wide-gamut photos and of print."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from dbd_mobile import load_pixels

from .icc import ADOBE_RGB, DISPLAY_P3, SRGB, print_profile, rgb_profile


def in_srgb(colors, primaries, gamma=2.2):
    """Colours of other primaries in sRGB, by the standard's arithmetic."""
    linear = (np.asarray(colors) / 255.0) ** gamma @ primaries.T @ np.linalg.inv(SRGB).T
    linear = np.clip(linear, 0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return 255 * curved


@pytest.fixture(scope="module")
def colors():
    """(12, 16, 3) uint8: none so dark that its curve is steep."""
    return np.random.default_rng(6).integers(40, 256, (12, 16, 3), np.uint8)


@pytest.mark.parametrize("primaries", [DISPLAY_P3, ADOBE_RGB], ids=["Display P3", "Adobe RGB"])
@pytest.mark.parametrize("form", ["file", "PIL image", "turned", "with alpha", "palette"])
def test_wide_gamut_photo_is_srgb(colors, primaries, form):
    profile = rgb_profile(primaries)
    image = Image.fromarray(colors)
    expected = in_srgb(colors, primaries)
    exif = Image.Exif()
    if form == "turned":
        exif[0x0112] = 6
        expected = np.rot90(expected, -1)
    if form == "with alpha":
        image.putalpha(255)
    if form == "palette":
        image = image.quantize(256)
        expected = in_srgb(np.asarray(image.convert("RGB")), primaries)
    content = io.BytesIO()
    image.save(content, "PNG", icc_profile=profile, exif=exif)
    photo = Image.open(content) if form == "PIL image" else content
    assert np.abs(load_pixels(photo).to_array() - expected).max() < 2.5
    if form == "PIL image":
        assert np.array_equal(np.asarray(photo), colors)


def test_wide_gamut_jpeg_decoded_at_a_fraction_is_srgb(tmp_path):
    color = (90, 200, 120)
    path = tmp_path / "photo.jpg"
    Image.new("RGB", (1600, 1200), color).save(path, icc_profile=rgb_profile(DISPLAY_P3))
    pixels = load_pixels(path, needed_wh=(48, 48))
    assert pixels.decoded_wh == (200, 150)
    assert np.abs(pixels.to_array() - in_srgb(color, DISPLAY_P3)).max() < 3


def test_photo_with_a_profile_of_srgb_is_left_alone(colors):
    image = Image.fromarray(colors)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    image.info["icc_profile"] = profile.tobytes()
    assert load_pixels(image).rgb is image


@pytest.mark.parametrize(
    "profile",
    [
        b"",
        b"garbage",
        rgb_profile(ADOBE_RGB)[:300],
        print_profile(),
        rgb_profile(ADOBE_RGB)[:128] + b"\xff" * 300,
        "no bytes",
    ],
    ids=["none", "garbage", "cut", "for other pixels", "damaged", "text"],
)
def test_damaged_profile_is_ignored(colors, profile):
    image = Image.fromarray(colors)
    image.info["icc_profile"] = profile
    assert load_pixels(image).rgb is image


@pytest.mark.parametrize("suffix", ["jpg", "tiff"])
def test_photo_for_print_has_the_colors_of_its_profile(tmp_path, suffix):
    path = tmp_path / f"photo.{suffix}"
    image = Image.new("CMYK", (32, 16))
    image.paste((255, 0, 0, 0), (16, 0, 32, 16))
    image.save(path, icc_profile=print_profile())
    pixels = load_pixels(path).to_array()
    assert (pixels[:, :15] > 250).all()
    assert (pixels[:, 17:] @ [1, -1, -1] > 150).all()
    image.save(path)
    without = load_pixels(path).to_array()
    assert (without[:, 17:] @ [1, -1, -1] < -450).all()
