"""Ours: the blur map of a photo, from a bundled model or a TFLite file."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dbd_mobile import BlurDetector
from dbd_mobile.version import __version__

VERSION = f"dbd-mobile {__version__}"


def open_tool(model: str) -> Callable[[NDArray[np.uint8]], dict[str, object]]:
    """Open a model by its id or path."""
    detector = BlurDetector(model, threads=1)

    def look(pixels: NDArray[np.uint8]) -> dict[str, object]:
        blur_map = detector.detect(pixels)
        return {
            "score": 1 - blur_map.sharpness(),
            "bad": not blur_map.is_in_focus(),
            "map": blur_map.model_probability,
        }

    return look
