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
