"""Blur maps and a data set with masks in, the accuracy by every protocol out."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from training.datasets import BlurDataset
from training.measures import Accuracy, AccuracyMeter


def score(maps: Iterable[NDArray[np.float32]], dataset: BlurDataset) -> Accuracy:
    """Measure a model's blur maps.

    Args:
        maps: A (h, w) float32 probability for every photo of the data set, in its order, each
            from the photo squashed to the model's input size.
        dataset: Photos and masks.

    Returns:
        The accuracy by every protocol of ``training.measures``.

    Raises:
        InputError: If a mask is damaged.
    """
    meter = AccuracyMeter()
    for index, probability in enumerate(maps):
        meter.add(probability, dataset.mask(index))
    return meter.result()
