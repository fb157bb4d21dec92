"""A recipe in, a folder with trained student weights, metrics and curves out.

The run's folder holds ``checkpoint.pt`` (to resume), ``weights.safetensors`` (the averaged
weights, rewritten after every epoch), ``metrics.csv``, ``metrics.json`` and ``curves.png``.
"""

import copy
import csv
import dataclasses
import json
import logging
import math
import os
import pickle
import time
import zipfile
from pathlib import Path

import torch
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from torch import Tensor, nn
from torch.utils.data import DataLoader

from training import losses
from training.batches import Batches, normalise, open_split
from training.curves import plot_curves
from training.datasets import BlurDataset, squash
from training.errors import InputError
from training.measures import Accuracy, AccuracyMeter
from training.networks import BlurNetwork, build
from training.recipe import Recipe
from training.weights import save_weights

_log = logging.getLogger(__name__)

_LOSS_TERMS = {"cross_entropy": losses.cross_entropy, "soft_iou": losses.soft_iou}


def train_student(recipe: Recipe, folder: Path, device: torch.device) -> None:
    """Train a student, or go on with the run that ``folder`` holds.

    An interrupted run goes on from its last whole epoch and computes what it would have computed
    without the interruption.

    Args:
        recipe: What to train.
        folder: The run's folder; made if missing.
        device: CPU or CUDA device; both compute in bfloat16 with float32 weights.

    Raises:
        InputError: If the data is not as expected, the folder holds a run of another recipe or a
            damaged checkpoint, or the loss is no longer finite.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = _Run(recipe, folder, device)
    run.resume()
    photos, validation = open_split(recipe)
    batches = Batches(recipe, photos, run.network.contract.width)
    run.start(len(batches))
    for epoch in range(run.epoch, recipe.epochs):
        run.train_epoch(batches)
        accuracy = run.validate(validation)
        run.record(accuracy)
        _log.info(
            "epoch %d/%d  loss %.4f  validation fmax %.4f  MAE %.4f  ddff %.4f",
            epoch + 1, recipe.epochs, run.history[-1]["loss"],
            accuracy.fmax, accuracy.mae, accuracy.ddff,
        )  # fmt: skip


class _Run:
    """State of one run: network, averaged network, optimiser, schedule and history."""

    def __init__(self, recipe: Recipe, folder: Path, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.folder, self.device = recipe, folder, device
        self.network = build(recipe.architecture)
        self.network.encoder.load_imagenet_weights()
        self.network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.averaged = copy.deepcopy(self.network).eval()
        self.optimiser = torch.optim.AdamW(
            _parameter_groups(self.network, recipe), weight_decay=recipe.weight_decay
        )
        self.schedule: torch.optim.lr_scheduler.OneCycleLR | None = None
        self._schedule_state: dict[str, object] | None = None
        self.epoch = 0
        self.step = 0
        self.history: list[dict[str, float]] = []

    def start(self, steps_per_epoch: int) -> None:
        """Make the one-cycle schedule, whose length the data decides."""
        initial = [group["lr"] for group in self.optimiser.param_groups]
        peaks = [group["peak"] for group in self.optimiser.param_groups]
        state = copy.deepcopy(self.optimiser.state_dict())
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimiser, peaks, total_steps=steps_per_epoch * self.recipe.epochs, pct_start=0.2
        )
        if self._schedule_state is not None:
            # Making a schedule resets the optimiser's rates, so both go back to where they were.
            self.optimiser.load_state_dict(state)
            self.schedule.load_state_dict(self._schedule_state)
            assert initial == [group["lr"] for group in self.optimiser.param_groups]

    def train_epoch(self, batches: Batches) -> None:
        """One pass over the training photos."""
        assert self.schedule is not None
        batches.epoch = self.epoch
        workers = min(4, max(1, (os.cpu_count() or 2) - 1))
        loader = DataLoader(batches, batch_size=None, num_workers=workers, prefetch_factor=2)
        self.network.train()
        sums = dict.fromkeys(("loss", *_LOSS_TERMS), 0.0)
        started = time.monotonic()
        with _progress() as progress:
            task = progress.add_task(
                f"Epoch {self.epoch + 1}/{self.recipe.epochs}", total=len(batches)
            )
            for images, targets in loader:
                terms = self._step(images.to(self.device), targets.to(self.device))
                for name, value in terms.items():
                    sums[name] += value
                progress.advance(task)
        self.epoch += 1
        self.history.append(
            {
                "epoch": self.epoch,
                **{name: value / len(batches) for name, value in sums.items()},
                "rate": float(self.schedule.get_last_lr()[-1]),
                "seconds": time.monotonic() - started,
            }
        )

    def _step(self, images: Tensor, targets: Tensor) -> dict[str, float]:
        assert self.schedule is not None
        images = normalise(images, self.network.contract)
        images = images.contiguous(memory_format=torch.channels_last)
        target = targets.float() / 255
        with torch.autocast(self.device.type, torch.bfloat16):
            logits = self.network.logits(images)
        logits = logits.float()
        weights = dataclasses.asdict(self.recipe.losses)
        terms = {name: term(logits, target) for name, term in _LOSS_TERMS.items() if weights[name]}
        loss: Tensor = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        if not math.isfinite(loss.item()):
            raise InputError(
                f"The loss became {loss.item()} in epoch {self.epoch + 1}; the run stopped with "
                "its last good checkpoint kept. Lower the learning rates in the recipe."
            )
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self.optimiser.step()
        self.schedule.step()
        self.step += 1
        self._average()
        return {"loss": loss.item(), **{name: term.item() for name, term in terms.items()}}

    @torch.no_grad()
    def _average(self) -> None:
        # Early averages would remember the initial weights, so the decay starts low.
        decay = min(self.recipe.ema_decay, (1 + self.step) / (10 + self.step))
        averaged = self.averaged.state_dict()
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                averaged[name].lerp_(value, 1 - decay)

    def validate(self, photos: BlurDataset) -> Accuracy:
        """Accuracy of the averaged network, in float32, at the photos' own size."""
        meter = AccuracyMeter()
        contract = self.averaged.contract
        for index in range(len(photos)):
            small = squash(photos.photo(index), (contract.width, contract.height))
            image = torch.tensor(small, device=self.device).permute(2, 0, 1)[None]
            with torch.inference_mode():
                blur = self.averaged(normalise(image, contract))
            meter.add(blur[0, 0].cpu().numpy(), photos.mask(index))
        return meter.result()

    def record(self, accuracy: Accuracy) -> None:
        """Write weights, checkpoint and metrics of the epoch that just ended."""
        assert self.schedule is not None
        self.history[-1].update(dataclasses.asdict(accuracy))
        recipe = dataclasses.asdict(self.recipe)
        notes = {"recipe": recipe, "epochs_done": self.epoch, "validation": self.history[-1]}
        save_weights(
            self.folder / "weights.safetensors", self.averaged, self.recipe.architecture, notes
        )
        state = {
            "recipe": recipe,
            "network": self.network.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "epoch": self.epoch,
            "step": self.step,
            "history": self.history,
        }
        temporary = self.folder / "checkpoint.pt.part"
        torch.save(state, temporary)
        temporary.replace(self.folder / "checkpoint.pt")
        with (self.folder / "metrics.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, self.history[0])
            writer.writeheader()
            writer.writerows(self.history)
        report = {"recipe": recipe, "torch": torch.__version__, "epochs": self.history}
        (self.folder / "metrics.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
        plot_curves(self.history, self.folder / "curves.png")

    def resume(self) -> None:
        """Take up the folder's checkpoint, if it has one."""
        path = self.folder / "checkpoint.pt"
        if not path.exists():
            return
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile) as e:
            raise InputError(f"{path} is damaged ({e}); delete it to start the run again.") from e
        if state["recipe"] != dataclasses.asdict(self.recipe):
            raise InputError(
                f"{self.folder} holds a run of another recipe; give another folder with -o, or "
                "the recipe that the run was started with."
            )
        self.network.load_state_dict(state["network"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        self._schedule_state = state["schedule"]
        self.epoch, self.step, self.history = state["epoch"], state["step"], state["history"]
        _log.info("going on after epoch %d of %s", self.epoch, path)


def _parameter_groups(network: BlurNetwork, recipe: Recipe) -> list[dict[str, object]]:
    """Trunk and decoder, each with and without weight decay, with their peak rates."""
    groups: dict[tuple[bool, bool], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        groups.setdefault((name.startswith("encoder."), parameter.ndim > 1), []).append(parameter)
    result = []
    for (in_encoder, decays), parameters in groups.items():
        rate = recipe.encoder_rate if in_encoder else recipe.decoder_rate
        group: dict[str, object] = {"params": parameters, "lr": rate, "peak": rate}
        if not decays:
            group["weight_decay"] = 0.0
        result.append(group)
    return result


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
