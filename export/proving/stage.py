"""What is found out of one form of the network: plain values that become JSON, and pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluation.measures import Accuracy
from export.proving.layers import LayerError
from export.proving.parity import MapDifference, Tolerance
from export.proving.runtimes import RuntimeCheck
from export.proving.tflite_facts import TfliteFacts


@dataclass(frozen=True)
class Trial:
    """A file that was tried for a precision that can be made in several ways.

    Attributes:
        name: How it was made.
        difference: From float32 on calibration photos.
    """

    name: str
    difference: MapDifference


@dataclass(frozen=True)
class WorstPhoto:
    """A photo whose map changed much.

    Attributes:
        name: Its file name.
        mean: Mean absolute difference of its maps.
    """

    name: str
    mean: float


@dataclass(frozen=True)
class Pictures:
    """A photo and its maps, for the eye alone.

    Attributes:
        photo: (H, W, 3) uint8 RGB.
        before: (h, w) float32, by the form that a form is made from.
        after: The same by that form.
    """

    photo: NDArray[np.uint8]
    before: NDArray[np.float32]
    after: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One form of the network on its way to the device.

    Attributes:
        name: "torch" or "given" (an ONNX file), "onnx", "simplified", or a precision.
        made_from: Name of the stage that it is made from and compared with; None for the first.
        difference: From that stage; None for the first, and for a file that is not what its name
            says and so was not run.
        tolerance: How much it may differ.
        accuracy: On the evaluation data; None without any.
        tflite: What the file holds; None unless it is TFLite.
        trials: In which ways it was tried, on calibration photos.
        choice: Name of the trial that it is; None if there was one way only.
        kept_float: For "int8-mixed", the layers in float32, by the names of their outputs.
        worst: The photos whose maps changed most, the worst first.
        runtimes: What other runtimes make of it.
        layers: Where the error comes from, if it failed.
        slow_spots: Sentences on what costs time for nothing.
        failures: Sentences on why it was refused.
    """

    name: str
    made_from: str | None
    difference: MapDifference | None
    tolerance: Tolerance
    accuracy: Accuracy | None
    tflite: TfliteFacts | None
    trials: list[Trial]
    choice: str | None
    kept_float: list[str]
    worst: list[WorstPhoto]
    runtimes: list[RuntimeCheck]
    layers: list[LayerError]
    slow_spots: list[str]
    failures: list[str]


def best_trial(trials: Sequence[Trial], tolerance: Tolerance) -> Trial:
    """Whose maps are most like float32's, of those within the tolerance if any is."""
    return min(
        trials,
        key=lambda trial: (
            bool(tolerance.violations(trial.difference, None, None)),
            trial.difference.mean,
        ),
    )
