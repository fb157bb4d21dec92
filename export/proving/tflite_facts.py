"""A TFLite file in; what it holds, what is wrong for its precision and what is slow out."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from dbd_mobile.tflite.model_file import SIGMOID_QUANTIZATION
from evaluation.predictors import open_interpreter
from export.errors import ConversionError
from export.kinds import Kind
from export.proving.precision import PRECISIONS
from networks import NetworkContract

_OPERATOR_NAMES = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
_TYPE_NAMES = {v: k for k, v in vars(schema.TensorType).items() if isinstance(v, int)}
_PADDING_NAMES = {v: k for k, v in vars(schema.Padding).items() if isinstance(v, int)}

# With the dimension of the weights that counts the output channels.
_CONVOLUTIONS = {"CONV_2D": 0, "DEPTHWISE_CONV_2D": 3, "TRANSPOSE_CONV": 0}
# Left over from a change of layout or of padding; each is a pass over memory.
_NEEDLESS_OPERATORS = ("PAD", "PADV2", "TRANSPOSE")
_RUNTIME_ENTRY = b"min_runtime_version"


@dataclass(frozen=True)
class TensorFacts:
    """A model's input or output.

    Attributes:
        name: Its name in the signature.
        shape: Batch, height, width, channels.
        dtype: "uint8" or "float32".
        scale: Of the quantisation; None for float32.
        zero_point: Of the quantisation; None for float32.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float | None
    zero_point: int | None

    def described(self) -> str:
        """All but the name, in words."""
        shape = "x".join(str(n) for n in self.shape)
        if self.scale is None:
            return f"{self.dtype} {shape}"
        return f"{self.dtype} {shape}, scale {self.scale:.8g}, zero point {self.zero_point}"


@dataclass(frozen=True)
class TfliteFacts:
    """What a TFLite file holds, read back from the file.

    Attributes:
        input: The photo.
        output: The blur map, or what else its kind of network gives.
        schema_version: Of the file format.
        runtime: The oldest TFLite that knows all its operators; "" if the file does not say.
        operators: How many there are of each operator.
        operator_versions: The newest version of each operator that is asked for.
        conversions: Operators between the integers and floats, or between integers of two scales.
        idle_pairs: Conversions to float that are taken back at once.
        tensor_types: How many tensors there are of each type, weights included.
        paddings: How many convolutions pad in each way.
        per_tensor_convolutions: Convolutions whose quantised weights share one scale.
        xnnpack_partitions: Into how many pieces XNNPACK takes the network; 1 is best.
        outside_xnnpack: How many there are of each operator that XNNPACK leaves to slower kernels.
    """

    input: TensorFacts
    output: TensorFacts
    schema_version: int
    runtime: str
    operators: dict[str, int]
    operator_versions: dict[str, int]
    conversions: int
    idle_pairs: int
    tensor_types: dict[str, int]
    paddings: dict[str, int]
    per_tensor_convolutions: int
    xnnpack_partitions: int
    outside_xnnpack: dict[str, int]

    def violations(self, precision: str, contract: NetworkContract, kind: Kind) -> list[str]:
        """Sentences on what makes this something else than a model of that precision.

        Args:
            precision: One of ``export.proving.precision.PRECISIONS``.
            contract: Input size, and the normalisation that uint8 input must amount to: the
                device's.
            kind: Of the network, which says what its output is.
        """
        found = []
        size = (1, contract.height, contract.width)
        stride = kind.output.stride
        places = (1, contract.height // stride, contract.width // stride, kind.network.channels)
        promised = PRECISIONS[precision]
        if promised.takes_bytes:
            quantization = (float(np.float32(1 / contract.scale)), round(contract.mean))
            image = TensorFacts(self.input.name, (*size, 3), "uint8", *quantization)
            sigmoid = (SIGMOID_QUANTIZATION.scale, SIGMOID_QUANTIZATION.zero_point)
            given = TensorFacts(self.output.name, places, "uint8", *sigmoid)
        else:
            image = TensorFacts(self.input.name, (*size, 3), "float32", None, None)
            given = TensorFacts(self.output.name, places, "float32", None, None)
        for what, wanted, got in (("input", image, self.input), ("output", given, self.output)):
            if wanted != got:
                found.append(f"Its {what} must be {wanted.described()} but is {got.described()}.")
        if promised.takes_bytes and self.output.dtype == "uint8" and self.output != given:
            found[-1] += " In int8 only a network that ends in a sigmoid has that range."
        for name in sorted(self.tensor_types.keys() - promised.needed - promised.allowed):
            found.append(f"It has {self.tensor_types[name]} {name} tensors inside.")
        for name in sorted(promised.needed - self.tensor_types.keys()):
            found.append(f"It has no {name} tensors inside.")
        if self.per_tensor_convolutions:
            found.append(
                f"{self.per_tensor_convolutions} convolutions have one scale for all output "
                "channels of their weights."
            )
        return found

    def slow_spots(self) -> list[str]:
        """Sentences on what costs time for nothing."""
        found = []
        for name in _NEEDLESS_OPERATORS:
            if name in self.operators:
                found.append(
                    f"It has {self.operators[name]} {name}, which copies a tensor and computes "
                    "nothing."
                )
        if self.idle_pairs:
            found.append(f"It turns {self.idle_pairs} tensors to float and back for nothing.")
        # XNNPACK cannot turn uint8 into int8; the conversion at either end is a fast copy.
        outside = {n: count for n, count in self.outside_xnnpack.items() if n != "QUANTIZE"}
        if self.xnnpack_partitions != 1 or outside:
            listed = ", ".join(f"{count} {name}" for name, count in outside.items()) or "nothing"
            found.append(
                f"XNNPACK takes it in {self.xnnpack_partitions} pieces and leaves {listed} to "
                "slower kernels."
            )
        return found


def read_tflite_facts(path: Path) -> TfliteFacts:
    """Read what a TFLite file of ``export.converting.tflite`` holds.

    Raises:
        ConversionError: If LiteRT refuses it.
    """
    try:
        interpreter = open_interpreter(path)
    except (ValueError, RuntimeError) as error:
        raise ConversionError(f"LiteRT refuses {path.name}: {error}.") from error
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    graph = model.subgraphs[0]
    names = [
        _OPERATOR_NAMES[model.operatorCodes[operator.opcodeIndex].builtinCode]
        for operator in graph.operators
    ]
    convolutions = [
        (operator, _CONVOLUTIONS[name])
        for operator, name in zip(graph.operators, names, strict=True)
        if name in _CONVOLUTIONS
    ]
    versions: dict[str, int] = {}
    for operator, name in zip(graph.operators, names, strict=True):
        version = int(model.operatorCodes[operator.opcodeIndex].version)
        versions[name] = max(version, versions.get(name, 1))
    made_float = {
        int(operator.outputs[0])
        for operator, name in zip(graph.operators, names, strict=True)
        if name == "DEQUANTIZE"
    }
    made_integer = [
        int(operator.inputs[0])
        for operator, name in zip(graph.operators, names, strict=True)
        if name == "QUANTIZE"
    ]
    partitions, outside = _xnnpack(interpreter)
    (signature,) = interpreter.get_signature_list().values()
    return TfliteFacts(
        input=_tensor_facts(signature["inputs"], interpreter.get_input_details()),
        output=_tensor_facts(signature["outputs"], interpreter.get_output_details()),
        schema_version=int(model.version),
        runtime=_runtime(model),
        operators=_count(names),
        operator_versions=dict(sorted(versions.items())),
        conversions=sum(name in ("QUANTIZE", "DEQUANTIZE") for name in names),
        idle_pairs=sum(tensor in made_float for tensor in made_integer),
        tensor_types=_count(_TYPE_NAMES[tensor.type] for tensor in graph.tensors),
        paddings=_count(_PADDING_NAMES[o.builtinOptions.padding] for o, _ in convolutions),
        per_tensor_convolutions=sum(
            _shares_scale(graph.tensors[operator.inputs[1]], dimension)
            for operator, dimension in convolutions
        ),
        xnnpack_partitions=partitions,
        outside_xnnpack=outside,
    )


def _tensor_facts(names: list[str], details: list[dict[str, Any]]) -> TensorFacts:
    (name,) = names
    (tensor,) = details
    scale, zero_point = tensor["quantization"]
    quantized = bool(scale)
    return TensorFacts(
        name=name,
        shape=tuple(int(n) for n in tensor["shape"]),
        dtype=np.dtype(tensor["dtype"]).name,
        scale=float(scale) if quantized else None,
        zero_point=int(zero_point) if quantized else None,
    )


def _runtime(model: Any) -> str:
    for entry in model.metadata or []:
        if entry.name == _RUNTIME_ENTRY:
            return bytes(model.buffers[entry.buffer].data).rstrip(b"\0").decode()
    return ""


def _shares_scale(weights: Any, dimension: int) -> bool:
    """Whether quantised weights have one scale for several output channels."""
    scale = weights.quantization.scale if weights.quantization else None
    return scale is not None and len(scale) == 1 < int(weights.shape[dimension])


def _xnnpack(interpreter: Interpreter) -> tuple[int, dict[str, int]]:
    """Number of XNNPACK's partitions, and the operators that are in none of them."""
    operators = interpreter._get_ops_details()
    partitions = [operator for operator in operators if operator["op_name"] == "DELEGATE"]
    originals = [operator for operator in operators if operator["op_name"] != "DELEGATE"]
    makers = {int(t): operator for operator in originals for t in operator["outputs"]}
    taken = set()
    for partition in partitions:
        # All that lies between a partition's inputs and outputs is in it.
        known = {int(t) for t in partition["inputs"]}
        wanted = [int(t) for t in partition["outputs"]]
        while wanted:
            tensor = wanted.pop()
            if tensor not in known and tensor in makers:
                known.add(tensor)
                taken.add(makers[tensor]["index"])
                wanted.extend(int(t) for t in makers[tensor]["inputs"])
    return len(partitions), _count(o["op_name"] for o in originals if o["index"] not in taken)


def _count(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))
