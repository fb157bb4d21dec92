"""What a TFLite file says of one tensor."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.quantization import Quantization

# Of the schema's TensorType.
FLOAT32 = 0
FLOAT16 = 1
INT32 = 2
UINT8 = 3
INT64 = 4
BOOL = 6
INT8 = 9


@dataclass(frozen=True)
class Tensor:
    """A tensor of the graph.

    Attributes:
        name: Its name in the file.
        shape: Its sides, none negative.
        type: The schema's number of its element type, e.g. :data:`UINT8`.
        size_bytes: What its values take.
        stored: (n,) uint8, the bytes of its values if they are in the file.
        quantization: What its integers mean; None where there is none or it differs by channel.
    """

    name: str
    shape: tuple[int, ...]
    type: int
    size_bytes: int
    stored: NDArray[np.uint8] | None
    quantization: Quantization | None
