"""scikit-image's ``blur_effect``: 0 = no blur to 1; it names no threshold."""

from collections.abc import Callable
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from skimage.measure import blur_effect

VERSION = f"scikit-image {version('scikit-image')}"


def open_tool(argument: str) -> Callable[[NDArray[np.uint8]], dict[str, object]]:
    """Nothing is loaded."""

    def look(pixels: NDArray[np.uint8]) -> dict[str, object]:
        return {"score": float(blur_effect(pixels, channel_axis=-1))}

    return look
