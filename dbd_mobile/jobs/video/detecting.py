"""A video in; frame after frame with its blur map out."""

import os
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.detector import BlurDetector
from dbd_mobile.jobs.video.frame_maps import FrameMapper
from dbd_mobile.jobs.video.orientation import Orientation
from dbd_mobile.jobs.video.pyav import Picture, pyav
from dbd_mobile.jobs.video.raw_video import RawReader
from dbd_mobile.jobs.video.reading import Frame, FrameSource, VideoReader
from dbd_mobile.jobs.video.results import FrameResult

Video: TypeAlias = str | os.PathLike[str] | RawReader
"""A video's path, or raw frames from a pipe."""


def detect_video(
    detector: BlurDetector, video: Video, *, every: int = 1, smooth: bool = True
) -> Generator[FrameResult, None, None]:
    """Find what is out of focus in a video, frame by frame.

    Args:
        detector: Looks at the frames; "nano" is the fastest.
        video: A file of any kind that FFmpeg reads, whose main video stream is read, or a
            :class:`RawReader`. Frames are turned as the video says.
        every: Look at one of so many frames, and at the first after a cut; those between keep the
            last map. From 1.
        smooth: Take out the maps' flicker, along the motion in the picture; a cut begins anew.

    Yields:
        What was found in each frame, in the order in which they are shown.

    Raises:
        ArgumentError: ``every`` is not a whole number from 1; at once.
        VideoError: The video is missing or cannot be read; or, after all frames that could be read,
            it is damaged or cut off.
        InputError: PyAV is not installed.
        DBDError: As :meth:`BlurDetector.detect <dbd_mobile.BlurDetector.detect>` does.

    Examples:
        >>> for found in detect_video(BlurDetector("nano"), "clip.mp4"):  # doctest: +SKIP
        ...     print(found.index, found.time_s, found.blur_map.blurred_fraction)
    """
    return _detected(FrameMapper(detector, every=every, smooth=smooth), video)


def _detected(mapper: FrameMapper, video: Video) -> Generator[FrameResult, None, None]:
    if isinstance(video, RawReader):
        yield from (result for _, result in looked_at(mapper, video))
        return
    with VideoReader(video) as reader:
        yield from (result for _, result in looked_at(mapper, reader))


def looked_at(
    mapper: FrameMapper,
    source: FrameSource,
    on_sound: Callable[[Any], None] = lambda packet: None,
) -> Generator[tuple[Frame, FrameResult], None, None]:
    """Look at the frames of a source.

    Args:
        mapper: Makes their maps.
        source: Where they come from.
        on_sound: Given the packets of sound between them.

    Yields:
        Each frame with what was found in it.

    Raises:
        DBDError: As :func:`detect_video` does.
    """
    small = SmallFrames(mapper.wanted_wh(source.size_wh), source.orientation)
    for frame in source.frames(on_sound):
        found = mapper.map_of(small.of(frame.picture), source.size_wh, frame.time_s)
        yield (
            frame,
            FrameResult(
                index=frame.index,
                time_s=frame.time_s,
                blur_map=found.blur_map,
                is_detected=found.is_detected,
                is_cut=found.is_cut,
                decode=partial(upright_array, frame.picture, source.orientation),
            ),
        )


class SmallFrames:
    """Reduces frames to RGB.

    Args:
        size_wh: To so many pixels, upright.
        orientation: How frames are turned to be seen.
    """

    def __init__(self, size_wh: tuple[int, int], orientation: Orientation) -> None:
        self._stored_wh = orientation.upright_wh(size_wh)
        self._orientation = orientation
        self._reformatter = pyav("av.video.reformatter").VideoReformatter()

    def of(self, picture: Picture) -> NDArray[np.uint8]:
        """Give an (h, w, 3) uint8 RGB array, upright."""
        small = self._reformatter.reformat(
            picture, *self._stored_wh, format="rgb24", interpolation="BILINEAR"
        )
        return np.ascontiguousarray(self._orientation.upright(small.to_ndarray()))


def upright_array(picture: Picture, orientation: Orientation) -> NDArray[np.uint8]:
    """Give a frame as it is seen: (H, W, 3) uint8 RGB."""
    rgb: NDArray[np.uint8] = picture.to_ndarray(format="rgb24")
    return np.ascontiguousarray(orientation.upright(rgb))
