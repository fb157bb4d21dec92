"""SE-ResNeXt-101 32x4d encoder: an RGB image in, four feature maps at strides 2 to 16 out.

ResNeXt (Xie et al., CVPR 2017) with squeeze-and-excitation (Hu et al., CVPR 2018). The stem's
max-pool is left out, as in Distill-DBDGAN's teacher: a defocus map needs the resolution.
"""

from pathlib import Path

from torch import Tensor, nn
from torch.nn import functional

from dbd_mobile.errors import InputError
from networks.encoder import Encoder

# Output channels and blocks of the four stages.
_STAGES = ((256, 3), (512, 4), (1024, 23), (2048, 3))
_GROUPS = 32
_SQUEEZE = 16


class SqueezeExcitation(nn.Module):
    """Scales each channel by what the mean of all channels says of the whole image."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, channels // _SQUEEZE, 1)
        self.fc2 = nn.Conv2d(channels // _SQUEEZE, channels, 1)

    def forward(self, features: Tensor) -> Tensor:
        mean = features.mean((2, 3), keepdim=True)
        return features * self.fc2(functional.relu(self.fc1(mean))).sigmoid()


class Bottleneck(nn.Module):
    """1x1, grouped 3x3 and 1x1 convolution with squeeze-and-excitation, added to the input."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        # 32 groups of 4 channels where the output has 256.
        width = outputs // 2
        self.conv1 = nn.Conv2d(inputs, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, groups=_GROUPS, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, outputs, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(outputs)
        self.se = SqueezeExcitation(outputs)
        self.downsample = nn.Sequential()
        if inputs != outputs:
            self.downsample.append(nn.Conv2d(inputs, outputs, 1, stride, bias=False))
            self.downsample.append(nn.BatchNorm2d(outputs))

    def forward(self, features: Tensor) -> Tensor:
        current = functional.relu(self.bn1(self.conv1(features)))
        current = functional.relu(self.bn2(self.conv2(current)))
        current = self.se(self.bn3(self.conv3(current)))
        return functional.relu(current + self.downsample(features))


class SeResNeXt101(Encoder):
    """SE-ResNeXt-101 32x4d without stem max-pool and classifier; layers are named as timm's."""

    strides = (2, 4, 8, 16)
    channels = tuple(channels for channels, _ in _STAGES)

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        inputs = 64
        for number, (outputs, blocks) in enumerate(_STAGES, 1):
            stage = nn.Sequential()
            for block in range(blocks):
                stage.append(Bottleneck(inputs, outputs, 2 if block == 0 and number > 1 else 1))
                inputs = outputs
            self.add_module(f"layer{number}", stage)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(module, Bottleneck):
                # Blocks start as their shortcuts, or 33 of them would drown the signal.
                nn.init.zeros_(module.bn3.weight)

    def forward(self, image: Tensor) -> list[Tensor]:
        current = functional.relu(self.bn1(self.conv1(image)))
        features = []
        for number in range(1, len(_STAGES) + 1):
            current = self.get_submodule(f"layer{number}")(current)
            features.append(current)
        return features

    def installed_weights(self) -> Path:
        raise InputError(
            "No installable package holds ImageNet weights of SE-ResNeXt-101; give the file of "
            'timm\'s seresnext101_32x4d as encoder_weights, or encoder_weights = "random".'
        )

    def rename_published(self, published: dict[str, Tensor]) -> dict[str, Tensor]:
        """Names of timm's or Cadene's network to ours.

        timm's ``seresnext101_32x4d`` has ours. Its ``legacy_seresnext101_32x4d``, which is
        Cadene's ``se_resnext101_32x4d``, has ``layer0.conv1`` and ``layer0.bn1`` for ``conv1`` and
        ``bn1``, and ``se_module`` for ``se``. The classifier is ``fc`` or ``last_linear``.
        """
        renamed = {
            name.removeprefix("layer0.").replace(".se_module.", ".se."): value
            for name, value in published.items()
        }
        return {n: v for n, v in renamed.items() if n.split(".")[0] not in ("fc", "last_linear")}
