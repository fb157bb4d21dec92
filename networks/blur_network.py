"""What every network here has in common, whatever its layers."""

from abc import ABC, abstractmethod

from torch import Tensor, nn

from networks.contract import NetworkContract
from networks.encoder import Encoder


class BlurNetwork(nn.Module, ABC):
    """A photo in, a blur probability map out: an encoder, then a decoder.

    Attributes:
        contract: Input size and normalisation.
        encoder: Its feature maps are what distillation compares between two networks.
    """

    contract: NetworkContract
    encoder: Encoder

    @abstractmethod
    def decode(self, features: list[Tensor], image: Tensor) -> Tensor:
        """Turn the encoder's feature maps into blur.

        Args:
            features: What ``encoder(image)`` gave.
            image: (N, 3, H, W) normalised float.

        Returns:
            (N, 1, H, W) float logits.
        """

    @abstractmethod
    def last_convolution(self) -> nn.Conv2d:
        """What gives the logits; at most bilinear upsampling comes after it."""

    def logits(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) normalised float -> logits of blur (N, 1, H, W) float."""
        return self.decode(self.encoder(image), image)

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) normalised float -> blur probability (N, 1, H, W) float in [0, 1]."""
        return self.logits(image).sigmoid()
