"""The teacher of Distill-DBDGAN: an RGB image in, a blur probability map of the same size out.

After S. Jonna, M. Medhi, R. R. Sahay, ACM TOMM 19(2s), 2023: multi-scale features (DenseASPP, Yang
et al., CVPR 2018) and non-local attention (Wang et al., CVPR 2018; Zhang et al., ICML 2019) side by
side on the encoder's last stage, then a decoder with skip connections.
"""

import torch
from torch import Tensor, nn

from networks.blur_network import BlurNetwork
from networks.contract import NetworkContract
from networks.efficientnet_lite import EfficientNetLite, lite_contract
from networks.encoder import Encoder
from networks.se_resnext import SeResNeXt101

_DROPOUT = 0.1


class DenseAspp(nn.Module):
    """Atrous convolutions of growing dilation, each on the input and all results before it.

    Args:
        inputs: Channels of the input.

    Attributes:
        outputs: Channels of the output: the input and 128 for each of the four dilations.
    """

    _DILATIONS = (2, 4, 6, 8)
    _GROWTH = 128

    def __init__(self, inputs: int) -> None:
        super().__init__()
        # 1024 for the paper's 2048 channels.
        hidden = inputs // 2
        self.branches = nn.ModuleList()
        for dilation in self._DILATIONS:
            self.branches.append(
                nn.Sequential(
                    *_conv_bn_relu(inputs, hidden, 1),
                    *_conv_bn_relu(hidden, self._GROWTH, 3, dilation),
                    nn.Dropout(_DROPOUT),
                )
            )
            inputs += self._GROWTH
        self.outputs = inputs

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C + 512, H, W)."""
        for branch in self.branches:
            features = torch.cat((features, branch(features)), 1)
        return features


class NonLocal(nn.Module):
    """Self-attention over all positions; its gain starts at 0, so that it starts as the identity.

    Args:
        channels: Of input and output.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.query = nn.Conv2d(channels, channels // 8, 1)
        self.key = nn.Conv2d(channels, channels // 8, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gain = nn.Parameter(torch.zeros(()))

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) -> the same shape."""
        query, key, value = (
            part(features).flatten(2) for part in (self.query, self.key, self.value)
        )
        # Row i: how much position i takes from each position j.
        attention = (query.transpose(1, 2) @ key).softmax(2)
        gathered = value @ attention.transpose(1, 2)
        return features + self.gain * gathered.reshape(features.shape)


class DecoderBlock(nn.Sequential):
    """3x3 convolution, then twice the size.

    Args:
        inputs: Channels of the input.
        outputs: Channels of the output.
        transposed: Enlarge by a learned 4x4 transposed convolution, else bilinearly.
    """

    def __init__(self, inputs: int, outputs: int, *, transposed: bool) -> None:
        super().__init__(*_conv_bn_relu(inputs, outputs, 3))
        if transposed:
            self.append(nn.ConvTranspose2d(outputs, outputs, 4, 2, 1, bias=False))
            self.append(nn.BatchNorm2d(outputs))
            self.append(nn.ReLU(inplace=True))
        else:
            self.append(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False))


class Teacher(BlurNetwork):
    """Encoder, DenseASPP beside non-local attention, and a decoder with skip connections.

    Args:
        encoder: Any encoder; its deepest stage goes through both branches.
        contract: What the encoder expects.
        widths: Output channels of the decoder's blocks, one for each of the encoder's strides.
        transposed: How the decoder enlarges, see ``DecoderBlock``.
    """

    def __init__(
        self,
        encoder: Encoder,
        contract: NetworkContract,
        widths: tuple[int, ...],
        *,
        transposed: bool,
    ) -> None:
        super().__init__()
        self.contract = contract
        self.encoder = encoder
        *skips, deepest = encoder.channels
        self.multi_scale = DenseAspp(deepest)
        self.attention = NonLocal(deepest)
        self.decoder = nn.ModuleList()
        inputs = self.multi_scale.outputs + deepest
        for width, skip in zip(widths, (*reversed(skips), 0), strict=True):
            self.decoder.append(DecoderBlock(inputs, width, transposed=transposed))
            inputs = width + skip
        self.head = nn.Sequential(nn.Dropout(_DROPOUT), nn.Conv2d(inputs, 1, 1))

    def decode(self, features: list[Tensor], image: Tensor) -> Tensor:
        *skips, deepest = features
        current = torch.cat((self.multi_scale(deepest), self.attention(deepest)), 1)
        for block in self.decoder:
            current = block(current)
            if skips:
                current = torch.cat((current, skips.pop()), 1)
        logits: Tensor = self.head(current)
        return logits

    def last_convolution(self) -> nn.Conv2d:
        last = self.head[-1]
        assert isinstance(last, nn.Conv2d)
        return last


def paper_teacher() -> Teacher:
    """The paper's: SE-ResNeXt-101 and transposed convolutions, pixels in [0, 1]."""
    contract = NetworkContract(width=320, height=320, mean=0.0, scale=255.0)
    return Teacher(SeResNeXt101(), contract, (256, 256, 64, 128), transposed=True)


def lite2_teacher() -> Teacher:
    """A teacher that two CPU cores can train: EfficientNet-Lite2 with its ImageNet weights."""
    encoder = EfficientNetLite("lite2")
    return Teacher(encoder, lite_contract(320), (128, 128, 96, 64, 32), transposed=False)


def _conv_bn_relu(inputs: int, outputs: int, kernel: int, dilation: int = 1) -> list[nn.Module]:
    padding = kernel // 2 * dilation
    return [
        nn.Conv2d(inputs, outputs, kernel, padding=padding, dilation=dilation, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    ]
