"""The history of a run in, a picture of its curves out."""

from collections.abc import Sequence
from dataclasses import fields
from typing import IO

from matplotlib.figure import Figure

from evaluation.measures import Accuracy

_NOT_LOSSES = {"epoch", "seconds", *(field.name for field in fields(Accuracy))}
_ACCURACY = ("fmax", "ddff"), ("mae",)


def plot_curves(history: Sequence[dict[str, float]], file: IO[bytes]) -> None:
    """Draw the loss, its terms and the validation measures over the epochs.

    Args:
        history: One entry an epoch, with ``epoch``, ``loss``, any number of terms and, if there is
            a validation, its measures.
        file: Where the PNG picture goes, open for bytes.
    """
    accuracy = [names for names in _ACCURACY if names[0] in history[0]]
    panels = [[name for name in history[0] if name not in _NOT_LOSSES], *accuracy]
    epochs = [entry["epoch"] for entry in history]
    figure = Figure(figsize=(3.5 * len(panels), 3.2), layout="constrained")
    for number, (axes, names) in enumerate(
        zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True)
    ):
        for name in names:
            axes.plot(epochs, [entry[name] for entry in history], label=name)
        axes.set_xlabel("epoch")
        axes.set_title("validation" if number else "training")
        axes.legend()
        axes.grid(alpha=0.3)
    figure.savefig(file, dpi=110, format="png")
