"""blur-detector: a map of what is sharp, with the arguments of its README."""

from collections.abc import Callable
from importlib.metadata import version

import blur_detector
import cv2
import numpy as np
from numpy.typing import NDArray

VERSION = f"blur-detector {version('blur-detector')}"


def open_tool(argument: str) -> Callable[[NDArray[np.uint8]], dict[str, object]]:
    """Nothing is loaded."""
    cv2.setNumThreads(1)

    def look(pixels: NDArray[np.uint8]) -> dict[str, object]:
        sharp = blur_detector.detectBlur(
            cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY),
            downsampling_factor=4,
            num_scales=4,
            scale_start=2,
            num_iterations_RF_filter=3,
            show_progress=False,
        )
        return {"map": 1 - sharp}

    return look
