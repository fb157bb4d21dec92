"""A video in; the same with what is out of focus drawn on it, and frame after frame's map, out."""

import os
from collections.abc import Generator

from dbd_mobile.detector import BlurDetector
from dbd_mobile.jobs.video.detecting import Video, looked_at
from dbd_mobile.jobs.video.frame_maps import FrameMapper
from dbd_mobile.jobs.video.overlay import Overlay, checked_overlay
from dbd_mobile.jobs.video.raw_video import RawReader
from dbd_mobile.jobs.video.reading import FrameSource, VideoReader
from dbd_mobile.jobs.video.results import FrameResult
from dbd_mobile.jobs.video.writing import OverlayWriter, RawSink, VideoSink, checked_output


def overlay_video(
    detector: BlurDetector,
    video: Video,
    output: str | os.PathLike[str] | RawSink,
    *,
    overlay: Overlay = "heat",
    every: int = 1,
    smooth: bool = True,
) -> Generator[FrameResult, None, None]:
    """Write a video with what is out of focus drawn on it, frame by frame as it is asked for.

    The file is finished, and gets its name, when the generator ends or is closed, whatever ends it:
    use ``contextlib.closing`` where the loop may be left. Times, turns and colours are the video's
    own, its sound is copied, where the file can hold it. An odd last row or column is left out.

    Args:
        detector: As for :func:`~dbd_mobile.jobs.video.detect_video`; so are ``video``, ``every``
            and ``smooth``.
        video: As there.
        output: The file, H.264, by its ending MP4, MOV or Matroska; one that is there is replaced.
            Or a :class:`RawSink`.
        overlay: "heat": what is blurred the redder the more likely that is; "mask": what is blurred
            is darkened; "peaking": edges that are in focus are green.
        every: As there.
        smooth: As there.

    Yields:
        What was found in each frame, once it is on its way into the file.

    Raises:
        ArgumentError: An argument is not as said above; at once.
        VideoError: As there.
        InputError: As there; or the file cannot be written, and is then taken away.
        OSError: The pipe cannot be written to.
        DBDError: As there.
    """
    checked_overlay(overlay)
    mapper = FrameMapper(detector, every=every, smooth=smooth)
    if not isinstance(output, RawSink):
        checked_output(output)
    return _written(mapper, video, output, overlay)


def _written(
    mapper: FrameMapper,
    video: Video,
    output: str | os.PathLike[str] | RawSink,
    overlay: str,
) -> Generator[FrameResult, None, None]:
    if isinstance(video, RawReader):
        yield from _drawn(mapper, video, output, overlay)
        return
    with VideoReader(video) as reader:
        yield from _drawn(mapper, reader, output, overlay)


def _drawn(
    mapper: FrameMapper,
    source: FrameSource,
    output: str | os.PathLike[str] | RawSink,
    overlay: str,
) -> Generator[FrameResult, None, None]:
    sink = output if isinstance(output, RawSink) else VideoSink(output, source)
    with OverlayWriter(sink, source, overlay) as writer:
        for frame, result in looked_at(mapper, source, writer.put_sound):
            writer.put(frame.picture, result.blur_map)
            yield result
