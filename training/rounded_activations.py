"""A network in; the same, with its activations rounded in training as int8 will round them, out."""

import torch
from torch import Tensor, nn

_STEP = 6 / 255


def round_activations(network: nn.Module) -> None:
    """Round the output of every ReLU6 to 255 steps; gradients pass as if they were not rounded.

    Forward hooks do it, so that the network's tensors keep their names.
    """
    for module in network.modules():
        if isinstance(module, nn.ReLU6):
            module.register_forward_hook(_rounded)


def _rounded(module: nn.Module, inputs: object, output: Tensor) -> Tensor:
    rounded = torch.round(output / _STEP) * _STEP
    return output + (rounded - output).detach()
