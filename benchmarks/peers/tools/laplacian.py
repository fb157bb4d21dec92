"""The variance of the Laplacian of the grey photo, by OpenCV: under 100 it is called blurred.

That threshold is that of the tutorial that most who use it follow ("Blur detection with OpenCV",
PyImageSearch, 2015).
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

VERSION = f"OpenCV {cv2.__version__}"
_THRESHOLD = 100


def open_tool(argument: str) -> Callable[[NDArray[np.uint8]], dict[str, object]]:
    """Nothing is loaded."""
    cv2.setNumThreads(1)

    def look(pixels: NDArray[np.uint8]) -> dict[str, object]:
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        variance = float(cv2.Laplacian(grey, cv2.CV_64F).var())
        return {"score": -variance, "bad": variance < _THRESHOLD}

    return look
