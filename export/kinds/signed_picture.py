"""A difference in, a picture of it out."""

import numpy as np
from numpy.typing import NDArray


def signed_picture(difference: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Red where it rose, blue where it fell, white where it stayed.

    Args:
        difference: (h, w) float32; 1 and -1 are shown at full strength.

    Returns:
        (h, w, 3) uint8.
    """
    rise, fall = difference.clip(0, 1), (-difference).clip(0, 1)
    return levels(np.stack([1 - fall, 1 - np.maximum(rise, fall), 1 - rise], axis=-1))


def levels(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Float32 from 0 to 1 of any shape as uint8 from 0 to 255."""
    return np.rint(values * 255).astype(np.uint8)
