"""An ONNX file in, one with its constants and paddings folded, and prepared for converters, out."""

from pathlib import Path

import onnx
import onnxsim

from export.converting.prepared_graph import prepare
from export.errors import ConversionError
from export.reading.foreign_onnx import NAME_PREFIX


def simplify_onnx(path: Path, simplified: Path) -> None:
    """Fold constants, and paddings into the convolutions that they precede, and prepare the rest.

    Args:
        path: The file to simplify.
        simplified: The file to write.

    Raises:
        ConversionError: If onnxsim fails.
    """
    try:
        model, _ = onnxsim.simplify(onnx.load(path), check_n=0)
    except Exception as error:
        # onnxsim raises whatever its C++ side gives.
        reason = " ".join(str(error).replace(NAME_PREFIX, "").split()).rstrip(".")
        raise ConversionError(f"onnxsim cannot simplify the network: {reason}.") from error
    prepare(model)
    onnx.save(model, simplified)
