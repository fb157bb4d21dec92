"""One number that is watched, as it was measured."""

from dataclasses import dataclass
from typing import Any

from benchmarks.spread import Spread


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What is watched.

    Attributes:
        what: In a few words, with all that it depends on: numbers of the same words are compared.
        unit: "times", "ms", "s" or "MB".
        at_least: Its target, where more is better.
        at_most: Its target, or nothing, where less is better.
    """

    what: str
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def target(self) -> str:
        """The target in words, "" without one."""
        if self.at_least is not None:
            return f">= {self.at_least:g} {self.unit}"
        return "" if self.at_most is None else f"<= {self.at_most:g} {self.unit}"


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """What is watched, and what it came to.

    Attributes:
        watched: What it is.
        value: Its median and spread.
    """

    watched: Watched
    value: Spread

    @property
    def passed(self) -> bool:
        """Whether the target was reached, if there is one."""
        at_least, at_most = self.watched.at_least, self.watched.at_most
        return (at_least is None or self.value.median >= at_least) and (
            at_most is None or self.value.median <= at_most
        )

    def to_dict(self) -> dict[str, Any]:
        """What is stored of it."""
        return {"unit": self.watched.unit, **self.value.to_dict()}
