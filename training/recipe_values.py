"""What a recipe's values may be, and what is wrong with those that may not, in a sentence."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict, Field, ValidationError

from training.faults import describe_fault, key_of

CONFIG = ConfigDict(extra="forbid")

# 63 bits are what PyTorch takes as a seed; no other number comes near them.
Count = Annotated[int, Field(strict=True, ge=0, lt=2**63)]
Number = Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]


def one_of(known: Mapping[str, object]) -> AfterValidator:
    """A text that is one of some keys."""

    def check(value: str) -> str:
        if value not in known:
            raise ValueError(f"one of {', '.join(sorted(known))}")
        return value

    return AfterValidator(check)


def check_expression(value: str) -> str:
    """A text that is a regular expression."""
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"a regular expression ({error})") from error
    return value


def first_fault(error: ValidationError, recipe: type, tables: Mapping[str, type]) -> str:
    """The first thing that is wrong with a recipe, as a sentence that begins with "Recipe:".

    Args:
        error: What pydantic says.
        recipe: The recipe's dataclass.
        tables: Key -> dataclass of each table in it.
    """
    return f"Recipe: {_sentence(error.errors()[0], recipe, tables)}"


def _sentence(fault: Mapping[str, Any], recipe: type, tables: Mapping[str, type]) -> str:
    if fault["type"] == "missing" and len(fault["loc"]) == 1:
        return f"it does not say which {key_of(fault)} to train."
    if fault["type"] == "unexpected_keyword_argument":
        *above, _ = fault["loc"]
        table = tables[above[0]] if above else recipe
        names = (field.name for field in dataclasses.fields(table))
        known = ", ".join(key_of({"loc": (*above, name)}) for name in names)
        return f"{describe_fault(fault)}; known are {known}."
    return f"{describe_fault(fault)}."
