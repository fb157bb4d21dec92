"""Cells measured by two forms of the ``detail`` network in, how much they differ out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.radius_code import LOG2_SPREAD
from dbd_mobile.reading import MIN_CONFIDENCE
from evaluation.measured_cells import MeasuredCells, read_codes
from evaluation.radius import RadiusAccuracy
from export.kinds.kind import Outputs, Tolerance, beyond


@dataclass(frozen=True, kw_only=True)
class RadiusDifference:
    """How much what two models measure in the same tiles differs.

    All but ``maximum`` and ``gained`` are of the cells that are confident by the first model, and 0
    where there are none.

    Attributes:
        maximum: Largest absolute difference of any number that the networks give.
        mean: Mean absolute difference of log2 of the radius.
        median_ratio: By which share the radius differs in half of the cells: |m2 / m1 - 1|.
        high_ratio: The same in 95 % of the cells.
        worst_photo_mean: ``mean`` of the tile where it is largest.
        spread: Median absolute difference of log2 of the standard deviation that a cell gives.
        lost: Share that is not confident by the second model.
        gained: Share of the other cells that is.
        motion: Share that changes between motion and defocus.
        confident: Share of all cells.
        photos: Number of tiles.
    """

    maximum: float
    mean: float
    median_ratio: float
    high_ratio: float
    worst_photo_mean: float
    spread: float
    lost: float
    gained: float
    motion: float
    confident: float
    photos: int


@dataclass(frozen=True, kw_only=True)
class RadiusTolerance(Tolerance):
    """How much what a model measures may differ from what the one that it was made from does.

    Attributes:
        maximum, median_ratio, high_ratio, worst_photo_mean, spread, lost, gained, motion: Of the
            same in ``RadiusDifference``.
        error_rise: How much larger ``RadiusAccuracy.error`` may be, in log2 of the radius.
    """

    maximum: float | None = None
    median_ratio: float | None = None
    high_ratio: float | None = None
    worst_photo_mean: float | None = None
    spread: float | None = None
    lost: float | None = None
    gained: float | None = None
    motion: float | None = None
    error_rise: float | None = None

    def violations(
        self,
        difference: RadiusDifference,
        before: RadiusAccuracy | None,
        after: RadiusAccuracy | None,
    ) -> list[str]:
        """As ``Tolerance.violations`` says."""
        measured = [
            ("The largest difference of a number", difference.maximum, self.maximum),
            (
                "The median difference of the radius, as a share of it,",
                difference.median_ratio,
                self.median_ratio,
            ),
            (
                "The difference of the radius that 5 % of the cells exceed, as a share of it,",
                difference.high_ratio,
                self.high_ratio,
            ),
            (
                "The mean difference of log2 of the radius in the worst tile",
                difference.worst_photo_mean,
                self.worst_photo_mean,
            ),
            ("The median difference of log2 of the spread", difference.spread, self.spread),
            ("The share of confident cells that become unsure", difference.lost, self.lost),
            ("The share of unsure cells that become confident", difference.gained, self.gained),
            (
                "The share of cells that change between motion and defocus",
                difference.motion,
                self.motion,
            ),
        ]
        if before is not None and after is not None and before.error is not None:
            # A form that measures nothing any more is as wrong as can be.
            error = np.inf if after.error is None else after.error
            measured.append(
                ("The rise of the error at known radii", error - before.error, self.error_rise)
            )
        return beyond(measured)


# As for blur maps: the same arithmetic in another order, and another sigmoid.
ONNX_TOLERANCE = RadiusTolerance(maximum=1e-4)
FLOAT32_TOLERANCE = RadiusTolerance(maximum=1e-3)
# Weights rounded to 11 bits.
FLOAT16_TOLERANCE = RadiusTolerance(
    median_ratio=0.005, high_ratio=0.02, spread=0.02, lost=0.01, gained=0.01, motion=0.005,
    error_rise=0.005,
)  # fmt: skip
# A step of 1/256 is 1.4 % of the radius, a twentieth of it is what nobody sees. A cell near the
# limit of confidence may well fall on its other side.
INT8_TOLERANCE = RadiusTolerance(
    median_ratio=0.05, high_ratio=0.1, spread=0.1, lost=0.05, gained=0.05, motion=0.02,
    error_rise=0.02,
)  # fmt: skip

TOLERANCES: dict[str, Tolerance] = {
    "onnx": ONNX_TOLERANCE,
    "simplified": ONNX_TOLERANCE,
    "float32": FLOAT32_TOLERANCE,
    "float16": FLOAT16_TOLERANCE,
    "int8": INT8_TOLERANCE,
    "int8-mixed": INT8_TOLERANCE,
}
"""Of each form, from the one that it is made from."""

# The same file in other runtimes: with the same kernels, and where int8 is rounded otherwise.
SAME_KERNELS_TOLERANCE = RadiusTolerance(maximum=2 / 256)
OTHER_KERNELS_TOLERANCE = RadiusTolerance(
    high_ratio=0.05, worst_photo_mean=0.05, spread=0.05, lost=0.05, gained=0.05, motion=0.02
)


def compare_radii(before: Outputs, after: Outputs) -> RadiusDifference:
    """Compare what two models measure in the same tiles.

    Args:
        before: (h, w, 3) float32 for each tile, as the network gives them.
        after: The same by the other model, of the same shapes.
    """
    codes, other_codes = (
        np.concatenate([part.reshape(-1, 3) for part in p]) for p in (before, after)
    )
    cells, others = read_codes(codes), read_codes(other_codes)
    sure = cells.confidence >= MIN_CONFIDENCE
    still = others.confidence >= MIN_CONFIDENCE
    ratio = np.abs(others.radius_px / cells.radius_px - 1)[sure]
    low, high = LOG2_SPREAD
    spread = (high - low) * np.abs(other_codes[:, 1] - codes[:, 1])[sure]
    moves = (others.motion >= 0.5) != (cells.motion >= 0.5)
    return RadiusDifference(
        maximum=float(np.abs(other_codes - codes).max()),
        mean=_mean(_log2_ratio(cells, others)[sure]),
        median_ratio=_quantile(ratio, 0.5),
        high_ratio=_quantile(ratio, 0.95),
        worst_photo_mean=max(tile_means(before, after)),
        spread=_quantile(spread, 0.5),
        lost=_mean(~still[sure]),
        gained=_mean(still[~sure]),
        motion=_mean(moves[sure]),
        confident=float(np.mean(sure)),
        photos=len(before),
    )


def tile_means(before: Outputs, after: Outputs) -> list[float]:
    """Mean absolute difference of log2 of the radius of each tile, in its confident cells.

    Arguments as for ``compare_radii``; 0 for a tile without any.
    """
    means = []
    for codes, other_codes in zip(before, after, strict=True):
        cells = read_codes(codes)
        ratio = _log2_ratio(cells, read_codes(other_codes))
        means.append(_mean(ratio[cells.confidence >= MIN_CONFIDENCE]))
    return means


def confident_share(outputs: Outputs) -> float:
    """Share of all cells of all tiles, (h, w, 3) float32 each, that are confident."""
    return float(np.mean([read_codes(codes).confidence >= MIN_CONFIDENCE for codes in outputs]))


def _log2_ratio(cells: MeasuredCells, others: MeasuredCells) -> NDArray[np.float32]:
    ratio: NDArray[np.float32] = np.abs(np.log2(others.radius_px / cells.radius_px))
    return ratio


def _mean(values: NDArray[np.float32] | NDArray[np.bool_]) -> float:
    return float(np.mean(values, dtype=np.float64)) if values.size else 0.0


def _quantile(values: NDArray[np.float32], share: float) -> float:
    return float(np.quantile(values, share)) if values.size else 0.0
