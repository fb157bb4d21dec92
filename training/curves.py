"""The history of a run in, a picture of its curves out."""

from pathlib import Path

from matplotlib.figure import Figure


def plot_curves(history: list[dict[str, float]], path: Path) -> None:
    """Draw the training loss and the validation measures over the epochs.

    Args:
        history: One entry an epoch, with ``epoch``, ``loss``, ``fmax``, ``ddff`` and ``mae``.
        path: PNG file to write.
    """
    epochs = [entry["epoch"] for entry in history]
    figure = Figure(figsize=(10, 3.2), layout="constrained")
    panels = (("loss",), ("fmax", "ddff"), ("mae",))
    for axes, names in zip(figure.subplots(1, len(panels)), panels, strict=True):
        for name in names:
            axes.plot(epochs, [entry[name] for entry in history], label=name)
        axes.set_xlabel("epoch")
        axes.set_title("training loss" if names == ("loss",) else "validation")
        axes.legend()
        axes.grid(alpha=0.3)
    figure.savefig(path, dpi=110)
