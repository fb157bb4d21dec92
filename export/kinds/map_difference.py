"""Blur maps of the same photos by two models in, how much and whether too much they differ out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.measures import Accuracy
from export.kinds.kind import Tolerance, beyond


@dataclass(frozen=True)
class MapDifference:
    """How much two models' blur maps differ.

    Attributes:
        maximum: Largest absolute difference of any pixel.
        mean: Mean absolute difference, averaged over the photos.
        worst_photo_mean: Mean absolute difference of the photo where it is largest.
        flipped: Share of the pixels that lie on different sides of 0.5.
        photos: Number of photos.
    """

    maximum: float
    mean: float
    worst_photo_mean: float
    flipped: float
    photos: int


@dataclass(frozen=True, kw_only=True)
class MapTolerance(Tolerance):
    """How much a model's maps may differ from those of the one that it was made from.

    Attributes:
        maximum: Of ``MapDifference.maximum``.
        mean: Of ``MapDifference.mean``.
        worst_photo_mean: Of ``MapDifference.worst_photo_mean``.
        flipped: Of ``MapDifference.flipped``.
        fmax_loss: How much lower ``fmax`` may be.
        mae_rise: How much higher ``mae`` may be.
    """

    maximum: float | None = None
    mean: float | None = None
    worst_photo_mean: float | None = None
    flipped: float | None = None
    fmax_loss: float | None = None
    mae_rise: float | None = None

    def violations(
        self, difference: MapDifference, before: Accuracy | None, after: Accuracy | None
    ) -> list[str]:
        """As ``Tolerance.violations`` says."""
        measured: list[tuple[str, float, float | None]] = [
            ("The largest difference of a pixel", difference.maximum, self.maximum),
            ("The mean difference", difference.mean, self.mean),
            (
                "The mean difference of the worst photo",
                difference.worst_photo_mean,
                self.worst_photo_mean,
            ),
            ("The share of pixels that change sides of 0.5", difference.flipped, self.flipped),
        ]
        if before is not None and after is not None:
            measured += [
                ("The loss of fmax", before.fmax - after.fmax, self.fmax_loss),
                ("The rise of MAE", after.mae - before.mae, self.mae_rise),
            ]
        return beyond(measured)


# The same float32 arithmetic in another order.
ONNX_TOLERANCE = MapTolerance(maximum=1e-4)
# And with XNNPACK's own approximation of the sigmoid.
FLOAT32_TOLERANCE = MapTolerance(maximum=1e-3)
# Weights rounded to 11 bits.
FLOAT16_TOLERANCE = MapTolerance(mean=0.001, flipped=0.002, fmax_loss=0.001, mae_rise=0.001)
# Steps of 1/256 through 90 layers: single pixels at edges move far, whole maps must not. The
# pixels near 0.5 that change sides are what a mask's user would see.
INT8_TOLERANCE = MapTolerance(mean=0.02, flipped=0.02, fmax_loss=0.005, mae_rise=0.003)

TOLERANCES: dict[str, Tolerance] = {
    "onnx": ONNX_TOLERANCE,
    "simplified": ONNX_TOLERANCE,
    "float32": FLOAT32_TOLERANCE,
    "float16": FLOAT16_TOLERANCE,
    "dynamic": INT8_TOLERANCE,
    "int8": INT8_TOLERANCE,
    "int8-mixed": INT8_TOLERANCE,
}
"""Of each form, from the one that it is made from."""

# The same file in other runtimes: with the same kernels, and with others, where int8 is rounded
# otherwise: single pixels move far, no photo's map as a whole may.
SAME_KERNELS_TOLERANCE = MapTolerance(maximum=2 / 255)
OTHER_KERNELS_TOLERANCE = MapTolerance(worst_photo_mean=3 / 255, flipped=0.01)


def compare_maps(
    before: Sequence[NDArray[np.float32]], after: Sequence[NDArray[np.float32]]
) -> MapDifference:
    """Compare two models' maps of the same photos.

    Args:
        before: (h, w) float32 probability for each photo.
        after: The same by the other model, of the same shapes.
    """
    means = photo_means(before, after)
    flips = [np.mean((a >= 0.5) != (b >= 0.5)) for a, b in zip(before, after, strict=True)]
    return MapDifference(
        maximum=max(float(np.abs(a - b).max()) for a, b in zip(before, after, strict=True)),
        mean=float(np.mean(means)),
        worst_photo_mean=max(means),
        flipped=float(np.mean(flips)),
        photos=len(means),
    )


def photo_means(
    before: Sequence[NDArray[np.float32]], after: Sequence[NDArray[np.float32]]
) -> list[float]:
    """Mean absolute difference of each photo's maps, arguments as for ``compare_maps``."""
    return [float(np.abs(a - b).mean(dtype=np.float64)) for a, b in zip(before, after, strict=True)]
