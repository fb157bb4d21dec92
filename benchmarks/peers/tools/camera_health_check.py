"""camera-health: what its checks of a frame say, all together or of focus alone."""

from collections.abc import Callable
from importlib.metadata import version

import camera_health
import numpy as np
from numpy.typing import NDArray

VERSION = f"camera-health {version('camera-health')}"


def open_tool(argument: str) -> Callable[[NDArray[np.uint8]], dict[str, object]]:
    """Nothing is loaded.

    Args:
        argument: "verdict" for what it says of the frame, "defocus" for this fault alone.
    """

    def look(pixels: NDArray[np.uint8]) -> dict[str, object]:
        health = camera_health.check(pixels)
        if argument == "defocus":
            return {"score": -health.metrics["focus"], "bad": health.has("defocus")}
        return {"bad": not health.ok}

    return look
