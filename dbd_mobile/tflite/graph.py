"""A TFLite file's bytes in; its tensors, inputs and outputs out, or what is damaged.

Interpreters trust their files, and damaged ones crash them. So everything that an interpreter
follows without looking is checked here first, against the file and against itself.
The work is bounded by the size of the file. Field numbers are those of TFLite's schema, version 3
(https://github.com/tensorflow/tensorflow/blob/v2.19.0/tensorflow/compiler/mlir/lite/schema/schema.fbs).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.quantization import Quantization
from dbd_mobile.tflite.flatbuffer import DamagedError, Table
from dbd_mobile.tflite.operation import Operation
from dbd_mobile.tflite.operators import check_operator
from dbd_mobile.tflite.tensor import BOOL, FLOAT16, FLOAT32, INT8, INT32, INT64, UINT8, Tensor

# Far above what an image network for a phone needs; a damaged number is usually far above these.
_MAX_RANK = 6
_MAX_TENSOR_BYTES = 256 * 2**20
_MAX_BYTES = 2**30
_MAX_STEPS = 10**11
_MAX_ITEMS = 100_000
_MAX_OPERANDS = 64

# Bits per element by the schema's TensorType. Text, resources and variants have no fixed size and
# no place in an image network.
_BITS = {
    FLOAT32: 32,
    FLOAT16: 16,
    INT32: 32,
    UINT8: 8,
    INT64: 64,
    BOOL: 8,
    7: 16,  # int16
    8: 64,  # complex64
    INT8: 8,
    10: 64,  # float64
    11: 128,  # complex128
    12: 64,  # uint64
    15: 32,  # uint32
    16: 16,  # uint16
    17: 4,  # int4
}
# XNNPACK crashes on scales below float32's normal range.
_MIN_SCALE = np.finfo(np.float32).tiny
# Lowest and highest zero point; types that are not here have none but 0.
_ZERO_POINTS = {UINT8: (0, 255), INT8: (-128, 127), 17: (-8, 7)}


@dataclass(frozen=True)
class Graph:
    """A model's tensors.

    Attributes:
        inputs: Those that go into it, in the file's order.
        outputs: Those that come out of it, in the file's order.
        stored_types: Element types of those whose values are in the file.
        passed_types: Element types of those that go from one layer to another.
    """

    inputs: list[Tensor]
    outputs: list[Tensor]
    stored_types: frozenset[int]
    passed_types: frozenset[int]


def read_graph(content: bytes) -> Graph:
    """Check a TFLite file's structure and read its inputs and outputs.

    Args:
        content: The whole file.

    Returns:
        The graph's inputs and outputs.

    Raises:
        DamagedError: Something in the file leaves it or contradicts itself, or it uses what an
            image network has no need of: custom operators, several graphs, data elsewhere.
    """
    model = Table.root(content, b"TFL3")
    version = model.scalar(0, "I")
    if version != 3:
        raise DamagedError(f"its schema has version {version}, expected 3")
    codes = [_operator_code(code) for code in _items(model, 1)]
    buffers = [_buffer(buffer) for buffer in _items(model, 4)]
    subgraphs = _items(model, 2)
    if len(subgraphs) != 1:
        raise DamagedError(f"it has {len(subgraphs)} graphs, expected 1")
    graph = subgraphs[0]
    graph.string(4)
    tensors = [_read_tensor(table, buffers) for table in _items(graph, 0)]
    inputs = _indexes(graph, 1, len(tensors))
    outputs = _indexes(graph, 2, len(tensors))
    _check_operators(_items(graph, 3), codes, tensors, inputs, outputs)
    _check_metadata(model, len(buffers), len(tensors))
    ends = {*inputs, *outputs}
    return Graph(
        inputs=[tensors[i] for i in inputs],
        outputs=[tensors[i] for i in outputs],
        stored_types=frozenset(t.type for t in tensors if t.stored is not None),
        passed_types=frozenset(
            t.type for i, t in enumerate(tensors) if t.stored is None and i not in ends
        ),
    )


def _items(table: Table, index: int) -> list[Table]:
    if len(table.vector(index, "u4")) > _MAX_ITEMS:
        raise DamagedError(f"it has a list of more than {_MAX_ITEMS} parts")
    return table.tables(index)


def _operator_code(table: Table) -> int:
    if table.has(1):
        raise DamagedError(f"it needs the custom operator {table.string(1)!r}")
    # Files from before 2020 have the number in the one-byte field only.
    return max(table.scalar(0, "b"), table.scalar(3, "i"))


def _buffer(buffer: Table) -> NDArray[np.uint8]:
    if buffer.has(1) or buffer.has(2):
        raise DamagedError("it keeps data outside of its FlatBuffer")
    return buffer.vector(0, "u1")


def _read_tensor(table: Table, buffers: Sequence[NDArray[np.uint8]]) -> Tensor:
    name = table.string(3)
    shape = tuple(int(side) for side in table.vector(0, "i4")[: _MAX_RANK + 1])
    if len(shape) > _MAX_RANK or any(side < 0 for side in shape):
        raise DamagedError(f"the tensor {name!r} has the shape {list(shape)}")
    kind = table.scalar(1, "b")
    if kind not in _BITS:
        raise DamagedError(f"the tensor {name!r} has the element type {kind}")
    size = (math.prod(shape) * _BITS[kind] + 7) // 8
    if size > _MAX_TENSOR_BYTES:
        raise DamagedError(f"the tensor {name!r} would take {size} bytes")
    buffer = table.scalar(2, "I")
    if buffer >= len(buffers):
        raise DamagedError(f"the tensor {name!r} is in buffer {buffer} of {len(buffers)}")
    stored = buffers[buffer]
    if len(stored) not in (0, size):
        raise DamagedError(
            f"the tensor {name!r} of shape {list(shape)} takes {size} bytes, "
            f"its buffer has {len(stored)}"
        )
    if table.has(6):
        raise DamagedError(f"the tensor {name!r} is sparse")
    if table.scalar(5, "B"):
        raise DamagedError(f"the tensor {name!r} is kept from run to run")
    if len(table.vector(7, "i4")) not in (0, len(shape)):
        raise DamagedError(f"the tensor {name!r} has a signature of another rank")
    return Tensor(
        name=name,
        shape=shape,
        type=kind,
        size_bytes=size,
        stored=stored if len(stored) else None,
        quantization=_read_quantization(table.table(4), name, shape, kind),
    )


def _read_quantization(
    table: Table | None, name: str, shape: tuple[int, ...], kind: int
) -> Quantization | None:
    if table is None:
        return None
    if table.has(4) or table.has(5):
        raise DamagedError(f"the tensor {name!r} has a custom quantisation")
    # The ranges seen in calibration: interpreters read them as vectors of floats.
    table.vector(0, "f4")
    table.vector(1, "f4")
    scales = table.vector(2, "f4")
    zero_points = table.vector(3, "i8")
    axis = table.scalar(6, "i")
    table.count(scales.size + zero_points.size)
    if not scales.size:
        return None
    channels = shape[axis] if 0 <= axis < len(shape) else 1
    low, high = _ZERO_POINTS.get(kind, (0, 0))
    if (
        scales.size not in (1, channels)
        or zero_points.size not in (0, 1, scales.size)
        or not np.all(np.isfinite(scales) & (scales >= _MIN_SCALE))
        or not np.all((zero_points >= low) & (zero_points <= high))
    ):
        raise DamagedError(f"the tensor {name!r} has an impossible quantisation")
    if scales.size > 1:
        return None
    zero_point = int(zero_points[0]) if zero_points.size else 0
    return Quantization(scale=float(scales[0]), zero_point=zero_point)


def _indexes(table: Table, index: int, count: int, *, lowest: int = 0) -> list[int]:
    values = table.vector(index, "i4")
    if values.size > _MAX_OPERANDS or not np.all((values >= lowest) & (values < count)):
        raise DamagedError(f"it refers to other tensors than its {count}")
    return [int(value) for value in values]


def _check_operators(
    operators: Sequence[Table],
    codes: Sequence[int],
    tensors: Sequence[Tensor],
    inputs: Sequence[int],
    outputs: Sequence[int],
) -> None:
    """Check that each operator reads only what is there by then, and writes what nobody else does.

    An index that was damaged but still lies in range nearly always breaks that order.
    """
    known = {i for i, tensor in enumerate(tensors) if tensor.stored is not None}
    if known & set(inputs):
        raise DamagedError("its input is a constant")
    known |= set(inputs)
    steps, operations = 0, []
    for number, operator in enumerate(operators):
        code = operator.scalar(0, "I")
        if code >= len(codes):
            raise DamagedError(f"operator {number} is of an unknown kind")
        # -1 stands for an operand that is left out.
        reads = _indexes(operator, 1, len(tensors), lowest=-1)
        writes = _indexes(operator, 2, len(tensors))
        is_twofold = len(set(writes)) != len(writes)
        if not writes or is_twofold or set(reads) - {-1} - known or known & set(writes):
            raise DamagedError(f"operator {number} is out of order")
        known |= set(writes)
        operator.vector(5, "u1")
        operator.vector(7, "u1")
        _indexes(operator, 8, len(tensors), lowest=-1)
        if operator.has(9) or operator.has(10) or operator.has(12):
            raise DamagedError(f"operator {number} keeps options where none are known")
        operation = Operation(
            number=number,
            reads=[tensors[i] if i >= 0 else None for i in reads],
            writes=[tensors[i] for i in writes],
            options=operator.table(4),
        )
        steps += check_operator(codes[code], operator.scalar(3, "B"), operation)
        if steps > _MAX_STEPS:
            raise DamagedError(f"it takes more than {_MAX_STEPS:,} multiplications")
        operations.append((reads, writes))
    if set(outputs) - known:
        raise DamagedError("its output is never computed")
    _check_memory(operations, tensors, inputs, outputs)


def _check_memory(
    operations: Sequence[tuple[Sequence[int], Sequence[int]]],
    tensors: Sequence[Tensor],
    inputs: Sequence[int],
    outputs: Sequence[int],
) -> None:
    """Check how much is to be kept at a time: each tensor until it was last read."""
    last = {place: number for number, ends in enumerate(operations) for place in chain(*ends)}
    last |= dict.fromkeys(outputs, len(operations))
    kept = set(inputs)
    for number, (_, writes) in enumerate(operations):
        kept |= set(writes)
        if sum(tensors[place].size_bytes for place in kept) > _MAX_BYTES:
            raise DamagedError(f"it needs more than {_MAX_BYTES:,} bytes at a time")
        kept = {place for place in kept if last.get(place, -1) > number}


def _check_metadata(model: Table, buffers: int, tensors: int) -> None:
    model.string(3)
    model.vector(5, "i4")
    for entry in _items(model, 6):
        entry.string(0)
        if entry.scalar(1, "I") >= buffers:
            raise DamagedError("its metadata is in a buffer that it does not have")
    for signature in _items(model, 7):
        signature.string(2)
        if signature.scalar(4, "I"):
            raise DamagedError("a signature is for a graph that it does not have")
        for tensor in [*_items(signature, 0), *_items(signature, 1)]:
            tensor.string(0)
            if tensor.scalar(1, "I") >= tensors:
                raise DamagedError("a signature names a tensor that it does not have")
