"""A recipe in, what each term of its objective is worth out.

Every row trains on the recipe's content losses and some of its further terms, with and without
synthetic defocus, from several seeds, for the same number of steps of the same batch size.
"""

import dataclasses
import json
import logging
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from training.recipe import LossWeights, Recipe
from training.run import train
from training.shelf import SHELF, Shelf

_log = logging.getLogger(__name__)

TERMS: dict[str, tuple[str, ...]] = {
    "content only": (),
    "+ D2": ("adversarial",),
    "+ consistency": ("consistency",),
    "+ features": ("features",),
    "+ D3": ("distillation",),
    "all": ("adversarial", "consistency", "features", "distillation"),
}
"""Row of the table -> terms that it has beside the content losses."""
MEASURES = ("fmax", "mae", "ddff")


@dataclass(frozen=True)
class Variant:
    """One run of an ablation.

    Attributes:
        terms: Key of ``TERMS``.
        synthetic: Whether batches hold synthetic defocus.
        recipe: Of the run.
        folder: Name of its folder.
    """

    terms: str
    synthetic: bool
    recipe: Recipe
    folder: str


def variants(recipe: Recipe, seeds: int) -> list[Variant]:
    """The runs of an ablation.

    Args:
        recipe: Has every term of ``TERMS``, synthetic defocus and validation photos.
        seeds: How many, from the recipe's own on.

    Raises:
        InputError: If the recipe lacks one of these, or ``seeds`` is below 2.
    """
    if seeds < 2:
        raise InputError(f"--seeds must be at least 2, or there is no spread, not {seeds}.")
    weights = dataclasses.asdict(recipe.losses)
    if not all(weights[name] for name in TERMS["all"]):
        raise InputError(
            f"An ablation takes terms away, so losses must weigh all of {', '.join(TERMS['all'])}."
        )
    if not (recipe.synthetic_in_batch and recipe.validates):
        raise InputError("An ablation needs synthetic_in_batch and validation_count above 0.")
    runs = []
    for synthetic in (True, False):
        base = recipe if synthetic else _without_synthetic(recipe)
        for row, terms in TERMS.items():
            dropped = {name: 0.0 for name in TERMS["all"] if name not in terms}
            losses = LossWeights(**{**weights, **dropped})
            for seed in range(recipe.seed, recipe.seed + seeds):
                parts = [row.strip("+ ").replace(" ", "-").lower()]
                parts += ["synthetic"] * synthetic + [str(seed)]
                variant = dataclasses.replace(base, seed=seed, losses=losses)
                runs.append(Variant(row, synthetic, variant, "-".join(parts)))
    return runs


def _without_synthetic(recipe: Recipe) -> Recipe:
    # More real photos a batch make shorter epochs, so there are more of these: as many steps.
    without = dataclasses.replace(recipe, synthetic_in_batch=0)
    epochs = round(recipe.epochs * without.real_in_batch / recipe.real_in_batch)
    return dataclasses.replace(without, epochs=epochs)


def run_ablation(
    recipe: Recipe, seeds: int, folder: Path, device: torch.device, shelf: Shelf = SHELF
) -> dict[str, Any]:
    """Do the runs that are not done yet, and gather the last epoch's validation measures.

    Args:
        recipe: As for ``variants``.
        seeds: As for ``variants``.
        folder: A folder for each run goes there, and ``ablation.json``.
        device: CPU or CUDA device.
        shelf: As for ``train``.

    Returns:
        What ``ablation.json`` holds: the recipe and, for each row, the measures of each seed.

    Raises:
        InputError: As ``variants`` and ``train``.
    """
    rows: dict[tuple[str, bool], dict[str, Any]] = {}
    for run in variants(recipe, seeds):
        _log.info("%s", run.folder)
        train(run.recipe, folder / run.folder, device, shelf=shelf)
        metrics = (folder / run.folder / "metrics.json").read_text(encoding="utf-8")
        last = json.loads(metrics)["epochs"][-1]
        entry = rows.setdefault(
            (run.terms, run.synthetic),
            {"terms": run.terms, "synthetic": run.synthetic, "epochs": run.recipe.epochs},
        )
        for measure in MEASURES:
            entry.setdefault(measure, []).append(last[measure])
    result = {"recipe": dataclasses.asdict(recipe), "rows": list(rows.values())}
    with atomic_file(folder / "ablation.json") as file:
        file.write((json.dumps(result, indent=1) + "\n").encode())
    return result


def ablation_rows(result: dict[str, Any]) -> list[str]:
    """Markdown rows of what ``run_ablation`` gave: mean ± standard deviation over seeds."""
    rows = [
        "| terms | synthetic | fmax | MAE | ddff F |",
        "|---|---|---|---|---|",
    ]
    for entry in result["rows"]:
        cells = " | ".join(_mean_and_spread(entry[measure]) for measure in MEASURES)
        rows.append(f"| {entry['terms']} | {'yes' if entry['synthetic'] else 'no'} | {cells} |")
    return rows


def _mean_and_spread(values: list[float]) -> str:
    return f"{statistics.mean(values):.4f} ± {statistics.stdev(values):.4f}"
