"""Frames with what is drawn on them in; a video file, or raw frames in a pipe, out.

Drawing and encoding go on in a thread beside the search for blur. It is that thread alone that
writes, so an interruption of the main one never leaves half a frame behind.
"""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.errors import ArgumentError, InputError, sentence_of
from dbd_mobile.jobs.video.overlay import draw_overlay
from dbd_mobile.jobs.video.pyav import Picture, pyav
from dbd_mobile.jobs.video.raw_video import bytes_of, checked_pixels
from dbd_mobile.jobs.video.reading import FrameSource

ENDINGS = (".mp4", ".m4v", ".mov", ".mkv")
"""What names of videos that are written end in."""

_CODEC = "libx264"
# Hardly to be told from the source, and fast.
_QUALITY = {"crf": "20", "preset": "veryfast"}
# So many frames wait to be encoded.
_WAITING = 3
_BT709 = 1


class OverlayWriter:
    """Draws on frames and writes them; use it in a ``with`` block.

    At its end, whatever ended it, the video is finished, so that it plays; a file that could not be
    written, or holds no frame, is taken away.

    Args:
        sink: Takes the pictures that were drawn.
        source: Where the frames come from.
        overlay: What to draw on them, of :data:`~dbd_mobile.jobs.video.overlay.Overlay`.
    """

    def __init__(self, sink: "VideoSink | RawSink", source: FrameSource, overlay: str) -> None:
        self._sink = sink
        self._orientation = source.orientation
        self._overlay = overlay
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="dbd-mobile-video")
        self._waiting: deque[Future[None]] = deque()
        self._failed = False

    def put(self, picture: Picture, blur_map: BlurMap) -> None:
        """Write the next frame with its map drawn on it.

        Raises:
            InputError: The video cannot be written.
            OSError: The pipe cannot.
        """
        self._do(lambda: self._write(picture, blur_map))

    def put_sound(self, packet: Any) -> None:
        """Write a packet of the source's sound as it is; raises as :meth:`put` does."""
        self._do(lambda: self._sink.write_sound(packet))

    def _do(self, task: Callable[[], None]) -> None:
        while len(self._waiting) >= _WAITING:
            self._wait()
        self._waiting.append(self._pool.submit(task))

    def _wait(self) -> None:
        """Wait for what was put first."""
        future = self._waiting[0]
        try:
            # An interruption leaves it where it is.
            future.result()
        except Exception:
            self._failed = True
            raise
        self._waiting.popleft()

    def _write(self, picture: Picture, blur_map: BlurMap) -> None:
        flat = _flat(picture)
        planes: NDArray[np.uint8] = np.array(flat.to_ndarray())
        draw_overlay(planes, flat, blur_map, self._orientation, self._overlay)
        self._sink.write(planes, flat)

    def __enter__(self) -> "OverlayWriter":
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            while self._waiting and not self._failed:
                self._wait()
        finally:
            self._pool.shutdown(cancel_futures=True)
            self._sink.close(keep=not self._failed)


class VideoSink:
    """A video file of H.264 that takes its name once it is whole.

    Times, turns and colours are those of the source; sound is copied where the file can hold it.

    Args:
        path: The file; one that is there is replaced. It ends in one of :data:`ENDINGS`.
        source: Where the frames come from.

    Raises:
        ArgumentError: The path ends otherwise, or is the source's own.
        InputError: The file cannot be made, or PyAV is not installed.
    """

    def __init__(self, path: str | os.PathLike[str], source: FrameSource) -> None:
        self._path = checked_output(path)
        with suppress(OSError):
            if self._path.samefile(source.name):
                raise ArgumentError(f"{self._path} is the video that is read: name another file.")
        self._source = source
        self._part = self._path.with_name(
            f".{self._path.stem}.{os.getpid()}.part{self._path.suffix.lower()}"
        )
        av = pyav()
        self._errors: tuple[type[Exception], ...] = (av.error.FFmpegError, OSError)
        self._frame_of = av.VideoFrame.from_ndarray
        self._count = 0
        try:
            self._container = av.open(f"file:{self._part}", "w")
        except self._errors as error:
            raise self._refused(error) from None
        try:
            self._open()
        except BaseException:
            self.close(keep=False)
            raise

    def _open(self) -> None:
        source = self._source
        rate = source.rate or Fraction(25)
        try:
            self._stream = self._container.add_stream(
                _CODEC, rate=rate.limit_denominator(100_000), options=_QUALITY
            )
        except (ValueError, OSError) as error:
            raise InputError(f"PyAV's FFmpeg cannot write H.264: {sentence_of(error)}") from None
        width, height = source.stored_wh
        self._stream.width, self._stream.height = width - width % 2, height - height % 2
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = self._stream.codec_context.time_base = source.time_base
        if source.pixel_aspect is not None:
            self._stream.codec_context.sample_aspect_ratio = source.pixel_aspect
        if not source.orientation.is_plain:
            self._stream.set_display_matrix(source.orientation.matrix)
        self._sound = None
        if source.sound is not None:
            codec = source.sound.codec_context.codec.name
            if codec in self._container.supported_codecs:
                self._sound = self._container.add_stream_from_template(source.sound)

    def write(self, planes: NDArray[np.uint8], flat: Picture) -> None:
        """Write a frame.

        Args:
            planes: (H * 3 / 2, W) uint8, Y over U over V.
            flat: What PyAV has of it: times and colours.

        Raises:
            InputError: It cannot be written.
        """
        frame = self._frame_of(planes, "yuv420p")
        frame.pts, frame.time_base = flat.pts, flat.time_base
        context = self._stream.codec_context
        for name in ("color_range", "colorspace", "color_primaries", "color_trc"):
            value = getattr(flat, name)
            setattr(frame, name, value)
            if self._count == 0:
                setattr(context, name, value)
        self._count += 1
        self._mux(lambda: self._stream.encode(frame))

    def write_sound(self, packet: Any) -> None:
        """Write a packet of the source's sound as it is.

        Raises:
            InputError: It cannot be written.
        """
        if self._sound is not None:
            packet.stream = self._sound
            self._mux(lambda: packet)

    def close(self, *, keep: bool) -> None:
        """Finish the file, and give it its name; or take it away.

        Raises:
            InputError: It cannot be finished.
        """
        try:
            if keep and self._count:
                self._mux(lambda: self._stream.encode(None))
                self._finish()
        finally:
            with suppress(*self._errors):
                self._container.close()
            with suppress(OSError):
                self._part.unlink()

    def _finish(self) -> None:
        try:
            self._container.close()
            self._part.replace(self._path)
        except self._errors as error:
            raise self._refused(error) from None

    def _mux(self, packets: Callable[[], Any]) -> None:
        try:
            self._container.mux(packets())
        except self._errors as error:
            raise self._refused(error) from None

    def _refused(self, error: Exception) -> InputError:
        words = getattr(error, "strerror", None) or str(error)
        return InputError(f"{self._path} cannot be written: {sentence_of(Exception(words))}")


class RawSink:
    """Raw frames one after the other, as ``ffmpeg -f rawvideo -i -`` reads them.

    Args:
        file: Where the bytes go; it is left open.
        pixels: How the bytes of a frame lie.

    Raises:
        ArgumentError: There is no such format.
    """

    def __init__(self, file: IO[bytes], pixels: str = "rgb24") -> None:
        self._file = file
        self._pixels = checked_pixels(pixels)
        self._frame_of = pyav().VideoFrame.from_ndarray

    def write(self, planes: NDArray[np.uint8], flat: Picture) -> None:
        """Write a frame; arguments as for :class:`VideoSink`.

        Raises:
            OSError: The pipe cannot be written to.
        """
        drawn = self._frame_of(planes, "yuv420p")
        for name in ("color_range", "colorspace"):
            setattr(drawn, name, getattr(flat, name))
        self._file.write(bytes_of(planes, drawn, self._pixels))
        self._file.flush()

    def write_sound(self, packet: Any) -> None:
        """Leave it out."""

    def close(self, *, keep: bool) -> None:
        """Leave the pipe open."""


def checked_output(path: str | os.PathLike[str]) -> Path:
    """Give a path to write a video to.

    Raises:
        ArgumentError: It does not end as a video does.
    """
    output = Path(os.fsdecode(path))
    if output.suffix.lower() not in ENDINGS:
        raise ArgumentError(
            f"A video is written to a path that ends in {', '.join(ENDINGS)}, got {output}."
        )
    return output


def _flat(picture: Picture) -> Picture:
    """Bring a frame to 8 bit and half the resolution of colours, with even sides."""
    wh = picture.width - picture.width % 2, picture.height - picture.height % 2
    if not picture.format.is_rgb:
        return picture.reformat(*wh, format="yuv420p")
    flat = picture.reformat(*wh, format="yuv420p", dst_colorspace="ITU709")
    flat.colorspace = _BT709
    return flat
