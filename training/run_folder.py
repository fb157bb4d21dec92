"""The folder of a run: what it was started with, where it stands, what it made.

It holds ``recipe.toml``, ``checkpoint.pt`` (to resume), ``weights.safetensors`` (the averaged
weights of the epoch that validated best, or of the last one if none validates by a blur map's
accuracy), ``metrics.csv``, ``metrics.json`` and ``curves.png``. Each file is replaced whole, the
checkpoint last: a run that is interrupted before that does the epoch, and all of the others, again.
"""

import csv
import dataclasses
import hashlib
import io
import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import torch

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from networks import Network
from networks.torch_file import read_torch_file
from networks.weights import describe, save_weights
from training.curves import plot_curves
from training.named import Reference
from training.origins import Origins, notes_on, without_pins
from training.recipe import AnyRecipe, write_recipe

_log = logging.getLogger(__name__)

WEIGHTS = "weights.safetensors"


class Trained(Protocol):
    """A trainer, after an epoch or at another point where it can be stopped."""

    @property
    def averaged(self) -> Network:
        """The network that is kept."""

    @property
    def history(self) -> list[dict[str, float]]:
        """An entry for each such point, which begins with its number: "epoch" or "step"."""

    def notes(self) -> dict[str, object]:
        """What a weights file says of the last one."""

    def state(self) -> dict[str, Any]:
        """What the trainer can go on from, ``history`` among it: tensors and plain values."""


class RunFolder:
    """What is kept of a run.

    Args:
        path: The folder; need not exist yet.
        recipe: What is trained.
        origins: What the recipe learns from.
        photos: File names of the photos that are trained on.
        reference: What the weights say that they are called.
    """

    def __init__(
        self,
        path: Path,
        recipe: AnyRecipe,
        origins: Origins,
        photos: Sequence[str],
        reference: Reference,
    ) -> None:
        self.path = path
        self._recipe = recipe
        self._fingerprint = _fingerprint(origins, photos)
        self._about: dict[str, object] = {
            "name": reference.name,
            "version": reference.version,
            **notes_on(origins, recipe),
            # What the pins say is in ``made_from``; a later pin shall change no file's hash.
            "recipe": dataclasses.asdict(without_pins(recipe)),
        }

    def begin(self) -> None:
        """Make the folder and write the recipe into it."""
        self.path.mkdir(parents=True, exist_ok=True)
        write_recipe(self._recipe, self.path / "recipe.toml")

    def checkpoint(self) -> dict[str, Any] | None:
        """The state that the trainer's ``take_up`` takes, if the folder has one.

        Raises:
            InputError: If it is damaged, or of a run with another recipe, other photos, or other
                weights or labels to learn from.
        """
        path = self.path / "checkpoint.pt"
        if not path.exists():
            return None
        state = read_torch_file(path, "delete it to start the run again")
        if not isinstance(state, dict) or state.get("recipe") != self._about["recipe"]:
            raise InputError(
                f"{self.path} holds a run of another recipe; give another folder with -o, or "
                "the recipe that the run was started with."
            )
        if state.get("fingerprint") != self._fingerprint:
            raise InputError(
                f"{self.path} holds a run with another teacher or other photos or maps under the "
                "same names; give another folder with -o."
            )
        counted = _counted(state["history"])
        _log.info("going on after %s %d of %s", counted, state["history"][-1][counted], path)
        return state

    def record(self, trainer: Trained) -> None:
        """Write weights, metrics and checkpoint of the epoch that just ended."""
        recipe, history = self._about["recipe"], trainer.history
        # How long it took is in the metrics: the same weights shall make the same file.
        notes = {**self._about, **trainer.notes()}
        network, architecture = trainer.averaged, self._recipe.architecture
        if _last_is_best(history):
            save_weights(self.path / WEIGHTS, network, architecture, notes)
        table = io.StringIO(newline="")
        writer = csv.DictWriter(table, history[0])
        writer.writeheader()
        writer.writerows(history)
        self._write("metrics.csv", table.getvalue())
        report = {"recipe": recipe, "torch": torch.__version__, f"{_counted(history)}s": history}
        self._write("metrics.json", json.dumps(report, indent=1))
        with atomic_file(self.path / "curves.png") as file:
            plot_curves(history, file)
        state = {
            "recipe": recipe,
            "metadata": describe(network, architecture, notes),
            "fingerprint": self._fingerprint,
            **trainer.state(),
        }
        with atomic_file(self.path / "checkpoint.pt") as file:
            torch.save(state, file)

    def _write(self, name: str, text: str) -> None:
        with atomic_file(self.path / name) as file:
            file.write(text.encode())


def _fingerprint(origins: Origins, photos: Sequence[str]) -> str:
    """Checksum of what a run depends on beside its recipe: the photos' names, and the content of
    the weights and maps that it learns from."""
    digest = hashlib.sha256("\n".join(photos).encode())
    for role, found in origins.items():
        digest.update(f"\n{role} {found.named.sha256}".encode())
    return digest.hexdigest()


def _counted(history: Sequence[dict[str, float]]) -> str:
    """What a history counts: "epoch" or "step"."""
    return next(iter(history[0]))


def _last_is_best(history: Sequence[dict[str, float]]) -> bool:
    # Small data sets overfit, so the last epoch need not be the best one.
    scores = [epoch["fmax"] - epoch["mae"] for epoch in history if "fmax" in epoch]
    return not scores or scores[-1] == max(scores)
