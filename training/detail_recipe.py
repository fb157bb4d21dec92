"""What decides what a training run of the ``detail`` network computes."""

from typing import Annotated, Any, ClassVar

from pydantic import Field, ModelWrapValidatorHandler, StrictStr, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from dbd_mobile.errors import InputError
from training.recipe_values import (
    CONFIG,
    Count,
    Number,
    Positive,
    Share,
    first_fault,
    one_of,
)

ARCHITECTURE = "detail"

# From there on a tile with what it needs around it no longer fits what tiles are drawn from.
_LARGEST_TILE = 256


@dataclass(frozen=True, kw_only=True, config=CONFIG)
class DetailRecipe:
    """Everything that decides what a run computes.

    Attributes:
        architecture: "detail".
        native_photos: Folder below the data root, as ``data.native_photos`` reads it; the crops of
            its crisp photos are trained on, but for those that are held out.
        steps: How many batches are trained on.
        checkpoint_steps: After how many steps, again and again, the network is measured on what is
            held out and the run can go on from.
        batch_size: Tiles a step.
        distinct_tiles: How many tiles are made, when they are first met; they are kept and met
            again, turned and mirrored at random.
        tile_side: Side of a tile in pixels.
        rate: Peak learning rate.
        warm_up_steps: Over how many steps the rate rises to that; then it falls along a half cosine
            to a hundredth.
        weight_decay: AdamW's decay, not applied to normalisation and biases.
        ema_decay: Decay a step of the averaged weights, which are the ones kept.
        rounded_from: From which share of the steps on activations are rounded as int8 will round
            them; 1 never rounds.
        certainty_discount: How much less a cell counts the surer the network is of it: 0 is the
            likelihood as it is, 1 the plain squared error.
        motion_weight: Of telling motion from defocus, beside the radius.
        seed: Seed of the initial weights and of every tile.
    """

    trains: ClassVar[str] = "the detail network"

    architecture: Annotated[StrictStr, one_of({ARCHITECTURE: None})]
    native_photos: StrictStr = "native"
    steps: Annotated[Count, Field(gt=0)] = 16000
    checkpoint_steps: Annotated[Count, Field(gt=0)] = 1000
    batch_size: Annotated[Count, Field(gt=1)] = 32
    distinct_tiles: Annotated[Count, Field(gt=0)] = 24000
    tile_side: Annotated[Count, Field(gt=0, le=_LARGEST_TILE, multiple_of=32)] = 192
    rate: Positive = 6e-3
    warm_up_steps: Count = 300
    weight_decay: Number = 1e-4
    ema_decay: Share = 0.998
    rounded_from: Share = 0.5
    certainty_discount: Share = 0.5
    motion_weight: Number = 0.3
    seed: Count = 0

    @property
    def sources(self) -> dict[str, str]:
        """Weights and labels that it starts and learns from, by role: none."""
        return {}

    @model_validator(mode="wrap")
    @classmethod
    def _explained(
        cls, table: Any, make: ModelWrapValidatorHandler["DetailRecipe"]
    ) -> "DetailRecipe":
        """However a recipe comes about, a fault of it is one sentence."""
        try:
            return make(table)
        except ValidationError as error:
            raise InputError(first_fault(error, cls, {})) from error
