"""The mobile student: an RGB image in, a blur probability map of the same size out."""

from torch import Tensor, nn
from torch.nn import functional

from training.networks.blur_network import BlurNetwork
from training.networks.efficientnet_lite import EfficientNetLite, conv_bn, lite_contract


class SeparableConv(nn.Sequential):
    """Depthwise 3x3 and pointwise 1x1 convolution, each with batch norm and ReLU6."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(conv_bn(inputs, inputs, 3, groups=inputs), conv_bn(inputs, outputs, 1))


class Lite(BlurNetwork):
    """EfficientNet-Lite0 encoder and a depthwise-separable decoder, made for int8.

    Skips are additions: int8 concatenation of tensors with unlike ranges loses precision and
    costs a requantisation. The head works at stride 2; its logits are upsampled bilinearly.
    """

    contract = lite_contract(320)
    # Decoder channels at strides 2, 4, 8, 16, 32.
    _WIDTHS = (32, 48, 64, 96, 96)

    def __init__(self) -> None:
        super().__init__()
        self.encoder = EfficientNetLite("lite0")
        self.laterals = nn.ModuleList(
            conv_bn(channels, width, 1, act=False)
            for channels, width in zip(self.encoder.channels, self._WIDTHS, strict=True)
        )
        self.mergers = nn.ModuleList(SeparableConv(width, width) for width in self._WIDTHS)
        self.reducers = nn.ModuleList(
            SeparableConv(width, narrower)
            for width, narrower in zip(self._WIDTHS[1:], self._WIDTHS[:-1], strict=True)
        )
        self.head = nn.Conv2d(self._WIDTHS[0], 1, 1)
        # The decoder starts from nothing, so its statistics must settle faster than the encoder's.
        for part in (self.laterals, self.mergers, self.reducers):
            for module in part.modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.momentum = 0.1

    def decode(self, features: list[Tensor], image: Tensor) -> Tensor:
        current = self.mergers[-1](functional.relu6(self.laterals[-1](features[-1])))
        for level in range(len(features) - 2, -1, -1):
            current = _upsample(self.reducers[level](current))
            current = functional.relu6(current + self.laterals[level](features[level]))
            current = self.mergers[level](current)
        return _upsample(self.head(current))


def _upsample(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
