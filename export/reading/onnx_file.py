"""A trained network in, an ONNX file out.

Input ``image`` (1, 3, H, W) float32; output as its kind of network has it, a blur map ``blur``
(1, 1, H, W) float32. The file's metadata says how a pixel x is fed: ``(x - mean) / scale``, RGB.
"""

import warnings
from collections.abc import Iterable
from pathlib import Path

import onnx
import torch

from export.errors import ConversionError
from export.kinds import Kind, kind_of
from networks import Network, NetworkContract
from networks.weights import TrainedNetwork

INPUT_NAME = "image"

# The newest that onnxruntime of 2022 (the web and old phones) reads.
OPSET = 17


def write_onnx(trained: TrainedNetwork[Network], path: Path) -> None:
    """Write a network as ONNX.

    Raises:
        ConversionError: If PyTorch cannot export it.
    """
    contract, kind = trained.contract, kind_of(trained.network)
    image = torch.zeros(1, 3, contract.height, contract.width)
    try:
        with warnings.catch_warnings():
            # The classic exporter says that it is the classic one, and what it does not fold.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                trained.network,
                (image,),
                str(path),
                dynamo=False,
                opset_version=OPSET,
                input_names=[INPUT_NAME],
                output_names=[kind.output.name],
            )
    except Exception as error:
        # PyTorch's exporter raises anything, by operator.
        raise ConversionError(f"PyTorch cannot export this network to ONNX: {error}.") from error
    model = onnx.load(path)
    set_metadata(model, contract, trained.architecture, kind)
    onnx.save(model, path)


def opset_of(opsets: Iterable[onnx.OperatorSetIdProto]) -> int:
    """The version of ONNX's own operators that a network names; 0 if it names none."""
    return max((o.version for o in opsets if o.domain in ("", "ai.onnx")), default=0)


def set_metadata(
    model: onnx.ModelProto, contract: NetworkContract, architecture: str, kind: Kind
) -> None:
    """Write into an ONNX model how it is fed and what it gives."""
    facts = {
        "mean": contract.mean,
        "scale": contract.scale,
        "color": "RGB",
        "output": kind.output.meaning,
        "architecture": architecture,
    }
    onnx.helper.set_model_props(model, {name: str(value) for name, value in facts.items()})
