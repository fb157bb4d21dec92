"""A camera whose lens can be moved in; the lens where a region is sharp, and sharp photos, out.

The lens is sought by frames, which cost a millisecond each to score; whether a photo is sharp is
judged in the photo's own pixels.
"""

import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass

from dbd_mobile.camera.device import Camera, Frame, Shot
from dbd_mobile.camera.focus_score import FocusScore, checked_box, focus_score
from dbd_mobile.camera.lens import Lens
from dbd_mobile.camera.sweep import Measure, Peak, find_peak
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError
from dbd_mobile.focus import Focus
from dbd_mobile.regions import Box
from dbd_mobile.strictness import Strictness, strictness_of
from dbd_mobile.whole_number import whole_number

SHORTEST_RANGE_DIOPTRES = 0.2
"""In a shorter range a frame shows no difference."""

CHANGED_SHARE = 0.5
"""A scene that has lost so much of its score when the lens comes back to it has changed."""

LONGEST_SETTLE_MS = 500.0
"""A lens that is still on its way after so long is not one for this."""

MAX_TRIES = 100

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One frame that was looked at while the lens was sought.

    Attributes:
        lens_dioptres: Where the lens was at rest.
        score: Of the region.
        start_ms: When the frame's exposure began, by the camera's clock.
        end_ms: When it ended.
    """

    lens_dioptres: float
    score: FocusScore
    start_ms: float
    end_ms: float


@dataclass(frozen=True, kw_only=True)
class FoundFocus:
    """What a search for the focus came to.

    Attributes:
        lens_dioptres: Where the region is sharp and the lens now is; None where there was nothing
            to focus on, or the scene changed: the lens is then where it was before.
        reason: That in a sentence.
        scored: The frames that were looked at, in that order.
        frames_passed: Frames that the camera gave in the meantime, those too that were exposed
            while the lens was on its way and were thrown away.
    """

    lens_dioptres: float | None
    reason: str
    scored: tuple[Scored, ...]
    frames_passed: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Watched:
    """One frame that was looked at after the focus was found.

    Attributes:
        frame: The frame.
        share: The region's score, of what it was when the focus was found, less what is left of it
            out of focus: 1 = as sharp as then, 0 = as blurred as can be. None where there is no
            focus to compare with.
        refocused: What a search came to that this frame set off, else None.
    """

    frame: Frame
    share: float | None
    refocused: FoundFocus | None


@dataclass(frozen=True, kw_only=True, eq=False)
class SharpShot:
    """The sharpest of the photos that were taken.

    Attributes:
        shot: The photo.
        focus: What was found in its region.
        tries: How many photos were taken.
    """

    shot: Shot
    focus: Focus
    tries: int


@dataclass(frozen=True)
class _Lock:
    """Where the focus was found, and by what it is told that it was lost."""

    measure: Measure
    least: float
    reference: float
    found_ms: float

    def share(self, score: FocusScore) -> float:
        value: float = getattr(score, self.measure)
        return max((value - self.least) / (self.reference - self.least), 0.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Judged:
    """A photo, with what was found in its region."""

    shot: Shot
    focus: Focus
    radius_px: float | None

    def rank(self) -> tuple[bool, float]:
        """The sharper, the smaller; where there is nothing to compare, last."""
        radius_px = math.inf if self.radius_px is None else self.radius_px
        return self.focus.verdict != "sharp", radius_px


class Autofocus:
    """Brings a region into focus by the frames of a camera, and keeps it there.

    Not safe to use from several threads, and nothing else may move the camera's lens meanwhile.

    Args:
        camera: :class:`~dbd_mobile.camera.PiCamera`, or whatever does what a
            :class:`~dbd_mobile.camera.Camera` does.
        box_xyxy: The region, (left, top, right, bottom) in pixels of the camera's frames, with
            sides of 16 pixels at least; None takes the middle half of width and height.
        settle_ms: How long the lens is still on its way after the camera says that it is there, in
            milliseconds, 0 to 500.

    Raises:
        ArgumentError: The box is empty, outside the frame or too small, or ``settle_ms`` is no such
            number.
    """

    def __init__(
        self, camera: Camera, box_xyxy: Box | None = None, *, settle_ms: float = 100.0
    ) -> None:
        width, height = camera.frame_wh
        if box_xyxy is None:
            box_xyxy = (width / 4, height / 4, width * 3 / 4, height * 3 / 4)
        self._box = checked_box(box_xyxy, (width, height))
        self._camera = camera
        self._lens = Lens(camera, settle_ms=_number(settle_ms, "settle_ms", 0, LONGEST_SETTLE_MS))
        self._lock: _Lock | None = None

    @property
    def box_xyxy(self) -> tuple[int, int, int, int]:
        """The region in whole pixels of the frames."""
        return self._box

    def focus(self, between_dioptres: tuple[float, float] | None = None) -> FoundFocus:
        """Find where the region is sharp, and leave the lens there.

        By 14 frames mostly, 22 at most, with the lens at rest in each; exposure is held meanwhile.
        The lens comes to every place from the far side, so that its play does not matter, but for
        within half a dioptre of the far end. Interrupted, also by Ctrl-C, it is sent back to where
        it was.

        Args:
            between_dioptres: Look in this range only, (farthest, nearest), e.g. (2, 4) for what is
                50 to 25 cm away; it is cut to the lens's own. None is all of that.

        Returns:
            Where it is, or why there is none.

        Raises:
            ArgumentError: The range is empty, outside the lens's, or shorter than 0.2 dioptres.
            CameraError: The camera fails, or does not say that the lens got where it was sent.
        """
        low, high = self._range(between_dioptres)
        self._lock = None
        before = self._lens.frames_passed
        scored: list[Scored] = []
        start = self._lens.place()
        self._camera.hold_exposure(True)
        try:
            place, reason = self._sought(low, high, scored)
            if place is None:
                self._lens.frame_at(start)
        except BaseException:
            # Ctrl-C, too: a lens is not left wherever it happens to be.
            self._lock = None
            self._lens.send(start)
            raise
        finally:
            self._camera.hold_exposure(False)
        _logger.info("%s", reason)
        return FoundFocus(
            lens_dioptres=place,
            reason=reason,
            scored=tuple(scored),
            frames_passed=self._lens.frames_passed - before,
        )

    def watch(
        self, *, below: float = 0.7, frames: int = 5, dead_ms: float = 3000.0
    ) -> Iterator[Watched]:
        """Look at frame after frame, and focus again where the region is no longer sharp.

        Without end: leave the loop when you have seen enough. Where nothing is in focus yet, it is
        sought with the first frame. It is sought again after ``frames`` frames in a row whose share
        is below ``below``, but not before ``dead_ms`` have passed since the last search, whatever
        that came to.

        Args:
            below: The share of the score, above 0 and below 1.
            frames: A whole number from 1.
            dead_ms: Milliseconds by the camera's clock, from 0.

        Yields:
            Each frame with what became of it.

        Raises:
            ArgumentError: An argument is not as said above; at once.
            CameraError: As :meth:`focus` does.
        """
        wanted = whole_number(frames)
        if wanted is None or wanted < 1:
            raise ArgumentError(f"frames is a whole number from 1, got {frames!r}.")
        share = _number(below, "below", 0, 1)
        if share in (0, 1):
            raise ArgumentError(f"below is a number between 0 and 1, got {below!r}.")
        return self._watched(share, wanted, _number(dead_ms, "dead_ms", 0, math.inf))

    def capture_sharp(
        self,
        detector: BlurDetector,
        *,
        tries: int = 3,
        strictness: str | Strictness = "pixel",
    ) -> SharpShot:
        """Take a photo; where its region is not sharp take another; keep the sharpest.

        The lens is at rest while a photo is exposed. After one that is not sharp the focus is
        sought anew, unless the blur is one of motion, which another moment may not have.

        Args:
            detector: Judges the region in the photo's own pixels.
            tries: At most so many photos, 1 to 100.
            strictness: What counts as sharp, as for
                :meth:`BlurDetector.judge <dbd_mobile.BlurDetector.judge>`.

        Returns:
            The first photo that is sharp; else the one with the least radius of blur, or the first
            where none has a region that could be sharp or not.

        Raises:
            ArgumentError: ``tries`` or ``strictness`` is not as said above.
            CameraError: As :meth:`focus` does.
            DBDError: As :meth:`BlurDetector.judge <dbd_mobile.BlurDetector.judge>` does.
        """
        most = whole_number(tries)
        if most is None or not 1 <= most <= MAX_TRIES:
            raise ArgumentError(f"tries is a whole number from 1 to {MAX_TRIES}, got {tries!r}.")
        asked = strictness_of(strictness)
        if self._lock is None:
            self.focus()
        sharpest = last = self._judged_photo(detector, asked)
        taken = 1
        while last.focus.verdict != "sharp" and taken < most:
            if not last.focus.motion:
                self.focus()
            last = self._judged_photo(detector, asked)
            taken += 1
            sharpest = min(sharpest, last, key=_Judged.rank)
        return SharpShot(shot=sharpest.shot, focus=sharpest.focus, tries=taken)

    def _judged_photo(self, detector: BlurDetector, strictness: Strictness) -> _Judged:
        shot = self._lens.photo()
        box = self._box_in(shot)
        focus = detector.judge(shot.pixels, box, strictness=strictness)
        _logger.info("A photo at %.2f dioptres: %s", shot.lens_dioptres, focus.reason)
        return _Judged(
            shot=shot, focus=focus, radius_px=detector.radius_to_compare(shot.pixels, box)
        )

    def _range(self, between: tuple[float, float] | None) -> tuple[float, float]:
        lowest, highest = self._camera.lens_range_dioptres
        if between is None:
            return lowest, highest
        try:
            low, high = (float(end) for end in between)
        except (TypeError, ValueError):
            raise ArgumentError(
                f"between_dioptres is two numbers, (farthest, nearest), got {between!r}."
            ) from None
        clipped = max(low, lowest), min(high, highest)
        # False for what is not a number, too.
        if not clipped[1] - clipped[0] >= SHORTEST_RANGE_DIOPTRES:
            raise ArgumentError(
                f"between_dioptres is a range of {SHORTEST_RANGE_DIOPTRES:g} dioptres at least "
                f"within the lens's, {lowest:g} to {highest:g}, got {low:g} to {high:g}."
            )
        return clipped

    def _sought(self, low: float, high: float, scored: list[Scored]) -> tuple[float | None, str]:
        """Find the place and go there; None and why not, where there is none."""

        def score_at(dioptres: float) -> FocusScore:
            frame = self._lens.frame_at(dioptres)
            score = self._score(frame)
            scored.append(
                Scored(
                    lens_dioptres=dioptres,
                    score=score,
                    start_ms=frame.start_ms,
                    end_ms=frame.end_ms,
                )
            )
            return score

        peak = find_peak(score_at, low, high)
        if peak is None:
            return None, (
                f"Nothing to focus on: the region looks the same from {low:g} to {high:g} dioptres."
            )
        score = score_at(peak.lens_dioptres)
        self._lock = _lock_of(peak, score, scored[-1].end_ms)
        if self._lock is None:
            return None, "The scene changed while the focus was sought: try again."
        return peak.lens_dioptres, f"In focus at {peak.lens_dioptres:.2f} dioptres."

    def _watched(self, below: float, frames: int, dead_ms: float) -> Iterator[Watched]:
        low_frames = 0
        dead_until_ms = -math.inf
        while True:
            frame = self._lens.frame()
            share = None if self._lock is None else self._lock.share(self._score(frame))
            low_frames = low_frames + 1 if share is not None and share < below else 0
            if self._lock is not None:
                dead_until_ms = max(dead_until_ms, self._lock.found_ms + dead_ms)
            is_lost = share is None or low_frames >= frames
            refocused = None
            if is_lost and frame.start_ms >= dead_until_ms:
                refocused = self.focus()
                low_frames = 0
                dead_until_ms = refocused.scored[-1].end_ms + dead_ms
            yield Watched(frame=frame, share=share, refocused=refocused)

    def _score(self, frame: Frame) -> FocusScore:
        return focus_score(frame.luma, self._box)

    def _box_in(self, shot: Shot) -> tuple[float, ...]:
        """Bring the region from the frames to a photo."""
        (width, height), (of_width, of_height) = shot.pixels.size_wh, self._camera.frame_wh
        across, down = width / of_width, height / of_height
        left, top, right, bottom = self._box
        return left * across, top * down, right * across, bottom * down


def _lock_of(peak: Peak, score: FocusScore, found_ms: float) -> _Lock | None:
    """Hold on to a peak by the score that it has now; None where that is no peak any more."""
    value: float = getattr(score, peak.measure)
    if value < peak.least + CHANGED_SHARE * (peak.most - peak.least):
        return None
    return _Lock(measure=peak.measure, least=peak.least, reference=value, found_ms=found_ms)


def _number(value: float, name: str, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        until = f" to {high:g}" if high < math.inf else ""
        raise ArgumentError(f"{name} is a number from {low:g}{until}, got {value!r}.")
    return float(value)
