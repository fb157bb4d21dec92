"""What a network expects at its input: size and normalisation of an RGB photo."""

import math
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

    Raises:
        ValueError: If that is no size or no normalisation.
    """

    width: int
    height: int
    mean: float
    scale: float

    def __post_init__(self) -> None:
        sides = (self.width, self.height)
        if not all(isinstance(side, int) and side > 0 for side in sides):
            raise ValueError(f"an input of {self.width!r} x {self.height!r} pixels")
        if not (math.isfinite(self.mean) and math.isfinite(self.scale) and self.scale > 0):
            raise ValueError(f"a normalisation by {self.mean!r} and {self.scale!r}")

    def __str__(self) -> str:
        return f"{self.width}x{self.height} pixels, (x - {self.mean:g}) / {self.scale:g}"

    def normalise(self, pixels: _Pixels) -> _Pixels:
        """Pixel values as the network takes them.

        Args:
            pixels: Float32 of any shape, 0 to 255.

        Returns:
            Float32 of the same shape.
        """
        return (pixels - self.mean) / self.scale
