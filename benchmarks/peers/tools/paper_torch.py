"""The paper's student in PyTorch, as its authors run it: eager, in float32."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from networks.weights import load_weights

VERSION = f"PyTorch {torch.__version__}"


def open_tool(checkpoint: str) -> Callable[[NDArray[np.uint8]], dict[str, object]]:
    """Open a ``Student_model.pth``."""
    torch.set_num_threads(1)
    network = load_weights(Path(checkpoint)).network
    contract = network.contract

    def look(pixels: NDArray[np.uint8]) -> dict[str, object]:
        squashed = Image.fromarray(pixels).resize(
            (contract.width, contract.height), Image.Resampling.BILINEAR
        )
        image = torch.from_numpy(np.array(squashed)).permute(2, 0, 1)[None].float()
        with torch.inference_mode():
            return {"map": network(contract.normalise(image))[0, 0].numpy()}

    return look
