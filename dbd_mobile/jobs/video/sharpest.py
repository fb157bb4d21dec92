"""A video in; its sharpest frames, spread over time, out: for photogrammetry."""

import math
import os
from collections.abc import Callable, Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError
from dbd_mobile.jobs.video.detecting import SmallFrames, upright_array
from dbd_mobile.jobs.video.motion import SIDE, Luma
from dbd_mobile.jobs.video.reading import Frame, VideoError, VideoReader
from dbd_mobile.jobs.video.smoothing import luma_of
from dbd_mobile.whole_number import whole_number

# A frame whose brightness differs from the last one's by less than this, of 255, is its double.
_DOUBLE = 0.1


@dataclass(frozen=True, kw_only=True)
class SharpFrame:
    """A frame that was chosen.

    Attributes:
        index: Its place in the video, from 0.
        time_s: When it is shown, in seconds from the video's own zero.
        radius_px: Radius of blur in the frame's own pixels; None where nothing in it has texture.
        rgb: (H, W, 3) uint8, the frame, upright.
    """

    index: int
    time_s: float
    radius_px: float | None
    rgb: NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class _Candidate:
    index: int
    time_s: float
    radius_px: float | None


def sharpest_frames(
    detector: BlurDetector,
    video: str | os.PathLike[str],
    count: int,
    *,
    every: int = 1,
    on_frame: Callable[[], None] = lambda: None,
) -> Generator[SharpFrame, None, None]:
    """Choose the sharpest frame of each of so many equal spans of a video's time.

    The blur of all of a frame is measured, in its own pixels, so that a hand that shook for a
    moment counts. The video is read twice: the second time, frames are given that the first one
    chose. A frame that shows the same as the one before it is not taken.

    Args:
        detector: Measures the frames, by its ``detail`` model.
        video: A file of any kind that FFmpeg reads, with sides of 64 pixels at least.
        count: How many spans, from 1.
        every: Measure one of so many frames, from 1.
        on_frame: Called after each frame of the first reading, for a progress display.

    Yields:
        The chosen frames in the order in which they are shown; fewer than ``count`` where a span
        has no frame.

    Raises:
        ArgumentError: A number is not as said above; at once.
        VideoError: The video is missing or cannot be read; or, after the frames that were chosen
            from what could be read, it is damaged or cut off.
        InputError: PyAV is not installed.
        DBDError: As :meth:`BlurDetector.judge <dbd_mobile.BlurDetector.judge>` does.
    """
    for name, number in (("count", count), ("every", every)):
        if (whole_number(number) or 0) < 1:
            raise ArgumentError(f"{name} is a whole number from 1, got {number!r}.")
    return _chosen(detector, video, count, every, on_frame)


def _chosen(
    detector: BlurDetector,
    video: str | os.PathLike[str],
    count: int,
    every: int,
    on_frame: Callable[[], None],
) -> Generator[SharpFrame, None, None]:
    candidates, end_s, problem = _measured(detector, video, every, on_frame)
    chosen = {frame.index: frame for frame in _best_of_spans(candidates, end_s, count)}
    if chosen:
        with VideoReader(video) as reader:
            for frame in _with_some_missing(reader):
                candidate = chosen.pop(frame.index, None)
                if candidate is not None:
                    yield SharpFrame(
                        index=candidate.index,
                        time_s=candidate.time_s,
                        radius_px=candidate.radius_px,
                        rgb=upright_array(frame.picture, reader.orientation),
                    )
                if not chosen:
                    break
    if problem is not None:
        raise problem


def _measured(
    detector: BlurDetector,
    video: str | os.PathLike[str],
    every: int,
    on_frame: Callable[[], None],
) -> tuple[list[_Candidate], float, VideoError | None]:
    """Measure a video's frames; give when the last one ends, and what was wrong with the video."""
    candidates: list[_Candidate] = []
    problem = None
    last: Luma | None = None
    last_s = step_s = 0.0
    with VideoReader(video) as reader:
        small = SmallFrames((SIDE, SIDE), reader.orientation)
        try:
            for frame in reader.frames():
                step_s, last_s = frame.time_s - last_s, frame.time_s
                luma = luma_of(small.of(frame.picture))
                is_double = last is not None and float(np.abs(luma - last).mean()) < _DOUBLE
                last = luma
                if frame.index % every == 0 and not is_double:
                    rgb = upright_array(frame.picture, reader.orientation)
                    radius_px = detector.judge(rgb, (0, 0, *reader.size_wh)).blur_radius_px
                    candidates.append(
                        _Candidate(index=frame.index, time_s=frame.time_s, radius_px=radius_px)
                    )
                on_frame()
        except VideoError as error:
            problem = error
    return candidates, last_s + step_s, problem


def _best_of_spans(candidates: list[_Candidate], end_s: float, count: int) -> list[_Candidate]:
    """The best of each span; of equally sharp ones that nearest to its middle."""
    start_s = candidates[0].time_s if candidates else 0.0
    # A video of one frame has no length.
    long_s = max(end_s - start_s, 1e-9) / count
    best: dict[int, tuple[tuple[float, float], _Candidate]] = {}
    for frame in candidates:
        span = min(int((frame.time_s - start_s) / long_s), count - 1)
        radius_px = math.inf if frame.radius_px is None else frame.radius_px
        order = radius_px, abs(frame.time_s - start_s - (span + 0.5) * long_s)
        if span not in best or order < best[span][0]:
            best[span] = order, frame
    return [frame for _, frame in best.values()]


def _with_some_missing(reader: VideoReader) -> Generator[Frame, None, None]:
    """Read a video of which it is known what is wrong with it."""
    try:
        yield from reader.frames()
    except VideoError:
        return
