"""Places for a lens in; frames that were exposed with the lens at rest there, out.

A camera exposes all the time. A frame counts where it says that the lens had been sent to the
place, and where its exposure began a while after the first frame that said so: the glass moves
after the numbers do. All that was exposed before, during the move, is thrown away. Times are
compared among frames only, so that it does not matter by which clock they are.
"""

import math

from dbd_mobile.camera.device import Camera, Frame, Shot
from dbd_mobile.errors import CameraError

PLAY_DIOPTRES = 0.5
"""The lens comes to every place from below, from so far at least: more than a lens has play."""

SAME_DIOPTRES = 0.02
"""Places that differ by no more are one: what a camera says is rounded."""

PATIENCE_FRAMES = 90
"""So many frames are waited for before the lens is given up: three seconds, mostly."""


class Lens:
    """A camera's lens, moved so that it comes to every place from the same side.

    Args:
        camera: The camera.
        settle_ms: How long after the first frame at a place the glass is at rest there.

    Attributes:
        frames_passed: Frames that were taken from the camera, those that were thrown away too.
    """

    def __init__(self, camera: Camera, *, settle_ms: float) -> None:
        self._camera = camera
        self._settle_ms = settle_ms
        self._place: float | None = None
        self._still_since_ms = -math.inf
        self.frames_passed = 0

    def place(self) -> float:
        """Give where the lens is, in dioptres: where it was sent, or else what a frame says.

        Raises:
            CameraError: No frame says so.
        """
        if self._place is not None:
            return self._place
        lowest, highest = self._camera.lens_range_dioptres
        for _ in range(PATIENCE_FRAMES):
            dioptres = self._next().lens_dioptres
            if math.isfinite(dioptres):
                return min(max(dioptres, lowest), highest)
        raise CameraError(
            f"In {PATIENCE_FRAMES} frames the camera does not say where its lens is: it needs one "
            f"that can be moved."
        )

    def frame_at(self, dioptres: float) -> Frame:
        """Move the lens, wait until it is at rest, and give a frame that was exposed after that.

        Raises:
            CameraError: The camera does not say that the lens got there.
        """
        lowest = self._camera.lens_range_dioptres[0]
        if self._place is None or dioptres < self._place:
            self._go(max(lowest, dioptres - PLAY_DIOPTRES))
        if dioptres != self._place:
            self._go(dioptres)
        return self.frame()

    def frame(self) -> Frame:
        """Give the next frame with the lens at rest where it is."""
        for _ in range(PATIENCE_FRAMES):
            frame = self._next()
            if self._is_at_rest_in(frame):
                return frame
        raise self._stuck(frame)

    def photo(self) -> Shot:
        """Take a photo with the lens at rest where it is."""
        for _ in range(PATIENCE_FRAMES):
            shot = self._camera.take_photo()
            if self._is_at_rest_in(shot):
                return shot
        raise self._stuck(shot)

    def send(self, dioptres: float) -> None:
        """Send the lens somewhere without waiting: for when all else was given up."""
        self._camera.move_lens(dioptres)
        self._place, self._still_since_ms = None, -math.inf

    def _go(self, dioptres: float) -> None:
        """Move the lens and wait until the camera says that it is there, not yet at rest."""
        self._camera.move_lens(dioptres)
        # Until it is there no frame counts.
        self._place, self._still_since_ms = dioptres, math.inf
        for _ in range(PATIENCE_FRAMES):
            frame = self._next()
            if self._says_so(frame):
                self._still_since_ms = frame.start_ms + self._settle_ms
                return
        raise self._stuck(frame)

    def _next(self) -> Frame:
        self.frames_passed += 1
        return self._camera.next_frame()

    def _says_so(self, seen: Frame | Shot) -> bool:
        return self._place is None or abs(seen.lens_dioptres - self._place) <= SAME_DIOPTRES

    def _is_at_rest_in(self, seen: Frame | Shot) -> bool:
        return self._says_so(seen) and seen.start_ms >= self._still_since_ms

    def _stuck(self, seen: Frame | Shot) -> CameraError:
        return CameraError(
            f"The lens was sent to {self._place:g} dioptres, but {PATIENCE_FRAMES} frames later "
            f"the camera says {seen.lens_dioptres:g}: nothing else may move it, nor may the "
            f"camera's own autofocus."
        )
