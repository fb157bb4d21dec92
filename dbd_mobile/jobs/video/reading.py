"""A video in; its frames with their times, and packets of its sound, out.

What is damaged is passed over, and what is missing at the end does without: all that could be read
is given first, then it is said what could not.
"""

import os
from collections import deque
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from dbd_mobile.errors import InputError, sentence_of
from dbd_mobile.jobs.video.orientation import Orientation, orientation_of
from dbd_mobile.jobs.video.pyav import Picture, pyav

# Of these the header says how long the video is; elsewhere it is an estimate.
_SAY_HOW_LONG = {"mov", "matroska"}
# Seconds, and a share, by which less may be read than that: sound ends a little sooner or later.
_MISSING_S, _MISSING_SHARE = 0.5, 0.02
_MICROSECONDS = 1_000_000


class VideoError(InputError):
    """A video is missing, damaged, cut off or no video."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One frame of a video.

    Attributes:
        index: Its place in the video, from 0.
        time_s: When it is shown, in seconds from the video's own zero.
        picture: What PyAV decoded, as it is stored.
    """

    index: int
    time_s: float
    picture: Picture


class FrameSource(Protocol):
    """Where frames come from: an open video, or a pipe.

    Attributes:
        name: What to call it in messages.
        orientation: How frames are turned to be seen.
        stored_wh: (width, height) of the frames as they are stored.
        size_wh: (width, height) of the frames as they are seen.
        time_base: Seconds that a step of the frames' time stamps takes.
        rate: Frames a second, on average; None if it is not known.
        sound: The first sound stream, of PyAV; None if there is none.
        pixel_aspect: Width over height that a pixel is shown with; None if it is not known.
    """

    name: str
    orientation: Orientation
    stored_wh: tuple[int, int]
    size_wh: tuple[int, int]
    time_base: Fraction
    rate: Fraction | None
    sound: Any
    pixel_aspect: Fraction | None

    @property
    def frames_expected(self) -> int | None:
        """How many frames there are by its own word; None if it says none."""

    def frames(
        self, on_sound: Callable[[Any], None] = lambda packet: None
    ) -> Generator[Frame, None, None]:
        """Read frame after frame, once.

        Args:
            on_sound: Given the packets of the first sound stream, between the frames.

        Yields:
            All frames that can be read, in the order in which they are shown.

        Raises:
            VideoError: At the end: some of the video could not be read.
        """


class VideoReader:
    """A :class:`FrameSource`: a video's file; use it in a ``with`` block.

    Args:
        path: A file of any kind that FFmpeg reads; its main video stream is read.

    Raises:
        VideoError: It is missing, holds no video or cannot be read.
        InputError: PyAV is not installed.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.name = str(Path(os.fsdecode(path)))
        av = pyav()
        self._errors = av.error.FFmpegError
        if Path(self.name).is_dir():
            raise VideoError(f"{self.name} is a folder: give one video.")
        try:
            # By its protocol, as a name may look like that of another.
            self._container = av.open(f"file:{self.name}")
        except FileNotFoundError:
            raise VideoError(f"There is no video {self.name}.") from None
        except (self._errors, OSError, ValueError) as error:
            raise VideoError(f"{self.name} cannot be read as a video: {_said(error)}") from None
        try:
            self._open()
        except BaseException:
            self._container.close()
            raise

    def _open(self) -> None:
        streams = self._container.streams
        # A picture on the cover of a song is none.
        self._stream = streams.best("video")
        if self._stream is None:
            raise VideoError(f"{self.name} holds no video.")
        self._stream.thread_type = "AUTO"
        self.pixel_aspect = self._stream.codec_context.sample_aspect_ratio or None
        self.sound = streams.audio[0] if streams.audio else None
        self.time_base = Fraction(self._stream.time_base or Fraction(1, _MICROSECONDS))
        self.rate = Fraction(self._stream.average_rate) if self._stream.average_rate else None
        self._damages = 0
        self._is_cut_off = False
        self._end_s = 0.0
        self._count = 0
        self._last_pts: int | None = None
        self._waiting: deque[Any] = deque()
        self._pictures = self._read()
        # How it is turned is known from a frame only. Sound that comes before it waits.
        first = next(self._pictures, None)
        if first is None:
            raise VideoError(f"{self.name} cannot be read as a video: no frame of it can be.")
        self._first: Picture = first
        self.orientation = Orientation()
        with suppress(KeyError):
            self.orientation = orientation_of(bytes(first.side_data["DISPLAYMATRIX"]))
        self.stored_wh = first.width, first.height
        self.size_wh = self.orientation.upright_wh(self.stored_wh)

    @property
    def frames_expected(self) -> int | None:
        """How many frames there are by the file's own word; None if it says none."""
        if self._stream.frames:
            return int(self._stream.frames)
        duration = self._container.duration
        if duration and self.rate:
            return max(1, round(float(self.rate) * int(duration) / _MICROSECONDS))
        return None

    def frames(
        self, on_sound: Callable[[Any], None] = lambda packet: None
    ) -> Generator[Frame, None, None]:
        """Read frame after frame, once; see :class:`FrameSource`."""
        for picture in chain([self._first], self._pictures):
            self._hand_over(on_sound)
            yield self._frame(picture)
        self._hand_over(on_sound)
        self._complain()

    def _hand_over(self, on_sound: Callable[[Any], None]) -> None:
        while self._waiting:
            on_sound(self._waiting.popleft())

    def _frame(self, picture: Picture) -> Frame:
        pts = picture.pts
        if (picture.width, picture.height) != self.stored_wh:
            # As calls have it, where the line gets worse.
            picture = picture.reformat(*self.stored_wh)
        # Streams without times, and damaged ones, may have none that rises.
        if self._last_pts is None:
            pts = pts or 0
        elif pts is None:
            pts = self._last_pts + (round(1 / (self.rate * self.time_base)) if self.rate else 1)
        else:
            pts = max(pts, self._last_pts + 1)
        picture.pts, picture.time_base, self._last_pts = pts, self.time_base, pts
        self._count += 1
        return Frame(index=self._count - 1, time_s=float(pts * self.time_base), picture=picture)

    def _read(self) -> Generator[Picture, None, None]:
        """Decode, and put the sound by."""
        try:
            for packet in self._container.demux():
                if packet.dts is not None:
                    self._damages += bool(packet.is_corrupt)
                    self._end_s = max(self._end_s, _end_of(packet))
                    if self.sound is not None and packet.stream is self.sound:
                        self._waiting.append(packet)
                if packet.stream is not self._stream:
                    continue
                try:
                    yield from packet.decode()
                except self._errors:
                    self._damages += 1
        except self._errors:
            self._is_cut_off = True

    def _complain(self) -> None:
        """Say what was not read."""
        known = set(self._container.format.name.split(",")) & _SAY_HOW_LONG
        if known and self._container.duration:
            start = (self._container.start_time or 0) / _MICROSECONDS
            long = self._container.duration / _MICROSECONDS
            missing = start + long - self._end_s
            self._is_cut_off |= missing > max(_MISSING_S, _MISSING_SHARE * long)
        if self._is_cut_off or self._damages:
            what = "cut off" if self._is_cut_off else "damaged"
            raise VideoError(
                f"{self.name} is {what}: {self._count} frame{'s' * (self._count != 1)} could be "
                f"read, {self._end_s:.1f} s."
            )

    def close(self) -> None:
        """Let go of the file."""
        self._container.close()

    def __enter__(self) -> "VideoReader":
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _end_of(packet: Any) -> float:
    """When what a packet holds ends, in seconds."""
    shown = packet.dts if packet.pts is None else packet.pts
    return float((shown + (packet.duration or 0)) * (packet.time_base or 0))


def _said(error: Exception) -> str:
    """What FFmpeg says, without its number and the path."""
    words = getattr(error, "strerror", None)
    return sentence_of(Exception(words) if words else error)
