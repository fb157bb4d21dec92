"""Ratios and those that were stored in; what got worse by more than the noise out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

from benchmarks.ratios.ratio import Ratio
from benchmarks.spread import Spread

SPREADS = 3.0
"""A change of no more spreads than this is noise: those of both measurements together."""

LEAST_CHANGE = 0.02
"""A change of no more than this share does not matter."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """A ratio beside the one that was stored.

    Attributes:
        ratio: As it is.
        before: As it was; None where none was stored.
    """

    ratio: Ratio
    before: Spread | None

    @property
    def share(self) -> float | None:
        """By which share of what it was it is more, or less if below 0; None without that."""
        if self.before is None:
            return None
        return self.ratio.value.median / self.before.median - 1

    @property
    def is_worse(self) -> bool:
        """Whether it got worse by more than the noise, and by enough to matter."""
        if self.before is None:
            return False
        change = self.ratio.value.median - self.before.median
        loss = -change if self.ratio.watched.at_least is not None else change
        noise = SPREADS * hypot(self.ratio.value.spread, self.before.spread)
        return loss > noise and loss > LEAST_CHANGE * self.before.median


def compared(ratios: Sequence[Ratio], stored: Mapping[str, Spread]) -> list[Change]:
    """Put each ratio beside the stored one of the same words."""
    return [Change(ratio=ratio, before=stored.get(ratio.watched.what)) for ratio in ratios]
