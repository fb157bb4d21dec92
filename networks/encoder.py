"""What every encoder has in common: an RGB image in, feature maps at falling resolution out."""

from abc import ABC, abstractmethod
from pathlib import Path

from torch import Tensor, nn

from dbd_mobile.errors import InputError
from networks.torch_file import read_torch_file


class Encoder(nn.Module, ABC):
    """The part of a network that can start from ImageNet weights.

    Attributes:
        strides: Of the feature maps, rising: 2 means half the image's width and height.
        channels: Of the feature maps, in the same order.
    """

    strides: tuple[int, ...]
    channels: tuple[int, ...]

    @abstractmethod
    def forward(self, image: Tensor) -> list[Tensor]:
        """(N, 3, H, W) normalised, H and W multiples of 32 -> a feature map for each stride."""

    @abstractmethod
    def installed_weights(self) -> Path:
        """File with ImageNet weights that an installed package holds.

        Raises:
            InputError: If there is none; the sentence says what to do.
        """

    @abstractmethod
    def rename_published(self, published: dict[str, Tensor]) -> dict[str, Tensor]:
        """Published names of the tensors to ours, without those of the classifier."""

    def load_imagenet_weights(self, file: Path | None = None) -> None:
        """Start from published ImageNet weights.

        Args:
            file: PyTorch file with a state dictionary under its published names; None takes that
                of the installed package.

        Raises:
            InputError: If there is no such file, or it is not of this encoder.
        """
        path = file or self.installed_weights()
        published = read_torch_file(path, "give the encoder's published state dictionary")
        try:
            # Files from before PyTorch 0.4.1 lack the counters of batches, which nothing needs.
            missing, unknown = self.load_state_dict(self.rename_published(published), strict=False)
            missing = [name for name in missing if not name.endswith("num_batches_tracked")]
        except (AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
            missing, unknown = [str(error).splitlines()[-1].strip()], []
        if missing or unknown:
            raise InputError(
                f"{path} does not hold the weights of a {type(self).__name__}: {len(missing)} "
                f"missing and {len(unknown)} unknown tensors, first {[*missing, *unknown][0]}."
            )
