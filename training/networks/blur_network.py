"""What every network here has in common, whatever its layers."""

from typing import ClassVar

from torch import Tensor, nn

from training.networks.contract import NetworkContract
from training.networks.efficientnet_lite import EfficientNetLite


class BlurNetwork(nn.Module):
    """A photo in, a blur probability map out.

    Attributes:
        contract: Input size and normalisation.
        trunk: The part that can start from ImageNet weights.
    """

    contract: ClassVar[NetworkContract]
    trunk: EfficientNetLite

    def logits(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) normalised float -> logits of blur (N, 1, H, W) float."""
        raise NotImplementedError

    def forward(self, image: Tensor) -> Tensor:
        """(N, 3, H, W) normalised float -> blur probability (N, 1, H, W) float in [0, 1]."""
        return self.logits(image).sigmoid()
