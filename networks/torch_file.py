"""A PyTorch file in, what it holds out; nothing in it is executed."""

from pathlib import Path
from typing import Any

import torch

from dbd_mobile.errors import InputError


def read_torch_file(path: Path, advice: str) -> Any:
    """Read a file of ``torch.save`` that holds tensors and plain values only, to the CPU.

    Args:
        path: The file.
        advice: What to do if it cannot be read, for the end of the sentence.

    Raises:
        InputError: If the file is missing, damaged, or holds other objects.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        # The unpickler meets damage with any exception, by what the bytes happen to mean.
        raise InputError(
            f"{path} cannot be read as a PyTorch file of tensors ({type(error).__name__}); "
            f"{advice}."
        ) from error
