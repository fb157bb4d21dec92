"""A TFLite file's bytes in; its input and output facts out, or a refusal in one sentence."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.errors import ModelError, sentence_of
from dbd_mobile.pyramid import CELL
from dbd_mobile.quantization import Quantization
from dbd_mobile.tflite.flatbuffer import DamagedError
from dbd_mobile.tflite.graph import Graph, read_graph
from dbd_mobile.tflite.precision import precision_of
from dbd_mobile.tflite.tensor import FLOAT32, UINT8, Tensor

_DTYPES = {FLOAT32: "float32", UINT8: "uint8"}

INPUT_QUANTIZATION = Quantization(scale=1 / 128, zero_point=127)
"""How every model takes a photo's bytes x: as (x - 127) / 128.

A uint8 input has it as its quantisation; for a float32 one the runtime dequantises the bytes by it.
"""

SIGMOID_QUANTIZATION = Quantization(scale=1 / 256, zero_point=0)
"""What TFLite fixes for a sigmoid in int8: the range [0, 1) in 256 steps."""


@dataclass(frozen=True, kw_only=True)
class TensorFacts:
    """A model's input or output.

    Attributes:
        name: Its name in the file.
        width: Columns.
        height: Rows.
        channels: 3 for the photo (RGB, last in the layout NHWC), 1 for the map, 3 for codes of
            blur.
        dtype: "uint8" or "float32".
        quantization: How the integers are read; None for float32.
    """

    name: str
    width: int
    height: int
    channels: int
    dtype: str
    quantization: Quantization | None

    @property
    def size_wh(self) -> tuple[int, int]:
        """(width, height)."""
        return self.width, self.height


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What a model takes and gives.

    Attributes:
        input: The photo. uint8 takes the RGB bytes as they are; float32 takes (x - 127) / 128, as
            :data:`INPUT_QUANTIZATION` says.
        output: The blur map: probability, 1 = blurred. Of a model that measures blur, the codes of
            :mod:`dbd_mobile.radius_code`, one vector for each cell.
        precision: What it computes in, as :func:`~dbd_mobile.tflite.precision.precision_of` says.
    """

    input: TensorFacts
    output: TensorFacts
    precision: str | None

    def input_tensor(self, rgb: NDArray[np.uint8]) -> NDArray[Any]:
        """Make the input [1, H, W, 3] from (H, W, 3) uint8 RGB of the input's size."""
        pixels = rgb[np.newaxis]
        return pixels if self.input.quantization else INPUT_QUANTIZATION.dequantise(pixels)


def read_facts(content: bytes, *, name: str) -> ModelFacts:
    """Check a TFLite file and read what goes in and comes out of it.

    Args:
        content: The whole file.
        name: What to call the model in messages.

    Returns:
        The facts, read from the file.

    Raises:
        ModelError: The file is damaged, or does not take one [1, H, W, 3] photo and give one
            [1, h, w, 1] or [1, h, w] blur map.
    """
    graph = _intact(content, name)
    return ModelFacts(
        input=_input_facts(graph, name),
        output=_output_facts(graph, name),
        precision=precision_of(graph),
    )


def read_detail_facts(content: bytes, *, name: str) -> ModelFacts:
    """Check a TFLite file that measures blur and read what goes in and comes out of it.

    Args:
        content: The whole file.
        name: What to call the model in messages.

    Returns:
        The facts, read from the file; the output's quantisation is as it is stored.

    Raises:
        ModelError: The file is damaged, or does not take one [1, H, W, 3] photo and give one
            [1, H/16, W/16, 3] of codes.
    """
    graph = _intact(content, name)
    photo = _input_facts(graph, name)
    expected = (
        f"The model {name} does not measure blur: expected one output [1, H/16, W/16, 3] of "
        f"float32, or of uint8 with scale 1/256 and zero point 0"
    )
    if len(graph.outputs) != 1:
        raise ModelError(f"{expected}, got {len(graph.outputs)} outputs.")
    tensor = graph.outputs[0]
    cells = (1, photo.height // CELL, photo.width // CELL, 3)
    is_whole = photo.height % CELL == photo.width % CELL == 0
    is_known = tensor.type == FLOAT32 or (
        tensor.type == UINT8
        and tensor.quantization is not None
        and _is_sigmoid(tensor.quantization)
    )
    if not (is_whole and tuple(tensor.shape) == cells and is_known):
        raise ModelError(
            f"{expected}, got {_described(tensor)} for an input of {photo.width}x{photo.height}."
        )
    return ModelFacts(
        input=photo,
        output=_facts(tensor, 3, tensor.quantization),
        precision=precision_of(graph),
    )


def read_as_probability(stored: Quantization) -> Quantization:
    """How a map's integers are read.

    TFLite fixes the steps of an int8 sigmoid at 1/256. The last one, 255/256, stands for all that
    is above it, nearly all of which is close to 1: a map would never be certain of blur. The 256
    steps are read as those from 0 to 1 inclusive, which moves no value by more than 1/256.

    Args:
        stored: As the model file says.

    Returns:
        Steps of 1/255 for a sigmoid's of 1/256; any other quantisation as it is.
    """
    return Quantization(scale=1 / 255, zero_point=0) if _is_sigmoid(stored) else stored


def _intact(content: bytes, name: str) -> Graph:
    try:
        return read_graph(content)
    except DamagedError as error:
        raise ModelError(
            f"The model {name} is no intact TFLite file: {sentence_of(error)}"
        ) from None


def _is_sigmoid(stored: Quantization) -> bool:
    return stored.zero_point == SIGMOID_QUANTIZATION.zero_point and math.isclose(
        stored.scale, SIGMOID_QUANTIZATION.scale, rel_tol=1e-6
    )


def _input_facts(graph: Graph, name: str) -> TensorFacts:
    expected = (
        f"The model {name} does not take a photo: expected one input [1, H, W, 3] of float32, or "
        f"of uint8 with scale 1/128 and zero point 127"
    )
    if len(graph.inputs) != 1:
        raise ModelError(f"{expected}, got {len(graph.inputs)} inputs.")
    tensor = graph.inputs[0]
    is_photo = len(tensor.shape) == 4 and tensor.shape[0] == 1 and tensor.shape[3] == 3
    quantization = tensor.quantization
    is_normalised = tensor.type == FLOAT32 or (
        tensor.type == UINT8
        and quantization is not None
        and math.isclose(quantization.scale, INPUT_QUANTIZATION.scale, rel_tol=1e-6)
        and quantization.zero_point == INPUT_QUANTIZATION.zero_point
    )
    if not (is_photo and 0 not in tensor.shape and is_normalised):
        raise ModelError(f"{expected}, got {_described(tensor)}.")
    return _facts(tensor, 3, quantization)


def _output_facts(graph: Graph, name: str) -> TensorFacts:
    expected = (
        f"The model {name} does not give a blur map: expected one output [1, h, w, 1] of "
        f"probabilities, float32 or uint8"
    )
    if len(graph.outputs) != 1:
        raise ModelError(f"{expected}, got {len(graph.outputs)} outputs.")
    tensor = graph.outputs[0]
    shape = tensor.shape
    is_map = (len(shape) == 3 or (len(shape) == 4 and shape[3] == 1)) and shape[0] == 1
    quantization = tensor.quantization
    is_known = tensor.type == FLOAT32 or (tensor.type == UINT8 and quantization is not None)
    if not (is_map and 0 not in shape and is_known):
        raise ModelError(f"{expected}, got {_described(tensor)}.")
    return _facts(tensor, 1, quantization and read_as_probability(quantization))


def _facts(tensor: Tensor, channels: int, quantization: Quantization | None) -> TensorFacts:
    return TensorFacts(
        name=tensor.name,
        width=tensor.shape[2],
        height=tensor.shape[1],
        channels=channels,
        dtype=_DTYPES[tensor.type],
        quantization=quantization if tensor.type == UINT8 else None,
    )


def _described(tensor: Tensor) -> str:
    dtype = _DTYPES.get(tensor.type, f"element type {tensor.type}")
    if tensor.quantization is None:
        return f"{list(tensor.shape)} of {dtype}"
    return (
        f"{list(tensor.shape)} of {dtype} with scale {tensor.quantization.scale:g} and "
        f"zero point {tensor.quantization.zero_point}"
    )
