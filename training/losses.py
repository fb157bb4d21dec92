"""Logits and target maps in, differentiable scalar losses out."""

import torch
from torch import Tensor
from torch.nn import functional


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy per pixel.

    Args:
        logits: (N, 1, H, W) float, of the probability of blur.
        target: (N, 1, H, W) float in [0, 1], 1 = blurred.

    Returns:
        Scalar mean.
    """
    return functional.binary_cross_entropy_with_logits(logits, target)


def soft_iou(logits: Tensor, target: Tensor) -> Tensor:
    """One minus the soft intersection over union, mean of the blurred and the in-focus class.

    Counting both classes keeps the loss symmetric: a photo that is nearly all blurred is pulled
    as hard towards its small sharp region as the reverse. One pixel is added to both counts so
    that a class that is absent from an image costs nothing when it is not predicted either.

    Args:
        logits: (N, 1, H, W) float, of the probability of blur.
        target: (N, 1, H, W) float in [0, 1], 1 = blurred.

    Returns:
        Scalar mean over images and classes, in [0, 1].
    """
    blur = torch.sigmoid(logits)

    def iou(predicted: Tensor, wanted: Tensor) -> Tensor:
        common = (predicted * wanted).sum((1, 2, 3))
        union = (predicted + wanted - predicted * wanted).sum((1, 2, 3))
        return (common + 1) / (union + 1)

    return 1 - (iou(blur, target) + iou(1 - blur, 1 - target)).mean() / 2
