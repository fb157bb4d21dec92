"""A TOML file in, a checked training recipe out, and back."""

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from dbd_mobile.errors import InputError
from networks import ARCHITECTURES, NetworkContract
from training.losses import ADVERSARIAL_LOSSES


@dataclass(frozen=True, kw_only=True)
class LossWeights:
    """Weight of each term of the objective; 0 leaves it out.

    Attributes:
        cross_entropy: Content: cross-entropy of map and ground truth.
        soft_iou: Content: one minus the soft intersection over union with the ground truth.
        boundary: Content: cross-entropy near the edges of the ground truth.
        absolute_error: Content: mean absolute difference of map and ground truth.
        adversarial: A discriminator tells the map from the ground truth: D1 of a teacher, D2 of a
            student.
        distillation: A discriminator, D3, tells the map from the teacher's.
        consistency: Norm of the difference to the teacher's map.
        features: Distance of the encoder's features to the teacher's.
    """

    cross_entropy: float = 1.0
    soft_iou: float = 1.0
    boundary: float = 0.0
    absolute_error: float = 0.0
    adversarial: float = 0.0
    distillation: float = 0.0
    consistency: float = 0.0
    features: float = 0.0


# What PyTorch takes as a seed; no other number comes near it.
_LARGEST = 2**63 - 1

_OF_THE_TEACHER = ("distillation", "consistency", "features")


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Everything that decides what a training run computes.

    Attributes:
        architecture: Name in ``networks.ARCHITECTURES``.
        encoder_weights: What the encoder starts from: "imagenet" (of an installed package),
            "random", or a file with its published ImageNet weights.
        start_from: Weights file of the same architecture to go on from, in the place of
            ``encoder_weights``; none if empty.
        teacher: Weights file of the network to learn from; none if empty.
        photos: Folder below the data root with ``image/`` and ``mask/`` (blur masks).
        photo_list: List file in that folder; all photos if empty.
        white_in_focus: Whether those masks are white where the photo is in focus.
        left_out: File names of photos in it that are not trained on: their masks are wrong.
        sharp_photos: Folder below the data root with ``image/`` and ``mask/`` (object masks,
            white = object) that synthetic defocus starts from.
        sharp_count: How many of its sharpest photos are used.
        taught_photos: Folder below the data root with ``image/``, of photos without ground truth.
        taught_maps: Folder with a teacher's maps of these, from ``python -m training label``.
        validation_count: Photos taken out of ``photos`` to validate on; 0 validates on none.
        epochs: Passes over ``photos``.
        batch_size: Photos a step, of every kind.
        synthetic_in_batch: How many of them are synthetic.
        taught_in_batch: How many of them have a teacher's map as their target.
        stored_side: Side of the squares that photos are kept at in memory, in pixels; 0 keeps them
            as they are, which loses no detail and takes 3 bytes a pixel: some 3 GiB for the data
            sets named here, too much for photos of many megapixels.
        side: Side of the network's input for a whole photo, in pixels, in training and in the
            contract of its weights; 0 is that of its architecture or of ``start_from``.
        smallest_crop: Smallest random crop as a share of a photo's side; the input shrinks with it.
        degraded_share: Share of the real photos that get extra noise and JPEG artefacts.
        encoder_rate: Peak learning rate of the encoder.
        decoder_rate: Peak learning rate of the rest of the network, and of feature adapters.
        critic_rate: Peak learning rate of the discriminators: the other of the two time scales.
        adversarial_loss: "least_squares" or "relativistic".
        weight_decay: AdamW's decay, not applied to normalisation and biases.
        ema_decay: Decay a step of the averaged weights, which are the ones kept.
        seed: Seed of the initial weights and of every random choice.
        losses: Weights of the loss terms.
    """

    architecture: str
    encoder_weights: str = "imagenet"
    start_from: str = ""
    teacher: str = ""
    photos: str = "cuhk"
    photo_list: str = "train604.txt"
    white_in_focus: bool = False
    left_out: tuple[str, ...] = ()
    sharp_photos: str = "duts"
    sharp_count: int = 1200
    taught_photos: str = "duts"
    taught_maps: str = ""
    validation_count: int = 60
    epochs: int = 24
    batch_size: int = 12
    synthetic_in_batch: int = 4
    taught_in_batch: int = 0
    stored_side: int = 0
    side: int = 0
    smallest_crop: float = 0.75
    degraded_share: float = 0.2
    encoder_rate: float = 3e-4
    decoder_rate: float = 1.5e-3
    critic_rate: float = 4e-4
    adversarial_loss: str = "least_squares"
    weight_decay: float = 1e-2
    ema_decay: float = 0.995
    seed: int = 0
    losses: LossWeights = field(default_factory=LossWeights)

    @property
    def real_in_batch(self) -> int:
        """How many photos of a batch have their ground truth."""
        return self.batch_size - self.synthetic_in_batch - self.taught_in_batch

    def input_side(self, contract: NetworkContract) -> int:
        """Side of the network's input for a whole photo, in pixels."""
        return self.side or contract.width

    def __post_init__(self) -> None:
        if self.architecture not in ARCHITECTURES:
            raise InputError(
                f"Recipe: architecture must be one of {', '.join(sorted(ARCHITECTURES))}, not "
                f"{self.architecture!r}."
            )
        numbers = {name: v for name, v in _flat(self).items() if isinstance(v, int | float)}
        for name, value in numbers.items():
            if not 0 <= value <= _LARGEST:
                raise InputError(f"Recipe: {name} must be 0 or a number above it, not {value}.")
        for name in ("epochs", "smallest_crop", "encoder_rate", "decoder_rate"):
            if numbers[name] == 0:
                raise InputError(f"Recipe: {name} must be above 0.")
        if self.batch_size < 2:
            raise InputError(f"Recipe: batch_size must be at least 2, not {self.batch_size}.")
        if 0 < self.stored_side < 32:
            raise InputError(
                f"Recipe: stored_side must be 0 or at least 32, not {self.stored_side}."
            )
        for name in ("smallest_crop", "degraded_share", "ema_decay"):
            if numbers[name] > 1:
                raise InputError(f"Recipe: {name} must be in 0 to 1, not {numbers[name]}.")
        if self.real_in_batch < 1:
            raise InputError(
                "Recipe: synthetic_in_batch and taught_in_batch together must be in 0 to "
                f"batch_size - 1 ({self.batch_size - 1}), not "
                f"{self.synthetic_in_batch + self.taught_in_batch}."
            )
        if self.taught_in_batch and not self.taught_maps:
            raise InputError(
                "Recipe: taught_in_batch needs a teacher's maps; name their folder as taught_maps."
            )
        if self.synthetic_in_batch and self.sharp_count < 2:
            raise InputError(
                f"Recipe: sharp_count must be at least 2, not {self.sharp_count}: synthetic "
                "defocus takes two scenes."
            )
        if self.side % 32:
            raise InputError(f"Recipe: side must be a multiple of 32, not {self.side}.")
        if self.adversarial_loss not in ADVERSARIAL_LOSSES:
            raise InputError(
                f"Recipe: adversarial_loss must be one of {', '.join(ADVERSARIAL_LOSSES)}, not "
                f"{self.adversarial_loss!r}."
            )
        weights = dataclasses.asdict(self.losses)
        if not any(weights.values()):
            raise InputError("Recipe: every loss weight is 0, so there is nothing to train on.")
        for name in _OF_THE_TEACHER:
            if weights[name] and not self.teacher:
                raise InputError(
                    f"Recipe: losses.{name} needs a teacher; name its weights file as teacher."
                )


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
    try:
        return recipe_from_table(table)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def recipe_from_table(table: dict[str, Any]) -> Recipe:
    """The recipe of a table as TOML, JSON or a weights file's notes hold it; the rest is default.

    Raises:
        InputError: If it has an unknown key, a value of another type or an impossible one.
    """
    if "architecture" not in table:
        raise InputError("Recipe: it does not say which architecture to train.")
    losses = table.get("losses", {})
    if not isinstance(losses, dict):
        raise InputError(f"Recipe: losses must be a table of weights, not {losses!r}.")
    _check_keys({k: v for k, v in table.items() if k != "losses"}, Recipe, "")
    _check_keys(losses, LossWeights, "losses.")
    names = table.get("left_out", ())
    return Recipe(**{**table, "left_out": tuple(names), "losses": LossWeights(**losses)})


def write_recipe(recipe: Recipe, path: Path) -> None:
    """Write a recipe with all its keys as TOML, so that it says what it meant in later versions."""
    path.write_text(tomli_w.dumps(dataclasses.asdict(recipe)), encoding="utf-8")


def _flat(recipe: Recipe) -> dict[str, object]:
    table = dataclasses.asdict(recipe)
    losses = table.pop("losses")
    return {**table, **{f"losses.{name}": weight for name, weight in losses.items()}}


_TYPE_NAMES: dict[Any, str] = {
    str: "text",
    bool: "truth value",
    int: "whole number",
    float: "number",
    tuple[str, ...]: "list of texts",
}


def _check_keys(table: dict[str, object], kind: type, prefix: str) -> None:
    fields: dict[str, Any] = {f.name: f.type for f in dataclasses.fields(kind)}
    for key, value in table.items():
        if key not in fields:
            known = ", ".join(prefix + name for name in fields)
            raise InputError(f"Recipe: unknown key {prefix}{key}; known are {known}.")
        wanted = fields[key]
        if wanted == tuple[str, ...]:
            # A tuple comes from a recipe, a list from TOML or JSON.
            fits = isinstance(value, tuple | list) and all(type(name) is str for name in value)
        else:
            # An integer is a valid float in TOML files that people write; a bool is no number.
            fits = type(value) is wanted or (wanted is float and type(value) is int)
        if not fits:
            raise InputError(
                f"Recipe: {prefix}{key} must be a {_TYPE_NAMES[wanted]}, not {value!r}."
            )
