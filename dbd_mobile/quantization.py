"""A tensor's integers in; the values that they stand for out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Quantization:
    """What the integers of a tensor mean: value = (integer - zero_point) x scale.

    Attributes:
        scale: Difference in value between neighbouring integers, above 0.
        zero_point: The integer that means 0.

    Examples:
        >>> Quantization(scale=0.5, zero_point=1).dequantise(np.array([1, 3], np.uint8)).tolist()
        [0.0, 1.0]
    """

    scale: float
    zero_point: int

    def dequantise(self, integers: NDArray[Any]) -> NDArray[np.float32]:
        """Turn integers of any shape into float32 values."""
        scale = np.float32(self.scale)
        values: NDArray[np.float32]
        if self.zero_point == 0:
            # As most maps are; large ones are gone through once.
            values = np.multiply(integers, scale, dtype=np.float32)
        else:
            values = np.subtract(integers, np.float32(self.zero_point), dtype=np.float32)
            values *= scale
        return values
