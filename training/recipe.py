"""A TOML file in, a checked training recipe out, and back."""

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, ClassVar, overload

import tomli_w
from pydantic import (
    AfterValidator,
    Field,
    ModelWrapValidatorHandler,
    StrictBool,
    StrictStr,
    ValidationError,
    model_validator,
)
from pydantic.dataclasses import dataclass

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from networks import BLUR_ARCHITECTURES, NetworkContract
from training.detail_recipe import ARCHITECTURE, DetailRecipe
from training.losses import ADVERSARIAL_LOSSES
from training.recipe_values import (
    CONFIG,
    Count,
    Number,
    Positive,
    Share,
    check_expression,
    first_fault,
    one_of,
)


@dataclass(frozen=True, kw_only=True, config=CONFIG)
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

    cross_entropy: Number = 1.0
    soft_iou: Number = 1.0
    boundary: Number = 0.0
    absolute_error: Number = 0.0
    adversarial: Number = 0.0
    distillation: Number = 0.0
    consistency: Number = 0.0
    features: Number = 0.0


_OF_THE_TEACHER = ("distillation", "consistency", "features")


@dataclass(frozen=True, kw_only=True, config=CONFIG)
class PhotoSet:
    """A data set with ground truth that a recipe trains on, and validates on.

    Attributes:
        folder: Below the data root, with ``image/`` and ``mask/`` (blur masks; 128 = unknown).
        list: List file in that folder; all photos if empty.
        share: How many of the real photos are of this set, as against the shares of the others.
        white_in_focus: Whether those masks are white where the photo is in focus.
        left_out: File names of photos in it that are not trained on: their masks are wrong.
        scene: Regular expression for the beginning of a file name that photos of one scene have in
            common; those are trained on or validated on together. Each photo is a scene if empty.
        validation_count: Photos taken out of the set to validate on, at least, as whole scenes; 0
            takes none.
        maps: Networks' maps of the photos, from ``python -m training label``, by name as
            NAME@VERSION#sha256=HASH or as the folder's path; none if empty.
        mask_share: What the mask counts in a photo's target; the map counts the rest, and where
            the mask is unknown, all.
    """

    folder: Annotated[StrictStr, Field(min_length=1)]
    list: StrictStr = ""
    share: Positive = 1.0
    white_in_focus: StrictBool = False
    left_out: tuple[StrictStr, ...] = ()
    scene: Annotated[StrictStr, AfterValidator(check_expression)] = ""
    validation_count: Count = 0
    maps: StrictStr = ""
    mask_share: Share = 1.0

    def scene_of(self, name: str) -> str:
        """The scene that a photo with this file name is of.

        Raises:
            InputError: If ``scene`` does not fit the name.
        """
        if not self.scene:
            return name
        found = re.match(self.scene, name)
        if found is None:
            raise InputError(
                f"Recipe: the expression for a scene of {self.folder}, {self.scene!r}, does not "
                f"fit the photo {name}; expected one for the beginning of every name."
            )
        return found[0]

    def __post_init__(self) -> None:
        if bool(self.maps) != (self.mask_share < 1):
            raise InputError(
                f"Recipe: the photos of {self.folder} have "
                + (
                    "maps, but mask_share 1 leaves them unused; lower it."
                    if self.maps
                    else f"mask_share {self.mask_share:g}, but no maps for the rest; name them."
                )
            )


@dataclass(frozen=True, kw_only=True, config=CONFIG)
class Recipe:
    """Everything that decides what a training run of a network that gives a blur map computes.

    Attributes:
        architecture: Name in ``networks.BLUR_ARCHITECTURES``.
        encoder_weights: What the encoder starts from: "imagenet" (of an installed package),
            "random", or a file with its published ImageNet weights.
        start_from: Weights of the same architecture to go on from, in the place of
            ``encoder_weights``, as "NAME@VERSION#sha256=HASH" or as a path; none if empty.
        teacher: Weights of the network to learn from, likewise; none if empty.
        photos: Data sets with ground truth.
        sharp_photos: Folder below the data root with ``image/`` and ``mask/`` (object masks,
            white = object) that synthetic defocus starts from.
        sharp_count: How many of its sharpest photos are used.
        taught_photos: Folder below the data root with ``image/``, of photos without ground truth.
        taught_maps: A teacher's maps of these, from ``python -m training label``, by name as
            above or as the folder's path.
        taught_sharp_below: A taught photo that is as sharp as the ``sharp_count`` ones, and whose
            map has a mean below this, is taught as sharp all over: it is the smooth parts of a
            sharp photo, skies and walls, that networks call blurred. Needs synthetic photos.
        epochs: Passes over the first of the sets in ``photos``; of the others as many photos are
            met as their shares say.
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

    trains: ClassVar[str] = "a network that gives a blur map"

    architecture: Annotated[StrictStr, one_of(BLUR_ARCHITECTURES)]
    encoder_weights: StrictStr = "imagenet"
    start_from: StrictStr = ""
    teacher: StrictStr = ""
    photos: Annotated[tuple[PhotoSet, ...], Field(min_length=1)] = (
        PhotoSet(folder="cuhk", list="train604.txt", validation_count=60),
    )
    sharp_photos: StrictStr = "duts"
    sharp_count: Count = 1200
    taught_photos: StrictStr = "duts"
    taught_maps: StrictStr = ""
    taught_sharp_below: Share = 0.0
    epochs: Annotated[Count, Field(gt=0)] = 24
    batch_size: Count = 12
    synthetic_in_batch: Count = 4
    taught_in_batch: Count = 0
    stored_side: Count = 0
    side: Annotated[Count, Field(multiple_of=32)] = 0
    smallest_crop: Annotated[Share, Field(gt=0)] = 0.75
    degraded_share: Share = 0.2
    encoder_rate: Positive = 3e-4
    decoder_rate: Positive = 1.5e-3
    critic_rate: Number = 4e-4
    adversarial_loss: Annotated[StrictStr, one_of(ADVERSARIAL_LOSSES)] = "least_squares"
    weight_decay: Number = 1e-2
    ema_decay: Share = 0.995
    seed: Count = 0
    losses: LossWeights = dataclasses.field(default_factory=LossWeights)

    @property
    def real_in_batch(self) -> int:
        """How many photos of a batch have their ground truth."""
        return self.batch_size - self.synthetic_in_batch - self.taught_in_batch

    @property
    def sources(self) -> dict[str, str]:
        """What it starts and learns from, by role: "start_from", "teacher", "labels" of the photos
        without ground truth, and "labels of FOLDER" of those of a set in ``photos``."""
        maps = self.taught_maps if self.taught_in_batch else ""
        given = {"start_from": self.start_from, "teacher": self.teacher, "labels": maps}
        given |= {labels_of(part.folder): part.maps for part in self.photos}
        return {role: text for role, text in given.items() if text}

    @property
    def validates(self) -> bool:
        """Whether photos are taken out to validate on."""
        return any(part.validation_count for part in self.photos)

    def input_side(self, contract: NetworkContract) -> int:
        """Side of the network's input for a whole photo, in pixels."""
        return self.side or contract.width

    @model_validator(mode="wrap")
    @classmethod
    def _explained(cls, table: Any, make: ModelWrapValidatorHandler["Recipe"]) -> "Recipe":
        """However a recipe comes about, a fault of it is one sentence."""
        try:
            return make(table)
        except ValidationError as error:
            raise InputError(
                first_fault(error, cls, {"losses": LossWeights, "photos": PhotoSet})
            ) from error

    def __post_init__(self) -> None:
        folders = [part.folder for part in self.photos]
        if len({*folders}) < len(folders):
            raise InputError("Recipe: a folder of photos stands there twice; join its photos.")
        if self.batch_size < 2:
            raise InputError(f"Recipe: batch_size must be at least 2, not {self.batch_size}.")
        if 0 < self.stored_side < 32:
            raise InputError(
                f"Recipe: stored_side must be 0 or at least 32, not {self.stored_side}."
            )
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
        if self.taught_sharp_below and not (self.taught_in_batch and self.synthetic_in_batch):
            raise InputError(
                "Recipe: taught_sharp_below compares taught photos with those that synthetic ones "
                "are made from; expected taught_in_batch and synthetic_in_batch above 0."
            )
        weights = dataclasses.asdict(self.losses)
        if not any(weights.values()):
            raise InputError("Recipe: every loss weight is 0, so there is nothing to train on.")
        for name in _OF_THE_TEACHER:
            if weights[name] and not self.teacher:
                raise InputError(
                    f"Recipe: losses.{name} needs a teacher; name its weights file as teacher."
                )


def labels_of(folder: str) -> str:
    """The role, in ``Recipe.sources``, of the maps of a set of photos."""
    return f"labels of {folder}"


AnyRecipe = Recipe | DetailRecipe
"""Its architecture says which."""


@overload
def read_recipe(path: Path) -> AnyRecipe: ...


@overload
def read_recipe(path: Path, kind: type[Recipe]) -> Recipe: ...


@overload
def read_recipe(path: Path, kind: type[DetailRecipe]) -> DetailRecipe: ...


def read_recipe(path: Path, kind: type[AnyRecipe] | None = None) -> AnyRecipe:
    """Read a recipe.

    Args:
        path: The file.
        kind: What the recipe must be; any if None.

    Raises:
        InputError: If the file is missing or no TOML, or has an unknown key, a value of another
            type or an impossible one, or is a recipe of another kind.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"There is no recipe {path}; those here are in training/recipes."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"Recipe {path} cannot be read as TOML ({error}).") from error
    try:
        recipe = recipe_from_table(table)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error
    if kind and not isinstance(recipe, kind):
        raise InputError(f"{path} is a recipe for {recipe.trains}; expected one for {kind.trains}.")
    return recipe


def recipe_from_table(table: dict[str, Any]) -> AnyRecipe:
    """The recipe of a table as TOML, JSON or a weights file's notes hold it; the rest is default.

    Raises:
        InputError: If it has an unknown key, a value of another type or an impossible one.
    """
    return (DetailRecipe if table.get("architecture") == ARCHITECTURE else Recipe)(**table)


def write_recipe(recipe: AnyRecipe, path: Path) -> None:
    """Write a recipe with all its keys as TOML, so that it says what it meant in later versions."""
    with atomic_file(path) as file:
        tomli_w.dump(dataclasses.asdict(recipe), file)
