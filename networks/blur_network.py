"""What the networks that give a blur map have in common, whatever their layers."""

from abc import abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from networks.encoder import Encoder
from networks.network import Network


class BlurNetwork(Network):
    """A photo in, a blur probability map (N, 1, H, W) in [0, 1] out: an encoder, then a decoder.

    Attributes:
        encoder: Its feature maps are what distillation compares between two networks.
    """

    gives: ClassVar[str] = "a blur map"
    channels: ClassVar[int] = 1
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
