"""A measured number and its target in, whether it was reached out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measured number.

    Attributes:
        measure: Which measure it belongs to, e.g. "undecidable".
        what: What was measured, in a few words.
        value: The number; None where nothing could be measured.
        unit: "share", "score", "log2", "px", "times", "photos/s", "s", "ms" or "MB".
        count: Of how many boxes, photos or runs it is a number.
        at_least: Its target, where more is better.
        at_most: Its target, where less is better. Without either it is reported only.
    """

    measure: str
    what: str
    value: float | None
    unit: str
    count: int
    at_least: float | None = None
    at_most: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the target was reached; nothing measured misses any target."""
        if self.at_least is None and self.at_most is None:
            return True
        if self.value is None:
            return False
        return (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )

    @property
    def target(self) -> str:
        """The target in words, "" without one."""
        if self.at_least is not None:
            return f">= {_number(self.at_least, self.unit)}"
        return "" if self.at_most is None else f"<= {_number(self.at_most, self.unit)}"

    @property
    def shown(self) -> str:
        """The value with its unit."""
        return "none" if self.value is None else _number(self.value, self.unit)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; ``from_dict`` reads it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Row":
        """What ``to_dict`` gave."""
        return cls(**values)


def share(measure: str, what: str, hits: Sequence[bool], **target: float) -> Row:
    """A row of how many of some were so.

    Args:
        measure: As in ``Row``.
        what: As in ``Row``.
        hits: Of each whether it was so.
        target: ``at_least`` or ``at_most``, if there is one.
    """
    value = sum(hits) / len(hits) if hits else None
    return Row(
        measure=measure, what=what, value=value, unit="share", count=len(hits), **target
    )  # fmt: skip


def _number(value: float, unit: str) -> str:
    if unit == "share":
        return f"{100 * value:.1f} %"
    if unit == "score":
        return f"{value:.3f}"
    digits = {"log2": 3, "ms": 0, "MB": 0}.get(unit, 2)
    return f"{value:.{digits}f} {unit}"


def table(rows: Sequence[Row]) -> Table:
    """The rows of one measure for the screen; what was missed is marked."""
    result = Table(title=rows[0].measure, title_justify="left", box=None, pad_edge=False)
    result.add_column("what")
    for heading in ("of", "value", "target"):
        result.add_column(heading, justify="right", no_wrap=True)
    result.add_column("", no_wrap=True)
    for row in rows:
        mark = "" if row.passed else "MISSED"
        result.add_row(row.what, str(row.count), row.shown, row.target, mark)
    return result
