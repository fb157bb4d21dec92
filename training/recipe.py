"""A TOML file in, a checked training recipe out."""

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.errors import InputError


@dataclass(frozen=True, kw_only=True)
class LossWeights:
    """Weight of each loss term; 0 leaves it out."""

    cross_entropy: float = 1.0
    soft_iou: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides what a training run computes.

    Attributes:
        architecture: Name in ``training.networks.ARCHITECTURES``.
        photos: Folder below the data root with ``image/`` and ``mask/`` (blur masks).
        photo_list: List file in that folder; all photos if empty.
        white_in_focus: Whether those masks are white where the photo is in focus.
        sharp_photos: Folder below the data root with ``image/`` and ``mask/`` (object masks,
            white = object) that synthetic defocus starts from.
        sharp_count: How many of its sharpest photos are used.
        validation_count: Photos taken out of ``photos`` to validate on.
        epochs: Passes over ``photos``.
        batch_size: Photos a step, synthetic ones included.
        synthetic_in_batch: How many of them are synthetic.
        stored_side: Side of the squares that photos are kept at, in pixels.
        smallest_crop: Smallest random crop as a share of that side.
        degraded_share: Share of the real photos that get extra noise and JPEG artefacts.
        encoder_rate: Peak learning rate of the pretrained encoder.
        decoder_rate: Peak learning rate of the rest.
        weight_decay: AdamW's decay, not applied to normalisation and biases.
        ema_decay: Decay a step of the averaged weights, which are the ones kept.
        seed: Seed of the initial weights and of every random choice.
        losses: Weights of the loss terms.
    """

    architecture: str
    photos: str = "cuhk"
    photo_list: str = "train604.txt"
    white_in_focus: bool = False
    sharp_photos: str = "duts"
    sharp_count: int = 1200
    validation_count: int = 60
    epochs: int = 24
    batch_size: int = 12
    synthetic_in_batch: int = 4
    stored_side: int = 384
    smallest_crop: float = 0.75
    degraded_share: float = 0.2
    encoder_rate: float = 3e-4
    decoder_rate: float = 1.5e-3
    weight_decay: float = 1e-2
    ema_decay: float = 0.995
    seed: int = 0
    losses: LossWeights = field(default_factory=LossWeights)

    def __post_init__(self) -> None:
        positive = ("epochs", "batch_size", "stored_side", "encoder_rate", "decoder_rate")
        for name in positive:
            if not getattr(self, name) > 0:
                raise InputError(f"Recipe: {name} must be above 0, not {getattr(self, name)}.")
        shares = ("smallest_crop", "degraded_share", "ema_decay")
        for name in shares:
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"Recipe: {name} must be in 0 to 1, not {getattr(self, name)}.")
        if not 0 <= self.synthetic_in_batch < self.batch_size:
            raise InputError(
                f"Recipe: synthetic_in_batch must be in 0 to batch_size - 1 "
                f"({self.batch_size - 1}), not {self.synthetic_in_batch}."
            )
        for name, weight in dataclasses.asdict(self.losses).items():
            if weight < 0:
                raise InputError(f"Recipe: losses.{name} must not be negative, but is {weight}.")


def read_recipe(path: Path) -> Recipe:
    """Read a recipe.

    Raises:
        InputError: If the file is missing or no TOML, or has an unknown key, a value of another
            type or an impossible one.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"Recipe {path} cannot be read as TOML ({error}).") from error
    losses = table.pop("losses", {})
    if not isinstance(losses, dict):
        raise InputError(f"Recipe {path}: losses must be a table of weights, not {losses!r}.")
    if "architecture" not in table:
        raise InputError(f"Recipe {path} does not say which architecture to train.")
    _check_keys(path, table, Recipe, "")
    _check_keys(path, losses, LossWeights, "losses.")
    return Recipe(**table, losses=LossWeights(**losses))


_TYPE_NAMES = {str: "text", bool: "truth value", int: "whole number", float: "number"}


def _check_keys(path: Path, table: dict[str, object], kind: type, prefix: str) -> None:
    fields: dict[str, Any] = {f.name: f.type for f in dataclasses.fields(kind)}
    for key, value in table.items():
        if key not in fields:
            known = ", ".join(prefix + name for name in fields)
            raise InputError(f"Recipe {path}: unknown key {prefix}{key}; known are {known}.")
        wanted = fields[key]
        # An integer is a valid float in TOML files that people write; a bool is no number.
        fits = type(value) is wanted or (wanted is float and type(value) is int)
        if not fits:
            raise InputError(
                f"Recipe {path}: {prefix}{key} must be a {_TYPE_NAMES[wanted]}, not {value!r}."
            )
