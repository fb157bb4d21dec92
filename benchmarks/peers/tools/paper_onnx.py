"""The paper's student in onnxruntime, from the ONNX file of ``python -m export``."""

from collections.abc import Callable

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from PIL import Image

VERSION = f"onnxruntime {onnxruntime.__version__}"


def open_tool(file: str) -> Callable[[NDArray[np.uint8]], dict[str, object]]:
    """Open the file; it takes (1, 3, H, W) float32 from 0 to 1."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(file, options, ["CPUExecutionProvider"])
    (taken,) = session.get_inputs()
    size_wh = taken.shape[3], taken.shape[2]

    def look(pixels: NDArray[np.uint8]) -> dict[str, object]:
        squashed = Image.fromarray(pixels).resize(size_wh, Image.Resampling.BILINEAR)
        image = np.asarray(squashed, np.float32).transpose(2, 0, 1)[None] / np.float32(255)
        # Its sigmoid gives one float32 step more than 1 for some logits.
        return {"map": session.run(None, {taken.name: image})[0][0, 0].clip(0, 1)}

    return look
