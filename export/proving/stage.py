"""What is found out of one form of the network: plain values that become JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from export.kinds.kind import Difference, Tolerance
from export.proving.layers import LayerError
from export.proving.runtimes import RuntimeCheck
from export.proving.tflite_facts import TfliteFacts


@dataclass(frozen=True)
class Trial:
    """A file that was tried for a precision that can be made in several ways.

    Attributes:
        name: How it was made.
        difference: From float32 on calibration images.
    """

    name: str
    difference: Difference


@dataclass(frozen=True)
class WorstPhoto:
    """A photo for which much else is given.

    Attributes:
        name: What it is called.
        mean: How much changed, as ``Kind.changes`` says.
    """

    name: str
    mean: float


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One form of the network on its way to the device.

    Attributes:
        name: "torch" or "given" (an ONNX file), "onnx", "simplified", or a precision.
        made_from: Name of the stage that it is made from and compared with; None for the first.
        difference: From that stage; None for the first, and for a file that is not what its name
            says and so was not run.
        tolerance: How much it may differ; None for the first.
        accuracy: On the evaluation data, of its kind's type; None without any.
        tflite: What the file holds; None unless it is TFLite.
        trials: In which ways it was tried, on calibration images.
        choice: Name of the trial that it is; None if there was one way only.
        kept_float: For "int8-mixed", the layers in float32, by the names of their outputs.
        worst: The photos that changed most, the worst first.
        runtimes: What other runtimes make of it.
        layers: Where the error comes from, if it failed.
        slow_spots: Sentences on what costs time for nothing.
        failures: Sentences on why it was refused.
        latency_ms: Of one photo on this machine, on one thread; None of what was refused or is no
            TFLite.
    """

    name: str
    made_from: str | None
    difference: Difference | None
    tolerance: Tolerance | None
    accuracy: Any
    tflite: TfliteFacts | None
    trials: list[Trial]
    choice: str | None
    kept_float: list[str]
    worst: list[WorstPhoto]
    runtimes: list[RuntimeCheck]
    layers: list[LayerError]
    slow_spots: list[str]
    failures: list[str]
    latency_ms: float | None = None


def best_trial(trials: Sequence[Trial], tolerance: Tolerance) -> Trial:
    """What is most like float32, of those within the tolerance if any is."""
    return min(
        trials,
        key=lambda trial: (
            bool(tolerance.violations(trial.difference, None, None)),
            trial.difference.mean,
        ),
    )
