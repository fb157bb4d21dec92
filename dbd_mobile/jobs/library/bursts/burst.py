"""What is known of a burst: its shots, the best first, and what becomes of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dbd_mobile.focus import Focus
from dbd_mobile.jobs.library.bursts.move_journal import Move

Action = Literal["stay", "move", "link"]
"""What becomes of a shot."""


@dataclass(frozen=True, kw_only=True)
class BurstShot:
    """A shot of a burst.

    Attributes:
        photos: Its photos, absolute, e.g. a JPEG and its raw file; the first was judged.
        taken: When it was taken by its EXIF, as "2026-05-01T12:00:00.25", in the camera's time.
        focus: What was found in the region that the shots are compared by.
        radius_px: Radius of blur there, as :class:`~dbd_mobile.Ranked` has it.
        action: What becomes of it.
        moves: Its files, each with where it goes; none where it stays.
        is_done: They are there.
    """

    photos: tuple[Path, ...]
    taken: str
    focus: Focus
    radius_px: float | None
    action: Action = "stay"
    moves: tuple[Move, ...] = ()
    is_done: bool = False


@dataclass(frozen=True, kw_only=True)
class Burst:
    """Shots of one scene.

    Attributes:
        shots: Two or more, the best first.
        has_best: There was something that they could be compared by.
    """

    shots: tuple[BurstShot, ...]
    has_best: bool
