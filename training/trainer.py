"""A recipe and batches in, a network that was trained an epoch further out."""

import copy
import dataclasses
import logging
import math
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from dbd_mobile.errors import InputError
from evaluation.mappers import SquashingMapper
from evaluation.predictors import TorchPredictor
from networks import BlurNetwork, build
from networks.weights import load_weights
from training.batches import Batch, Batches, Split
from training.held_out import held_out_notes, measure_held_out
from training.objective import Objective, Prediction, Step
from training.origins import Origins
from training.progress import progress_bar
from training.recipe import Recipe

_log = logging.getLogger(__name__)

_WARM_UP = 0.2
_FIRST_RATE, _LAST_RATE = 1 / 25, 1e-5


class Trainer:
    """State of one run: networks, helpers of the objective, optimisers and history.

    Args:
        recipe: What to train.
        origins: What it learns from and goes on from.
        device: CPU or CUDA device.

    Attributes:
        averaged: The averaged network, which is the one kept.
        side: Of the network's input for a whole photo, in pixels.
        epoch: How many are over.
        history: Losses and accuracy of each.

    Raises:
        InputError: If the weights to go on from are of another architecture.
    """

    def __init__(self, recipe: Recipe, origins: Origins, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device = recipe, device
        self.network = _initial_network(recipe, origins)
        self.teacher = (
            load_weights(origins["teacher"].path, BlurNetwork).network
            if "teacher" in origins
            else None
        )
        self.objective = Objective(recipe, self.network, self.teacher)
        self.side = recipe.input_side(self.network.contract)
        # What it is trained at is what its weights file tells whoever uses it.
        self.network.contract = dataclasses.replace(
            self.network.contract, width=self.side, height=self.side
        )
        for module in (self.network, self.teacher, self.objective):
            if module is not None:
                module.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.averaged = copy.deepcopy(self.network).eval()
        self.optimiser = torch.optim.AdamW(
            _parameter_groups(self.network, self.objective, recipe),
            weight_decay=recipe.weight_decay,
        )
        critics = self.objective.critic_parameters()
        # Without momentum, as is usual with spectral normalisation (Miyato et al., ICLR 2018).
        self.critic_optimiser = (
            torch.optim.Adam(critics, lr=recipe.critic_rate, betas=(0.0, 0.9)) if critics else None
        )
        self.epoch = 0
        self.step = 0
        self.history: list[dict[str, float]] = []

    def train_epoch(self, batches: Batches) -> None:
        """One pass over the training photos."""
        batches.epoch = self.epoch
        loader = DataLoader(
            batches, batch_size=None, num_workers=os.cpu_count() or 1, prefetch_factor=2
        )
        self.network.train()
        self.objective.train()
        sums: dict[str, float] = {}
        started = time.monotonic()
        waited = 0.0
        total_steps = len(batches) * self.recipe.epochs
        with progress_bar() as progress:
            task = progress.add_task(
                f"Epoch {self.epoch + 1}/{self.recipe.epochs}", total=len(batches)
            )
            asked = started
            for batch in loader:
                # Each step ends with reading its losses, so no device is busy meanwhile.
                waited += time.monotonic() - asked
                self._set_rates(_one_cycle(self.step / total_steps))
                values = self._step(batch)
                for name, value in values.items():
                    sums[name] = sums.get(name, 0.0) + value
                progress.advance(task)
                asked = time.monotonic()
        self._check_weights()
        self.epoch += 1
        seconds = time.monotonic() - started
        self.history.append(
            {
                "epoch": self.epoch,
                **{name: value / len(batches) for name, value in sums.items()},
                "seconds": seconds,
                "waited": waited / seconds,
            }
        )
        _log.info(
            "epoch %d/%d  %s  %.0f s, %.1f %% of it waiting for photos",
            self.epoch,
            self.recipe.epochs,
            _described(sums, len(batches)),
            seconds,
            100 * waited / seconds,
        )

    def _set_rates(self, share: float) -> None:
        for group in self.optimiser.param_groups:
            group["lr"] = group["peak"] * share
        if self.critic_optimiser:
            for group in self.critic_optimiser.param_groups:
                group["lr"] = self.recipe.critic_rate * share

    def _step(self, batch: Batch) -> dict[str, float]:
        """Train the network on one batch, then the discriminators on what it made of it."""
        images = batch.images.to(self.device)
        image = self.network.contract.normalise(images.float())
        with torch.autocast(self.device.type, torch.bfloat16):
            step = Step(
                image=image,
                target=batch.targets.to(self.device).float() / 255,
                known=None if batch.known is None else batch.known.to(self.device),
                student=_predict(self.network, image),
                teacher=self._teach(images),
            )
            losses = self.objective.losses(step)
        values = self._finite(losses)
        self.optimiser.zero_grad(set_to_none=True)
        losses["loss"].backward()
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self._finite({"gradient": norm})
        self.optimiser.step()
        if self.critic_optimiser:
            with torch.autocast(self.device.type, torch.bfloat16):
                critic_losses = self.objective.critic_losses(step)
            values |= self._finite(critic_losses)
            self.critic_optimiser.zero_grad(set_to_none=True)
            torch.stack(list(critic_losses.values())).sum().backward()
            self.critic_optimiser.step()
        self.step += 1
        self._average()
        return values

    def _teach(self, images: Tensor) -> Prediction | None:
        if self.teacher is None:
            return None
        with torch.no_grad():
            return _predict(self.teacher, self.teacher.contract.normalise(images.float()))

    def _finite(self, scalars: dict[str, Tensor]) -> dict[str, float]:
        """Their values, which a CUDA device is waited for once; or the run ends."""
        values = {name: scalar.item() for name, scalar in scalars.items()}
        for name, value in values.items():
            if not math.isfinite(value):
                raise self._diverged(f"{name} became {value}")
        return values

    def _check_weights(self) -> None:
        # Also for what the last step of an epoch did, and as float16, which is what is kept.
        for name, part in (("network", self.averaged), ("objective", self.objective)):
            for value in part.state_dict().values():
                if value.is_floating_point() and not value.half().isfinite().all():
                    raise self._diverged(f"a weight of the {name} left the range of float16")

    def _diverged(self, what: str) -> InputError:
        return InputError(
            f"{what} in epoch {self.epoch + 1}; the run stopped and left its folder as the last "
            "good epoch had it. Lower the learning rates in the recipe."
        )

    @torch.no_grad()
    def _average(self) -> None:
        # Early averages would remember the initial weights, so the decay starts low.
        decay = min(self.recipe.ema_decay, (1 + self.step) / (10 + self.step))
        averaged = self.averaged.state_dict()
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                averaged[name].lerp_(value, 1 - decay)

    def validate(self, splits: Sequence[Split]) -> None:
        """Measure the averaged network on what each data set held out, and take the mean."""
        accuracies = measure_held_out(SquashingMapper(TorchPredictor(self.averaged)), splits)
        self.history[-1].update(held_out_notes(accuracies))
        for name, accuracy in accuracies.items():
            _log.info(
                "validation  %s  fmax %.4f  MAE %.4f  ddff %.4f",
                name, accuracy.fmax, accuracy.mae, accuracy.ddff,
            )  # fmt: skip

    def notes(self) -> dict[str, object]:
        """What a weights file says of the epoch that just ended, without how long it took."""
        last = self.history[-1].items()
        return {"epoch": {name: of for name, of in last if name not in ("seconds", "waited")}}

    def state(self) -> dict[str, Any]:
        """What ``take_up`` needs to go on from here: tensors and plain values."""
        return {
            **{name: part.state_dict() for name, part in self._stateful().items()},
            "random": torch.get_rng_state(),
            "cuda_random": torch.cuda.get_rng_state() if self.device.type == "cuda" else None,
            "epoch": self.epoch,
            "step": self.step,
            "history": self.history,
        }

    def take_up(self, state: dict[str, Any]) -> None:
        """Go on from what ``state`` gave."""
        for name, part in self._stateful().items():
            part.load_state_dict(state[name])
        torch.set_rng_state(state["random"])
        if self.device.type == "cuda" and state["cuda_random"] is not None:
            torch.cuda.set_rng_state(state["cuda_random"])
        self.epoch, self.step, self.history = state["epoch"], state["step"], state["history"]

    def _stateful(self) -> dict[str, nn.Module | torch.optim.Optimizer]:
        """What a checkpoint holds the state of."""
        parts: dict[str, nn.Module | torch.optim.Optimizer] = {
            "network": self.network,
            "averaged": self.averaged,
            "objective": self.objective,
            "optimiser": self.optimiser,
        }
        if self.critic_optimiser:
            parts["critic_optimiser"] = self.critic_optimiser
        return parts


def _initial_network(recipe: Recipe, origins: Origins) -> BlurNetwork:
    """The network that a run starts from."""
    if "start_from" in origins:
        trained = load_weights(origins["start_from"].path, BlurNetwork)
        if trained.architecture != recipe.architecture:
            raise InputError(
                f"{recipe.start_from} holds a {trained.architecture}, but the recipe is for "
                f"{recipe.architecture}; name weights of that architecture as start_from."
            )
        return trained.network
    network = build(recipe.architecture, BlurNetwork)
    if recipe.encoder_weights != "random":
        file = None if recipe.encoder_weights == "imagenet" else Path(recipe.encoder_weights)
        network.encoder.load_imagenet_weights(file)
    return network


def _predict(network: BlurNetwork, image: Tensor) -> Prediction:
    image = image.contiguous(memory_format=torch.channels_last)
    features = network.encoder(image)
    return Prediction(features, network.decode(features, image).float())


def _one_cycle(done: float) -> float:
    """Learning rate as a share of its peak, when ``done`` of the run, in [0, 1), is over.

    Half cosines up and down (Smith & Topin, 2018).
    """
    if done < _WARM_UP:
        start, end, position = _FIRST_RATE, 1.0, done / _WARM_UP
    else:
        start, end, position = 1.0, _LAST_RATE, (done - _WARM_UP) / (1 - _WARM_UP)
    return end + (start - end) * (1 + math.cos(math.pi * position)) / 2


def _parameter_groups(
    network: BlurNetwork, objective: Objective, recipe: Recipe
) -> list[dict[str, object]]:
    """Encoder and the rest, each with and without weight decay, with their peak rates."""
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        rate = recipe.encoder_rate if name.startswith("encoder.") else recipe.decoder_rate
        groups.setdefault((rate, parameter.ndim > 1), []).append(parameter)
    for parameter in objective.adapter_parameters():
        groups.setdefault((recipe.decoder_rate, parameter.ndim > 1), []).append(parameter)
    return [
        {
            "params": parameters,
            "peak": rate,
            "weight_decay": recipe.weight_decay if decays else 0.0,
        }
        for (rate, decays), parameters in groups.items()
    ]


def _described(sums: dict[str, float], steps: int) -> str:
    return "  ".join(f"{name} {value / steps:.4f}" for name, value in sums.items())
