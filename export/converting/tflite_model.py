"""A TFLite file's bytes in; its graph, to be changed in place, and the bytes of the result out.

Runs in the process of ``export.converting.tflite_worker``.
"""

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.tools import flatbuffer_utils
from numpy.typing import NDArray

_TYPES = {
    "int8": schema.TensorType.INT8,
    "int32": schema.TensorType.INT32,
    "float32": schema.TensorType.FLOAT32,
}


class TfliteModel:
    """A model with one graph.

    Args:
        content: The file.

    Attributes:
        model: All of it, as the schema has it.
        graph: Its only graph; operators refer to tensors by their place in it.
    """

    def __init__(self, content: bytes | bytearray) -> None:
        self.model: Any = flatbuffer_utils.read_model_from_bytearray(content)
        (self.graph,) = self.model.subgraphs

    def kind(self, operator: Any) -> int:
        """Which of ``schema.BuiltinOperator`` an operator is."""
        code = self.model.operatorCodes[operator.opcodeIndex]
        return int(flatbuffer_utils.get_builtin_code_from_operator_code(code))

    def name(self, place: int) -> str:
        """Of a tensor."""
        name: str = self.graph.tensors[place].name.decode()
        return name

    def stored(self, place: int) -> bytes | None:
        """A constant's bytes; None for a tensor that is computed."""
        data = self.model.buffers[self.graph.tensors[place].buffer].data
        return None if data is None or len(data) == 0 else bytes(data)

    def values(self, place: int, dtype: type) -> NDArray[Any]:
        """A constant's numbers, in one dimension."""
        return np.frombuffer(self.stored(place) or b"", dtype)

    def add_tensor(
        self, name: str, shape: Sequence[int], kind: int, quantization: Any = None
    ) -> int:
        """Add a tensor that is computed; its place."""
        tensor = schema.TensorT()
        tensor.name = name.encode()
        tensor.shape = [int(side) for side in shape]
        tensor.type = kind
        tensor.buffer = 0
        tensor.quantization = quantization
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def add_constant(self, name: str, values: NDArray[Any], quantization: Any = None) -> int:
        """Add a constant of int8, int32 or float32; its place."""
        place = self.add_tensor(name, values.shape, _TYPES[values.dtype.name], quantization)
        self.graph.tensors[place].buffer = self._add_buffer(values.tobytes())
        return place

    def make_operator(self, kind: int, inputs: Sequence[int], outputs: Sequence[int]) -> Any:
        """An operator without options, to be put among the graph's."""
        operator = schema.OperatorT()
        operator.opcodeIndex = self.operator_code(kind, 1)
        operator.inputs = [int(place) for place in inputs]
        operator.outputs = [int(place) for place in outputs]
        return operator

    def operator_code(self, kind: int, version: int) -> int:
        """The place among the model's operator codes, where it is put if it is missing."""
        codes = self.model.operatorCodes
        for place, code in enumerate(codes):
            known = int(flatbuffer_utils.get_builtin_code_from_operator_code(code))
            if (known, int(code.version)) == (kind, version):
                return place
        code = schema.OperatorCodeT()
        code.builtinCode = kind
        # What old readers look at; kinds beyond its range are newer than they are.
        most = schema.BuiltinOperator.PLACEHOLDER_FOR_GREATER_OP_CODES
        code.deprecatedBuiltinCode = min(kind, most)
        code.version = version
        codes.append(code)
        return len(codes) - 1

    def set_metadata(self, name: str, content: bytes) -> None:
        """Put an entry in, in the place of one of that name if there is one."""
        self.drop_metadata(name)
        entry = schema.MetadataT()
        entry.name = name.encode()
        entry.buffer = self._add_buffer(content)
        self.model.metadata = [*(self.model.metadata or []), entry]

    def drop_metadata(self, name: str) -> None:
        """Take an entry out; nothing happens where there is none of that name."""
        entries = self.model.metadata or []
        self.model.metadata = [entry for entry in entries if entry.name != name.encode()]

    def to_bytes(self) -> bytes:
        """The file, without what nothing refers to."""
        self._drop_unused()
        size = sum(len(buffer.data) for buffer in self.model.buffers if buffer.data is not None)
        builder = _CompactBuilder(size)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _add_buffer(self, content: bytes) -> int:
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(content, np.uint8)
        self.model.buffers.append(buffer)
        return len(self.model.buffers) - 1

    def _drop_unused(self) -> None:
        graph, model = self.graph, self.model
        used = {int(i) for o in graph.operators for i in (*o.inputs, *o.outputs)}
        used |= {int(i) for i in (*graph.inputs, *graph.outputs)}
        kept = sorted(used - {-1})
        tensors = {old: place for place, old in enumerate(kept)} | {-1: -1}
        graph.tensors = [graph.tensors[i] for i in kept]
        for item in graph.operators:
            item.inputs = [tensors[int(i)] for i in item.inputs]
            item.outputs = [tensors[int(i)] for i in item.outputs]
        graph.inputs = [tensors[int(i)] for i in graph.inputs]
        graph.outputs = [tensors[int(i)] for i in graph.outputs]
        for signature in model.signatureDefs or []:
            for entry in (*signature.inputs, *signature.outputs):
                entry.tensorIndex = tensors[int(entry.tensorIndex)]
        codes = sorted({int(item.opcodeIndex) for item in graph.operators})
        for item in graph.operators:
            item.opcodeIndex = codes.index(int(item.opcodeIndex))
        model.operatorCodes = [model.operatorCodes[i] for i in codes]
        entries = [*graph.tensors, *(model.metadata or [])]
        # The first is that of all that is computed, and empty.
        buffers = sorted({0, *(int(entry.buffer) for entry in entries)})
        places = {old: place for place, old in enumerate(buffers)}
        for entry in entries:
            entry.buffer = places[int(entry.buffer)]
        model.buffers = [model.buffers[i] for i in buffers]
        for buffer in model.buffers:
            if buffer.data is not None:
                buffer.data = np.frombuffer(bytes(buffer.data), np.uint8)


class _CompactBuilder(flatbuffers.Builder):
    """Writes vectors of the same content once, and bytes where the schema wants them aligned.

    A network quantised by channel has a zero point for every channel of every weight and bias, all
    of them 0: a tenth of a small file.
    """

    # TFLite's schema: ``data:[ubyte] (force_align: 16)``.
    _ALIGNMENT = 16

    def __init__(self, initial_size: int) -> None:
        super().__init__(initial_size)
        self._written: dict[tuple[str, bytes], int] = {}

    def CreateNumpyVector(self, x: NDArray[Any]) -> int:
        key = (x.dtype.str, x.tobytes())
        if key not in self._written:
            if x.dtype == np.uint8:
                self.Prep(self._ALIGNMENT, x.nbytes)
            self._written[key] = super().CreateNumpyVector(x)
        return self._written[key]
