"""What a network expects at its input: size and normalisation of an RGB photo."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

_Pixels = TypeVar("_Pixels", Tensor, NDArray[np.float32])


@dataclass(frozen=True, kw_only=True)
class NetworkContract:
    """Input contract of a network.

    A pixel value x in [0, 255] is fed as ``(x - mean) / scale``, the same for R, G and B.

    Attributes:
        width: Input width in pixels.
        height: Input height in pixels.
        mean: Pixel value that becomes 0.
        scale: Pixel difference that becomes 1.
    """

    width: int
    height: int
    mean: float
    scale: float

    def normalise(self, pixels: _Pixels) -> _Pixels:
        """Pixel values as the network takes them.

        Args:
            pixels: Float32 of any shape, 0 to 255.

        Returns:
            Float32 of the same shape.
        """
        return (pixels - self.mean) / self.scale
