"""The paper's student: an RGB image in, a blur probability map of the same size out.

S. Jonna, M. Medhi, R. R. Sahay, "Distill-DBDGAN: Knowledge Distillation and Adversarial Learning
Framework for Defocus Blur Detection", ACM TOMM 19(2s), 2023. Parts are named as in the checkpoint
that its authors released, so that it loads without renaming.
"""

import torch
from torch import Tensor, nn

from networks.blur_network import BlurNetwork
from networks.contract import NetworkContract
from networks.efficientnet_b3 import EfficientNetB3


def double_conv(inputs: int, outputs: int) -> nn.Sequential:
    """Two 3x3 convolutions, each with batch norm and ReLU."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def up_conv(inputs: int, outputs: int) -> nn.ConvTranspose2d:
    """Transposed convolution to twice the width and height."""
    return nn.ConvTranspose2d(inputs, outputs, 2, stride=2)


class Paper(BlurNetwork):
    """EfficientNet-B3 encoder and a U-Net decoder, as published.

    The image itself is the last skip. Swish, squeeze-excitation and concatenations of unlike
    ranges lose their accuracy in int8: ``lite`` is the student for phones.
    """

    contract = NetworkContract(width=320, height=320, mean=0.0, scale=255.0)

    def __init__(self) -> None:
        super().__init__()
        self.encoder = EfficientNetB3()
        half, quarter, eighth, sixteenth, deepest = self.encoder.channels
        self.up_conv1 = up_conv(deepest, 512)
        self.double_conv1 = double_conv(512 + sixteenth, 512)
        self.up_conv2 = up_conv(512, 256)
        self.double_conv2 = double_conv(256 + eighth, 256)
        self.up_conv3 = up_conv(256, 128)
        self.double_conv3 = double_conv(128 + quarter, 128)
        self.up_conv4 = up_conv(128, 64)
        self.double_conv4 = double_conv(64 + half, 64)
        self.up_conv_input = up_conv(64, 32)
        self.double_conv_input = double_conv(32 + 3, 32)
        self.final_conv = nn.Conv2d(32, 1, 1)

    def decode(self, features: list[Tensor], image: Tensor) -> Tensor:
        half, quarter, eighth, sixteenth, current = features
        for up, skip, convolve in (
            (self.up_conv1, sixteenth, self.double_conv1),
            (self.up_conv2, eighth, self.double_conv2),
            (self.up_conv3, quarter, self.double_conv3),
            (self.up_conv4, half, self.double_conv4),
            (self.up_conv_input, image, self.double_conv_input),
        ):
            current = convolve(torch.cat([up(current), skip], dim=1))
        logits: Tensor = self.final_conv(current)
        return logits

    def last_convolution(self) -> nn.Conv2d:
        return self.final_conv
