"""A network in, its parameter and multiply-accumulate counts out."""

from dataclasses import dataclass

import torch
from torch import nn


@dataclass(frozen=True)
class Complexity:
    """Size and cost of a network.

    Attributes:
        parameters: Number of trainable values.
        macs: Multiply-accumulates of all convolutions and linear layers for one image.
    """

    parameters: int
    macs: int


def measure_complexity(network: nn.Module, width: int, height: int) -> Complexity:
    """Count the parameters, and the multiply-accumulates for one RGB image.

    Element-wise operations, normalisation (folded into convolutions for inference) and resizing
    are not counted, as is usual in the field.

    Args:
        network: Takes (1, 3, height, width) float32.
        width: Image width in pixels.
        height: Image height in pixels.

    Returns:
        The counts.
    """
    macs = 0

    def count(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        nonlocal macs
        weight = module.weight
        assert isinstance(weight, torch.Tensor)
        if isinstance(module, nn.ConvTranspose2d):
            macs += inputs[0].shape[2:].numel() * weight.numel()
        elif isinstance(module, nn.Conv2d):
            macs += output.shape[2:].numel() * weight.numel()
        else:
            macs += output.shape[:-1].numel() * weight.numel()

    counted = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)
    handles = [m.register_forward_hook(count) for m in network.modules() if isinstance(m, counted)]
    was_training = network.training
    device = next(network.parameters()).device
    try:
        with torch.inference_mode():
            network.eval()(torch.zeros(1, 3, height, width, device=device))
    finally:
        network.train(was_training)
        for handle in handles:
            handle.remove()
    return Complexity(sum(p.numel() for p in network.parameters()), macs)
