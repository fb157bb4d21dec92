"""How sharp is sharp enough: presets, one's own, and a file of it."""

import json
import math
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import ArgumentError, InputError
from dbd_mobile.radius_code import CRISP_PX

MAX_RADIUS_PX = 1.85
"""Largest radius of blur, in pixels as they are viewed, that looks sharp: crisp photos have 1 to
1.5."""

MAX_WIDTH = 1_000_000
"""Largest width in pixels that a photo can be judged at."""

_SCHEMA = "dbd-mobile-strictness/1"


def checked_width(at_width: object) -> int:
    """Give a width in pixels as Python's whole number.

    Raises:
        ArgumentError: It is not a whole number from 1 to :data:`MAX_WIDTH`.
    """
    if isinstance(at_width, bool) or not hasattr(at_width, "__index__"):
        raise ArgumentError(f"at_width is a whole number of pixels or None, got {at_width!r}.")
    width: int = at_width.__index__()
    if not 1 <= width <= MAX_WIDTH:
        raise ArgumentError(f"at_width is from 1 to {MAX_WIDTH} pixels, got {width}.")
    return width


@dataclass(frozen=True, kw_only=True)
class Strictness:
    """What a photo has to be like to be called sharp.

    Attributes:
        name: What to call it.
        max_radius_px: Largest radius of blur that is sharp, in pixels of the photo as it is
            viewed, at least 1.3, which is a crisp photo's. Up to twice that is soft.
        at_width: The width in pixels that the photo is viewed at; None for its own, 100 %.

    Raises:
        ArgumentError: A value is out of range.

    Examples:
        >>> Strictness(name="poster", max_radius_px=1.4, at_width=6000)
        Strictness(name='poster', max_radius_px=1.4, at_width=6000)
    """

    name: str
    max_radius_px: float = MAX_RADIUS_PX
    at_width: int | None = None

    PRESETS: ClassVar[tuple[str, ...]] = ("web", "print", "pixel")
    """Names that stand for a strictness: on a screen 1920 pixels wide, on A4 paper (3508 pixels:
    300 dpi), and at 100 %."""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ArgumentError(f"A strictness has a name, got {self.name!r}.")
        radius = self.max_radius_px
        if (
            isinstance(radius, bool)
            or not isinstance(radius, int | float)
            or not (CRISP_PX <= radius < math.inf)
        ):
            raise ArgumentError(f"max_radius_px is a number from {CRISP_PX}, got {radius!r}.")
        if self.at_width is not None:
            object.__setattr__(self, "at_width", checked_width(self.at_width))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Strictness":
        """Read one that :meth:`save` wrote.

        Raises:
            InputError: There is no such file, or it is none.
        """
        file = Path(path)
        try:
            values = json.loads(file.read_text("utf-8"))
            if values.pop("schema") != _SCHEMA:
                raise ValueError
            return cls(**values)
        except OSError as error:
            raise InputError(f"{file} cannot be read: {error.strerror}.") from None
        except (ValueError, TypeError, AttributeError, KeyError):
            raise InputError(f"{file} is no strictness that dbd-mobile saved.") from None

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a JSON file; one that is there already is replaced.

        Raises:
            InputError: The file cannot be written.
        """
        content = json.dumps({"schema": _SCHEMA, **asdict(self)}, indent=2)
        try:
            with atomic_file(Path(path)) as file:
                file.write(f"{content}\n".encode())
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}.") from None


_PRESETS = {
    "web": Strictness(name="web", at_width=1920),
    "print": Strictness(name="print", at_width=3508),
    "pixel": Strictness(name="pixel"),
}


def strictness_of(strictness: "str | Strictness") -> Strictness:
    """Give the preset of that name, or the strictness as it is.

    Raises:
        ArgumentError: There is no such preset.
    """
    if isinstance(strictness, Strictness):
        return strictness
    if strictness not in Strictness.PRESETS:
        names = ", ".join(repr(name) for name in Strictness.PRESETS)
        raise ArgumentError(f"strictness is one of {names} or a Strictness, got {strictness!r}.")
    return _PRESETS[strictness]
