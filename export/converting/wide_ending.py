"""An int8 TFLite file in; out the same map, its last steps taken on many numbers at a time.

A blur map ends in a 1x1 convolution to one channel and a bilinear enlargement of that channel.
Kernels work on channels side by side: with one they do little more than go from pixel to pixel. So
here

- the convolution takes eight neighbouring pixels as one of eight times the channels and gives them
  as eight channels, with weights of zero between different pixels: the same integers;
- the enlargement is taken along the rows first, as a product with a matrix of quarters, and then
  along the columns, where all of a row's pixels are channels: the same, rounded once more.

Runs in the process of ``export.converting.tflite_worker``.
"""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tensorflow.lite.python import schema_py_generated as schema
from tensorflow.lite.tools import flatbuffer_utils

_SIDE_BY_SIDE = 8
"""Pixels whose values are computed together: as many channels as the narrowest kernels take."""

_ENDING = [
    schema.BuiltinOperator.CONV_2D,
    schema.BuiltinOperator.RESIZE_BILINEAR,
    schema.BuiltinOperator.LOGISTIC,
]


def with_wide_ending(content: bytes) -> bytes:
    """Rewrite the ending of a blur map.

    Args:
        content: A TFLite file.

    Returns:
        The file; as it was if it does not end in an int8 1x1 convolution to one channel, a bilinear
        enlargement by a whole number and a sigmoid.
    """
    model = flatbuffer_utils.convert_bytearray_to_object(content)
    (graph,) = model.subgraphs
    kinds = [model.operatorCodes[operator.opcodeIndex].builtinCode for operator in graph.operators]
    for first in range(len(kinds) - 2):
        if kinds[first : first + 3] == _ENDING and _is_narrow(graph, first):
            _Rewriting(model).widen(first)
            return bytes(flatbuffer_utils.convert_object_to_bytearray(model))
    return content


def enlarging_matrix(places: int, factor: int) -> NDArray[np.float64]:
    """How the pixels of an enlarged row are made of those of the row.

    Args:
        places: Pixels of the row.
        factor: How many times as many there are in the enlarged one.

    Returns:
        (factor * places, places) shares, multiples of 1 / (2 * factor); each row's sum is 1. Pixels
        are squares with their values at the centres (``half_pixel_centers``); beyond the ends are
        more of the first and of the last.
    """
    centres = (np.arange(factor * places) + 0.5) / factor - 0.5
    distances = np.abs(centres.clip(0, places - 1)[:, None] - np.arange(places))
    shares: NDArray[np.float64] = (1 - distances).clip(0, None)
    return shares


def _is_narrow(graph: Any, first: int) -> bool:
    """Whether three operators in a row are the ending of a map that can be rewritten."""
    convolution, enlargement, sigmoid = graph.operators[first : first + 3]
    features, weights = (graph.tensors[i] for i in convolution.inputs[:2])
    logits, enlarged = (graph.tensors[o.outputs[0]] for o in (convolution, enlargement))
    options = convolution.builtinOptions
    read = [int(i) for operator in graph.operators for i in operator.inputs]
    inside = (int(convolution.outputs[0]), int(enlargement.outputs[0]))
    _, height, width, channels = features.shape
    factor = enlarged.shape[1] // height
    return (
        (enlargement.inputs[0], sigmoid.inputs[0]) == inside
        and len(convolution.inputs) == 3
        and all(read.count(tensor) == 1 for tensor in inside)
        and features.type == logits.type == schema.TensorType.INT8
        and list(weights.shape) == [1, 1, 1, channels]
        and (options.strideH, options.strideW) == (1, 1)
        and options.fusedActivationFunction == schema.ActivationFunctionType.NONE
        and enlargement.builtinOptions.halfPixelCenters
        and list(enlarged.shape) == [1, factor * height, factor * width, 1]
        # The shares and their sum, 1, are whole steps of one scale up to 127.
        and 1 < factor <= 63
    )


class _Rewriting:
    """Changes a model's only graph in place.

    Args:
        model: As ``flatbuffer_utils`` reads it.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        (self._graph,) = model.subgraphs

    def widen(self, first: int) -> None:
        """Replace the convolution at ``first``, the enlargement and the sigmoid after it."""
        convolution, enlargement, sigmoid = self._graph.operators[first : first + 3]
        features, weights, bias, logits, probability = (
            self._graph.tensors[i]
            for i in (*convolution.inputs, convolution.outputs[0], sigmoid.outputs[0])
        )
        _, height, width, channels = (int(side) for side in features.shape)
        factor = int(probability.shape[1]) // height
        together = max(n for n in range(1, _SIDE_BY_SIDE + 1) if width % n == 0)

        def step(name: str, shape: Sequence[int], like: Any) -> int:
            """A tensor between two of the steps, of the meaning of another."""
            name = f"{logits.name.decode()}/{name}"
            return self._tensor(name, shape, schema.TensorType.INT8, like.quantization)

        grouped = step("pixels", (1, height, width // together, together * channels), features)
        group_logits = step("group", (1, height, width // together, together), logits)
        rows = step("rows", (1, height, 1, width), logits)
        wide_rows = step("wide_rows", (1, height, 1, factor * width), logits)
        enlarged = step("enlarged", (1, factor * height, 1, factor * width), logits)
        flat = step("probability", (1, factor * height, 1, factor * width), probability)

        own_weights = np.kron(np.eye(together, dtype=np.int8), self._values(weights, np.int8))
        steps_a_share = 127 // (2 * factor)
        shares = enlarging_matrix(width, factor) * (2 * factor * steps_a_share)
        share_scale = 1 / (2 * factor * steps_a_share)
        self._graph.operators[first : first + 3] = [
            self._reshape(convolution.inputs[0], grouped),
            self._convolution(
                convolution,
                grouped,
                group_logits,
                own_weights,
                float(weights.quantization.scale[0]),
                np.repeat(self._values(bias, np.int32), together),
            ),
            self._reshape(group_logits, rows),
            self._convolution(
                convolution,
                rows,
                wide_rows,
                np.rint(shares).astype(np.int8),
                share_scale,
                np.zeros(factor * width, np.int32),
            ),
            self._resize(enlargement, wide_rows, enlarged),
            self._operator(sigmoid, [enlarged], flat),
            self._reshape(flat, int(sigmoid.outputs[0])),
        ]
        self._drop_unused()

    def _values(self, tensor: Any, dtype: type) -> NDArray[Any]:
        return np.frombuffer(bytes(self._model.buffers[tensor.buffer].data), dtype)

    def _tensor(self, name: str, shape: Sequence[int], kind: int, quantization: Any) -> int:
        tensor = schema.TensorT()
        tensor.name = name.encode()
        tensor.shape = [int(side) for side in shape]
        tensor.type = kind
        tensor.buffer = 0
        tensor.quantization = deepcopy(quantization)
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1

    def _constant(self, name: str, values: NDArray[Any], quantization: Any = None) -> int:
        kinds = {"int8": schema.TensorType.INT8, "int32": schema.TensorType.INT32}
        place = self._tensor(name, values.shape, kinds[values.dtype.name], quantization)
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        self._model.buffers.append(buffer)
        self._graph.tensors[place].buffer = len(self._model.buffers) - 1
        return place

    def _name(self, place: int) -> str:
        name: str = self._graph.tensors[place].name.decode()
        return name

    def _operator(self, like: Any, inputs: Sequence[int], output: int) -> Any:
        operator = deepcopy(like)
        operator.inputs = [int(i) for i in inputs]
        operator.outputs = [output]
        return operator

    def _convolution(
        self,
        like: Any,
        place: int,
        output: int,
        weights: NDArray[np.int8],
        scale: float,
        bias: NDArray[np.int32],
    ) -> Any:
        """A 1x1 convolution; ``weights`` are (outputs, inputs), all of one scale."""
        outputs, inputs = weights.shape
        name = self._name(output)
        input_scale = float(self._graph.tensors[place].quantization.scale[0])
        operands = [
            place,
            self._constant(
                f"{name}/weights",
                weights.reshape(outputs, 1, 1, inputs),
                _per_channel(scale, outputs),
            ),
            self._constant(f"{name}/bias", bias, _per_channel(scale * input_scale, outputs)),
        ]
        return self._operator(like, operands, output)

    def _reshape(self, place: int, output: int) -> Any:
        shape = np.array(self._graph.tensors[output].shape, np.int32)
        operator = schema.OperatorT()
        operator.opcodeIndex = self._reshape_code()
        operator.inputs = [int(place), self._constant(f"{self._name(output)}/shape", shape)]
        operator.outputs = [output]
        operator.builtinOptionsType = schema.BuiltinOptions.ReshapeOptions
        operator.builtinOptions = schema.ReshapeOptionsT()
        operator.builtinOptions.newShape = shape
        return operator

    def _reshape_code(self) -> int:
        codes = self._model.operatorCodes
        wanted = schema.BuiltinOperator.RESHAPE
        for place, code in enumerate(codes):
            if code.builtinCode == wanted:
                return place
        code = schema.OperatorCodeT()
        code.builtinCode = code.deprecatedBuiltinCode = wanted
        code.version = 1
        codes.append(code)
        return len(codes) - 1

    def _resize(self, like: Any, place: int, output: int) -> Any:
        size = np.array(self._graph.tensors[output].shape[1:3], np.int32)
        return self._operator(
            like, [place, self._constant(f"{self._name(output)}/size", size)], output
        )

    def _drop_unused(self) -> None:
        """Remove the tensors and the contents of buffers that nothing refers to any more."""
        graph = self._graph
        used = {int(i) for o in graph.operators for i in (*o.inputs, *o.outputs)}
        used |= {int(i) for i in (*graph.inputs, *graph.outputs)}
        kept = sorted(used - {-1})
        new = {old: place for place, old in enumerate(kept)} | {-1: -1}
        for tensor in (t for i, t in enumerate(graph.tensors) if i not in used):
            self._model.buffers[tensor.buffer].data = None
        graph.tensors = [graph.tensors[i] for i in kept]
        for item in graph.operators:
            item.inputs = [new[int(i)] for i in item.inputs]
            item.outputs = [new[int(i)] for i in item.outputs]
        graph.inputs = [new[int(i)] for i in graph.inputs]
        graph.outputs = [new[int(i)] for i in graph.outputs]
        for signature in self._model.signatureDefs or []:
            for entry in (*signature.inputs, *signature.outputs):
                entry.tensorIndex = new[int(entry.tensorIndex)]


def _per_channel(scale: float, channels: int) -> Any:
    quantization = schema.QuantizationParametersT()
    quantization.scale = np.full(channels, scale, np.float32)
    quantization.zeroPoint = np.zeros(channels, np.int64)
    quantization.quantizedDimension = 0
    return quantization
