"""What a form and the one that it was made from give in, whether it may stand out.

Nothing is read or run here: whoever has the outputs can ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from export.kinds import Kind
from export.kinds.kind import Difference, Outputs, Tolerance

_WORST_PHOTOS = 3


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What is known of a form that was run.

    Attributes:
        outputs: What it gave for the photos.
        accuracy: On photos of which the truth is known, of its kind's type; None without any.
    """

    outputs: Outputs
    accuracy: Any


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """On a form of the network.

    Attributes:
        difference: From the form that it was made from; None for the first, and where there is
            nothing to compare.
        worst: Numbers of the photos that changed most, the worst first.
        worst_means: How much each of these changed.
        failures: Sentences on why it is refused; it passed if there are none.
    """

    difference: Difference | None = None
    worst: Sequence[int] = ()
    worst_means: Sequence[float] = ()
    failures: Sequence[str] = ()


def judge(
    kind: Kind,
    found: Evidence,
    before: Evidence | None,
    tolerance: Tolerance | None,
    *,
    advice: str = "",
) -> Verdict:
    """Judge a form by what the form that it was made from gives.

    Args:
        kind: Of the network.
        found: Of the form.
        before: Of the other, for the same photos; None for the first, which only has to give what
            can be compared with.
        tolerance: How much they may differ; None for the first.
        advice: What to do if it gives no values in [0, 1], to end that sentence with.
    """
    if not are_within_range(found.outputs):
        return Verdict(failures=[_outside(found.outputs, kind.output.values, advice)])
    if before is None or tolerance is None:
        unfit = kind.unfit(found.outputs)
        return Verdict(failures=(unfit,) if unfit else ())
    difference = kind.compare(before.outputs, found.outputs)
    means = kind.changes(before.outputs, found.outputs)
    worst = [int(number) for number in np.argsort(means)[::-1][:_WORST_PHOTOS]]
    return Verdict(
        difference=difference,
        worst=worst,
        worst_means=[means[number] for number in worst],
        failures=tolerance.violations(difference, before.accuracy, found.accuracy),
    )


def are_within_range(outputs: Outputs) -> bool:
    """Whether every value lies in [0, 1]."""
    # Written so that a NaN does not.
    return all(part.min() >= 0 and part.max() <= 1 for part in outputs)


def _outside(outputs: Outputs, values: str, advice: str) -> str:
    """What is said of values that are not within [0, 1]."""
    least, most = min(part.min() for part in outputs), max(part.max() for part in outputs)
    if any(np.isnan(part).any() for part in outputs):
        return f"It gives NaN, which is none of the {values} from 0 to 1."
    return f"It gives values from {least:.6g} to {most:.6g}, which are no {values}{advice}."
