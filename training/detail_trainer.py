"""A recipe and tiles of known blur in, a ``detail`` network that was trained further out."""

import copy
import dataclasses
import logging
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from dbd_mobile.errors import InputError
from networks import Detail, build
from training.detail_losses import TileBatch, detail_losses
from training.detail_recipe import DetailRecipe
from training.detail_tiles import Tiles, tile_batches
from training.detail_validation import HeldOut, measure_held_out
from training.progress import progress_bar
from training.rounded_activations import round_activations

_log = logging.getLogger(__name__)

_LAST_RATE = 0.01
_LARGEST_GRADIENT = 2.0


class DetailTrainer:
    """State of one run: the network, its optimiser and history.

    It computes in float32: what int8 will round is rounded on purpose.

    Args:
        recipe: What to train.
        device: CPU or CUDA device.

    Attributes:
        averaged: The averaged network, which is the one kept.
        step: How many are over.
        history: Of each checkpoint: ``step``, mean losses since the last one, ``seconds``, and how
            well the averaged network measures what is held out.
    """

    def __init__(self, recipe: DetailRecipe, device: torch.device) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.device = recipe, device
        self.network = build(recipe.architecture, Detail)
        self.network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.averaged = copy.deepcopy(self.network).eval()
        parameters = list(self.network.parameters())
        self.optimiser = torch.optim.AdamW(
            [
                {
                    "params": [of for of in parameters if of.ndim > 1],
                    "weight_decay": recipe.weight_decay,
                },
                {"params": [of for of in parameters if of.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=recipe.rate,
        )
        self.step = 0
        self.history: list[dict[str, float]] = []
        self._rounds = False

    def train(
        self,
        tiles: Tiles,
        photos: Sequence[NDArray[np.uint8]],
        record: "Callable[[DetailTrainer], None]",
    ) -> None:
        """Train to the end.

        Args:
            tiles: What to learn from.
            photos: What is held out, to measure the network on; may be empty.
            record: Called at each checkpoint.

        Raises:
            InputError: If a loss, a gradient or a weight is no longer finite.
        """
        recipe = self.recipe
        sums: dict[str, float] = {}
        count, started = 0, time.monotonic()
        # Processes are made before the bar, which has a thread.
        batches = tile_batches(tiles, recipe.batch_size, range(self.step, recipe.steps))
        with progress_bar() as progress:
            task = progress.add_task("Training", total=recipe.steps, completed=self.step)
            for batch in batches:
                for name, value in self._train_on(batch).items():
                    sums[name] = sums.get(name, 0.0) + value
                count += 1
                progress.advance(task)
                if self.step % recipe.checkpoint_steps and self.step < recipe.steps:
                    continue
                self._check_weights()
                means = {name: value / count for name, value in sums.items()}
                entry = {"step": self.step, **means, "seconds": time.monotonic() - started}
                if photos:
                    entry |= dataclasses.asdict(measure_held_out(self.averaged, photos))
                self.history.append(entry)
                _log.info("%s", "  ".join(f"{name} {value:.4g}" for name, value in entry.items()))
                record(self)
                sums, count, started = {}, 0, time.monotonic()

    def _train_on(self, batch: TileBatch) -> dict[str, float]:
        done = self.step / self.recipe.steps
        if done >= self.recipe.rounded_from and not self._rounds:
            round_activations(self.network)
            self._rounds = True
        self._set_rate(done)
        self.network.train()
        batch = TileBatch(*(part.to(self.device) for part in batch))
        image = self.network.contract.normalise(batch.rgb.permute(0, 3, 1, 2).float())
        losses = detail_losses(
            self.network.logits(image.contiguous(memory_format=torch.channels_last)),
            batch,
            certainty_discount=self.recipe.certainty_discount,
            motion_weight=self.recipe.motion_weight,
        )
        values = self._finite(losses)
        self.optimiser.zero_grad(set_to_none=True)
        losses["loss"].backward()
        norm = nn.utils.clip_grad_norm_(self.network.parameters(), _LARGEST_GRADIENT)
        self._finite({"gradient": norm})
        self.optimiser.step()
        self.step += 1
        self._average()
        return values

    def _set_rate(self, done: float) -> None:
        warm = min(1.0, (self.step + 1) / max(1, self.recipe.warm_up_steps))
        falling = _LAST_RATE + (1 - _LAST_RATE) * (1 + math.cos(math.pi * done)) / 2
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * warm * falling

    def _finite(self, scalars: dict[str, Tensor]) -> dict[str, float]:
        values = {name: scalar.item() for name, scalar in scalars.items()}
        for name, value in values.items():
            if not math.isfinite(value):
                raise self._diverged(f"{name} became {value}")
        return values

    def _check_weights(self) -> None:
        # As float16, which is what is kept.
        for value in self.averaged.state_dict().values():
            if value.is_floating_point() and not value.half().isfinite().all():
                raise self._diverged("a weight of the network left the range of float16")

    def _diverged(self, what: str) -> InputError:
        return InputError(
            f"{what} in step {self.step + 1}; the run stopped and left its folder as the last "
            "checkpoint had it. Lower the learning rate in the recipe."
        )

    @torch.no_grad()
    def _average(self) -> None:
        # Early averages would remember the initial weights, so the decay starts low.
        decay = min(self.recipe.ema_decay, self.step / (9 + self.step))
        averaged = self.averaged.state_dict()
        for name, value in self.network.state_dict().items():
            if value.is_floating_point():
                averaged[name].lerp_(value, 1 - decay)

    def notes(self) -> dict[str, object]:
        """What a weights file says of the state, without how long it took."""
        last = self.history[-1]
        names = [field.name for field in dataclasses.fields(HeldOut)]
        return {
            "step": self.step,
            "held_out": {name: last[name] for name in names if name in last},
        }

    def state(self) -> dict[str, Any]:
        """What ``take_up`` needs to go on from here: tensors and plain values."""
        return {
            **{name: part.state_dict() for name, part in self._stateful().items()},
            "history": self.history,
        }

    def take_up(self, state: dict[str, Any]) -> None:
        """Go on from what ``state`` gave."""
        for name, part in self._stateful().items():
            part.load_state_dict(state[name])
        self.history = state["history"]
        self.step = int(self.history[-1]["step"])

    def _stateful(self) -> dict[str, nn.Module | torch.optim.Optimizer]:
        return {
            "network": self.network,
            "averaged": self.averaged,
            "optimiser": self.optimiser,
        }
