"""What EfficientNet and EfficientNet-Lite have in common: their stages, scaling and layers.

EfficientNet: M. Tan & Q. V. Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural
Networks", ICML 2019.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

STAGES = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
"""Kernel, stride, expansion, output channels and repeats of the seven stages (EfficientNet-B0)."""


class SameConv2d(nn.Conv2d):
    """Convolution that pads as TensorFlow's SAME does for inputs of even size.

    At stride 2 that is one pixel more on the right and bottom. The published weights were trained
    so, and TFLite then needs no separate padding operator.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1
    ) -> None:
        super().__init__(
            inputs, outputs, kernel, stride=stride, groups=groups, bias=False,
            padding=kernel // 2 if stride == 1 else 0,
        )  # fmt: skip
        before = (kernel - stride) // 2
        after = kernel - stride - before
        self._margins = (before, after, before, after)
        self._slow_in_bfloat16 = groups > 1 and (kernel > 3 or stride > 1)

    def forward(self, image: Tensor) -> Tensor:
        if self.stride[0] > 1:
            image = functional.pad(image, self._margins)
        if self._slow_in_bfloat16 and image.device.type == "cpu":
            # oneDNN takes the gradients of these 3 to 10 times as long in bfloat16 as in float32,
            # which makes a step of training half as long again.
            with torch.autocast("cpu", enabled=False):
                return super().forward(image.float()).to(image.dtype)
        return super().forward(image)


def batch_norm(channels: int) -> nn.BatchNorm2d:
    """Batch normalisation with TensorFlow's epsilon and momentum (1 - 0.99)."""
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.01)


def round_channels(channels: float) -> int:
    """Nearest multiple of 8, never more than 10 % below: EfficientNet's rule."""
    rounded = max(8, int(channels + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * channels else rounded
