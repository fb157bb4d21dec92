"""EfficientNet-B3 encoder: an RGB image in, five feature maps at strides 2 to 32 out.

The network is that of M. Tan & Q. V. Le, "EfficientNet: Rethinking Model Scaling for Convolutional
Neural Networks", ICML 2019: inverted residuals with squeeze-excitation and Swish. Parts are named
as in the checkpoint that the authors of Distill-DBDGAN released, so that it loads without renaming.
"""

import math
from pathlib import Path

from torch import Tensor, nn

from dbd_mobile.errors import InputError
from networks.efficientnet import STAGES, SameConv2d, batch_norm, round_channels
from networks.encoder import Encoder

_WIDTH, _DEPTH = 1.2, 1.4
_STEM_CHANNELS = round_channels(32 * _WIDTH)
_HEAD_CHANNELS = round_channels(1280 * _WIDTH)
# The stages whose first block gives the features at strides 2, 4, 8 and 16.
_FEATURE_STAGES = (0, 1, 2, 3)
# Published names of the parts, without the classifier, and ours.
_PUBLISHED_PARTS = {
    "_conv_stem": "stem_conv",
    "_bn0": "stem_batch_norm",
    "_blocks": "blocks",
    "_conv_head": "head_conv",
    "_bn1": "head_batch_norm",
}
# Channels of the squeeze as a share of the block's input.
_SQUEEZE = 0.25


class SwishBlock(nn.Module):
    """Expand 1x1, depthwise, squeeze-excitation, project 1x1; added to the input where it fits."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        squeezed = int(inputs * _SQUEEZE)
        self._expands = expansion > 1
        self._residual = stride == 1 and inputs == outputs
        if self._expands:
            self._expand_conv = SameConv2d(inputs, hidden, 1)
            self._bn0 = batch_norm(hidden)
        self._depthwise_conv = SameConv2d(hidden, hidden, kernel, stride, groups=hidden)
        self._bn1 = batch_norm(hidden)
        self._se_reduce = nn.Conv2d(hidden, squeezed, 1)
        self._se_expand = nn.Conv2d(squeezed, hidden, 1)
        self._project_conv = SameConv2d(hidden, outputs, 1)
        self._bn2 = batch_norm(outputs)
        self._swish = nn.SiLU()

    def forward(self, features: Tensor) -> Tensor:
        hidden = features
        if self._expands:
            hidden = self._swish(self._bn0(self._expand_conv(hidden)))
        hidden = self._swish(self._bn1(self._depthwise_conv(hidden)))
        squeezed = self._swish(self._se_reduce(hidden.mean((2, 3), keepdim=True)))
        hidden = hidden * self._se_expand(squeezed).sigmoid()
        output: Tensor = self._bn2(self._project_conv(hidden))
        return output + features if self._residual else output


class EfficientNetB3(Encoder):
    """EfficientNet-B3 without its classifier.

    The features at strides 2 to 16 are the first block's output at that resolution; at stride 32
    they are the head's 1536 channels.
    """

    strides = (2, 4, 8, 16, 32)

    def __init__(self) -> None:
        super().__init__()
        self.stem_conv = SameConv2d(3, _STEM_CHANNELS, 3, stride=2)
        self.stem_batch_norm = batch_norm(_STEM_CHANNELS)
        self.blocks = nn.ModuleList()
        self._feature_blocks: list[int] = []
        inputs = _STEM_CHANNELS
        widths = []
        for number, (kernel, stride, expansion, channels, repeats) in enumerate(STAGES):
            outputs = round_channels(channels * _WIDTH)
            if number in _FEATURE_STAGES:
                self._feature_blocks.append(len(self.blocks))
                widths.append(outputs)
            for block in range(math.ceil(repeats * _DEPTH)):
                self.blocks.append(
                    SwishBlock(inputs, outputs, kernel, stride if block == 0 else 1, expansion)
                )
                inputs = outputs
        self.head_conv = SameConv2d(inputs, _HEAD_CHANNELS, 1)
        self.head_batch_norm = batch_norm(_HEAD_CHANNELS)
        self._swish = nn.SiLU()
        self.channels = (*widths, _HEAD_CHANNELS)

    def forward(self, image: Tensor) -> list[Tensor]:
        features = []
        current = self._swish(self.stem_batch_norm(self.stem_conv(image)))
        for number, block in enumerate(self.blocks):
            current = block(current)
            if number in self._feature_blocks:
                features.append(current)
        features.append(self._swish(self.head_batch_norm(self.head_conv(current))))
        return features

    def installed_weights(self) -> Path:
        raise InputError(
            "No installable package holds ImageNet weights of EfficientNet-B3; give the file of "
            "EfficientNet-PyTorch's efficientnet-b3 as encoder_weights, or encoder_weights = "
            '"random".'
        )

    def rename_published(self, published: dict[str, Tensor]) -> dict[str, Tensor]:
        """EfficientNet-PyTorch's names to ours: ``_conv_stem`` to ``stem_conv`` and so on."""
        renamed = {}
        for name, value in published.items():
            head, _, rest = name.partition(".")
            if head in _PUBLISHED_PARTS:
                renamed[f"{_PUBLISHED_PARTS[head]}.{rest}"] = value
        return renamed
