"""Blur maps and masks in, how far their probabilities are from the truth out. Needs no torch."""

import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import Truth
from evaluation.measures import known_part

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

    def add(self, probability: NDArray[np.float32], truth: Truth) -> None:
        """Take in one photo.

        Args:
            probability: (h, w) float32 in [0, 1] at the network's size, 1 = blurred.
            truth: At the photo's own size.

        Raises:
            ArgumentError: If the shape, the range or a NaN shows that this is no such map.
        """
        full, blurred = (values.ravel() for values in known_part(probability, truth))
        said = full.astype(np.float64)
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
