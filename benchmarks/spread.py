"""Repeated measurements of one thing in; their median, and how far apart they are, out."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median, quantiles
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Spread:
    """What repeated measurements come to.

    Attributes:
        median: Their median.
        spread: Half of the range between their quartiles: half of them are within so much of the
            middle. 0 of a single one.
        count: How many there are.
    """

    median: float
    spread: float
    count: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON; ``Spread(**values)`` reads it."""
        return asdict(self)

    def __str__(self) -> str:
        shown = said(self.median)
        decimals = len(shown.partition(".")[2])
        return f"{shown} ± {self.spread:,.{decimals}f}" if self.count > 1 else shown


def spread_of(values: Sequence[float]) -> Spread:
    """Sum up at least one measurement."""
    lower, _, upper = quantiles(values, n=4, method="inclusive") if len(values) > 1 else (0, 0, 0)
    return Spread(median=median(values), spread=(upper - lower) / 2, count=len(values))


def said(value: float) -> str:
    """A number with three digits, or more where they are whole: 0.0123, 1.20, 12.3, 1,230."""
    decimals = 2 - math.floor(math.log10(abs(value))) if value else 0
    return f"{value:,.{max(decimals, 0)}f}"
