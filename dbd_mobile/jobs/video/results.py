"""What was found in one frame of a video."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.focus import Focus
from dbd_mobile.regions import Box
from dbd_mobile.strictness import Strictness


@dataclass(frozen=True, kw_only=True)
class FrameResult:
    """What was found in one frame of a video.

    Attributes:
        index: The frame's place in the video, from 0.
        time_s: When it is shown, in seconds from the video's own zero.
        blur_map: Its map, of the frame as it is seen: turned, as the video says.
        is_detected: The map was made from this frame; else it is that of an earlier one.
        is_cut: The scene changed before this frame.
        decode: Gives the frame; what :meth:`to_array` calls.
    """

    index: int
    time_s: float
    blur_map: BlurMap
    is_detected: bool
    is_cut: bool
    decode: Callable[[], NDArray[np.uint8]] = field(compare=False, repr=False)

    def to_array(self) -> NDArray[np.uint8]:
        """Give the frame itself: (H, W, 3) uint8 RGB, upright."""
        return self.decode()

    def judge(
        self,
        box_xyxy: Box | None = None,
        *,
        at_width: int | None = None,
        strictness: str | Strictness = "pixel",
    ) -> Focus:
        """Say how sharp the subject, or a box, is in the frame's own pixels.

        Args:
            box_xyxy: As for :meth:`BlurDetector.judge <dbd_mobile.BlurDetector.judge>`; so are
                ``at_width`` and ``strictness``.
            at_width: As there.
            strictness: As there.

        Raises:
            DBDError: As there.
        """
        return self.blur_map.judge(
            self.to_array(), box_xyxy, at_width=at_width, strictness=strictness
        )

    def to_dict(self) -> dict[str, Any]:
        """Give what was found as what JSON can hold.

        Returns:
            ``frame`` (the index), ``time_s``, ``is_detected`` and ``is_cut``, and the map's
            :meth:`~dbd_mobile.BlurMap.to_dict`.
        """
        return {
            "frame": self.index,
            "time_s": self.time_s,
            "is_detected": self.is_detected,
            "is_cut": self.is_cut,
            **self.blur_map.to_dict(),
        }
