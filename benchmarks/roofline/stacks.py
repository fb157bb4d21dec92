"""Sizes in; TFLite files of one kind of int8 convolution repeated out: what a kernel reaches.

Written as TFLite's schema says, without a converter: input and output are int8, so that nothing but
the convolutions is in them. Weights are random and nothing is learnt: only the time counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from numpy.typing import NDArray

_LAYERS = 4
# Of ReLU6's outputs.
_SCALE, _ZERO_POINT = 6 / 255, -128

# Keeps the spread of what goes through: ReLU6 cuts half of it off, and weights that are spread
# evenly up to 1 deviate by .58.
_GAIN = 2.4

# Of EfficientNet-Lite0 by stride: its width, that between the 1x1 convolutions of a block, and the
# kernel of the depthwise one.
_ENCODER = {
    2: (16, 96, 3),
    4: (24, 144, 3),
    8: (40, 240, 5),
    16: (112, 672, 5),
    32: (192, 1152, 5),
}
# As many channels as fill any kernel's registers; no layer of the models is as wide at its size.
_AMPLE = 256


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Convolutions one after another, each followed by ReLU6, at one size.

    Attributes:
        kind: "1x1", "3x3" or "depthwise".
        side: Height and width of all that goes through.
        channels: Of the input and of every layer's output.
        kernel: Height and width of the kernels.
    """

    kind: str
    side: int
    channels: tuple[int, ...]
    kernel: int

    @property
    def described(self) -> str:
        """E.g. "3x3, 40x40, 64 channels"."""
        widths = " and ".join(map(str, sorted(set(self.channels))))
        kernel = f"{self.kernel}x{self.kernel}"
        kind = f"{kernel} depthwise" if self.kind == "depthwise" else kernel
        return f"{kind}, {self.side}x{self.side}, {widths} channels"

    @property
    def macs(self) -> int:
        """Multiply-accumulates of all its layers."""
        places = self.side**2 * self.kernel**2
        if self.kind == "depthwise":
            return places * sum(self.channels[1:])
        pairs = zip(self.channels, self.channels[1:], strict=False)
        return places * sum(inputs * outputs for inputs, outputs in pairs)

    def content(self) -> bytes:
        """The TFLite file."""
        return _StackFile(self).content()


def stacks_for(side: int) -> list[Stack]:
    """The stacks of the sizes that an EfficientNet-Lite0 has.

    Args:
        side: Height and width of its input, a multiple of 32.
    """
    found = []
    for stride, (narrow, wide, kernel) in _ENCODER.items():
        size = side // stride
        found += [
            _stack("1x1", size, (narrow, wide) * (_LAYERS // 2) + (narrow,), 1),
            _stack("3x3", size, (narrow,) * (_LAYERS + 1), 3),
            _stack("depthwise", size, (wide,) * (_LAYERS + 1), kernel),
        ]
    found.append(_stack("3x3", side // 8, (_AMPLE,) * (_LAYERS + 1), 3))
    found.append(_stack("1x1", side // 8, (_AMPLE,) * (_LAYERS + 1), 1))
    return found


def _stack(kind: str, side: int, channels: tuple[int, ...], kernel: int) -> Stack:
    return Stack(kind=kind, side=side, channels=channels, kernel=kernel)


class _StackFile:
    """Writes a stack, layer by layer, into a model of TFLite's schema."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._random = np.random.default_rng(0)
        self._graph = schema.SubGraphT()
        self._graph.tensors, self._graph.operators = [], []
        self._model = schema.ModelT()
        self._model.version = 3
        self._model.subgraphs = [self._graph]
        # By the schema the first buffer is empty: that of all that is computed.
        self._model.buffers = [schema.BufferT()]
        self._model.operatorCodes = [self._code()]

    def content(self) -> bytes:
        stack = self._stack
        place = self._features("input", stack.channels[0])
        self._graph.inputs = [place]
        for number, outputs in enumerate(stack.channels[1:]):
            place = self._layer(number, place, stack.channels[number], outputs)
        self._graph.outputs = [place]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self._model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _code(self) -> Any:
        code = schema.OperatorCodeT()
        depthwise = self._stack.kind == "depthwise"
        kinds = schema.BuiltinOperator
        code.builtinCode = kinds.DEPTHWISE_CONV_2D if depthwise else kinds.CONV_2D
        code.deprecatedBuiltinCode = code.builtinCode
        # The first version that has weights with a scale for each channel.
        code.version = 3
        return code

    def _layer(self, number: int, place: int, inputs: int, outputs: int) -> int:
        kernel = self._stack.kernel
        depthwise = self._stack.kind == "depthwise"
        shape = (1, kernel, kernel, inputs) if depthwise else (outputs, kernel, kernel, inputs)
        summed = kernel**2 * (1 if depthwise else inputs)
        scale = _GAIN / (127 * summed**0.5)
        weights = self._random.integers(-127, 128, shape, np.int8)
        output = self._features(f"layer{number}", outputs)
        operator = schema.OperatorT()
        operator.opcodeIndex = 0
        operator.inputs = [
            place,
            self._constant(f"weights{number}", weights, scale, 3 if depthwise else 0),
            self._constant(f"bias{number}", np.zeros(outputs, np.int32), scale * _SCALE, 0),
        ]
        operator.outputs = [output]
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        if depthwise:
            operator.builtinOptionsType = schema.BuiltinOptions.DepthwiseConv2DOptions
            options.depthMultiplier = 1
        else:
            operator.builtinOptionsType = schema.BuiltinOptions.Conv2DOptions
        options.padding = schema.Padding.SAME
        options.strideH = options.strideW = 1
        options.fusedActivationFunction = schema.ActivationFunctionType.RELU6
        operator.builtinOptions = options
        self._graph.operators.append(operator)
        return output

    def _features(self, name: str, channels: int) -> int:
        shape = (1, self._stack.side, self._stack.side, channels)
        quantization = _quantization([_SCALE], [_ZERO_POINT], 0)
        return self._tensor(name, shape, schema.TensorType.INT8, 0, quantization)

    def _constant(self, name: str, values: NDArray[Any], scale: float, axis: int) -> int:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        self._model.buffers.append(buffer)
        kinds = {"int8": schema.TensorType.INT8, "int32": schema.TensorType.INT32}
        channels = values.shape[axis]
        quantization = _quantization([scale] * channels, [0] * channels, axis)
        kind = kinds[values.dtype.name]
        return self._tensor(name, values.shape, kind, len(self._model.buffers) - 1, quantization)

    def _tensor(
        self, name: str, shape: Sequence[int], kind: int, buffer: int, quantization: Any
    ) -> int:
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, list(shape), kind
        tensor.buffer, tensor.quantization = buffer, quantization
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1


def _quantization(scales: Sequence[float], zero_points: Sequence[int], axis: int) -> Any:
    quantization = schema.QuantizationParametersT()
    quantization.scale = np.array(scales, np.float32)
    quantization.zeroPoint = np.array(zero_points, np.int64)
    quantization.quantizedDimension = axis
    return quantization
