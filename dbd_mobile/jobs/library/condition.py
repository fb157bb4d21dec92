"""A condition on a photo's record in words in; a function that tells whether it holds out."""

import ast
import operator
import warnings
from collections.abc import Callable
from typing import Any

from dbd_mobile.errors import ArgumentError
from dbd_mobile.jobs.library.record import FIELDS, Record

_MAX_LENGTH = 1000
# Of a wrong one.
_MAX_SHOWN = 80

# What a part of a condition is: the type of its value, and what gives that.
_Part = tuple[type, Callable[[Record], Any]]

_ORDERS: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_EQUALITIES: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_NAMES = {str: "a text", float: "a number", bool: "true or false", type(None): "None"}


class _Wrong(Exception):
    """What is wrong with a condition, as the middle of a sentence."""


def condition_of(text: str) -> Callable[[Record], bool]:
    """Read a condition such as ``verdict == "blurred" and score < .2``.

    It is made of a record's fields, numbers, texts, True, False and None; of ``==``, ``!=``, ``<``,
    ``<=``, ``>``, ``>=``, ``in`` and ``not in``, which look for a text within a text; and of
    ``and``, ``or``, ``not`` and brackets. It is read as Python is, and never run as such. A
    field that is not known fulfils no comparison but ``== None``.

    Args:
        text: The condition.

    Returns:
        Says of a record whether the condition holds.

    Raises:
        ArgumentError: It is no such condition.
    """
    try:
        if len(text) > _MAX_LENGTH:
            raise _Wrong(f"it has more than {_MAX_LENGTH} characters")
        kind, value = _part(_parsed(text))
        if kind is not bool:
            raise _Wrong(f"it is {_NAMES[kind]}, nothing that holds or not")
    except RecursionError:
        wrong = _Wrong("its brackets are nested too deeply")
    except _Wrong as error:
        wrong = error
    else:
        # A field that is not known holds as little as False.
        return lambda record: bool(value(record))
    shown = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."
    raise ArgumentError(
        f'{shown!r} is no condition such as verdict == "blurred" and score < .2: {wrong}; the '
        f"fields are {', '.join(FIELDS)}."
    )


def _parsed(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            # What Python will not like in later versions.
            warnings.simplefilter("ignore")
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError):
        raise _Wrong("it is no expression") from None


def _part(node: ast.expr) -> _Part:
    match node:
        case ast.Name(id=name):
            if name not in FIELDS:
                raise _Wrong(f"{name} is no field")
            kind = FIELDS[name]
            return float if kind is int else kind, operator.attrgetter(name)
        case ast.Constant(value=value):
            return _constant(value)
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as operand):
            kind, _ = part = _constant(operand.value)
            if kind is not float:
                raise _Wrong("a minus is before what is no number")
            return float, lambda record: -part[1](record)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            truth = _truth(operand)
            return bool, lambda record: not truth(record)
        case ast.BoolOp(op=op, values=values):
            truths = [_truth(value) for value in values]
            holds = all if isinstance(op, ast.And) else any
            return bool, lambda record: holds(truth(record) for truth in truths)
        case ast.Compare(left=left, ops=ops, comparators=others):
            parts = [_part(part) for part in (left, *others)]
            steps = [
                _comparison(one, op, other)
                for one, op, other in zip(parts, ops, parts[1:], strict=False)
            ]
            return bool, lambda record: all(step(record) for step in steps)
    raise _Wrong(f"{ast.unparse(node)} is more than a comparison")


def _constant(value: object) -> _Part:
    kind = float if type(value) is int else type(value)
    if kind not in _NAMES:
        raise _Wrong(f"{value!r} is no number and no text")
    return kind, lambda record: value


def _truth(node: ast.expr) -> Callable[[Record], Any]:
    kind, value = _part(node)
    if kind is not bool:
        raise _Wrong(f"{ast.unparse(node)} is {_NAMES[kind]}, nothing that holds or not")
    return value


def _comparison(one: _Part, op: ast.cmpop, other: _Part) -> Callable[[Record], bool]:
    (kind, left), (other_kind, right) = one, other
    kinds = {kind, other_kind}
    if type(op) in _EQUALITIES and (len(kinds) == 1 or type(None) in kinds):
        is_fulfilled = _EQUALITIES[type(op)]
        if type(None) in kinds:
            return lambda record: is_fulfilled(left(record), right(record))
    elif type(op) in _ORDERS and kinds in ({float}, {str}):
        is_fulfilled = _ORDERS[type(op)]
    elif isinstance(op, ast.In | ast.NotIn) and kinds == {str}:
        is_in = isinstance(op, ast.In)
        is_fulfilled = lambda text, whole: (text in whole) is is_in  # noqa: E731
    else:
        raise _Wrong(f"{_NAMES[kind]} cannot be compared so with {_NAMES[other_kind]}")

    def holds(record: Record) -> bool:
        values = left(record), right(record)
        return None not in values and is_fulfilled(*values)

    return holds
