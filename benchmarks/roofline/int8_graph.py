"""Layers in, a TFLite file of them in int8 out: random weights, nothing learnt; only time counts.

Written as TFLite's schema says, without a converter.
"""

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

_OPERATORS = schema.BuiltinOperator
_TYPES = schema.TensorType
# The first versions that know int8, and weights with a scale for each channel.
_VERSIONS = {
    _OPERATORS.CONV_2D: 3,
    _OPERATORS.DEPTHWISE_CONV_2D: 3,
    _OPERATORS.RESIZE_BILINEAR: 3,
    _OPERATORS.RESHAPE: 1,
}
_NEWER = 2
# Scales and zero points: of a photo's bytes, before and after 128 is taken off; of what ReLU6 gives
# and of what goes on without it; of probabilities, the same way.
_BYTES, _PHOTO = (1 / 128, 127), (1 / 128, -1)
_CLIPPED, _SIGNED = (6 / 255, -128), (6 / 255, 0)
_PROBABILITY, _PROBABILITY_BYTES = (1 / 256, -128), (1 / 256, 0)
# Keeps the spread of what goes through: ReLU6 cuts half of it off, and weights that are spread
# evenly up to 1 deviate by .58.
_GAIN = 2.4


class Int8Graph:
    """A network that grows by a layer with every call; layers are known by numbers.

    Args:
        height: Of the input.
        width: Of the input.
        channels: Of the input.

    Attributes:
        input: The number of what the first layer takes, as after a ReLU6.
    """

    def __init__(self, height: int, width: int, channels: int) -> None:
        self._random = np.random.default_rng(0)
        self._graph = schema.SubGraphT()
        self._graph.tensors, self._graph.operators = [], []
        self._model = schema.ModelT()
        self._model.version = 3
        self._model.subgraphs = [self._graph]
        # By the schema the first buffer is empty: that of all that is computed.
        self._model.buffers = [schema.BufferT()]
        self._model.operatorCodes = []
        self._places: dict[int, int] = {}
        self.input = self._features((height, width, channels), _CLIPPED)
        self._graph.inputs = [self.input]

    @classmethod
    def of_photo(cls, side: int) -> "Int8Graph":
        """One that takes a photo's bytes, (side, side, 3) uint8 RGB, as the models do."""
        graph = cls(side, side, 3)
        photo = graph._graph.tensors[graph.input]
        photo.type, photo.quantization = _TYPES.UINT8, _quantization([_BYTES[0]], [_BYTES[1]])
        shifted = graph._features((side, side, 3), _PHOTO)
        graph._operator(_OPERATORS.QUANTIZE, [graph.input], shifted)
        graph.input = shifted
        return graph

    def shape(self, layer: int) -> tuple[int, int, int]:
        """Height, width and channels of what a layer gives."""
        _, height, width, channels = self._graph.tensors[layer].shape
        return height, width, channels

    def convolution(
        self, layer: int, channels: int, kernel: int, *, stride: int = 1, relu6: bool = True
    ) -> int:
        """Append a convolution over all channels."""
        weights = (channels, kernel, kernel, self.shape(layer)[2])
        options = schema.Conv2DOptionsT()
        return self._products(layer, weights, 0, stride, relu6, _OPERATORS.CONV_2D, options)

    def depthwise(self, layer: int, kernel: int, *, stride: int = 1) -> int:
        """Append a convolution of every channel by itself, with ReLU6."""
        weights = (1, kernel, kernel, self.shape(layer)[2])
        options = schema.DepthwiseConv2DOptionsT()
        options.depthMultiplier = 1
        kind = _OPERATORS.DEPTHWISE_CONV_2D
        return self._products(layer, weights, 3, stride, True, kind, options)

    def addition(self, layer: int, other: int, *, relu6: bool = False) -> int:
        """Append the sum of what two layers give."""
        options = schema.AddOptionsT()
        options.fusedActivationFunction = _activation(relu6)
        output = self._features(self.shape(layer), _CLIPPED if relu6 else _SIGNED)
        return self._operator(_OPERATORS.ADD, [layer, other], output, "AddOptions", options)

    def enlargement(self, layer: int, height: int, width: int) -> int:
        """Append a bilinear enlargement."""
        options = schema.ResizeBilinearOptionsT()
        options.halfPixelCenters = True
        size = self._constant(np.array([height, width], np.int32))
        output = self._like(layer, (height, width, self.shape(layer)[2]))
        kind = _OPERATORS.RESIZE_BILINEAR
        return self._operator(kind, [layer, size], output, "ResizeBilinearOptions", options)

    def reshape(self, layer: int, height: int, width: int, channels: int) -> int:
        """Append another reading of the same numbers in their order."""
        options = schema.ReshapeOptionsT()
        options.newShape = np.array([1, height, width, channels], np.int32)
        output = self._like(layer, (height, width, channels))
        operands = [layer, self._constant(options.newShape)]
        return self._operator(_OPERATORS.RESHAPE, operands, output, "ReshapeOptions", options)

    def probability_bytes(self, layer: int) -> int:
        """Append a sigmoid, and its values as bytes."""
        shape = self.shape(layer)
        probability = self._features(shape, _PROBABILITY)
        self._operator(_OPERATORS.LOGISTIC, [layer], probability)
        output = self._features(shape, _PROBABILITY_BYTES, _TYPES.UINT8)
        return self._operator(_OPERATORS.QUANTIZE, [probability], output)

    def content(self, output: int) -> bytes:
        """The TFLite file that gives what a layer gives."""
        self._graph.outputs = [output]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self._model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _products(
        self,
        layer: int,
        shape: tuple[int, int, int, int],
        axis: int,
        stride: int,
        relu6: bool,
        kind: int,
        options: Any,
    ) -> int:
        height, width, inputs = self.shape(layer)
        depthwise = kind == _OPERATORS.DEPTHWISE_CONV_2D
        options.padding = schema.Padding.SAME
        options.strideH = options.strideW = stride
        options.fusedActivationFunction = _activation(relu6)
        summed = shape[1] * shape[2] * (1 if depthwise else inputs)
        scale = _GAIN / (127 * summed**0.5)
        bias_scale = scale * float(self._graph.tensors[layer].quantization.scale[0])
        operands = [
            layer,
            self._constant(self._random.integers(-127, 128, shape, np.int8), scale, axis),
            self._constant(np.zeros(shape[axis], np.int32), bias_scale),
        ]
        size = (-(-height // stride), -(-width // stride), shape[axis])
        output = self._features(size, _CLIPPED if relu6 else _SIGNED)
        name = "DepthwiseConv2DOptions" if depthwise else "Conv2DOptions"
        return self._operator(kind, operands, output, name, options)

    def _operator(
        self,
        kind: int,
        operands: Sequence[int],
        output: int,
        options_name: str = "NONE",
        options: Any = None,
    ) -> int:
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(kind)
        operator.inputs, operator.outputs = list(operands), [output]
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, options_name)
        operator.builtinOptions = options
        self._graph.operators.append(operator)
        return output

    def _code(self, kind: int) -> int:
        if kind not in self._places:
            code = schema.OperatorCodeT()
            code.builtinCode = code.deprecatedBuiltinCode = kind
            code.version = _VERSIONS.get(kind, _NEWER)
            self._places[kind] = len(self._model.operatorCodes)
            self._model.operatorCodes.append(code)
        return self._places[kind]

    def _like(self, layer: int, shape: tuple[int, int, int]) -> int:
        quantization = self._graph.tensors[layer].quantization
        return self._tensor((1, *shape), _TYPES.INT8, 0, quantization)

    def _features(
        self, shape: tuple[int, int, int], meaning: tuple[float, int], kind: int = _TYPES.INT8
    ) -> int:
        scale, zero_point = meaning
        return self._tensor((1, *shape), kind, 0, _quantization([scale], [zero_point]))

    def _constant(self, values: NDArray[Any], scale: float | None = None, axis: int = 0) -> int:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        self._model.buffers.append(buffer)
        kind = {"int8": _TYPES.INT8, "int32": _TYPES.INT32}[values.dtype.name]
        quantization = None
        if scale is not None:
            channels = values.shape[axis]
            quantization = _quantization([scale] * channels, [0] * channels, axis)
        return self._tensor(values.shape, kind, len(self._model.buffers) - 1, quantization)

    def _tensor(self, shape: Sequence[int], kind: int, buffer: int, quantization: Any) -> int:
        tensor = schema.TensorT()
        tensor.name = f"tensor{len(self._graph.tensors)}"
        tensor.shape, tensor.type = [int(side) for side in shape], kind
        tensor.buffer, tensor.quantization = buffer, quantization
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1


def _activation(relu6: bool) -> int:
    functions = schema.ActivationFunctionType
    return int(functions.RELU6 if relu6 else functions.NONE)


def _quantization(scales: Sequence[float], zero_points: Sequence[int], axis: int = 0) -> Any:
    quantization = schema.QuantizationParametersT()
    quantization.scale = np.array(scales, np.float32)
    quantization.zeroPoint = np.array(zero_points, np.int64)
    quantization.quantizedDimension = axis
    return quantization
