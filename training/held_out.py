"""A mapper and the photos that a recipe held out in, its accuracy on each data set out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from evaluation.calibration_error import CalibrationMeter
from evaluation.mappers import Mapper
from evaluation.measures import Accuracy, AccuracyMeter, mean_accuracy
from evaluation.scoring import map_photos
from training.batches import Split

MEAN = "mean"
"""Name of the mean over the data sets, where there are several."""

_OF_EACH = ("fmax", "mae", "ddff")


def measure_held_out(
    mapper: Mapper, splits: Sequence[Split], calibration: CalibrationMeter | None = None
) -> dict[str, Accuracy]:
    """Measure what makes blur maps on what each of a recipe's data sets held out.

    Args:
        mapper: What makes the maps.
        splits: Of the recipe; those that hold nothing out are passed over.
        calibration: Takes in the maps of all photos too.

    Returns:
        Folder of the data set -> accuracy and, of several, ``MEAN`` -> their mean at the end,
        each data set counting alike.

    Raises:
        DBDError: If a photo or a mask cannot be used.
    """
    accuracies = {}
    for split in splits:
        photos, meter = split.validation, AccuracyMeter()
        if not len(photos):
            continue
        for index, probability in enumerate(map_photos(mapper, photos)):
            truth = photos.truth(index)
            meter.add(probability, truth)
            if calibration is not None:
                calibration.add(probability, truth)
        accuracies[split.part.folder] = meter.result()
    if len(accuracies) > 1:
        accuracies[MEAN] = mean_accuracy([*accuracies.values()])
    return accuracies


def held_out_notes(accuracies: Mapping[str, Accuracy]) -> dict[str, float]:
    """What is noted down of a measurement: the mean, then each of several data sets.

    Args:
        accuracies: From ``measure_held_out``, not empty.

    Returns:
        The measures of the mean by their names and, of several data sets, those of each as
        FOLDER_MEASURE.
    """
    *parts, (_, mean) = accuracies.items()
    of_each = {
        f"{folder}_{name}": getattr(accuracy, name) for folder, accuracy in parts
        for name in _OF_EACH
    }  # fmt: skip
    return asdict(mean) | of_each
