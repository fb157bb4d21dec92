"""A photo and a blur map in; for every pixel, how real the map looks there, out.

Distill-DBDGAN draws its discriminators as encoder-decoders and gives no widths. This one is a
U-Net (Schonfeld et al., CVPR 2020), conditioned on the photo by concatenation (Mirza & Osindero,
2014), with spectral normalisation (Miyato et al., ICLR 2018) in every layer.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm

_WIDTHS = (16, 32, 64, 128)
_SLOPE = 0.2


class Discriminator(nn.Module):
    """Encoder-decoder with skip connections; its scores are made at half size and enlarged."""

    def __init__(self) -> None:
        super().__init__()
        inputs = 4
        self.encoder = nn.ModuleList()
        for width in _WIDTHS:
            self.encoder.append(_normalised(_Conv(inputs, width, 4, 2, 1)))
            inputs = width
        self.decoder = nn.ModuleList()
        for width in reversed(_WIDTHS[:-1]):
            # The skip doubles what the next layer takes.
            self.decoder.append(_normalised(_Conv(inputs, width, 3, 1, 1)))
            inputs = 2 * width
        self.head = _normalised(_Conv(inputs, 1, 3, 1, 1))

    def forward(self, image: Tensor, blur: Tensor) -> Tensor:
        """Judge a map.

        Args:
            image: (N, 3, H, W) float, H and W multiples of 16.
            blur: (N, 1, H, W) float in [0, 1], 1 = blurred.

        Returns:
            (N, 1, H, W) float32 scores without bound; the losses say what they are drawn to.
        """
        # Around 0, or the map's mean would shift the response of every filter.
        current = torch.cat((image, 2 * blur - 1), 1)
        skips = []
        for layer in self.encoder:
            current = functional.leaky_relu(layer(current), _SLOPE)
            skips.append(current)
        skips.pop()
        for layer in self.decoder:
            current = functional.leaky_relu(_upsample(layer(current)), _SLOPE)
            current = torch.cat((current, skips.pop()), 1)
        return _upsample(self.head(current)).float()


class _Conv(nn.Conv2d):
    """A convolution whose weights are normalised in float32 even under autocast."""

    def forward(self, features: Tensor) -> Tensor:
        with torch.autocast(features.device.type, enabled=False):
            weight = self.weight
        return self._conv_forward(features, weight, self.bias)


def _normalised(layer: nn.Module) -> nn.Module:
    normalised: nn.Module = spectral_norm(layer)
    return normalised


def _upsample(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
