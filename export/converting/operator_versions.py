"""A TFLite model in; the same with its operators' versions and the oldest TFLite for them out.

What an operator takes beyond its first definition has versions: another type, another option. An
interpreter refuses a version that it does not know, so the file must ask for the one that it needs,
which the converters leave to others. From TensorFlow's ``lite/tools/versioning``, for the operators
that networks of images are made of and the types that ``export.proving.precision`` knows. Runs in
the process of ``export.converting.tflite_worker``.
"""

from typing import Any

from ai_edge_litert.schema_py_generated import BuiltinOperator as Kind
from ai_edge_litert.schema_py_generated import TensorType

from export.converting.tflite_model import TfliteModel

_RUNTIME_ENTRY = "min_runtime_version"
# As long as TFLite's own converter writes it: what reads it counts on that.
_RUNTIME_BYTES = 16

# The TFLite that brought each version, the first one first; None: it is asked for by nothing here.
_SINCE: dict[int, tuple[str | None, ...]] = {
    Kind.ABS: ("1.13.0", "2.4.0"),
    Kind.ADD: ("1.5.0", "1.14.0"),
    Kind.AVERAGE_POOL_2D: ("1.5.0", "1.14.0"),
    Kind.BATCH_MATMUL: ("2.3.0", "2.3.0"),
    Kind.BATCH_TO_SPACE_ND: ("1.6.0", "1.14.0"),
    Kind.BROADCAST_TO: (None, "2.5.0", "2.5.0"),
    Kind.CAST: ("1.5.0", "2.7.0", "2.8.0"),
    Kind.CONCATENATION: ("1.5.0", "1.14.0"),
    Kind.CONV_2D: ("1.5.0", "1.14.0", "1.14.0", None, "2.4.0", "2.9.0"),
    Kind.DEPTHWISE_CONV_2D: ("1.5.0", "1.12.0", "1.14.0", "2.2.0", None, "2.3.0"),
    Kind.DEPTH_TO_SPACE: ("2.1.0", "2.5.0"),
    Kind.DEQUANTIZE: ("1.13.1", "1.14.0", "1.15.0", None, "2.7.0"),
    Kind.DIV: ("1.6.0",),
    Kind.ELU: ("1.14.0",),
    Kind.EXP: ("1.7.0", "2.12.0"),
    Kind.EXPAND_DIMS: ("1.10.0",),
    Kind.FULLY_CONNECTED: (
        "1.5.0", None, "1.14.0", "1.14.0", "2.0.0", "2.1.0", *(None,) * 5, "2.17.0"
    ),
    Kind.GATHER: ("1.6.0", "1.14.0"),
    Kind.GELU: ("2.9.0", "2.9.0"),
    Kind.HARD_SWISH: ("1.15.0",),
    Kind.L2_NORMALIZATION: ("1.5.0", "1.14.0"),
    Kind.LEAKY_RELU: ("1.13.1",),
    Kind.LOG: ("1.14.0", "2.15.0"),
    Kind.LOGISTIC: ("1.14.0", "1.14.0"),
    Kind.MAXIMUM: ("1.14.0", "1.14.0"),
    Kind.MAX_POOL_2D: ("1.5.0", "1.14.0"),
    Kind.MEAN: ("1.6.0", "1.14.0"),
    Kind.MINIMUM: ("1.14.0", "1.14.0"),
    Kind.MIRROR_PAD: ("1.13.1", "2.3.0"),
    Kind.MUL: ("1.5.0", "1.14.0", "1.15.0"),
    Kind.NEG: ("1.9.0",),
    Kind.PACK: ("1.11.0", "1.14.0"),
    Kind.PAD: ("1.5.0", "1.14.0"),
    Kind.PADV2: ("1.9.0", "1.14.0"),
    Kind.POW: ("1.10.0",),
    Kind.PRELU: ("1.8.0",),
    Kind.QUANTIZE: ("1.14.0", None, "2.7.0"),
    Kind.REDUCE_MAX: ("1.11.0", "1.14.0"),
    Kind.REDUCE_MIN: ("1.11.0", "1.14.0"),
    Kind.RELU: ("1.5.0", "2.1.0"),
    Kind.RELU6: ("1.5.0", "1.14.0"),
    Kind.RELU_0_TO_1: ("2.10.0",),
    Kind.RESHAPE: ("1.5.0",),
    Kind.RESIZE_BILINEAR: ("1.7.0", "1.14.0", "2.2.0"),
    Kind.RESIZE_NEAREST_NEIGHBOR: ("1.13.1", "1.14.0", "2.3.0"),
    Kind.RSQRT: ("1.10.0", "2.5.0"),
    Kind.SLICE: ("1.14.0", "1.14.0", None, None, "2.5.0"),
    Kind.SOFTMAX: ("1.5.0", "1.14.0"),
    Kind.SPACE_TO_BATCH_ND: ("1.6.0", "1.14.0"),
    Kind.SPACE_TO_DEPTH: ("1.5.0", "1.14.0"),
    Kind.SPLIT: ("1.5.0", "1.14.0", "1.14.0"),
    Kind.SPLIT_V: ("1.13.1", "2.3.0"),
    Kind.SQRT: ("1.10.0", "2.21.0"),
    Kind.SQUARE: ("1.12.0",),
    Kind.SQUARED_DIFFERENCE: ("1.13.1", "2.5.0"),
    Kind.SQUEEZE: ("1.6.0",),
    Kind.STRIDED_SLICE: ("1.6.0", "1.14.0", None, "2.2.0", None, "2.6.0"),
    Kind.SUB: ("1.6.0", "1.14.0"),
    Kind.SUM: ("1.10.0", "1.15.0"),
    Kind.TANH: ("1.14.0", "1.14.0"),
    Kind.TILE: ("1.10.1", None, "2.8.0"),
    Kind.TRANSPOSE: ("1.6.0", "1.14.0", None, "2.3.0", None, "2.12.0"),
    Kind.TRANSPOSE_CONV: ("1.9.0", "2.2.0", "2.3.0", "2.13.0"),
}  # fmt: skip

# Those whose version says nothing but whether they take int8: version 2 does, or the one named.
_INT8_VERSIONS = {Kind.BROADCAST_TO: 3, Kind.TILE: 3, Kind.CAST: 3}
_FIRST_VERSIONS = {Kind.BROADCAST_TO: 2}


def set_versions(model: TfliteModel) -> None:
    """Write into a model what it asks of an interpreter.

    Args:
        model: Changed in place. An operator that is not known here keeps its version, and says
            nothing of the oldest TFLite.
    """
    oldest = (0, 0, 0)
    for operator in model.graph.operators:
        kind = model.kind(operator)
        if kind not in _SINCE:
            continue
        version = _version(model, kind, operator)
        operator.opcodeIndex = model.operator_code(kind, version)
        since = _SINCE[kind][version - 1]
        if since is not None:
            major, minor, patch = map(int, since.split("."))
            oldest = max(oldest, (major, minor, patch))
    text = ".".join(map(str, oldest)).encode()
    model.set_metadata(_RUNTIME_ENTRY, text.ljust(_RUNTIME_BYTES, b"\0"))


def _version(model: TfliteModel, kind: int, operator: Any) -> int:
    tensors: list[Any] = [model.graph.tensors[i] if i >= 0 else None for i in operator.inputs]
    # Where the weights are.
    second: Any = tensors[1] if len(tensors) > 1 else None
    data = second if kind in (Kind.SPLIT, Kind.TRANSPOSE_CONV) else tensors[0]
    options = operator.builtinOptions
    # A scalar has no shape.
    dimensions = 0 if data.shape is None else len(data.shape)
    is_int8 = data.type == TensorType.INT8
    is_hybrid = (
        tensors[0].type == TensorType.FLOAT32
        and second is not None
        and second.type == TensorType.INT8
    )
    match kind:
        case Kind.CONV_2D:
            if data.shape[3] != second.shape[3]:
                return 6
            if is_hybrid:
                return 5 if _is_per_channel(second) else 2
            return 3 if is_int8 else 1
        case Kind.DEPTHWISE_CONV_2D:
            if is_hybrid:
                return 6 if _is_per_channel(second) else 4
            if is_int8:
                return 3
            return 1 if (options.dilationHFactor, options.dilationWFactor) == (1, 1) else 2
        case Kind.FULLY_CONNECTED:
            if is_hybrid and _is_per_channel(second):
                return 12
            if len(tensors) == 2 or tensors[2] is None:
                return 6
            if options.keepNumDims:
                return 5
            if is_hybrid:
                return 3
            return 4 if is_int8 else 1
        case Kind.TRANSPOSE_CONV:
            if options.fusedActivationFunction:
                return 4
            return 3 if len(tensors) == 4 else 2 if is_int8 else 1
        case Kind.RESIZE_BILINEAR if options.halfPixelCenters:
            return 3
        case Kind.RESIZE_NEAREST_NEIGHBOR if options.halfPixelCenters or options.alignCorners:
            return 3
        case Kind.MUL if is_int8:
            first, other, product = (
                float(tensor.quantization.scale[0])
                for tensor in (*tensors, model.graph.tensors[operator.outputs[0]])
            )
            return 3 if first * other / product >= 1 else 2
        case Kind.DEQUANTIZE:
            if data.type == TensorType.FLOAT16:
                return 3
            return (5 if _is_per_channel(data) else 2) if is_int8 else 1
        case Kind.QUANTIZE:
            return 3 if _is_per_channel(model.graph.tensors[operator.outputs[0]]) else 1
        case Kind.SLICE if dimensions > 4:
            return 5
        case Kind.STRIDED_SLICE if options.ellipsisMask or options.newAxisMask:
            return 6
        case Kind.STRIDED_SLICE if dimensions > 4:
            return 4
        case Kind.TRANSPOSE if dimensions > 4:
            return 6 if dimensions > 5 else 4
        case Kind.SPLIT if data.type == TensorType.INT32:
            return 3
    first_version = _FIRST_VERSIONS.get(kind, 1)
    if not is_int8:
        return first_version
    return min(_INT8_VERSIONS.get(kind, 2), len(_SINCE[kind]))


def _is_per_channel(tensor: Any) -> bool:
    scale = tensor.quantization.scale if tensor.quantization else None
    return scale is not None and len(scale) > 1
