"""Small valid TFLite files out: of every operator that the runtime knows, in float32 and in int8.

Each takes a photo x of [1, 16, 16, 3], gives a map and does with x, beside that, what it is for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

_SIDE, _HALF = 16, 8
_WHOLE = [1, _SIDE, _SIDE, 3]
_TYPES = {"float32": 0, "int32": 2, "uint8": 3, "bool": 6, "int8": 9}
# Of a tensor in int8 and of constants; what is multiplied by one has their product.
_SCALE = 1 / 128


@dataclass(frozen=True)
class Call:
    """An operator by the schema's names.

    Of ``operands`` "x" is the photo, "0" what the call before gave, "1" what the one before that
    did, a list of whole numbers or an array a constant. ``shapes`` are those of what it gives.
    """

    name: str
    operands: Sequence[Any] = ("x",)
    shapes: Sequence[Sequence[int]] = (_WHOLE,)
    kind: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    dtype: str | None = None


def _weights(*shape: int) -> np.ndarray:
    return np.linspace(-0.9, 0.9, int(np.prod(shape)), dtype=np.float32).reshape(shape)


def _call(name: str, operands: Sequence[Any], shape: Sequence[int], **options: Any) -> Call:
    """A call that gives one tensor and whose options are called as it is."""
    kind = "".join(part.title() for part in name.removesuffix("_ND").split("_"))
    kind += "ND" if name.endswith("_ND") else ""
    names = {"Conv2D": "Conv2D", "BatchMatmul": "BatchMatMul", "Padv2": "PadV2"}
    return Call(name, operands, [shape], f"{names.get(kind, kind)}Options", options)


_STEPS = {"padding": 0, "strideW": 2, "strideH": 2}
_UNSPREAD = {"dilationWFactor": 1, "dilationHFactor": 1}
_POOL = {"padding": 1, "strideW": 2, "strideH": 2, "filterWidth": 2, "filterHeight": 2}
_MARGINS = [[0, 0], [1, 2], [1, 1], [0, 0]]
_PADDED = [1, _SIDE + 3, _SIDE + 2, 3]
_LARGE = [1, 2 * _SIDE, 2 * _SIDE, 4]
_ROW = np.array([-0.5, 0.25, 0.75], np.float32).reshape(1, 1, 1, 3)
_GRAY = Call(
    "CONV_2D", ["x", _weights(1, 1, 1, 3), _weights(1)], [[1, _SIDE, _SIDE, 1]], "Conv2DOptions",
    {"padding": 0, "strideW": 1, "strideH": 1, **_UNSPREAD},
)  # fmt: skip

_ALONE = [
    *(
        Call(name)
        for name in (
            *("FLOOR", "LOGISTIC", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "EXP", "LOG_SOFTMAX"),
            *("NEG", "SIN", "LOG", "SQRT", "RSQRT", "SQUARE", "ABS", "CEIL", "COS", "ELU", "ROUND"),
            *("HARD_SWISH", "GELU", "RELU_0_TO_1", "L2_NORMALIZATION", "SIGN"),
        )
    ),
    *(
        _call(name, ["x", _ROW], _WHOLE)
        for name in ("ADD", "MUL", "SUB", "DIV", "POW", "FLOOR_DIV", "FLOOR_MOD")
    ),
    _call("SQUARED_DIFFERENCE", ["x", _ROW], _WHOLE),
    Call("MAXIMUM", ["x", _ROW], kind="MaximumMinimumOptions"),
    Call("MINIMUM", ["x", _ROW], kind="MaximumMinimumOptions"),
    Call("ADD_N", ["x", "x", "x"], kind="AddNOptions"),
    Call("PRELU", ["x", _weights(1, 1, 3)]),
    _call("SOFTMAX", ["x"], _WHOLE, beta=1.0),
    Call("LEAKY_RELU", kind="LeakyReluOptions", options={"alpha": 0.1}),
    *(
        Call(name, ["x"], [[1, _HALF, _HALF, 3]], "Pool2DOptions", _POOL)
        for name in ("AVERAGE_POOL_2D", "MAX_POOL_2D", "L2_POOL_2D")
    ),
    Call(
        "CONV_2D", ["x", _weights(4, 3, 3, 3), _weights(4)], [[1, _HALF, _HALF, 4]],
        "Conv2DOptions", {**_STEPS, **_UNSPREAD},
    ),
    Call(
        "DEPTHWISE_CONV_2D", ["x", _weights(1, 3, 3, 6), _weights(6)], [[1, _HALF, _HALF, 6]],
        "DepthwiseConv2DOptions", {**_STEPS, **_UNSPREAD, "depthMultiplier": 2},
    ),
    _call("TRANSPOSE_CONV", [_LARGE, _weights(4, 3, 3, 3), "x", _weights(4)], _LARGE, **_STEPS),
    _call(
        "FULLY_CONNECTED", ["x", _weights(5, 3), _weights(5)], [1, _SIDE, _SIDE, 5],
        keepNumDims=True,
    ),
    _call("BATCH_MATMUL", ["x", _weights(1, _SIDE, 3, 2)], [1, _SIDE, _SIDE, 2]),
    _call("CONCATENATION", ["x", "x"], [1, _SIDE, _SIDE, 6], axis=-1),
    _call("SPACE_TO_DEPTH", ["x"], [1, _HALF, _HALF, 12], blockSize=2),
    _call("RESHAPE", ["x", [1, -1, 3]], [1, _SIDE**2, 3], newShape=[1, _SIDE**2, 3]),
    _call("PAD", ["x", _MARGINS], _PADDED),
    _call("PADV2", ["x", _MARGINS, np.float32(1)], _PADDED),
    _call("MIRROR_PAD", ["x", _MARGINS], _PADDED, mode=0),
    _call("GATHER", ["x", [2, 0]], [1, _SIDE, _SIDE, 2], axis=3),
    _call("SPACE_TO_BATCH_ND", ["x", [2, 2], [[0, 0], [0, 0]]], [4, _HALF, _HALF, 3]),
    _call("TRANSPOSE", ["x", [0, 3, 1, 2]], [1, 3, _SIDE, _SIDE]),
    _call("SQUEEZE", ["x"], _WHOLE[1:], squeezeDims=[0]),
    _call(
        "STRIDED_SLICE", ["x", [0, 0, 0, 0], [1, 8, 0, 0], [1, 1, 2, 1]], [1, 8, _HALF],
        endMask=4, shrinkAxisMask=8,
    ),
    Call("SPLIT", [3, "x"], [[1, _SIDE, _SIDE, 1]] * 3, "SplitOptions", {"numSplits": 3}),
    Call(
        "SPLIT_V", ["x", [1, 2], 3], [[1, _SIDE, _SIDE, 1], [1, _SIDE, _SIDE, 2]],
        "SplitVOptions", {"numSplits": 2},
    ),
    _call("SLICE", ["x", [0, 1, 1, 0], [1, 2, -1, 3]], [1, 2, _SIDE - 1, 3]),
    _call("TILE", ["x", [1, 2, 1, 1]], [1, 2 * _SIDE, _SIDE, 3]),
    _call("EXPAND_DIMS", ["x", [1]], [1, 1, _SIDE, _SIDE, 3]),
    _call("PACK", ["x", "x"], [1, _SIDE, _SIDE, 3, 2], valuesCount=2, axis=4),
    Call("UNPACK", ["x"], [[1, _SIDE, _SIDE]] * 3, "UnpackOptions", {"num": 3, "axis": 3}),
    Call("REVERSE_V2", ["x", [2]], kind="ReverseV2Options"),
    _call("BROADCAST_TO", ["x", [2, _SIDE, _SIDE, 3]], [2, _SIDE, _SIDE, 3]),
    _call("RESIZE_BILINEAR", ["x", [32, 24]], [1, 32, 24, 3]),
    _call("RESIZE_NEAREST_NEIGHBOR", ["x", [32, 24]], [1, 32, 24, 3]),
    *(
        Call(name, ["x", [1, 2]], [[1, 1, 1, 3]], "ReducerOptions", {"keepDims": True})
        for name in ("MEAN", "SUM", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN")
    ),
]  # fmt: skip


def _place_of(extreme: str) -> Call:
    name, options = f"ARG_{extreme.upper()}", {"outputType": _TYPES["int32"]}
    return Call(name, ["x", 3], [_WHOLE[:3]], f"Arg{extreme}Options", options, "int32")


_TRUTH = Call("GREATER", ["x", _ROW], kind="GreaterOptions", dtype="bool")

_FOLLOWING = [
    *(
        [_place_of(extreme), Call("CAST", ["0"], [_WHOLE[:3]], "CastOptions")]
        for extreme in ("Max", "Min")
    ),
    [
        _call("SPACE_TO_DEPTH", ["x"], [1, _HALF, _HALF, 12], blockSize=2),
        _call("DEPTH_TO_SPACE", ["0"], _WHOLE, blockSize=2),
    ],
    [
        _call("SPACE_TO_BATCH_ND", ["x", [2, 2], [[0, 0], [0, 0]]], [4, _HALF, _HALF, 3]),
        _call("BATCH_TO_SPACE_ND", ["0", [2, 2], [[0, 1], [0, 0]]], [1, _SIDE - 1, _SIDE, 3]),
    ],
    *(
        [
            Call(name, ["x", _ROW], kind=f"{kind}Options", dtype="bool"),
            Call("SELECT", ["0", "x", "x"], kind="SelectOptions"),
        ]
        for name, kind in {
            "LESS": "Less",
            "LESS_EQUAL": "LessEqual",
            "GREATER_EQUAL": "GreaterEqual",
            "EQUAL": "Equal",
            "NOT_EQUAL": "NotEqual",
        }.items()
    ),
    [_TRUTH, Call("SELECT_V2", ["0", "x", _ROW], kind="SelectV2Options")],
    [_TRUTH, Call("LOGICAL_NOT", ["0"], kind="LogicalNotOptions", dtype="bool")],
    [_TRUTH, Call("LOGICAL_AND", ["0", "0"], kind="LogicalAndOptions", dtype="bool")],
    [_TRUTH, Call("LOGICAL_OR", ["0", "0"], kind="LogicalOrOptions", dtype="bool")],
]

MODELS = {calls[-1].name: calls for calls in (*([call] for call in _ALONE), *_FOLLOWING)}
"""What each model is for, and the operators in it."""


def model_file(name: str, dtype: str) -> bytes:
    """The file of one of :data:`MODELS`, in float32 or int8."""
    return file_of(MODELS[name], dtype)


def file_of(calls: Sequence[Call], dtype: str = "float32") -> bytes:
    """The file of a model that does this beside its map."""
    file = _ModelFile(dtype)
    for call in calls:
        file.add(call)
    return file.content()


def packed(model: Any) -> bytes:
    """The file of a model of the schema."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


class _ModelFile:
    """A model that takes a photo and gives a map, to which operators are added."""

    def __init__(self, dtype: str) -> None:
        self._dtype = dtype
        self._model = schema.ModelT()
        self._model.version = 3
        self._model.operatorCodes, self._model.buffers = [], [schema.BufferT()]
        self._graph = schema.SubGraphT()
        self._graph.tensors, self._graph.operators = [], []
        self._model.subgraphs = [self._graph]
        is_float = dtype == "float32"
        self._photo = self._tensor(_WHOLE, dtype if is_float else "uint8")
        self._given: list[int] = []
        self._graph.inputs = [self._photo]
        if not is_float:
            self.add(Call("QUANTIZE", kind="QuantizeOptions"))
            (self._photo,) = self._given
        gray = _GRAY.shapes
        self.add(_GRAY)
        self.add(Call("LOGISTIC", ["0"], gray))
        if not is_float:
            self.add(Call("DEQUANTIZE", ["0"], gray, "DequantizeOptions", dtype="float32"))
        self._graph.outputs = [self._given[-1]]

    def add(self, call: Call) -> None:
        """Add an operator."""
        code = schema.OperatorCodeT()
        # The others all began with 1.
        code.version = 2 if call.name == "BROADCAST_TO" else 1
        code.builtinCode = getattr(schema.BuiltinOperator, call.name)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        self._model.operatorCodes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self._model.operatorCodes) - 1
        operator.inputs = [
            self._operand(operand, is_bias=place and np.ndim(operand) == 1)
            for place, operand in enumerate(call.operands)
        ]
        operator.outputs = [self._tensor(shape, call.dtype or self._dtype) for shape in call.shapes]
        if call.kind:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, call.kind)
            operator.builtinOptions = getattr(schema, f"{call.kind}T")()
            for option, value in call.options.items():
                setattr(operator.builtinOptions, option, value)
        self._graph.operators.append(operator)
        self._given.append(operator.outputs[0])

    def content(self) -> bytes:
        """The file."""
        return packed(self._model)

    def _operand(self, operand: Any, *, is_bias: bool) -> int:
        if isinstance(operand, str):
            return self._photo if operand == "x" else self._given[-1 - int(operand)]
        values = np.asarray(operand)
        if values.dtype.kind != "f":
            return self._tensor(values.shape, "int32", values.astype(np.int32))
        if self._dtype == "float32":
            return self._tensor(values.shape, "float32", values)
        scale, dtype = (_SCALE**2, "int32") if is_bias else (_SCALE, "int8")
        return self._tensor(values.shape, dtype, np.rint(values / scale).astype(dtype), scale)

    def _tensor(
        self,
        shape: Sequence[int],
        dtype: str,
        values: np.ndarray | None = None,
        scale: float | None = None,
    ) -> int:
        tensor = schema.TensorT()
        tensor.name = f"tensor {len(self._graph.tensors)}".encode()
        tensor.shape, tensor.type, tensor.buffer = list(shape), _TYPES[dtype], 0
        if scale is not None or (values is None and dtype in ("int8", "uint8")):
            tensor.quantization = schema.QuantizationParametersT()
            tensor.quantization.scale = [scale or _SCALE]
            tensor.quantization.zeroPoint = [127 if dtype == "uint8" else 0]
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            tensor.buffer = len(self._model.buffers)
            self._model.buffers.append(buffer)
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1
