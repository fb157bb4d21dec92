"""A model and a data set in, the accuracy by every protocol out."""

import dataclasses
from pathlib import Path

import numpy as np
from rich.table import Table

from data.blur_dataset import BlurDataset, read_map
from dbd_mobile.catalogue import bundled_ids
from dbd_mobile.errors import InputError
from evaluation.measures import Accuracy
from evaluation.scoring import predict_photos, score
from export.publishing.card import MODELS_FOLDER


def find_model(model: str) -> Path:
    """The file of a bundled model's id, or of a path.

    Raises:
        InputError: If it is neither.
    """
    if model in bundled_ids():
        return MODELS_FOLDER / model / "model.tflite"
    path = Path(model)
    if not path.is_file():
        raise InputError(
            f"There is no model {model}; expected one of {', '.join(bundled_ids())}, or the path "
            "of a .safetensors, .pth, .onnx or .tflite file."
        )
    return path


def measure_accuracy(model: Path, dataset: BlurDataset) -> Accuracy:
    """Accuracy of a model on photos with masks, at the photos' own size.

    Args:
        model: From ``find_model``.
        dataset: Photos and masks.

    Raises:
        InputError: If the model, a photo or a mask cannot be used.
    """
    return score(predict_photos(model, dataset), dataset)


def score_maps(folder: Path, dataset: BlurDataset) -> Accuracy:
    """Accuracy of maps that lie in a folder, an ensemble's for example.

    Args:
        folder: Holds ``STEM.png`` for each photo, 8-bit, 255 = blurred.
        dataset: Photos and masks.

    Raises:
        InputError: If a map or a mask is missing or damaged.
    """
    paths = (folder / f"{Path(name).stem}.png" for name in dataset.names)
    return score((read_map(path).astype(np.float32) / 255 for path in paths), dataset)


def accuracy_table(model: str, data: str, accuracy: Accuracy) -> Table:
    """The measures with their protocols' rules, for the screen."""
    table = Table(title=f"{model} on {accuracy.images} photos of {data}")
    table.add_column("measure")
    table.add_column("value", justify="right")
    table.add_column("protocol")
    rules = {
        "fmax": "in focus positive, best of 256 thresholds of the averaged curve, native size",
        "f_at_half": "in focus positive, threshold 128/255 of the averaged curve, native size",
        "ddff": "blurred positive, mean per-image F at 0.5, native size",
        "adaptive": "in focus positive, mean per-image F at 1.5 x mean, network size",
        "mae": "mean absolute error of the soft map, native size",
    }
    for name, rule in rules.items():
        table.add_row(name, f"{dataclasses.asdict(accuracy)[name]:.4f}", rule)
    table.caption = f"{accuracy.one_class_images} photos have a truth of one class only"
    return table
