"""A TFLite file's bytes in; the same with a few things of its graph changed out.

Bytes that are changed by chance break the file before an interpreter sees it. Here the file stays
whole, and what is wrong with it is what it says.
"""

import math
import random
import struct
from contextlib import suppress
from typing import Any

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from dbd_mobile.tflite.flatbuffer import DamagedError
from dbd_mobile.tflite.graph import read_graph

from .model_files import packed

_NUMBERS = (-(2**31), -(2**15), -129, -2, -1, 0, 1, 2, 3, 4, 7, 8, 16, 127, 128, 255, 256, 1000)
_LARGE = (4096, 32768, 65535, 65536, 2**24, 2**30, 2**31 - 1)
_SCALES = (0.0, 1e-45, 1e-30, 1 / 256, 1 / 128, 1.0, 1e30, float("inf"), float("nan"), -1.0)
_LAST_OPERATOR = 209
_LARGEST_BYTES = 8192
# Of the types of constants in the corpus.
_BYTES = {schema.TensorType.FLOAT32: 4, schema.TensorType.INT64: 8, schema.TensorType.FLOAT16: 2}
# Of files that the structural check refuses, so many are tried.
_TRIES, _DAMAGED_SHARE = 8, 0.1


def changed(content: bytes, chance: random.Random) -> bytes:
    """Change one to three things; a file that is not whole is given back as it is.

    Most of what comes out is found in order by the structural check, so that interpreters see it.
    """
    if not _is_whole(content):
        return content
    result = content
    for _ in range(_TRIES):
        model = schema.ModelT.InitFromPackedBuf(content)
        for _ in range(chance.randint(1, 3)):
            # What is not there cannot be changed.
            with suppress(TypeError, ValueError, IndexError, AttributeError, OverflowError):
                chance.choice(_CHANGES)(model, chance)
        # A field may be too small for its number.
        with suppress(TypeError, ValueError, OverflowError, struct.error):
            result = packed(model)
        if result != content and (_is_whole(result) or chance.random() < _DAMAGED_SHARE):
            break
    return result


def _is_whole(content: bytes) -> bool:
    try:
        read_graph(content)
    except DamagedError:
        return False
    return True


def _number(now: int, chance: random.Random) -> int:
    if chance.random() < 0.2:
        return chance.choice(_LARGE)
    return chance.choice((*_NUMBERS, now - 1, now + 1, now * 2, now // 2, -now))


def _change_operator(model: Any, chance: random.Random) -> None:
    code = chance.choice(model.operatorCodes)
    code.builtinCode = chance.randint(0, _LAST_OPERATOR)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)


def _change_version(model: Any, chance: random.Random) -> None:
    chance.choice(model.operatorCodes).version = chance.randint(0, 9)


def _change_operands(model: Any, chance: random.Random) -> None:
    graph = model.subgraphs[0]
    operator = chance.choice(graph.operators)
    field = chance.choice(("inputs", "inputs", "outputs"))
    operands = list(getattr(operator, field))
    place = chance.randrange(len(operands) + 1)
    other = chance.randrange(-1, len(graph.tensors))
    kind = chance.randrange(3)
    if kind == 0:
        operands.insert(place, other)
    elif kind == 1:
        del operands[place]
    else:
        operands[place] = other
    setattr(operator, field, operands)


def _change_options(model: Any, chance: random.Random) -> None:
    operator = chance.choice(model.subgraphs[0].operators)
    options = operator.builtinOptions
    if options is None or chance.random() < 0.1:
        operator.builtinOptionsType, operator.builtinOptions = 0, None
        return
    name = chance.choice(list(vars(options)))
    now = getattr(options, name)
    if isinstance(now, bool):
        setattr(options, name, not now)
    elif isinstance(now, int):
        setattr(options, name, _number(now, chance))
    elif isinstance(now, float):
        setattr(options, name, chance.choice((*_SCALES, 0.5)))
    elif now is not None and len(now):
        numbers = [int(number) for number in now]
        numbers[chance.randrange(len(numbers))] = _number(numbers[0], chance)
        setattr(options, name, numbers)


def _swap_options(model: Any, chance: random.Random) -> None:
    one, other = (chance.choice(model.subgraphs[0].operators) for _ in range(2))
    one.builtinOptionsType = other.builtinOptionsType
    one.builtinOptions = other.builtinOptions


def _change_shape(model: Any, chance: random.Random) -> None:
    tensor = chance.choice(model.subgraphs[0].tensors)
    shape = [int(side) for side in tensor.shape]
    kind = chance.randrange(4)
    if kind == 0:
        shape.insert(chance.randrange(len(shape) + 1), chance.choice((1, 1, 2, 0)))
    elif kind == 1:
        del shape[chance.randrange(len(shape))]
    else:
        place = chance.randrange(len(shape))
        shape[place] = _number(shape[place], chance)
    tensor.shape = shape


def _change_sides(model: Any, chance: random.Random) -> None:
    """Let all sides, and all numbers that say them, of one length be of another."""
    tensors = model.subgraphs[0].tensors
    now = int(chance.choice([side for tensor in tensors for side in tensor.shape]))
    new = chance.choice((1, 2, 3, 5, 7, 16, 33, 64, 255, 1024, now + 1, now * 2))
    for tensor in tensors:
        tensor.shape = [new if side == now else int(side) for side in tensor.shape]
        buffer = model.buffers[tensor.buffer]
        if buffer.data is None:
            continue
        if tensor.type == schema.TensorType.INT32:
            numbers = np.array(buffer.data, np.uint8).view("<i4")
            buffer.data = np.where(numbers == now, new, numbers).astype("<i4").view(np.uint8)
        else:
            count = math.prod(tensor.shape) * _BYTES.get(tensor.type, 1)
            buffer.data = np.resize(np.array(buffer.data, np.uint8), min(count, _LARGEST_BYTES))


def _change_type(model: Any, chance: random.Random) -> None:
    chance.choice(model.subgraphs[0].tensors).type = chance.randint(0, 19)


def _change_types(model: Any, chance: random.Random) -> None:
    new = chance.choice((0, 1, 2, 3, 4, 6, 7, 9, 17))
    now = chance.choice(model.subgraphs[0].tensors).type
    for tensor in model.subgraphs[0].tensors:
        if tensor.type == now:
            tensor.type = new


def _change_buffer(model: Any, chance: random.Random) -> None:
    tensor = chance.choice(model.subgraphs[0].tensors)
    if chance.random() < 0.2:
        tensor.buffer = chance.randrange(len(model.buffers))
        return
    buffer = model.buffers[tensor.buffer]
    if buffer.data is None:
        return
    content = np.array(buffer.data, np.uint8)
    numbers = content[: content.size // 4 * 4].view("<i4")
    place = chance.randrange(numbers.size)
    numbers[place] = _number(int(numbers[place]), chance)
    buffer.data = content


def _change_quantization(model: Any, chance: random.Random) -> None:
    tensor = chance.choice(model.subgraphs[0].tensors)
    kind = chance.randrange(5)
    if kind == 0:
        tensor.quantization = chance.choice(model.subgraphs[0].tensors).quantization
        return
    if tensor.quantization is None:
        tensor.quantization = schema.QuantizationParametersT()
    of = tensor.quantization
    count = chance.choice((1, 1, len(of.scale) if of.scale is not None else 1, tensor.shape[-1]))
    if kind == 1:
        of.scale = [chance.choice(_SCALES) for _ in range(count)]
    elif kind == 2:
        of.zeroPoint = [chance.choice(_NUMBERS) for _ in range(count)]
    elif kind == 3:
        of.quantizedDimension = _number(of.quantizedDimension, chance)
    else:
        of.scale, of.zeroPoint = [1 / 128] * count, [0] * count


def _insert_operator(model: Any, chance: random.Random) -> None:
    """Put an operator that anything may be before another, with a result of its own."""
    graph = model.subgraphs[0]
    place = chance.randrange(len(graph.operators))
    follows = graph.operators[place]
    source = int(chance.choice(follows.inputs))
    like = graph.tensors[source]
    code = schema.OperatorCodeT()
    code.version = 1
    code.builtinCode = chance.randint(0, _LAST_OPERATOR)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    model.operatorCodes.append(code)
    tensor = schema.TensorT()
    tensor.shape, tensor.type, tensor.buffer, tensor.name = like.shape, like.type, 0, b"new"
    tensor.quantization = like.quantization
    graph.tensors.append(tensor)
    operator = schema.OperatorT()
    operator.opcodeIndex = len(model.operatorCodes) - 1
    operator.inputs = [source] * chance.randint(1, 3)
    operator.outputs = [len(graph.tensors) - 1]
    graph.operators.insert(place, operator)
    if chance.random() < 0.7:
        follows.inputs = [len(graph.tensors) - 1 if i == source else int(i) for i in follows.inputs]


def _change_signature(model: Any, chance: random.Random) -> None:
    tensor = chance.choice(model.subgraphs[0].tensors)
    tensor.shapeSignature = [_number(int(side), chance) for side in tensor.shape]


_CHANGES = (
    _change_operator,
    _change_operands,
    _change_operands,
    _change_options,
    _change_options,
    _change_options,
    _swap_options,
    _change_shape,
    _change_sides,
    _change_sides,
    _change_sides,
    _change_type,
    _change_types,
    _change_buffer,
    _change_buffer,
    _change_quantization,
    _change_quantization,
    _change_signature,
    _change_version,
    _insert_operator,
)
