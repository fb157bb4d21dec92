"""A mapper and a data set in, the accuracy by every protocol out."""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from rich.table import Table

from data.blur_dataset import BlurDataset
from evaluation.mappers import Mapper
from evaluation.measures import Accuracy, AccuracyMeter
from evaluation.screen import notes

_Item = TypeVar("_Item")

_RULES = {
    "fmax": "in focus positive, best of 256 thresholds of the averaged curve, native size",
    "f_at_half": "in focus positive, threshold 128/255 of the averaged curve, native size",
    "ddff": "blurred positive, mean per-image F at 0.5, native size",
    "adaptive": "in focus positive, mean per-image F at 1.5 x mean, network size",
    "mae": "mean absolute error of the soft map, native size",
    "auc": "mean per-image area under the ROC curve, native size",
}


def measure(mapper: Mapper, dataset: BlurDataset) -> Accuracy:
    """Measure what makes blur maps on photos with ground truth, with a progress bar.

    Args:
        mapper: What makes the maps.
        dataset: Photos and masks.

    Returns:
        The accuracy by every protocol of ``evaluation.measures``.

    Raises:
        DBDError: If a photo or a mask cannot be used.
    """
    return score(map_photos(mapper, dataset), dataset)


def map_photos(mapper: Mapper, dataset: BlurDataset) -> Iterator[NDArray[np.float32]]:
    """Maps of a data set's photos, one by one in their order, with a progress bar.

    Args:
        mapper: What makes the maps.
        dataset: The photos.

    Yields:
        (h, w) float32 probability.

    Raises:
        DBDError: If a photo cannot be used.
    """
    for index in with_progress(range(len(dataset)), "Scoring photos"):
        yield mapper.map(dataset.photo_path(index))


def score(maps: Iterable[NDArray[np.float32]], dataset: BlurDataset) -> Accuracy:
    """Measure blur maps.

    Args:
        maps: A (h, w) float32 probability for every photo of the data set, in its order.
        dataset: Photos and masks.

    Returns:
        The accuracy by every protocol of ``evaluation.measures``.

    Raises:
        DBDError: If a mask cannot be used.
    """
    meter = AccuracyMeter()
    for index, probability in enumerate(maps):
        meter.add(probability, dataset.truth(index))
    return meter.result()


def with_progress(items: Iterable[_Item], what: str) -> Iterable[_Item]:
    """Go through items with a progress bar on stderr, that leaves no line behind."""
    return track(items, what, console=notes, transient=True)


def accuracy_table(model: str, data: str, accuracy: Accuracy) -> Table:
    """The measures with their protocols' rules, for the screen."""
    table = Table(title=f"{model} on {accuracy.images} photos of {data}")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("protocol")
    for name, rule in _RULES.items():
        table.add_row(name, f"{dataclasses.asdict(accuracy)[name]:.4f}", rule)
    if accuracy.one_class_images:
        table.caption = (
            f"{accuracy.one_class_images} photos are all blurred or all in focus in their masks, "
            "and count in no AUC."
        )
    return table
