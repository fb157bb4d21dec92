"""Frames without a file around them, as ``ffmpeg -f rawvideo`` pipes them: in, and out again."""

from collections.abc import Callable, Generator
from fractions import Fraction
from typing import IO, Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.errors import ArgumentError
from dbd_mobile.jobs.video.orientation import Orientation
from dbd_mobile.jobs.video.pyav import pyav
from dbd_mobile.jobs.video.reading import Frame, VideoError

PixelFormat: TypeAlias = Literal["rgb24", "yuv420p"]
"""How a raw frame's bytes lie: red, green, blue for each pixel; or all Y, then U, then V at half
the width and height."""

RAW_RATE = Fraction(25)
"""Frames a second where nothing is said: FFmpeg's own."""


class RawReader:
    """A :class:`~dbd_mobile.jobs.video.reading.FrameSource`: raw frames from a pipe or file.

    Args:
        file: Where the bytes come from; it is read to its end and left open.
        size_wh: (width, height) of the frames; even sides for "yuv420p".
        rate: Frames a second, which the time stamps are made from.
        pixels: How their bytes lie.
        name: What to call it in messages.

    Raises:
        ArgumentError: One of these is not as said.
        InputError: PyAV is not installed.
    """

    def __init__(
        self,
        file: IO[bytes],
        size_wh: tuple[int, int],
        *,
        rate: Fraction | int = RAW_RATE,
        pixels: PixelFormat = "rgb24",
        name: str = "stdin",
    ) -> None:
        self._file = file
        self._pixels = checked_pixels(pixels)
        width, height = size_wh
        if min(size_wh) < 1 or (pixels == "yuv420p" and (width % 2 or height % 2)):
            raise ArgumentError(
                f"Raw frames have sides of a pixel or more, even ones for yuv420p, got "
                f"{width}x{height}."
            )
        if rate <= 0:
            raise ArgumentError(f"A rate is more than 0 frames a second, got {rate}.")
        self._shape = shape_of(size_wh, pixels)
        self._av = pyav()
        self.name = name
        self.orientation = Orientation()
        self.stored_wh = self.size_wh = size_wh
        self.rate: Fraction | None = Fraction(rate)
        self.time_base = 1 / Fraction(rate)
        self.sound: Any = None
        self.pixel_aspect: Fraction | None = None

    @property
    def frames_expected(self) -> int | None:
        """None: a pipe does not say."""
        return None

    def frames(
        self, on_sound: Callable[[Any], None] = lambda packet: None
    ) -> Generator[Frame, None, None]:
        """Read frame after frame, once; see :class:`FrameSource`."""
        count = int(np.prod(self._shape))
        index = 0
        while content := self._up_to(count):
            if len(content) < count:
                width, height = self.size_wh
                raise VideoError(
                    f"{self.name} ends within a frame: {index} whole ones of {width}x{height} "
                    f"{self._pixels} came, {count:,} bytes each; then {len(content):,} bytes."
                )
            array = np.frombuffer(content, np.uint8).reshape(self._shape)
            picture = self._av.VideoFrame.from_ndarray(array, self._pixels)
            picture.pts, picture.time_base = index, self.time_base
            yield Frame(index=index, time_s=float(index * self.time_base), picture=picture)
            index += 1
        if index == 0:
            raise VideoError(f"{self.name} holds no frame.")

    def _up_to(self, count: int) -> bytes:
        """Read so many bytes; fewer at the end only. A pipe gives what is there."""
        parts = []
        while count and (part := self._file.read(count)):
            parts.append(part)
            count -= len(part)
        return b"".join(parts)


def checked_pixels(pixels: str) -> str:
    """Give a pixel format back.

    Raises:
        ArgumentError: It is none that is read and written.
    """
    if pixels not in get_args(PixelFormat):
        raise ArgumentError(f"pixels is {' or '.join(get_args(PixelFormat))}, got {pixels!r}.")
    return pixels


def shape_of(size_wh: tuple[int, int], pixels: str) -> tuple[int, ...]:
    """The shape of a frame's array: (H, W, 3), or (H * 3 / 2, W) of Y over U over V."""
    width, height = size_wh
    return (height, width, 3) if pixels == "rgb24" else (height * 3 // 2, width)


def bytes_of(planes: NDArray[np.uint8], picture: Any, pixels: str) -> bytes:
    """Give a frame as bytes.

    Args:
        planes: (H * 3 / 2, W) uint8, Y over U over V.
        picture: What PyAV has of it, where its colours are said.
        pixels: How the bytes are to lie.
    """
    if pixels == "yuv420p":
        return planes.tobytes()
    rgb: NDArray[np.uint8] = picture.to_ndarray(format="rgb24")
    return rgb.tobytes()
