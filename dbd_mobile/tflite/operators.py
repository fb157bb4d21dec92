"""A TFLite graph's operators in; nothing out, or what is wrong with one of them.

Interpreters trust a file here too: options that are missing, an axis that a tensor does not have
or a size that others contradict make them read and write where they may not, divide by zero or ask
for all of the memory. So each operator is computed in shapes and types of numbers here, and must
give those that the file says. What is not in this table is refused. Numbers are those of TFLite's
schema, see :mod:`dbd_mobile.tflite.graph`.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dbd_mobile.tflite.operation import Operation, Shape
from dbd_mobile.tflite.tensor import BOOL, INT32, INT64

_Shapes = Callable[[Operation], Sequence[Shape]]


def check_operator(code: int, options_type: int, operation: Operation) -> int:
    """Check that an operator gives what the file says.

    Args:
        code: The schema's BuiltinOperator.
        options_type: The schema's BuiltinOptions.
        operation: Its operands and options.

    Returns:
        About how many multiplications or moves of a number it takes.

    Raises:
        OperatorError: It does not, or it is none that is known here.
        DamagedError: Its options are damaged.
    """
    rule = _RULES.get(code)
    if rule is None:
        raise operation.damaged(f"is of a kind, {code}, that image networks are not made of")
    if options_type not in (0, rule.options_type):
        raise operation.damaged("has the options of another kind")
    if rule.needs_options and (operation.options is None or options_type == 0):
        raise operation.damaged("lacks its options")
    if not rule.fewest <= len(operation.reads) <= rule.most:
        raise operation.damaged(f"has {len(operation.reads)} operands")
    for place in range(rule.fewest):
        operation.tensor(place)
    given = [tuple(shape) for shape in rule.shapes(operation)]
    said = [tensor.shape for tensor in operation.writes]
    if given != said or any(0 in shape for shape in said):
        raise operation.damaged(f"gives {_spoken(given)}, where the file says {_spoken(said)}")
    _check_types(code, operation)
    tensors = [tensor for tensor in (*operation.reads, *operation.writes) if tensor is not None]
    numbers = sum(math.prod(tensor.shape) for tensor in tensors)
    if code not in _PRODUCTS:
        return numbers
    # Each number of the weights, in each place of the result.
    return numbers + math.prod(said[0][:-1]) * math.prod(operation.shape(1))


def _check_types(code: int, operation: Operation) -> None:
    """Check that numbers keep their type: not all interpreters look before they copy them."""
    if code in _CONVERSIONS:
        return
    given = operation.tensor(_DATA_PLACES.get(code, 0)).type
    if code in _OF_ONE_TYPE:
        alike = [tensor for tensor in operation.reads if tensor is not None]
    else:
        alike = [operation.tensor(place) for place in _MORE_DATA_PLACES.get(code, ())]
    if code in _PRODUCTS and operation.tensor(1).type not in (given, *_TYPES_OF_WEIGHTS):
        raise operation.damaged("has weights of an unknown type")
    if code in _COMPARISONS:
        made = BOOL
    elif code in _PLACES_OF_EXTREMES:
        made = operation.writes[0].type
        if made not in (INT32, INT64):
            raise operation.damaged("gives places that are no whole numbers")
    else:
        made = given
    if any(tensor.type != given for tensor in alike) or any(
        tensor.type != made for tensor in operation.writes
    ):
        raise operation.damaged("has operands of unlike types")


def _spoken(shapes: Sequence[Shape]) -> str:
    return " and ".join(str(list(shape)) for shape in shapes[:3])


def _same(operation: Operation) -> Sequence[Shape]:
    return [operation.shape(0)]


def _all_same(operation: Operation) -> Sequence[Shape]:
    shapes = {operation.shape(place) for place in range(len(operation.reads))}
    if len(shapes) != 1:
        raise operation.damaged("has operands of unlike shapes")
    return [*shapes]


def _broadcast(operation: Operation) -> Sequence[Shape]:
    shapes = [operation.shape(place) for place in range(len(operation.reads))]
    try:
        return [np.broadcast_shapes(*shapes)]
    except ValueError:
        raise operation.damaged("has operands of unlike shapes") from None


# The schema's Padding.
_SAME, _VALID = 0, 1
# Pixels under a window in all of its places: interpreters keep a pointer to each.
_MAX_WINDOWED = 2**26


def _windowed(
    operation: Operation, sides: Sequence[int], window: Sequence[int], *, dilation_field: int | None
) -> list[int]:
    """Sides, (height, width), of what a sliding window gives; options have the width's first."""
    padding = operation.option(0, "b")
    if padding not in (_SAME, _VALID):
        raise operation.damaged("has an unknown kind of padding")
    given = []
    for field, side, size in zip((1, 0), sides, window, strict=True):
        stride = operation.option(1 + field)
        dilation = 1 if dilation_field is None else operation.option(dilation_field + field, "i", 1)
        if min(stride, size, dilation) < 1:
            raise operation.damaged("has an impossible window")
        lost = (size - 1) * dilation if padding == _VALID else 0
        given.append(math.ceil((side - lost) / stride))
    if math.prod(given) * math.prod(window) > _MAX_WINDOWED:
        raise operation.damaged("has a window that is too large")
    return given


def _pool(operation: Operation) -> Sequence[Shape]:
    batch, height, width, channels = operation.shape(0, 4)
    window = operation.option(4), operation.option(3)
    height, width = _windowed(operation, (height, width), window, dilation_field=None)
    return [(batch, height, width, channels)]


def _convolution(operation: Operation) -> Sequence[Shape]:
    batch, height, width, channels = operation.shape(0, 4)
    made, rows, columns, taken = operation.shape(1, 4)
    groups, rest = divmod(channels, taken)
    if rest or made % groups:
        raise operation.damaged("has a filter for other channels")
    _check_bias(operation, 2, made)
    height, width = _windowed(operation, (height, width), (rows, columns), dilation_field=4)
    return [(batch, height, width, made)]


def _depthwise_convolution(operation: Operation) -> Sequence[Shape]:
    batch, height, width, channels = operation.shape(0, 4)
    one, rows, columns, made = operation.shape(1, 4)
    if one != 1 or made != channels * operation.option(3):
        raise operation.damaged("has a filter for other channels")
    _check_bias(operation, 2, made)
    height, width = _windowed(operation, (height, width), (rows, columns), dilation_field=5)
    return [(batch, height, width, made)]


def _transposed_convolution(operation: Operation) -> Sequence[Shape]:
    given = tuple(operation.numbers(0, 4))
    made, rows, columns, taken = operation.shape(1, 4)
    batch, height, width, channels = operation.shape(2, 4)
    _check_bias(operation, 3, made)
    shrunk = _windowed(operation, given[1:3], (rows, columns), dilation_field=None)
    if shrunk != [height, width] or (given[0], given[3], taken) != (batch, made, channels):
        raise operation.damaged("has a filter for other sizes")
    return [given]


def _check_bias(operation: Operation, place: int, channels: int) -> None:
    if operation.has(place) and operation.shape(place) != (channels,):
        raise operation.damaged("has a bias for other channels")


def _fully_connected(operation: Operation) -> Sequence[Shape]:
    taken = operation.shape(0)
    units, count = operation.shape(1, 2)
    _check_bias(operation, 2, units)
    keeps_axes = operation.option(2, "B")
    if operation.option(1, "b") or math.prod(taken) % count:
        raise operation.damaged("has weights for other sizes")
    if not keeps_axes:
        return [(math.prod(taken) // count, units)]
    if taken[-1:] != (count,):
        raise operation.damaged("has weights for other sizes")
    return [(*taken[:-1], units)]


def _matrix_product(operation: Operation) -> Sequence[Shape]:
    left, right = operation.shape(0), operation.shape(1)
    if min(len(left), len(right)) < 2:
        raise operation.damaged("multiplies what are no matrices")
    rows, inner = left[-2:][::-1] if operation.option(0, "B") else left[-2:]
    other, columns = right[-2:][::-1] if operation.option(1, "B") else right[-2:]
    try:
        # One matrix is multiplied with each of many.
        batch = np.broadcast_shapes(left[:-2], right[:-2])
    except ValueError:
        inner = -1
    if inner != other:
        raise operation.damaged("multiplies matrices of other sizes")
    return [(*batch, rows, columns)]


def _concatenation(operation: Operation) -> Sequence[Shape]:
    shapes = [operation.shape(place) for place in range(len(operation.reads))]
    rank = len(shapes[0])
    (axis,) = operation.axes([operation.option(0)], rank)
    if len({(*shape[:axis], *shape[axis + 1 :]) for shape in shapes}) != 1:
        raise operation.damaged("joins unlike shapes")
    along = sum(shape[axis] for shape in shapes)
    return [(*shapes[0][:axis], along, *shapes[0][axis + 1 :])]


def _reshape(operation: Operation) -> Sequence[Shape]:
    count = math.prod(operation.shape(0))
    asked = operation.numbers(1) if operation.has(1) else operation.list_option(0)
    known = math.prod(side for side in asked if side != -1)
    if asked.count(-1) == 1 and known > 0:
        asked = [count // known if side == -1 else side for side in asked]
    if any(side < 1 for side in asked) or math.prod(asked) != count:
        raise operation.damaged(f"brings {count} numbers into the shape {asked}")
    return [tuple(asked)]


def _squeeze(operation: Operation) -> Sequence[Shape]:
    shape = operation.shape(0)
    asked = operation.list_option(0) or [axis for axis, side in enumerate(shape) if side == 1]
    axes = operation.axes(asked, len(shape))
    if any(shape[axis] != 1 for axis in axes):
        raise operation.damaged("leaves out an axis that is longer than 1")
    return [tuple(side for axis, side in enumerate(shape) if axis not in axes)]


def _expand(operation: Operation) -> Sequence[Shape]:
    shape = operation.shape(0)
    (axis,) = operation.axes(operation.numbers(1, 1), len(shape) + 1)
    return [(*shape[:axis], 1, *shape[axis:])]


def _transpose(operation: Operation) -> Sequence[Shape]:
    shape = operation.shape(0)
    order = operation.numbers(1, len(shape))
    if sorted(order) != list(range(len(shape))):
        raise operation.damaged(f"has axes {order} of {len(shape)}")
    return [tuple(shape[axis] for axis in order)]


def _pairs(operation: Operation, place: int, count: int) -> list[tuple[int, int]]:
    """Two numbers for each axis, none negative."""
    numbers = operation.numbers(place, 2 * count)
    if operation.shape(place) != (count, 2) or min(numbers, default=0) < 0:
        raise operation.damaged("has an impossible margin")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _pad(operation: Operation) -> Sequence[Shape]:
    shape = operation.shape(0)
    margins = _pairs(operation, 1, len(shape))
    return [tuple(side + sum(margin) for side, margin in zip(shape, margins, strict=True))]


def _mirror_pad(operation: Operation) -> Sequence[Shape]:
    # Reflected, the outermost pixel is not repeated.
    without = 1 - operation.option(0, "b")
    pairs = zip(operation.shape(0), _pairs(operation, 1, len(operation.shape(0))), strict=True)
    if without not in (0, 1) or any(max(margin) > side - without for side, margin in pairs):
        raise operation.damaged("has a margin that is larger than what it mirrors")
    return _pad(operation)


def _slice(operation: Operation) -> Sequence[Shape]:
    shape = operation.shape(0)
    starts, sizes = operation.numbers(1, len(shape)), operation.numbers(2, len(shape))
    given = [
        side - start if size == -1 else size
        for side, start, size in zip(shape, starts, sizes, strict=True)
    ]
    for side, start, size in zip(shape, starts, given, strict=True):
        if start < 0 or size < 1 or start + size > side:
            raise operation.damaged("cuts out what is not there")
    return [tuple(given)]


def _strided_slice(operation: Operation) -> Sequence[Shape]:
    shape = operation.shape(0)
    starts = operation.numbers(1)
    ends, steps = operation.numbers(2, len(starts)), operation.numbers(3, len(starts))
    # Open starts and ends, and axes that are left out after; then axes that are not asked for here.
    no_start, no_end, ellipsis, new, gone = (operation.option(field) for field in range(5))
    if len(starts) > len(shape) or ellipsis or new or operation.option(5, "B") or 0 in steps:
        raise operation.damaged("cuts in an unknown way")
    given = []
    for axis, side in enumerate(shape):
        if axis >= len(starts):
            given.append(side)
        elif gone >> axis & 1:
            if not -side <= starts[axis] < side or steps[axis] != 1:
                raise operation.damaged("cuts out what is not there")
        else:
            start = None if no_start >> axis & 1 else starts[axis]
            end = None if no_end >> axis & 1 else ends[axis]
            given.append(len(range(side)[start : end : steps[axis]]))
    return [tuple(given)]


def _split(operation: Operation) -> Sequence[Shape]:
    shape, count = operation.shape(1), len(operation.writes)
    (axis,) = operation.axes(operation.numbers(0, 1), len(shape))
    if operation.option(0) != count or shape[axis] % count:
        raise operation.damaged(f"splits {shape[axis]} into {operation.option(0)}")
    return [(*shape[:axis], shape[axis] // count, *shape[axis + 1 :])] * count


def _split_by_sizes(operation: Operation) -> Sequence[Shape]:
    shape, count = operation.shape(0), len(operation.writes)
    sizes = operation.numbers(1, count)
    (axis,) = operation.axes(operation.numbers(2, 1), len(shape))
    if operation.option(0) != count or min(sizes) < 1 or sum(sizes) != shape[axis]:
        raise operation.damaged(f"splits {shape[axis]} into {sizes}")
    return [(*shape[:axis], size, *shape[axis + 1 :]) for size in sizes]


def _pack(operation: Operation) -> Sequence[Shape]:
    (shape,), count = _all_same(operation), len(operation.reads)
    (axis,) = operation.axes([operation.option(1)], len(shape) + 1)
    if operation.option(0) != count:
        raise operation.damaged(f"packs {count} as {operation.option(0)}")
    return [(*shape[:axis], count, *shape[axis:])]


def _unpack(operation: Operation) -> Sequence[Shape]:
    shape, count = operation.shape(0), len(operation.writes)
    (axis,) = operation.axes([operation.option(1)], len(shape))
    if operation.option(0) != count or shape[axis] != count:
        raise operation.damaged(f"unpacks {shape[axis]} as {count}")
    return [(*shape[:axis], *shape[axis + 1 :])] * count


def _gather(operation: Operation) -> Sequence[Shape]:
    shape, places = operation.shape(0), operation.numbers(1)
    (axis,) = operation.axes([operation.option(0)], len(shape))
    if operation.option(1) or not all(0 <= place < shape[axis] for place in places):
        raise operation.damaged("gathers what is not there")
    return [(*shape[:axis], *operation.shape(1), *shape[axis + 1 :])]


def _tile(operation: Operation) -> Sequence[Shape]:
    shape = operation.shape(0)
    times = operation.numbers(1, len(shape))
    return [tuple(side * number for side, number in zip(shape, times, strict=True))]


def _broadcast_to(operation: Operation) -> Sequence[Shape]:
    given = tuple(operation.numbers(1))
    try:
        if min(given, default=1) < 1 or np.broadcast_shapes(operation.shape(0), given) != given:
            raise operation.damaged("spreads to a shape that does not fit")
    except ValueError:
        raise operation.damaged("spreads to a shape that does not fit") from None
    return [given]


def _reverse(operation: Operation) -> Sequence[Shape]:
    operation.axes(operation.numbers(1, 1), len(operation.shape(0)))
    return [operation.shape(0)]


def _space_to_depth(operation: Operation) -> Sequence[Shape]:
    batch, height, width, channels = operation.shape(0, 4)
    block = operation.option(0)
    if block < 1 or height % block or width % block:
        raise operation.damaged(f"cuts {width}x{height} into blocks of {block}")
    return [(batch, height // block, width // block, channels * block**2)]


def _depth_to_space(operation: Operation) -> Sequence[Shape]:
    batch, height, width, channels = operation.shape(0, 4)
    block = operation.option(0)
    if block < 1 or channels % block**2:
        raise operation.damaged(f"makes blocks of {block} of {channels} channels")
    return [(batch, height * block, width * block, channels // block**2)]


def _space_to_batch(operation: Operation) -> Sequence[Shape]:
    batch, height, width, channels = operation.shape(0, 4)
    rows, columns = operation.numbers(1, 2)
    vertical, horizontal = (sum(margin) for margin in _pairs(operation, 2, 2))
    height, width = height + vertical, width + horizontal
    if min(rows, columns) < 1 or height % rows or width % columns:
        raise operation.damaged(f"cuts {width}x{height} into blocks of {columns}x{rows}")
    return [(batch * rows * columns, height // rows, width // columns, channels)]


def _batch_to_space(operation: Operation) -> Sequence[Shape]:
    batch, height, width, channels = operation.shape(0, 4)
    rows, columns = operation.numbers(1, 2)
    vertical, horizontal = (sum(margin) for margin in _pairs(operation, 2, 2))
    height, width = height * rows - vertical, width * columns - horizontal
    if min(rows, columns, height, width) < 1 or batch % (rows * columns):
        raise operation.damaged(f"joins {batch} into blocks of {columns}x{rows}")
    return [(batch // (rows * columns), height, width, channels)]


def _resize(operation: Operation) -> Sequence[Shape]:
    batch, _, _, channels = operation.shape(0, 4)
    height, width = operation.numbers(1, 2)
    return [(batch, height, width, channels)]


def _reduce(operation: Operation) -> Sequence[Shape]:
    shape = operation.shape(0)
    axes = operation.axes(operation.numbers(1), len(shape))
    if operation.option(0, "B"):
        return [tuple(1 if axis in axes else side for axis, side in enumerate(shape))]
    return [tuple(side for axis, side in enumerate(shape) if axis not in axes)]


def _place_of_extreme(operation: Operation) -> Sequence[Shape]:
    shape = operation.shape(0)
    (axis,) = operation.axes(operation.numbers(1, 1), len(shape))
    return [(*shape[:axis], *shape[axis + 1 :])]


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """What is known of a kind of operators: how many operands, which options, which shapes."""

    shapes: _Shapes
    fewest: int
    most: int
    options_type: int
    needs_options: bool


def _rule(
    shapes: _Shapes,
    options_type: int = 0,
    *,
    operands: tuple[int, int] = (1, 1),
    needs_options: bool = False,
) -> _Rule:
    return _Rule(
        shapes=shapes,
        fewest=operands[0],
        most=operands[1],
        options_type=options_type,
        needs_options=needs_options,
    )


_ANY = (1, 64)
_TWO = (2, 2)

# By the schema's BuiltinOperator: those whose second operand is weights.
_PRODUCTS = {3, 4, 9, 67, 126}

# Those that turn numbers of one type into another's.
_CONVERSIONS = {6, 53, 114}
# Those that answer each with true or false, and with where one is.
_COMPARISONS = {58, 61, 62, 63, 71, 72}
_PLACES_OF_EXTREMES = {56, 79}
# Those whose operands are all numbers to compute with; of the others the first is, or what is said.
_OF_ONE_TYPE = {0, 2, 18, 41, 42, 54, 55, 57, 78, 83, 84, 86, 90, 95, 99, 106, *_COMPARISONS}
_DATA_PLACES = {49: 1, 64: 1, 67: 2, 123: 1}
# Whole numbers of 8 and 4 bits, whatever they are multiplied with.
_TYPES_OF_WEIGHTS = (9, 17)
_MORE_DATA_PLACES = {60: (2,), 64: (2,), 123: (2,)}

# By the schema's BuiltinOperator.
_RULES = {
    # One number from one.
    6: _rule(_same, 38),  # dequantize
    8: _rule(_same),  # floor
    11: _rule(_same, 12),  # normalise by the length
    14: _rule(_same),  # logistic
    19: _rule(_same),  # relu
    20: _rule(_same),  # relu from -1 to 1
    21: _rule(_same),  # relu up to 6
    25: _rule(_same, 9, needs_options=True),  # softmax
    28: _rule(_same),  # tanh
    47: _rule(_same, 33),  # exp
    50: _rule(_same, 36),  # log of softmax
    53: _rule(_same, 37),  # cast
    59: _rule(_same, 42),  # negate
    66: _rule(_same),  # sin
    73: _rule(_same),  # log
    75: _rule(_same),  # square root
    76: _rule(_same),  # one over the square root
    87: _rule(_same, 63),  # logical not
    92: _rule(_same, 66),  # square
    98: _rule(_same, 75, needs_options=True),  # leaky relu
    101: _rule(_same, 78),  # abs
    104: _rule(_same),  # ceil
    108: _rule(_same, 84),  # cos
    111: _rule(_same),  # elu
    114: _rule(_same, 89),  # quantize
    116: _rule(_same),  # round
    117: _rule(_same, 91),  # hard swish
    150: _rule(_same, 116),  # gelu
    152: _rule(_same),  # relu from 0 to 1
    158: _rule(_same, 123),  # sign
    # One number from two or more.
    0: _rule(_broadcast, 11, operands=_TWO),  # add
    18: _rule(_broadcast, 21, operands=_TWO),  # multiply
    41: _rule(_broadcast, 28, operands=_TWO),  # subtract
    42: _rule(_broadcast, 29, operands=_TWO),  # divide
    54: _rule(_broadcast, operands=_TWO),  # prelu
    55: _rule(_broadcast, 39, operands=_TWO),  # maximum
    57: _rule(_broadcast, 39, operands=_TWO),  # minimum
    58: _rule(_broadcast, 41, operands=_TWO),  # less
    61: _rule(_broadcast, 44, operands=_TWO),  # greater
    62: _rule(_broadcast, 45, operands=_TWO),  # greater or equal
    63: _rule(_broadcast, 46, operands=_TWO),  # less or equal
    71: _rule(_broadcast, 53, operands=_TWO),  # equal
    72: _rule(_broadcast, 54, operands=_TWO),  # not equal
    78: _rule(_broadcast, 56, operands=_TWO),  # power
    84: _rule(_broadcast, 60, operands=_TWO),  # logical or
    86: _rule(_broadcast, 62, operands=_TWO),  # logical and
    90: _rule(_broadcast, 65, operands=_TWO),  # divide, rounded down
    95: _rule(_broadcast, 72, operands=_TWO),  # remainder
    99: _rule(_broadcast, 76, operands=_TWO),  # squared difference
    106: _rule(_all_same, 82, operands=_ANY),  # add any number of them
    64: _rule(_all_same, 47, operands=(3, 3)),  # select
    123: _rule(_broadcast, 98, operands=(3, 3)),  # select, spread
    # Windows and products.
    1: _rule(_pool, 5, needs_options=True),  # average pool
    3: _rule(_convolution, 1, operands=(2, 3), needs_options=True),
    4: _rule(_depthwise_convolution, 2, operands=(2, 3), needs_options=True),
    9: _rule(_fully_connected, 8, operands=(2, 3), needs_options=True),
    12: _rule(_pool, 5, needs_options=True),  # L2 pool
    17: _rule(_pool, 5, needs_options=True),  # maximum pool
    67: _rule(_transposed_convolution, 49, operands=(3, 4), needs_options=True),
    126: _rule(_matrix_product, 101, operands=_TWO, needs_options=True),
    # Numbers in other places.
    2: _rule(_concatenation, 10, operands=_ANY, needs_options=True),
    5: _rule(_depth_to_space, 94, needs_options=True),
    22: _rule(_reshape, 17, operands=(1, 2)),
    26: _rule(_space_to_depth, 19, needs_options=True),
    34: _rule(_pad, 22, operands=_TWO),
    36: _rule(_gather, 23, operands=_TWO, needs_options=True),
    37: _rule(_batch_to_space, 24, operands=(3, 3)),
    38: _rule(_space_to_batch, 25, operands=(3, 3)),
    39: _rule(_transpose, 26, operands=_TWO),
    43: _rule(_squeeze, 30, needs_options=True),
    45: _rule(_strided_slice, 32, operands=(4, 4), needs_options=True),
    49: _rule(_split, 35, operands=_TWO, needs_options=True),
    60: _rule(_pad, 43, operands=(3, 3)),
    65: _rule(_slice, 48, operands=(3, 3)),
    69: _rule(_tile, 51, operands=_TWO),
    70: _rule(_expand, 52, operands=_TWO),
    83: _rule(_pack, 59, operands=_ANY, needs_options=True),
    88: _rule(_unpack, 64, needs_options=True),
    100: _rule(_mirror_pad, 77, operands=_TWO, needs_options=True),
    102: _rule(_split_by_sizes, 79, operands=(3, 3), needs_options=True),
    105: _rule(_reverse, 81, operands=_TWO),
    130: _rule(_broadcast_to, 104, operands=_TWO),
    # Fewer or more numbers.
    23: _rule(_resize, 15, operands=_TWO, needs_options=True),  # linearly
    97: _rule(_resize, 74, operands=_TWO, needs_options=True),  # from the nearest
    40: _rule(_reduce, 27, operands=_TWO, needs_options=True),  # mean
    74: _rule(_reduce, 27, operands=_TWO, needs_options=True),  # sum
    81: _rule(_reduce, 27, operands=_TWO, needs_options=True),  # product
    82: _rule(_reduce, 27, operands=_TWO, needs_options=True),  # maximum
    89: _rule(_reduce, 27, operands=_TWO, needs_options=True),  # minimum
    56: _rule(_place_of_extreme, 40, operands=_TWO),  # of the maximum
    79: _rule(_place_of_extreme, 57, operands=_TWO),  # of the minimum
}
