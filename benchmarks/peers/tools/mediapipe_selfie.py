"""MediaPipe's selfie segmentation, whose model is in its wheel: people, not blur."""

from collections.abc import Callable

import mediapipe
import numpy as np
from mediapipe.python.solutions.selfie_segmentation import SelfieSegmentation
from numpy.typing import NDArray

VERSION = f"MediaPipe {mediapipe.__version__}"


def open_tool(argument: str) -> Callable[[NDArray[np.uint8]], dict[str, object]]:
    """Open the general model, 256x256."""
    segmentation = SelfieSegmentation(model_selection=0)

    def look(pixels: NDArray[np.uint8]) -> dict[str, object]:
        segmentation.process(pixels)
        return {}

    return look
