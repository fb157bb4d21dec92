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
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

from export.converting.tflite_model import TfliteModel

_SIDE_BY_SIDE = 8
"""Pixels whose values are computed together: as many channels as the narrowest kernels take."""

_ENDING = [
    schema.BuiltinOperator.CONV_2D,
    schema.BuiltinOperator.RESIZE_BILINEAR,
    schema.BuiltinOperator.LOGISTIC,
]


def widen_ending(model: TfliteModel) -> None:
    """Rewrite the ending of a blur map.

    Args:
        model: Changed in place, if it ends in an int8 1x1 convolution to one channel, a bilinear
            enlargement by a whole number and a sigmoid.
    """
    kinds = [model.kind(operator) for operator in model.graph.operators]
    for first in range(len(kinds) - 2):
        if kinds[first : first + 3] == _ENDING and _is_narrow(model.graph, first):
            _Rewriting(model).widen(first)
            return


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
    """Changes a model's graph in place."""

    def __init__(self, model: TfliteModel) -> None:
        self._model = model
        self._graph = model.graph

    def widen(self, first: int) -> None:
        """Replace the convolution at ``first``, the enlargement and the sigmoid after it."""
        convolution, enlargement, sigmoid = self._graph.operators[first : first + 3]
        features, weights, _, logits, probability = (
            self._graph.tensors[i]
            for i in (*convolution.inputs, convolution.outputs[0], sigmoid.outputs[0])
        )
        _, height, width, channels = (int(side) for side in features.shape)
        factor = int(probability.shape[1]) // height
        together = max(n for n in range(1, _SIDE_BY_SIDE + 1) if width % n == 0)

        def step(name: str, shape: Sequence[int], like: Any) -> int:
            """A tensor between two of the steps, of the meaning of another."""
            name = f"{logits.name.decode()}/{name}"
            quantization = deepcopy(like.quantization)
            return self._model.add_tensor(name, shape, schema.TensorType.INT8, quantization)

        grouped = step("pixels", (1, height, width // together, together * channels), features)
        group_logits = step("group", (1, height, width // together, together), logits)
        rows = step("rows", (1, height, 1, width), logits)
        wide_rows = step("wide_rows", (1, height, 1, factor * width), logits)
        enlarged = step("enlarged", (1, factor * height, 1, factor * width), logits)
        flat = step("probability", (1, factor * height, 1, factor * width), probability)

        own_weights = np.kron(
            np.eye(together, dtype=np.int8), self._model.values(convolution.inputs[1], np.int8)
        )
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
                np.repeat(self._model.values(convolution.inputs[2], np.int32), together),
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
        name = self._model.name(output)
        input_scale = float(self._graph.tensors[place].quantization.scale[0])
        operands = [
            place,
            self._model.add_constant(
                f"{name}/weights",
                weights.reshape(outputs, 1, 1, inputs),
                _per_channel(scale, outputs),
            ),
            self._model.add_constant(
                f"{name}/bias", bias, _per_channel(scale * input_scale, outputs)
            ),
        ]
        return self._operator(like, operands, output)

    def _reshape(self, place: int, output: int) -> Any:
        shape = np.array(self._graph.tensors[output].shape, np.int32)
        kind = schema.BuiltinOperator.RESHAPE
        operands = [place, self._model.add_constant(f"{self._model.name(output)}/shape", shape)]
        operator = self._model.make_operator(kind, operands, [output])
        operator.builtinOptionsType = schema.BuiltinOptions.ReshapeOptions
        operator.builtinOptions = schema.ReshapeOptionsT()
        operator.builtinOptions.newShape = shape
        return operator

    def _resize(self, like: Any, place: int, output: int) -> Any:
        size = np.array(self._graph.tensors[output].shape[1:3], np.int32)
        return self._operator(
            like,
            [place, self._model.add_constant(f"{self._model.name(output)}/size", size)],
            output,
        )


def _per_channel(scale: float, channels: int) -> Any:
    quantization = schema.QuantizationParametersT()
    quantization.scale = np.full(channels, scale, np.float32)
    quantization.zeroPoint = np.zeros(channels, np.int64)
    quantization.quantizedDimension = 0
    return quantization
