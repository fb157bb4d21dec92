"""A detector and frame after frame of one video in; a blur map for each out.

What is looked at is small: the frame as the network takes it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError
from dbd_mobile.jobs.video.cuts import is_cut
from dbd_mobile.jobs.video.motion import Luma
from dbd_mobile.jobs.video.smoothing import MapSmoother, luma_of
from dbd_mobile.panorama import is_long
from dbd_mobile.photo import Pixels
from dbd_mobile.whole_number import whole_number


@dataclass(frozen=True, kw_only=True)
class FrameMap:
    """What is known of one frame.

    Attributes:
        blur_map: Its map; that of an earlier frame if this one was not looked at.
        is_detected: The map was made from this frame.
        is_cut: The scene changed before this frame.
    """

    blur_map: BlurMap
    is_detected: bool
    is_cut: bool


class FrameMapper:
    """Makes the maps of one video.

    Args:
        detector: Makes the map of each frame that is looked at.
        every: Of so many frames one is looked at, and the first after a cut; the others keep the
            last map.
        smooth: Take out the maps' flicker over time.

    Raises:
        ArgumentError: ``every`` is not a whole number from 1.
    """

    def __init__(self, detector: BlurDetector, *, every: int = 1, smooth: bool = True) -> None:
        number = whole_number(every)
        if number is None or number < 1:
            raise ArgumentError(f"every is a whole number from 1, got {every!r}.")
        self._detector = detector
        self._every = number
        self._smoother = MapSmoother() if smooth else None
        self._luma: Luma | None = None
        self._last: BlurMap | None = None
        self._since = 0

    def wanted_wh(self, size_wh: tuple[int, int]) -> tuple[int, int]:
        """The (width, height) at which :meth:`map_of` takes frames of a size."""
        network_wh = self._detector.model_facts.input.size_wh
        if not is_long(size_wh):
            return network_wh
        # It is seen in squares side by side.
        reduced = max(network_wh) / min(size_wh)
        return round(size_wh[0] * reduced), round(size_wh[1] * reduced)

    def map_of(self, small: NDArray[np.uint8], size_wh: tuple[int, int], time_s: float) -> FrameMap:
        """Look at the next frame.

        Args:
            small: (h, w, 3) uint8 RGB, upright, of :meth:`wanted_wh`.
            size_wh: The frame's own (width, height), upright.
            time_s: When it is shown, in seconds.

        Raises:
            DBDError: As ``BlurDetector.detect`` does.
        """
        luma = luma_of(small)
        cut = self._luma is not None and is_cut(self._luma, luma)
        self._luma = luma
        self._since += 1
        if self._last is not None and not cut and self._since < self._every:
            return FrameMap(blur_map=self._last, is_detected=False, is_cut=False)
        self._since = 0
        found = self._detector.detect(Pixels(rgb=small, size_wh=size_wh))
        if self._smoother is not None:
            if cut:
                self._smoother.forget()
            found = BlurMap(
                self._smoother.smooth(found.model_probability, luma, time_s),
                size_wh=size_wh,
                timings_ms=found.timings_ms,
                judge=self._detector.judge,
            )
        self._last = found
        return FrameMap(blur_map=found, is_detected=True, is_cut=cut)
