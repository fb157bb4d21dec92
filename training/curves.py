"""The history of a run in, a picture of its curves out."""

from collections.abc import Sequence
from dataclasses import fields
from typing import IO

from matplotlib.figure import Figure

from evaluation.measures import Accuracy
from training.detail_validation import HeldOut

_MEASURES = {field.name for kind in (Accuracy, HeldOut) for field in fields(kind)}
_TIMES = ("seconds", "waited")
_VALIDATION = (
    ("fmax",),
    ("ddff",),
    ("mae",),
    ("radius_error",),
    ("undecided", "plain_confident", "motion_auc"),
)


def plot_curves(history: Sequence[dict[str, float]], file: IO[bytes]) -> None:
    """Draw the loss, its terms and the validation measures over the epochs or steps.

    Args:
        history: Entries with, first, ``epoch`` or ``step``, then ``loss``, any number of terms,
            ``seconds``, ``waited`` and, if there is a validation, its measures: of several data
            sets their mean, then those of each as FOLDER_MEASURE.
        file: Where the PNG picture goes, open for bytes.
    """
    counted, *others = history[0]
    measured = [name for name in others if _measure_of(name)]
    validation = [
        [name for name in measured if _measure_of(name) in measures] for measures in _VALIDATION
    ]
    losses = [name for name in others if name not in (*_TIMES, *measured)]
    panels = [losses, *filter(None, validation)]
    figure = Figure(figsize=(3.5 * len(panels), 3.2), layout="constrained")
    for number, (axes, names) in enumerate(
        zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True)
    ):
        for name in names:
            axes.plot(
                [entry[counted] for entry in history],
                [entry[name] for entry in history],
                label=name,
            )
        axes.set_xlabel(counted)
        axes.set_title("validation" if number else "training")
        axes.legend()
        axes.grid(alpha=0.3)
    figure.savefig(file, dpi=110, format="png")


def _measure_of(name: str) -> str:
    """The measure that a column has, of whatever data set; empty if it has none."""
    return next((of for of in _MEASURES if name == of or name.endswith(f"_{of}")), "")
