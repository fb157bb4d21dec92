"""Networks that give a blur map of a whole photo."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import BlurDataset, squash
from dbd_mobile.catalogue import AccuracyCard, CalibrationCard
from evaluation.composites import SIDE, CompositeErrors, measure_composites
from evaluation.mappers import DetectorMapper
from evaluation.measures import Accuracy
from evaluation.predictors import Predictor
from evaluation.scoring import measure, score
from export.evenly_spaced import evenly_spaced
from export.kinds.generated_photos import generate_photos
from export.kinds.kind import (
    Column,
    Evaluation,
    Inputs,
    Kind,
    OutputFacts,
    Outputs,
    Pictures,
    Progress,
    View,
)
from export.kinds.map_difference import (
    OTHER_KERNELS_TOLERANCE,
    SAME_KERNELS_TOLERANCE,
    TOLERANCES,
    MapDifference,
    MapTolerance,
    compare_maps,
    photo_means,
)
from export.kinds.readable_photos import ReadablePhotos
from export.kinds.signed_picture import levels, signed_picture
from networks import BlurNetwork

# A difference of this or more is shown at full strength.
_FULL_DIFFERENCE = 0.5
# Of a single pixel, where more than that has no limit.
_NOTICED_DIFFERENCE = 0.1
# Of what was measured; more would be of this machine's rounding.
_DIGITS = 5


class _Masked(Evaluation):
    """Photos with masks."""

    def __init__(self, dataset: BlurDataset, name: str) -> None:
        self._dataset = dataset
        self.name = name

    def inputs(self, size_wh: tuple[int, int], progress: Progress) -> Inputs:
        photos = []
        for index in range(len(self._dataset)):
            photos.append(squash(self._dataset.photo(index), size_wh))
            progress(index + 1, len(self._dataset))
        return Inputs(photos, list(self._dataset.names), len(photos))

    def measure(self, predictor: Predictor, outputs: Outputs) -> Accuracy:
        return score(outputs, self._dataset)

    def measure_shipped(self, file: Path) -> Accuracy:
        # What its users will run, which is more than what the export compared: decoding too.
        return measure(DetectorMapper(file), self._dataset)


class _BlurMap(Kind):
    name = "blur-map"
    network = BlurNetwork
    output = OutputFacts(
        name="blur",
        stride=1,
        values="probabilities",
        meaning="probability of blur, 1 = blurred",
        description="Probability of blur, 1 = blurred, of every pixel.",
        labels=("blurred",),
        labels_description="What the channel is the probability of.",
    )
    image_description = "The photo, squashed to the input's size."
    is_segmenter = True
    compared = "maps"
    pointless = MappingProxyType({})
    tolerances = TOLERANCES
    same_kernels = SAME_KERNELS_TOLERANCE
    other_kernels = OTHER_KERNELS_TOLERANCE
    differences = (
        Column(
            heading="max diff",
            meaning="largest difference",
            shown=lambda difference: f"{difference.maximum:.1g}",
        ),
        Column(
            heading="mean",
            meaning="mean difference",
            shown=lambda difference: f"{difference.mean:.2g}",
        ),
        Column(
            heading="flips",
            meaning="pixels that change sides of 0.5",
            shown=lambda difference: f"{difference.flipped:.2%}",
        ),
    )
    accuracies = (
        Column(heading="fmax", meaning="fmax", shown=lambda accuracy: f"{accuracy.fmax:.4f}"),
        Column(heading="ddff", meaning="ddff", shown=lambda accuracy: f"{accuracy.ddff:.4f}"),
        Column(heading="MAE", meaning="MAE", shown=lambda accuracy: f"{accuracy.mae:.4f}"),
    )
    change = "mean difference"
    hub_task = "image-segmentation"

    def read_inputs(
        self, photos: Sequence[Path], most: int, size_wh: tuple[int, int], progress: Progress
    ) -> Inputs:
        chosen = evenly_spaced(list(photos), most)
        photos_read = ReadablePhotos(chosen, progress)
        images: list[NDArray[np.uint8]] = []
        names: list[str] = []
        for path, photo in photos_read:
            images.append(squash(photo, size_wh))
            names.append(path.name)
        return Inputs(np.stack(images), names, len(images), photos_read.skipped)

    def generate_inputs(self, size_wh: tuple[int, int]) -> Inputs:
        images = generate_photos(size_wh)
        return Inputs(images, [f"generated {n}" for n in range(len(images))], len(images))

    def open_evaluation(self, folder: Path, list_file: Path | None) -> Evaluation:
        name = folder.resolve().name
        dataset = BlurDataset.from_folder(folder, list_file)
        return _Masked(dataset, f"{name}/{list_file.stem}" if list_file else name)

    def measure_composites(self, file: Path, folder: Path) -> CompositeErrors:
        return measure_composites(DetectorMapper(file), folder)

    def compare(self, before: Outputs, after: Outputs) -> MapDifference:
        return compare_maps(before, after)

    def changes(self, before: Outputs, after: Outputs) -> list[float]:
        return photo_means(before, after)

    def unfit(self, outputs: Outputs) -> str | None:
        value = outputs[0].flat[0]
        if any((part != value).any() for part in outputs):
            return None
        return (
            f"It gives {value:.6g} in every pixel of every photo; feed it as it was trained (an "
            "ONNX file by --mean and --scale)."
        )

    def remarks(self, difference: MapDifference, tolerance: MapTolerance) -> list[str]:
        if tolerance.maximum is not None or difference.maximum < _NOTICED_DIFFERENCE:
            return []
        return [
            f"its largest difference, {difference.maximum:.2f}, is that of a single pixel: one at "
            "an edge moves far by one step of rounding. What counts is the whole map: "
            f"it differs by {difference.mean:.2g} in the mean (at most {tolerance.mean:g}), and "
            f"{difference.flipped:.2%} of the pixels change sides of 0.5 (at most "
            f"{tolerance.flipped:.1%})."
        ]

    def views(self, pictures: Pictures, before: str, after: str) -> list[View]:
        difference = (pictures.after - pictures.before) / np.float32(_FULL_DIFFERENCE)
        return [
            View(pictures.photo, "photo"),
            View(levels(pictures.before), f"{before}, white = blurred"),
            View(levels(pictures.after), after),
            View(
                signed_picture(difference),
                f"difference, red = more blurred (full at {_FULL_DIFFERENCE})",
            ),
        ]

    def card_accuracy(
        self, accuracy: Accuracy | CompositeErrors, dataset: str, precision: str, size: str
    ) -> list[AccuracyCard]:
        if isinstance(accuracy, CompositeErrors):
            return [_composites_card(accuracy, dataset, precision)]
        one_class = {"one_class_images": accuracy.one_class_images}
        protocols: list[tuple[str, str, dict[str, float]]] = [
            (
                "fmax",
                "native",
                {"fmax": accuracy.fmax, "f_at_half": accuracy.f_at_half} | one_class,
            ),
            ("ddff", "native", {"ddff": accuracy.ddff} | one_class),
            ("adaptive", size, {"adaptive": accuracy.adaptive} | one_class),
            ("mae", "native", {"mae": accuracy.mae}),
            ("auc", "native", {"auc": accuracy.auc}),
        ]
        return [
            {
                "dataset": dataset,
                "images": accuracy.images,
                "protocol": protocol,
                "size": where,
                "precision": precision,
                "values": {name: round(value, _DIGITS) for name, value in values.items()},
            }
            for protocol, where, values in protocols
        ]

    def card_calibration(self, notes: Mapping[str, Any]) -> CalibrationCard:
        """How well calibrated the float network is: int8's map is not measured for it."""
        measured = notes.get("calibration", {})
        firmness = _firmness(notes)
        # Where a mean is of firm weights, it was measured without its own factor alone.
        is_whole = firmness == notes.get("firmness", 1)
        return {
            "firmness": firmness,
            "photos": measured.get("photos"),
            "bins": measured.get("bins"),
            "ece": _rounded(measured.get("ece")),
            "ece_without_firmness": _rounded(
                measured.get("ece_without_firmness") if is_whole else None
            ),
        }


def _composites_card(errors: CompositeErrors, dataset: str, precision: str) -> AccuracyCard:
    names = ("sharp_mean", "blurred_mean", "foreground_mae", "background_mae")
    return {
        "dataset": dataset,
        "images": errors.scenes,
        "protocol": "composites",
        "size": f"{SIDE}x{SIDE}",
        "precision": precision,
        "values": {name: round(getattr(errors, name), _DIGITS) for name in names},
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _firmness(notes: Mapping[str, Any]) -> float | None:
    """The factor on the logits: notes name their own, 1 if none; that of a mean comes on top.

    None where there is no recipe, or where members of a mean have different ones.
    """
    own = float(notes.get("firmness", 1))
    if "averaged" in notes:
        (of_members, *others) = {_firmness(member) for member in notes["averaged"]}
        return None if others or of_members is None else own * of_members
    return own if "recipe" in notes else None


BLUR_MAP = _BlurMap()
