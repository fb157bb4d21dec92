"""Any value in; the whole number that it is, out."""

import operator
from typing import Any

import numpy as np


def whole_number(value: Any) -> int | None:
    """Give a whole number of any type, numpy's too, as an int; None for all else.

    To Python True is a whole number too; here it is none.
    """
    if isinstance(value, bool | np.bool_):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None
