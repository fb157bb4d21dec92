"""A TFLite file in; its operators with their shapes and multiply-accumulates out."""

import math
from dataclasses import dataclass
from typing import Any

from ai_edge_litert import schema_py_generated as schema

_NAMES = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}

Shape = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One step of a network.

    Attributes:
        index: Its place in the file.
        name: The schema's name, e.g. "CONV_2D".
        kind: "1x1", "3x3" (any other convolution over all channels), "depthwise", "dense" (a
            matrix product), or the name in small letters.
        inputs: Of what goes in, constants left out: height, width and channels, in the order of the
            operands.
        output: Of the first that comes out.
        macs: Multiply-accumulates; 0 where there are no weights.
    """

    index: int
    name: str
    kind: str
    inputs: tuple[Shape, ...]
    output: Shape
    macs: int

    @property
    def described(self) -> str:
        """Its shapes, e.g. "80x80x96 -> 80x80x24"."""
        inputs = " + ".join("x".join(map(str, shape)) for shape in self.inputs)
        return f"{inputs} -> {'x'.join(map(str, self.output))}"


def read_operators(content: bytes) -> list[Operator]:
    """List a model's operators in the order in which they run.

    Args:
        content: A TFLite file that an interpreter takes, with one graph.
    """
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    graph = model.subgraphs[0]
    return [
        _read(index, _NAMES[model.operatorCodes[item.opcodeIndex].builtinCode], item, model)
        for index, item in enumerate(graph.operators)
    ]


def _read(index: int, name: str, item: Any, model: Any) -> Operator:
    tensors = model.subgraphs[0].tensors
    operands = [tensors[i] for i in item.inputs if i >= 0]
    inputs = [t for t in operands if model.buffers[t.buffer].data is None]
    output = _shape(tensors[item.outputs[0]])
    kind, macs = _cost(name, operands, output)
    return Operator(
        index=index,
        name=name,
        kind=kind,
        inputs=tuple(_shape(tensor) for tensor in inputs),
        output=output,
        macs=macs,
    )


def _shape(tensor: Any) -> Shape:
    """Without the batch, which is 1."""
    return tuple(int(side) for side in tensor.shape[1:])


def _cost(name: str, operands: list[Any], output: Shape) -> tuple[str, int]:
    if name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        weights = [int(side) for side in operands[1].shape]
        # Every weight is used once for each place of the output, in groups of channels too.
        macs = math.prod(output[:-1]) * math.prod(weights)
        # A depthwise convolution may be written as one in groups of a single channel.
        alone = name == "DEPTHWISE_CONV_2D" or weights[3] == 1 < operands[0].shape[3]
        if alone:
            return "depthwise", macs
        return ("1x1" if weights[1:3] == [1, 1] else "3x3"), macs
    if name == "TRANSPOSE_CONV":
        return "3x3", math.prod(_shape(operands[2])[:-1]) * math.prod(operands[1].shape)
    if name == "FULLY_CONNECTED":
        rows = math.prod(operands[0].shape) // int(operands[1].shape[1])
        return "dense", rows * math.prod(int(side) for side in operands[1].shape)
    return name.lower(), 0
