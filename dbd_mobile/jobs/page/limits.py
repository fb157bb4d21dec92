"""How much the server takes on."""

from dataclasses import dataclass

from dbd_mobile.errors import ArgumentError
from dbd_mobile.whole_number import whole_number


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a request may bring, and how many there may be at a time.

    Attributes:
        max_mb: A request with more megabytes, of a million bytes, is refused; those that are
            being answered are in memory.
        timeout_s: Seconds after which a request is given up: its photo has not come, or has not
            been looked at.
        parallel: So many requests may wait or be answered at a time; one more is refused.

    Raises:
        ArgumentError: One is not a whole number from 1.
    """

    max_mb: int = 64
    timeout_s: int = 60
    parallel: int = 16

    def __post_init__(self) -> None:
        for name in ("max_mb", "timeout_s", "parallel"):
            value = getattr(self, name)
            number = whole_number(value)
            if number is None or number < 1:
                raise ArgumentError(f"{name} is a whole number from 1, got {value!r}.")
