"""Maps and features in, differentiable scalar losses out."""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional


def cross_entropy(logits: Tensor, target: Tensor, known: Tensor | None = None) -> Tensor:
    """Binary cross-entropy per pixel.

    Args:
        logits: (N, 1, H, W) float, of the probability of blur.
        target: (N, 1, H, W) float in [0, 1], 1 = blurred.
        known: (N, 1, H, W) bool, the pixels that count; all if None.

    Returns:
        Scalar mean; 0 if no pixel counts.
    """
    if known is None:
        return functional.binary_cross_entropy_with_logits(logits, target)
    return mean_known(
        functional.binary_cross_entropy_with_logits(logits, target, reduction="none"), known
    )


def soft_iou(logits: Tensor, target: Tensor, known: Tensor | None = None) -> Tensor:
    """One minus the soft intersection over union, mean of the blurred and the in-focus class.

    Counting both classes keeps the loss symmetric: a photo that is nearly all blurred is pulled
    as hard towards its small sharp region as the reverse. One pixel is added to both counts so
    that a class that is absent from an image costs nothing when it is not predicted either.

    Args:
        logits: (N, 1, H, W) float, of the probability of blur.
        target: (N, 1, H, W) float in [0, 1], 1 = blurred.
        known: (N, 1, H, W) bool, the pixels that count; all if None.

    Returns:
        Scalar mean over images and classes, in [0, 1].
    """
    blur = torch.sigmoid(logits)

    def iou(predicted: Tensor, wanted: Tensor) -> Tensor:
        if known is not None:
            predicted, wanted = predicted * known, wanted * known
        common = (predicted * wanted).sum((1, 2, 3))
        union = (predicted + wanted - predicted * wanted).sum((1, 2, 3))
        return (common + 1) / (union + 1)

    return 1 - (iou(blur, target) + iou(1 - blur, 1 - target)).mean() / 2


def absolute_error(logits: Tensor, target: Tensor, known: Tensor | None = None) -> Tensor:
    """Mean absolute difference of map and target, which is what the measure MAE takes.

    Cross-entropy is content with a map that is as unsure as it should be; this one draws every
    pixel to the more likely class.

    Args:
        logits: (N, 1, H, W) float, of the probability of blur.
        target: (N, 1, H, W) float in [0, 1], 1 = blurred.
        known: (N, 1, H, W) bool, the pixels that count; all if None.

    Returns:
        Scalar mean, in [0, 1]; 0 if no pixel counts.
    """
    blur = torch.sigmoid(logits)
    if known is None:
        return map_distance(blur, target)
    return mean_known((blur - target).abs(), known)


_NEAR = 31
"""Side of the square around a pixel in which ``boundary`` looks for an edge, in pixels."""


def boundary(logits: Tensor, target: Tensor, known: Tensor | None = None) -> Tensor:
    """Binary cross-entropy near the edges of the ground truth, where most pixels are easy to miss.

    A pixel weighs as much as its target differs from the mean of the square of 31 pixels around
    it (Wei et al., AAAI 2020): most at an edge, nothing where all around is alike.

    Args:
        logits: (N, 1, H, W) float, of the probability of blur.
        target: (N, 1, H, W) float in [0, 1], 1 = blurred.
        known: (N, 1, H, W) bool, the pixels that count, here and as surroundings; all if None.

    Returns:
        Scalar weighted mean; 0 for a batch without edges.
    """
    if known is None:
        weights = (target - _mean_around(target)).abs()
    else:
        counted = known.to(target.dtype)
        around = _mean_around(target * counted) / _mean_around(counted).clamp(min=1e-6)
        weights = (target - around).abs() * counted
    missed = functional.binary_cross_entropy_with_logits(logits, target, weights, reduction="sum")
    return missed / weights.sum().clamp(min=1)


def _mean_around(target: Tensor) -> Tensor:
    """Mean of the square around each pixel; rows, then columns: a fifteenth of the work."""
    far = _NEAR // 2
    columns = functional.avg_pool2d(target, (_NEAR, 1), 1, (far, 0), count_include_pad=False)
    return functional.avg_pool2d(columns, (1, _NEAR), 1, (0, far), count_include_pad=False)


def mean_known(values: Tensor, known: Tensor | None) -> Tensor:
    """Scalar mean of (N, 1, H, W) values over the pixels that are known; 0 if none is."""
    if known is None:
        return values.mean()
    return (values * known).sum() / known.sum().clamp(min=1)


def map_distance(first: Tensor, second: Tensor) -> Tensor:
    """Mean absolute difference of two maps: the consistency norm, an L1 norm per pixel.

    Args:
        first: (N, 1, H, W) float.
        second: (N, 1, H, W) float.

    Returns:
        Scalar mean.
    """
    return functional.l1_loss(first, second)


def feature_distance(student: Sequence[Tensor], teacher: Sequence[Tensor]) -> Tensor:
    """One minus the cosine between two feature vectors, mean over positions and strides.

    Networks differ in the scale of their features, which the cosine leaves out; it is half of the
    squared distance of the vectors brought to length one.

    Args:
        student: For each stride (N, C, h, w) float, C and h, w as the teacher's.
        teacher: The same.

    Returns:
        Scalar in [0, 2].
    """
    cosines = [
        functional.cosine_similarity(s, t, 1).mean() for s, t in zip(student, teacher, strict=True)
    ]
    return 1 - torch.stack(cosines).mean()


class AdversarialLoss(Protocol):
    """What a discriminator and the network that it judges are drawn to.

    Scores are (N, 1, H, W); ``known`` (N, 1, H, W) bool says which of them count, all if None.
    """

    def critic(self, real: Tensor, fake: Tensor, known: Tensor | None = None) -> Tensor:
        """Loss of the discriminator, from its scores of both kinds of map."""

    def generator(
        self, real: Callable[[], Tensor], fake: Tensor, known: Tensor | None = None
    ) -> Tensor:
        """Loss of the network whose maps are the fake ones; ``real`` gives scores if asked."""


class LeastSquares:
    """Scores of real maps go to 1, of fake ones to 0 (Mao et al., ICCV 2017)."""

    def critic(self, real: Tensor, fake: Tensor, known: Tensor | None = None) -> Tensor:
        return (mean_known((real - 1).square(), known) + mean_known(fake.square(), known)) / 2

    def generator(
        self, real: Callable[[], Tensor], fake: Tensor, known: Tensor | None = None
    ) -> Tensor:
        return mean_known((fake - 1).square(), known) / 2


class Relativistic:
    """Real maps score 1 above the mean of the fake ones, and fake ones 1 below that of the real.

    The relativistic average discriminator with least squares (Jolicoeur-Martineau, ICLR 2019).
    """

    def critic(self, real: Tensor, fake: Tensor, known: Tensor | None = None) -> Tensor:
        above = mean_known((real - mean_known(fake, known) - 1).square(), known)
        below = mean_known((fake - mean_known(real, known) + 1).square(), known)
        return (above + below) / 2

    def generator(
        self, real: Callable[[], Tensor], fake: Tensor, known: Tensor | None = None
    ) -> Tensor:
        return self.critic(fake, real(), known)


ADVERSARIAL_LOSSES: dict[str, AdversarialLoss] = {
    "least_squares": LeastSquares(),
    "relativistic": Relativistic(),
}
"""By the name that recipes use."""
