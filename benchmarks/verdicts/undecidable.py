"""Pictures made without anything that could be sharp or not in; how often ``judge`` says so out."""

import io
from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.verdicts.row import Row, share
from dbd_mobile import BlurDetector
from evaluation.scoring import with_progress

MEASURE = "undecidable"
SIZES_WH = ((640, 480), (1600, 1200), (4000, 3000))
_SEEDS = range(4)
_LEAST = 0.95
_QUALITY = 90

Maker = Callable[[tuple[int, int], np.random.Generator], NDArray[np.float32]]
"""(width, height) and what makes the choices -> (H, W, 3) float32 in levels of 255."""


def _flat(level: float) -> Maker:
    return lambda size_wh, rng: np.full((size_wh[1], size_wh[0], 3), level, np.float32)


def _gradient(size_wh: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    x, y = _places(size_wh)
    angle = rng.uniform(0, 2 * np.pi)
    along = np.cos(angle) * x + np.sin(angle) * y
    return rng.uniform(80, 170, 3).astype(np.float32) + along[..., None] * rng.uniform(20, 90)


def _sky(size_wh: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Blue, paler towards the horizon, with a camera's noise."""
    _, y = _places(size_wh)
    top, bottom = np.array([70, 120, 190]), np.array([175, 205, 235])
    sky = top + (y[..., None] + 0.5) * (bottom - top)
    noise = rng.standard_normal(sky.shape, np.float32) * np.float32(rng.uniform(0.5, 3))
    return (sky + noise).astype(np.float32)


def _fog(size_wh: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    cloud = fractal_noise(size_wh, rng.uniform(2, 3), rng)
    return rng.uniform(120, 200) + rng.uniform(3, 12) * cloud[..., None].repeat(3, axis=2)


def _water(size_wh: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Smooth swell: clouds drawn out sideways."""
    swell = fractal_noise((max(16, size_wh[0] // 4), size_wh[1]), rng.uniform(2, 2.6), rng)
    wide = np.asarray(Image.fromarray(swell).resize(size_wh, Image.Resampling.BICUBIC))
    waves = wide[..., None] * np.float32(rng.uniform(6, 15))
    return np.array([60, 100, 120], np.float32) + waves


def _noise(size_wh: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    deviation = np.float32(rng.uniform(4, 20))
    return 128 + deviation * rng.standard_normal((size_wh[1], size_wh[0], 3), np.float32)


KINDS: dict[str, Maker] = {
    "grey": _flat(128),
    "black": _flat(0),
    "white": _flat(255),
    "gradient": _gradient,
    "sky": _sky,
    "fog": _fog,
    "smooth water": _water,
    "noise on grey": _noise,
}


def make_picture(kind: str, size_wh: tuple[int, int], seed: int) -> NDArray[np.uint8]:
    """A picture of one of ``KINDS``; with an odd seed it has been a JPEG.

    Returns:
        (H, W, 3) uint8.
    """
    levels = KINDS[kind](size_wh, np.random.default_rng([seed, *size_wh]))
    pixels = np.clip(levels + 0.5, 0, 255).astype(np.uint8)
    if seed % 2:
        content = io.BytesIO()
        Image.fromarray(pixels).save(content, "JPEG", quality=_QUALITY)
        pixels = np.asarray(Image.open(content))
    return pixels


def measure_undecidable(
    detector: BlurDetector, sizes_wh: Sequence[tuple[int, int]] = SIZES_WH
) -> list[Row]:
    """Judge made pictures, each without a box and by one in its middle.

    Args:
        detector: What judges.
        sizes_wh: Width and height in pixels of the pictures; of each size several are made.
    """
    said: dict[str, list[bool]] = {kind: [] for kind in KINDS}
    for kind, size_wh, seed in with_progress(
        list(product(KINDS, sizes_wh, _SEEDS)), "Judging made pictures"
    ):
        picture = make_picture(kind, size_wh, seed)
        width, height = size_wh
        middle = (width // 4, height // 4, width - width // 4, height - height // 4)
        for box in (None, middle):
            said[kind].append(detector.judge(picture, box).verdict == "undecidable")
    rows = [share(MEASURE, f"{kind} called undecidable", said[kind]) for kind in KINDS]
    everything = [hit for hits in said.values() for hit in hits]
    return [*rows, share(MEASURE, "all of these", everything, at_least=_LEAST)]


def _places(size_wh: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """x and y of every pixel from -0.5 to 0.5, each (H, W) float32."""
    x, y = (np.linspace(-0.5, 0.5, side, dtype=np.float32) for side in size_wh)
    return np.broadcast_arrays(x[None, :], y[:, None])  # type: ignore[return-value]


def fractal_noise(
    size_wh: tuple[int, int], steepness: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """(H, W) float32 noise whose amplitude falls with frequency to this power; deviation 1."""
    width, height = size_wh
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.standard_normal((height, width))) * frequency**-steepness
    noise = np.fft.irfft2(spectrum, (height, width))
    scaled: NDArray[np.float32] = (noise / noise.std()).astype(np.float32)
    return scaled
