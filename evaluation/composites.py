"""A model and sharp photos in, out come its errors on defocus that was made with known blur.

The photos are those of a folder of objects with masks that no training run sees
(``data.blur_dataset.is_held_out_scene``). The lens that blurs them is that of
``data.synthesis``, so this says whether a model learnt what it was taught, not how it does on
other cameras.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from data.augmentation import degrade
from data.blur_dataset import BlurDataset, is_held_out_scene
from data.scenes import sharpest_scenes
from data.synthesis import (
    aperture_kernel,
    blur_all,
    blur_background,
    blur_foreground,
)
from dbd_mobile.errors import InputError
from evaluation.mappers import Mapper
from evaluation.measures import resize_map
from evaluation.scoring import with_progress

SIDE = 320
"""Scenes are squares of this many pixels, whatever a model's own input size."""
SCENES = 75
RADII = (2.0, 4.0, 8.0)
"""Radius of the circle of confusion in pixels of a scene, for layers that are out of focus."""
SWEEP = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0)
"""Radii of a scene that goes out of focus as a whole."""
_BLADES = 6


@dataclass(frozen=True)
class CompositeErrors:
    """How a model does on made defocus; shares and errors are in [0, 1].

    Attributes:
        scenes: Number of sharp photos that the rest is made from.
        foreground_mae: Mean absolute error, a blurred object before a sharp background.
        background_mae: Mean absolute error, a sharp object before its blurred background.
        sharp_mean: Mean map of photos that are sharp all over; 0 is right.
        blurred_mean: Mean map of photos that are blurred all over, by ``RADII``; 1 is right.
        sweep: Mean map at each radius of ``SWEEP``.
        largest_fall: Largest fall of ``sweep`` from any radius to a larger one.
    """

    scenes: int
    foreground_mae: float
    background_mae: float
    sharp_mean: float
    blurred_mean: float
    sweep: list[float]
    largest_fall: float


def measure_composites(mapper: Mapper, data: Path) -> CompositeErrors:
    """Run a model on composites of held-out scenes.

    Args:
        mapper: What makes the maps.
        data: Folder with ``image/`` and ``mask/`` (white = object).

    Raises:
        DBDError: If a photo or a mask cannot be used, or there are too few scenes.
    """
    names = [name for name in BlurDataset.from_folder(data).names if is_held_out_scene(name)]
    scenes = sharpest_scenes(data, names, SCENES, (SIDE, SIDE))
    if len(scenes) < 2:
        raise InputError(
            f"{data} has {len(scenes)} photos that training does not see; composites take two."
        )
    rng = np.random.default_rng(0)
    foreground, background, blurred = [], [], []
    sweep = np.zeros((len(scenes), len(SWEEP)))
    others = scenes[1:] + scenes[:1]
    pairs = list(zip(scenes, others, strict=True))
    for index, ((photo, mask), (other, _)) in enumerate(with_progress(pairs, "Scoring")):
        for radius in RADII:
            kernel = aperture_kernel(radius, _BLADES, rng.uniform(0, np.pi))
            composite, cover = blur_foreground(photo, mask, other, kernel)
            foreground.append(np.abs(_map(mapper, composite, rng) - (cover >= 0.5)).mean())
            composite = blur_background(photo, mask, kernel)
            background.append(np.abs(_map(mapper, composite, rng) - (mask < 128)).mean())
            blurred.append(_map(mapper, blur_all(photo, kernel), rng).mean())
        # The same noise at each radius, so that the blur alone makes the difference.
        seed = rng.integers(2**32)
        for column, radius in enumerate(SWEEP):
            kernel = aperture_kernel(radius, _BLADES, 0)
            shown = blur_all(photo, kernel)
            sweep[index, column] = _map(mapper, shown, np.random.default_rng(seed)).mean()
    means = sweep.mean(axis=0)
    return CompositeErrors(
        scenes=len(scenes),
        foreground_mae=float(np.mean(foreground)),
        background_mae=float(np.mean(background)),
        sharp_mean=float(means[0]),
        blurred_mean=float(np.mean(blurred)),
        sweep=[float(mean) for mean in means],
        largest_fall=float((np.maximum.accumulate(means) - means).max()),
    )


def _map(mapper: Mapper, photo: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.float32]:
    """The map of a photo as a camera stores it, at the size of a scene."""
    return resize_map(mapper.map(degrade(photo, rng)), (SIDE, SIDE))


def composites_table(model: str, errors: CompositeErrors) -> Table:
    """The errors, for the screen."""
    table = Table(title=f"{model} on composites of {errors.scenes} held-out scenes")
    table.add_column("what is shown")
    table.add_column("measure")
    table.add_column("value", justify="right")
    for shown, measure, value in (
        ("blurred object, sharp background", "MAE", errors.foreground_mae),
        ("sharp object, blurred background", "MAE", errors.background_mae),
        ("sharp all over", "mean map", errors.sharp_mean),
        ("blurred all over", "mean map", errors.blurred_mean),
        ("more and more blurred all over", "largest fall of the mean map", errors.largest_fall),
    ):
        table.add_row(shown, measure, f"{value:.3f}")
    return table
