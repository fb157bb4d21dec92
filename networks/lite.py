"""The mobile students: an RGB image in, a blur probability map of the same size out."""

from torch import Tensor, nn
from torch.nn import functional

from networks.blur_network import BlurNetwork
from networks.contract import NetworkContract
from networks.efficientnet_lite import EfficientNetLite, conv_bn, lite_contract


class SeparableConv(nn.Sequential):
    """Depthwise 3x3 and pointwise 1x1 convolution, each with batch norm and ReLU6."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__(
            conv_bn(inputs, inputs, 3, stride=stride, groups=inputs), conv_bn(inputs, outputs, 1)
        )


class Lite(BlurNetwork):
    """EfficientNet-Lite0 encoder and a depthwise-separable decoder, made for int8.

    Skips are additions: int8 concatenation of tensors with unlike ranges loses precision and
    costs a requantisation. The head works at stride 2; its logits are upsampled bilinearly.

    Args:
        contract: Input size and normalisation.
        encoder: Its features come at strides that double from 2 on.
        widths: Decoder channels at each of these strides, and at as many further ones as there
            are further widths: those come from convolutions of the decoder's own.
    """

    def __init__(
        self, contract: NetworkContract, encoder: EfficientNetLite, widths: tuple[int, ...]
    ) -> None:
        super().__init__()
        self.contract = contract
        self.encoder = encoder
        levels = list(encoder.channels)
        self.deeper = nn.ModuleList()
        for width in widths[len(levels) :]:
            inputs = levels[-1]
            self.deeper.append(
                nn.Sequential(
                    conv_bn(inputs, inputs, 5, stride=2, groups=inputs), conv_bn(inputs, width, 1)
                )
            )
            levels.append(width)
        self.laterals = nn.ModuleList(
            conv_bn(channels, width, 1, act=False)
            for channels, width in zip(levels, widths, strict=True)
        )
        self.mergers = nn.ModuleList(SeparableConv(width, width) for width in widths)
        self.reducers = nn.ModuleList(
            SeparableConv(width, narrower)
            for width, narrower in zip(widths[1:], widths[:-1], strict=True)
        )
        self.head = nn.Conv2d(widths[0], 1, 1)
        # The decoder starts from nothing, so its statistics must settle faster than the encoder's.
        for part in (self.deeper, self.laterals, self.mergers, self.reducers):
            for module in part.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.momentum = 0.1

    def decode(self, features: list[Tensor], image: Tensor) -> Tensor:
        for stage in self.deeper:
            features = [*features, stage(features[-1])]
        current = self.mergers[-1](functional.relu6(self.laterals[-1](features[-1])))
        for level in range(len(features) - 2, -1, -1):
            current = _upsample(self.reducers[level](current))
            current = functional.relu6(current + self.laterals[level](features[level]))
            current = self.mergers[level](current)
        return _upsample(self.head(current))

    def last_convolution(self) -> nn.Conv2d:
        return self.head


def lite() -> Lite:
    """The whole encoder, at 320x320: as accurate as one frame of a camera's preview allows."""
    return Lite(lite_contract(320), EfficientNetLite("lite0"), (32, 48, 64, 96, 96))


def nano() -> Lite:
    """The encoder up to stride 16, at 224x224: a third of the size and cost of ``lite``."""
    encoder = EfficientNetLite("lite0", deepest_stride=16)
    return Lite(lite_contract(224), encoder, (16, 24, 40, 64, 80))


def _upsample(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
