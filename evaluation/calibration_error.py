"""Blur maps and masks in, how far their probabilities are from the truth out. Needs no torch."""

import numpy as np
from numpy.typing import NDArray

from evaluation.measures import resize_map

BINS = 15


class CalibrationMeter:
    """Collects photos one by one; ``result()`` gives the error over all their pixels.

    The expected calibration error (ECE) of Guo et al. (ICML 2017), of the probability of blur:
    pixels are sorted by what the map says into bins of equal width, and in each the mean of the map
    is compared with the share that is blurred.
    """

    def __init__(self) -> None:
        self._pixels = np.zeros(BINS)
        self._said = np.zeros(BINS)
        self._blurred = np.zeros(BINS)

    def add(
        self,
        probability: NDArray[np.float32],
        truth: NDArray[np.bool_],
        known: NDArray[np.bool_] | None = None,
    ) -> None:
        """Take in one photo.

        Args:
            probability: (h, w) float32 in [0, 1] at the network's size, 1 = blurred.
            truth: (H, W) bool at the photo's own size, True = blurred.
            known: (H, W) bool, False where the truth is not known; known everywhere if None.

        Raises:
            ValueError: If a shape, the range or a NaN shows that these are not such maps.
        """
        if probability.ndim != 2 or truth.ndim != 2 or truth.dtype != np.bool_:
            raise ValueError(
                "Expected a (h, w) probability map and a (H, W) bool mask; got "
                f"{probability.shape} {probability.dtype} and {truth.shape} {truth.dtype}."
            )
        if known is not None and (known.shape != truth.shape or known.dtype != np.bool_):
            raise ValueError(
                f"Expected {truth.shape} bool for what is known; got {known.shape} {known.dtype}."
            )
        if not (probability.min() >= 0 and probability.max() <= 1):
            raise ValueError(
                f"Probabilities must lie in [0, 1]; got {probability.min()} to {probability.max()}."
            )
        said = resize_map(probability, (truth.shape[1], truth.shape[0])).astype(np.float64)
        if known is not None:
            said, truth = said[known], truth[known]
        said, blurred = said.ravel(), truth.ravel()
        # 1 itself belongs to the last bin.
        bins = np.minimum((said * BINS).astype(np.int64), BINS - 1)
        self._pixels += np.bincount(bins, minlength=BINS)
        self._said += np.bincount(bins, said, minlength=BINS)
        self._blurred += np.bincount(bins, blurred, minlength=BINS)

    def result(self) -> float:
        """The error over the photos added, from 0 (honest) to 1.

        Raises:
            ValueError: If none was added, or none with a known pixel.
        """
        if not self._pixels.sum():
            raise ValueError("No pixel was added, so there is no calibration to report.")
        # Of sums: the count of a bin cancels out.
        return float(np.abs(self._said - self._blurred).sum() / self._pixels.sum())
