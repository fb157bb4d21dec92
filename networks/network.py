"""What every network that a weights file can hold has in common."""

from abc import ABC, abstractmethod
from typing import ClassVar

from torch import Tensor, nn

from networks.contract import NetworkContract


class Network(nn.Module, ABC):
    """A photo, or a tile of one, in; numbers in [0, 1] for each of its places out.

    Attributes:
        contract: Input size and normalisation.
        gives: What the numbers are, in words, for messages.
        channels: How many there are for each place.
    """

    contract: NetworkContract
    gives: ClassVar[str]
    channels: ClassVar[int]

    @abstractmethod
    def logits(self, image: Tensor) -> Tensor:
        """What the sigmoid is taken of.

        Args:
            image: (N, 3, H, W) normalised float.

        Returns:
            (N, C, h, w) float; the kinds of networks say which C, h and w.
        """

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) normalised float -> (N, C, h, w) float in [0, 1]."""
        return self.logits(image).sigmoid()
