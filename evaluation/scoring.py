"""Blur maps and a data set with masks in, the accuracy by every protocol out."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from data.blur_dataset import BlurDataset, squash
from evaluation.measures import Accuracy, AccuracyMeter
from evaluation.predictors import open_predictor


def predict_photos(model: Path, dataset: BlurDataset) -> Iterator[NDArray[np.float32]]:
    """A model's maps of a data set's photos, one by one, with a progress bar.

    Args:
        model: From ``find_model``.
        dataset: The photos.

    Yields:
        (h, w) float32 probability of the model's size, in the photos' order.

    Raises:
        InputError: If the model or a photo cannot be used.
    """
    predictor = open_predictor(model)
    for index in track(range(len(dataset)), "Scoring photos", console=Console(stderr=True)):
        yield predictor.predict(squash(dataset.photo(index), predictor.size_wh))


def score(maps: Iterable[NDArray[np.float32]], dataset: BlurDataset) -> Accuracy:
    """Measure a model's blur maps.

    Args:
        maps: A (h, w) float32 probability for every photo of the data set, in its order, each
            from the photo squashed to the model's input size.
        dataset: Photos and masks.

    Returns:
        The accuracy by every protocol of ``evaluation.measures``.

    Raises:
        InputError: If a mask is damaged.
    """
    meter = AccuracyMeter()
    for index, probability in enumerate(maps):
        meter.add(probability, dataset.mask(index))
    return meter.result()
