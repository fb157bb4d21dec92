"""A model of ours run by MediaPipe's ImageSegmenter, which brings the map to the photo's size."""

from collections.abc import Callable

import mediapipe
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

VERSION = f"MediaPipe {mediapipe.__version__}"


def open_tool(file: str) -> Callable[[NDArray[np.uint8]], dict[str, object]]:
    """Open a TFLite file with metadata."""
    segmenter = vision.ImageSegmenter.create_from_options(
        vision.ImageSegmenterOptions(
            base_options=BaseOptions(model_asset_path=file), output_confidence_masks=True
        )
    )

    def look(pixels: NDArray[np.uint8]) -> dict[str, object]:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=pixels)
        (mask,) = segmenter.segment(image).confidence_masks
        return {"map": mask.numpy_view().squeeze()}

    return look
