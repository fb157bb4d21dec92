"""A live camera's frames in; the newest one's blur map out, as fast as they can be made."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError, ClosedError
from dbd_mobile.jobs.video.frame_maps import FrameMapper
from dbd_mobile.photo import Photo, Pixels, load_pixels
from dbd_mobile.photo_array import Channels, checked_channels


@dataclass(frozen=True, kw_only=True)
class StreamResult:
    """What was found in one frame of a camera.

    Attributes:
        index: How many frames were put before this one.
        captured_ms: When it was captured, in milliseconds, as it was put.
        ready_ms: When its map was ready, on the same clock.
        blur_map: Its map.
        is_cut: The scene changed since the last frame that was looked at.
        pixels: The frame, for ``blur_map.judge(pixels)``, ``overlay`` and the like.
    """

    index: int
    captured_ms: float
    ready_ms: float
    blur_map: BlurMap
    is_cut: bool
    pixels: Pixels = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    """A frame that was put."""

    index: int
    frame: Photo | Pixels
    captured_ms: float
    put_s: float


class FrameStream:
    """Looks at a live camera's frames in a thread of its own; use it in a ``with`` block.

    Whoever captures puts frames and never waits: the newest wins, older ones that were not looked
    at yet are dropped. Whoever shows the results iterates over the stream, in another thread, and
    always gets the newest; or they are handed to ``on_result``.

    Args:
        detector: Looks at the frames; it is not closed with the stream.
        channels: What a frame's last axis holds, as for
            :meth:`BlurDetector.detect <dbd_mobile.BlurDetector.detect>`; "BGR" for OpenCV's.
        smooth: Take out the maps' flicker, along the motion in the picture.
        on_result: Called with each result, in the stream's thread; then there is nothing to iterate
            over.

    Raises:
        ArgumentError: There are no such ``channels``.

    Examples:
        >>> import numpy as np
        >>> with FrameStream(BlurDetector("nano", threads=1)) as stream:
        ...     stream.put(np.zeros((60, 80, 3), np.uint8))
        ...     next(iter(stream)).blur_map.size_wh
        (80, 60)
    """

    def __init__(
        self,
        detector: BlurDetector,
        *,
        channels: Channels | None = None,
        smooth: bool = True,
        on_result: Callable[[StreamResult], None] | None = None,
    ) -> None:
        checked_channels(channels)
        self._channels = channels
        self._mapper = FrameMapper(detector, smooth=smooth)
        self._on_result = on_result
        # Guards all of the following, and tells of changes in it.
        self._changed = threading.Condition()
        self._waiting: _Waiting | None = None
        self._result: StreamResult | None = None
        self._count = self._dropped = 0
        self._is_closed = self._is_over = False
        self._error: BaseException | None = None
        # A stream that nobody closes does not keep the process.
        self._worker = threading.Thread(target=self._run, name="dbd-mobile-stream", daemon=True)
        self._worker.start()

    @property
    def dropped(self) -> int:
        """How many frames nobody got a result of: a newer one came first."""
        with self._changed:
            return self._dropped

    def put(self, frame: Photo | Pixels, captured_ms: float | None = None) -> None:
        """Hand over the newest frame, without waiting.

        Args:
            frame: An array of pixels, or what else
                :meth:`BlurDetector.detect <dbd_mobile.BlurDetector.detect>` takes. It is not
                copied: where the camera writes into the same memory again, put a copy.
            captured_ms: When it was captured, in milliseconds of any clock; None takes
                ``time.monotonic()``.

        Raises:
            ClosedError: The stream was closed.
            Exception: With ``on_result``: what ended the work on an earlier frame, once.
        """
        now_s = time.monotonic()
        with self._changed:
            if self._is_closed:
                raise ClosedError("This FrameStream was closed: make a new one.")
            if self._on_result is not None:
                self._raise_error()
            self._dropped += self._waiting is not None or self._is_over
            self._waiting = None
            if not self._is_over:
                self._waiting = _Waiting(
                    index=self._count,
                    frame=frame,
                    captured_ms=1000 * now_s if captured_ms is None else captured_ms,
                    put_s=now_s,
                )
            self._count += 1
            self._changed.notify_all()

    def __iter__(self) -> Iterator[StreamResult]:
        """Give the newest result that was not given yet, or wait for one, until the stream ends.

        Raises:
            ArgumentError: The results go to ``on_result``.
            Exception: What ended the work on a frame, e.g. a ``DBDError``; once.
        """
        if self._on_result is not None:
            raise ArgumentError("This FrameStream hands its results to on_result.")
        return self._results()

    def _results(self) -> Iterator[StreamResult]:
        while True:
            with self._changed:
                while self._result is None and not self._is_over:
                    self._changed.wait()
                result, self._result = self._result, None
                if result is None:
                    self._raise_error()
                    return
            yield result

    def close(self) -> None:
        """Finish the newest frame and end the thread; may be called again.

        Raises:
            Exception: With ``on_result``: what ended the work on a frame, if ``put`` did not.
        """
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        if threading.current_thread() is not self._worker:
            self._worker.join()
            if self._on_result is not None:
                self._raise_error()

    def _raise_error(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _run(self) -> None:
        try:
            while (waiting := self._next()) is not None:
                self._give(self._look_at(waiting))
        except BaseException as error:
            self._error = error
        finally:
            with self._changed:
                self._is_over = True
                # What was put while the work failed.
                self._dropped += self._waiting is not None
                self._waiting = None
                self._changed.notify_all()

    def _next(self) -> _Waiting | None:
        """Wait for a frame; None at the end."""
        with self._changed:
            while self._waiting is None and not self._is_closed:
                self._changed.wait()
            waiting, self._waiting = self._waiting, None
            return waiting

    def _look_at(self, waiting: _Waiting) -> StreamResult:
        pixels = load_pixels(waiting.frame, channels=self._channels)
        small = pixels.squash(self._mapper.wanted_wh(pixels.size_wh))
        found = self._mapper.map_of(small, pixels.size_wh, waiting.captured_ms / 1000)
        passed_s = time.monotonic() - waiting.put_s
        return StreamResult(
            index=waiting.index,
            captured_ms=waiting.captured_ms,
            ready_ms=waiting.captured_ms + 1000 * passed_s,
            blur_map=found.blur_map,
            is_cut=found.is_cut,
            pixels=pixels,
        )

    def _give(self, result: StreamResult) -> None:
        if self._on_result is not None:
            self._on_result(result)
            return
        with self._changed:
            self._dropped += self._result is not None
            self._result = result
            self._changed.notify_all()

    def __enter__(self) -> "FrameStream":
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.close()
        except Exception:
            # What is on its way out already says more.
            if exception is None:
                raise
