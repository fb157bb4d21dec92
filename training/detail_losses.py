"""What the ``detail`` network says of tiles and what is known of them in, losses out."""

import math
from typing import NamedTuple

from torch import Tensor
from torch.nn import functional

from dbd_mobile.radius_code import LOG2_RADIUS, LOG2_SPREAD

# Of the squared error in standard deviations, halved: a cell whose label is wrong pulls no further.
_LARGEST_SURPRISE = 50.0
_SMALLEST_WEIGHT = 0.01


class TileBatch(NamedTuple):
    """Tiles of one step, as ``data.known_blur.Tile`` has them.

    Attributes:
        rgb: (N, S, S, 3) uint8.
        log2_radius: (N, S / 16, S / 16) float32.
        motion: (N, S / 16, S / 16) float32.
        known: (N, S / 16, S / 16) bool.
    """

    rgb: Tensor
    log2_radius: Tensor
    motion: Tensor
    known: Tensor


def detail_losses(
    logits: Tensor, batch: TileBatch, *, certainty_discount: float, motion_weight: float
) -> dict[str, Tensor]:
    """Losses, means over the known cells.

    Args:
        logits: (N, 3, S / 16, S / 16) float.
        batch: The tiles; only what is known of them counts.
        certainty_discount: As in ``training.detail_recipe``; b in M. Seitzer et al., "On the
            Pitfalls of Heteroscedastic Uncertainty Estimation with Probabilistic Neural Networks",
            ICLR 2022.
        motion_weight: Of ``motion`` in ``loss``.

    Returns:
        Scalars: ``radius``, the negative logarithm of the likelihood of log2 of the radius under
        the normal distribution that the network gives, without its constant; ``motion``, the
        cross-entropy of its kind; ``loss``, what to minimise; ``error``, the absolute error of log2
        of the radius, to look at.
    """
    codes = logits[:, :2].sigmoid()
    difference = batch.log2_radius - _on_scale(codes[:, 0], LOG2_RADIUS)
    log_spread = _on_scale(codes[:, 1], LOG2_SPREAD) * math.log(2)
    surprise = 0.5 * (difference / log_spread.exp()) ** 2
    likelihood = surprise.clamp(max=_LARGEST_SURPRISE) + log_spread
    motion = functional.binary_cross_entropy_with_logits(
        logits[:, 2], batch.motion, reduction="none"
    )
    known = batch.known.float()
    count = known.sum().clamp(min=1)

    def mean(cells: Tensor) -> Tensor:
        return (cells * known).sum() / count

    weighed = likelihood
    if certainty_discount:
        weight = (2 * certainty_discount * log_spread).exp().detach()
        weighed = likelihood * weight.clamp(min=_SMALLEST_WEIGHT)
    losses = {"radius": mean(likelihood), "motion": mean(motion)}
    return {
        "loss": mean(weighed) + motion_weight * losses["motion"],
        **losses,
        "error": mean(difference.abs()).detach(),
    }


def _on_scale(code: Tensor, scale: tuple[float, float]) -> Tensor:
    lowest, highest = scale
    return lowest + (highest - lowest) * code
