"""What a network expects at its input: size and normalisation of an RGB photo."""

from dataclasses import dataclass


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
