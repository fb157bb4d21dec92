"""What pydantic found wrong with a table in, what must be there instead, in words, out."""

from collections.abc import Mapping
from typing import Any

_WANTED = {
    "string_type": "a text",
    "bool_type": "a truth value",
    "int_type": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list",
    "dataclass_type": "a table",
    "dict_type": "a table",
    "finite_number": "a finite number",
    "greater_than": "above {gt:g}",
    "greater_than_equal": "0 or a number above it",
    "too_short": "a list with {min_length} at least",
    "string_too_short": "a text that is not empty",
    "less_than": "0 or a number above it, of 63 bits at most",
    "less_than_equal": "in 0 to {le:g}",
    "multiple_of": "a multiple of {multiple_of}",
    "value_error": "{error}",
}
"""pydantic's name of a fault -> what the value must be."""


def key_of(fault: Mapping[str, Any]) -> str:
    """The key that an entry of ``ValidationError.errors()`` is about, e.g. "losses.soft_iou".

    Entries of a list are counted from 0: "weights[1].sha256".
    """
    first, *rest = fault["loc"]
    return first + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in rest)


def describe_fault(fault: Mapping[str, Any]) -> str:
    """A sentence, without its full stop, on an entry of ``ValidationError.errors()``."""
    key = key_of(fault)
    if fault["type"] == "missing":
        return f"{key} is missing"
    if fault["type"] == "unexpected_keyword_argument":
        return f"unknown key {key}"
    if fault["type"] not in _WANTED:
        return f"{key} is {fault['input']!r} ({fault['msg']})"
    wanted = _WANTED[fault["type"]].format(**fault.get("ctx", {}))
    return f"{key} must be {wanted}, not {fault['input']!r}"
