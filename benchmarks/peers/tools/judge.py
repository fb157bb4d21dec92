"""Ours: the verdict on a photo's subject, from the blur map and the photo's own pixels."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from dbd_mobile import BlurDetector
from dbd_mobile.version import __version__

VERSION = f"dbd-mobile {__version__}"


def open_tool(model: str) -> Callable[[NDArray[np.uint8]], dict[str, object]]:
    """Open a blur-map model by its id or path, with the bundled detail model."""
    detector = BlurDetector(model, threads=1)

    def look(pixels: NDArray[np.uint8]) -> dict[str, object]:
        focus = detector.judge(pixels)
        return {
            "score": None if focus.score is None else 1 - focus.score,
            "bad": focus.verdict in ("soft", "blurred"),
        }

    return look
