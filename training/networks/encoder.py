"""What every encoder has in common: an RGB image in, feature maps at falling resolution out."""

from torch import Tensor, nn


class Encoder(nn.Module):
    """The part of a network that can start from ImageNet weights.

    Attributes:
        strides: Of the feature maps, rising: 2 means half the image's width and height.
        channels: Of the feature maps, in the same order.
    """

    strides: tuple[int, ...]
    channels: tuple[int, ...]

    def forward(self, image: Tensor) -> list[Tensor]:
        """(N, 3, H, W) normalised, H and W multiples of 32 -> a feature map for each stride."""
        raise NotImplementedError

    def load_imagenet_weights(self) -> None:
        """Start from the ImageNet weights that an installed package holds.

        Raises:
            InputError: If there are none for this encoder; the sentence says what to do.
        """
        raise NotImplementedError
