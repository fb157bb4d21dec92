"""The ray-traced scene of ``docs/scene.py`` without a lens: sharp everywhere, at any size."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

_SCRIPT = Path(__file__).parents[2] / "docs" / "scene.py"
_SAMPLES = 4
_EXPOSURE = 1.25
# Pixels that are traced at a time, some 200 MB.
_BAND = 400_000

SUBJECT = (0.46, 0.38, 0.66, 0.64)
"""Most of the middle ball: x0, y0, x1, y1 as shares of a 4:3 picture's width and height."""


MIDDLE_BALL = (0.48, 0.40, 0.62, 0.62)
"""Well within the same ball in a picture of 3:2."""


def circles_of_confusion(size_wh: tuple[int, int], focus: float) -> NDArray[np.float32]:
    """Say how far the scene's lens blurs each pixel of ``render_sharp``.

    Args:
        size_wh: Width and height in pixels.
        focus: How far away it is focused, in the scene's units.

    Returns:
        (H, W) float32: radius of the circle of confusion in pixels.
    """
    scene = _load()
    width, height = size_wh
    row, column = np.mgrid[0:height, 0:width] + 0.5
    x, y = (column - width / 2) / (height / 2), (height / 2 - row) / (height / 2)
    ray = np.stack([x.ravel(), y.ravel(), np.full(x.size, scene.FOCAL_LENGTH)], axis=1)
    ray /= np.linalg.norm(ray, axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        to_ground = scene.GROUND / ray[:, 1]
    to_balls = [scene.hit_ball(np.zeros_like(ray), ray, *ball[:2]) for ball in scene.BALLS]
    to_ground = np.where(to_ground > 0, to_ground, np.inf)
    depth = np.min([to_ground, scene.WALL / ray[:, 2], *to_balls], axis=0) * ray[:, 2]
    aperture_px = scene.APERTURE_RADIUS * scene.FOCAL_LENGTH * height / 2
    radius = aperture_px * np.abs(1 / depth - 1 / focus)
    return radius.reshape(height, width).astype(np.float32)


def render_sharp(size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Render the scene through a pinhole; 12 megapixels take a minute.

    Args:
        size_wh: Width and height in pixels.

    Returns:
        (H, W, 3) uint8 sRGB.
    """
    scene = _load()
    width, height = size_wh
    rng = np.random.default_rng(0)
    picture = np.empty((height, width, 3), np.uint8)
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        row, column = np.mgrid[top : min(top + rows, height), 0:width]
        light = np.zeros((row.size, 3))
        for sample in range(_SAMPLES):
            # One sample in each quarter of the pixel.
            right = (sample % 2 + rng.random(row.shape)) / 2
            down = (sample // 2 + rng.random(row.shape)) / 2
            x = (column + right - width / 2) / (height / 2)
            y = (height / 2 - row - down) / (height / 2)
            ray = np.stack([x.ravel(), y.ravel(), np.full(x.size, scene.FOCAL_LENGTH)], axis=1)
            ray /= np.linalg.norm(ray, axis=1, keepdims=True)
            light += scene.trace(np.zeros_like(ray), ray)
        light = np.clip(_EXPOSURE * light / _SAMPLES, 0, 1)
        srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
        picture[top : top + rows] = (srgb * 255 + 0.5).reshape(*row.shape, 3)
    return picture


def _load() -> ModuleType:
    """The script as a module; a copy of its own, as its random numbers have a state."""
    specification = importlib.util.spec_from_file_location("scene", _SCRIPT)
    if specification is None or specification.loader is None:
        raise FileNotFoundError(2, "No such file", str(_SCRIPT))
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module
