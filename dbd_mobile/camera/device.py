"""What a camera with a lens that can be moved does, and what it gives: frames and photos."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.photo import Pixels


@dataclass(frozen=True, kw_only=True, eq=False)
class Frame:
    """One small grey frame, to measure on.

    Attributes:
        luma: (H, W) uint8, of any strides: how bright each pixel is.
        lens_dioptres: Where the camera says that it had sent the lens for this frame, in dioptres:
            1 over the distance in metres that it is focused on, 0 = infinity.
        start_ms: When its exposure began, in milliseconds of a clock of the camera's own.
        end_ms: When its last row was exposed, by the same clock.
    """

    luma: NDArray[np.uint8]
    lens_dioptres: float
    start_ms: float
    end_ms: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Shot:
    """One photo, to keep.

    Attributes:
        pixels: The photo.
        lens_dioptres: As for :class:`Frame`; so are ``start_ms`` and ``end_ms``.
        start_ms: As there.
        end_ms: As there.
    """

    pixels: Pixels
    lens_dioptres: float
    start_ms: float
    end_ms: float


class Camera(Protocol):
    """What :class:`~dbd_mobile.camera.Autofocus` asks of a camera.

    Frames and photos show the same scene, in one shape: a photo is only larger.
    """

    @property
    def lens_range_dioptres(self) -> tuple[float, float]:
        """How far and how near the lens can focus, in dioptres: (smallest, largest)."""

    @property
    def frame_wh(self) -> tuple[int, int]:
        """(width, height) of the frames in pixels."""

    def move_lens(self, dioptres: float) -> None:
        """Send the lens somewhere, without waiting until it is there.

        Args:
            dioptres: Where to, within ``lens_range_dioptres``.
        """

    def hold_exposure(self, held: bool) -> None:
        """Leave exposure and gain as they are, or let the camera choose them again."""

    def next_frame(self) -> Frame:
        """Wait for a frame; which of those that are on their way, its times say."""

    def take_photo(self) -> Shot:
        """Wait for a photo, likewise."""
