"""The bundled detail model on made photos whose blur is known."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from dbd_mobile import BlurDetector
from dbd_mobile.reading import MIN_CONFIDENCE

BOX = (300, 200, 900, 700)


@pytest.fixture(scope="module")
def detector():
    with BlurDetector(threads=1) as detector:
        yield detector


@pytest.fixture(scope="module")
def scene():
    """1200 x 900 pixels full of polygons, drawn at twice the size for soft corners of pixels."""
    rng = np.random.default_rng(0)
    image = Image.new("RGB", (2400, 1800), (120, 120, 120))
    draw = ImageDraw.Draw(image)
    for _ in range(1500):
        x, y = rng.uniform(0, 2400), rng.uniform(0, 1800)
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 7))))
        radius = rng.uniform(10, 120)
        corners = [(x + radius * np.cos(a), y + radius * np.sin(a)) for a in angles]
        draw.polygon(corners, fill=tuple(int(v) for v in rng.integers(0, 256, 3)))
    return image.resize((1200, 900), Image.Resampling.BOX)


def shot(scene, sigma):
    """The scene out of focus, with the camera's noise."""
    blurred = scene.filter(ImageFilter.GaussianBlur(sigma)) if sigma else scene
    noise = np.random.default_rng(1).normal(0, 3, (scene.height, scene.width, 1))
    return np.clip(np.asarray(blurred) + noise, 0, 255).astype(np.uint8)


def test_crisp_scene_is_sharp(detector, scene):
    for focus in (detector.judge(shot(scene, 0), BOX), detector.judge(shot(scene, 0))):
        assert focus.verdict == "sharp"
        assert focus.blur_radius_px < 1.6
        assert not focus.motion


@pytest.mark.parametrize(
    ("sigma", "radius_px"),
    # A Gaussian spreads light as far as a disc of twice its sigma does.
    [(2, 4.1), (3, 6.1), (4, 8.1), (6, 12)],
)
def test_blur_is_measured_in_pixels(detector, scene, sigma, radius_px):
    focus = detector.judge(shot(scene, sigma), BOX)
    assert focus.verdict == "blurred"
    # A quarter of a doubling, and what a Gaussian's flanks leave open.
    assert focus.blur_radius_px == pytest.approx(radius_px, rel=0.3)
    radii = detector.measure(shot(scene, sigma))
    sure = radii.confidence >= MIN_CONFIDENCE
    assert sure.mean() > 0.3
    assert np.median(radii.radius_px[sure]) == pytest.approx(radius_px, rel=0.3)


def test_blurred_scene_looks_sharp_where_it_is_viewed_small(detector, scene):
    photo = shot(scene, 3)
    focus = detector.judge(photo, BOX)
    assert 150 < focus.sharp_width_px < 400
    assert detector.judge(photo, BOX, at_width=150).verdict == "sharp"
    assert detector.judge(photo, BOX, at_width=600).verdict != "sharp"


def test_score_of_a_scene_is_the_same_at_half_its_size(detector, scene):
    photo = Image.fromarray(shot(scene, 3))
    half = photo.reduce(2)
    scores = [detector.judge(photo, BOX, at_width=400).score]
    scores.append(detector.judge(half, tuple(side // 2 for side in BOX), at_width=400).score)
    assert scores[1] == pytest.approx(scores[0], abs=0.15)


@pytest.mark.parametrize("kind", ["grey", "black", "white", "ramp", "noise"])
def test_what_has_no_texture_is_undecidable(detector, kind):
    photo = np.full((700, 900, 3), {"black": 0, "white": 255}.get(kind, 128), np.uint8)
    if kind == "ramp":
        photo[:] = np.linspace(60, 220, 900)[np.newaxis, :, np.newaxis]
    if kind == "noise":
        noise = np.random.default_rng(0).normal(0, 8, (700, 900, 1))
        photo = np.clip(photo + noise, 0, 255).astype(np.uint8)
    for focus in (detector.judge(photo), detector.judge(photo, (100, 100, 500, 500))):
        assert focus.verdict == "undecidable"
        assert "no texture" in focus.reason


def test_sharpest_of_a_burst_is_found(detector, scene):
    shots = [shot(scene, sigma) for sigma in (2, 0, 4)]
    assert [ranked.index for ranked in detector.best_of(shots, BOX)] == [1, 0, 2]
    assert detector.best_of(shots)[0].index == 1


@pytest.mark.parametrize("sigma", [16, 40])
def test_shot_that_is_blurred_beyond_recognition_is_not_the_sharpest(detector, scene, sigma):
    """Where it sees nothing the finest level guesses a small radius; a coarse one is sure."""
    shots = [shot(scene, 3), shot(scene, sigma)]
    for box in (BOX, None):
        ranked = detector.best_of(shots, box)
        assert [place.index for place in ranked] == [0, 1]
        assert ranked[1].radius_px > 20
