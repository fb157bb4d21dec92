"""A size in, photo-like images out: an object before a background, one of them out of focus.

For an export without photos at hand. They show whether two forms of a network compute the same,
and stand in poorly for the photos of int8's calibration.
"""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

COUNT = 16
"""How many there are."""


def generate_photos(size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw ``COUNT`` images, the same ones every time.

    Args:
        size_wh: Their width and height.

    Returns:
        (COUNT, H, W, 3) uint8 RGB.
    """
    rng = np.random.default_rng(0)
    return np.stack([_generate(size_wh, rng, number % 2 == 0) for number in range(COUNT)])


def _generate(
    size_wh: tuple[int, int], rng: np.random.Generator, object_in_focus: bool
) -> NDArray[np.uint8]:
    radius = rng.uniform(0.01, 0.04) * min(size_wh)
    background, thing = _texture(size_wh, rng), _texture(size_wh, rng)
    shape = Image.new("L", size_wh)
    left, top = rng.uniform(0, 0.4, 2) * size_wh
    right, bottom = rng.uniform(0.6, 1, 2) * size_wh
    ImageDraw.Draw(shape).ellipse((left, top, right, bottom), fill=255)
    blur = ImageFilter.GaussianBlur(radius)
    if object_in_focus:
        background = background.filter(blur)
    else:
        # An object out of focus has a soft outline too.
        thing, shape = thing.filter(blur), shape.filter(blur)
    background.paste(thing, mask=shape)
    return np.asarray(background)


def _texture(size_wh: tuple[int, int], rng: np.random.Generator) -> Image.Image:
    """Two colours mixed by noise whose amplitude falls with its frequency, as in photos."""
    width, height = size_wh
    noise = np.zeros((height, width))
    for octave in range(1, int(math.log2(min(size_wh))) + 1):
        cells = Image.fromarray(rng.standard_normal((2**octave, 2**octave)).astype(np.float32))
        noise += np.asarray(cells.resize(size_wh, Image.Resampling.BICUBIC)) / octave
    share = (1 / (1 + np.exp(-2 * noise / noise.std())))[..., None]
    dark, bright = rng.uniform(0, 120, 3), rng.uniform(100, 255, 3)
    return Image.fromarray((dark + (bright - dark) * share + 0.5).astype(np.uint8))
