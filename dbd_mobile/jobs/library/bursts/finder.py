"""Photos in; the bursts among them, each ranked, out."""

import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dbd_mobile.burst import rank
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ImageError, InputError
from dbd_mobile.jobs.library.burst_groups import Look, bursts_of, look_of
from dbd_mobile.jobs.library.bursts.burst import Burst, BurstShot
from dbd_mobile.jobs.library.capture import Capture, capture_of
from dbd_mobile.jobs.library.shot_files import shots_of
from dbd_mobile.jobs.library.thumbnail import SIDE
from dbd_mobile.photo import Pixels, load_pixels
from dbd_mobile.photo_file import open_image
from dbd_mobile.photo_format import RAW, format_of


@dataclass(frozen=True)
class Finder:
    """Finds bursts among photos, and ranks their shots.

    Attributes:
        detector: Ranks them.
        max_gap_s: As for :func:`~dbd_mobile.jobs.library.sort_bursts`; so are the others.
        min_likeness: As there.
        fail: Told of each photo that cannot be read.
        on_note: As there.
        on_progress: As there.
    """

    detector: BlurDetector
    max_gap_s: float
    min_likeness: float
    fail: Callable[[InputError], None]
    on_note: Callable[[str], None]
    on_progress: Callable[[int, int], None]

    def bursts(self, photos: Sequence[Path]) -> Generator[Burst, None, None]:
        """Give the bursts among photos as they are found."""
        self.on_progress(0, len(photos))
        captures = [capture_of(photo) for photo in photos]
        shots = shots_of(photos, captures)
        timed = [
            next((captures[index] for index in shot if captures[index] is not None), None)
            for shot in shots
        ]
        untimed = [
            photos[shot[0]] for shot, capture in zip(shots, timed, strict=True) if not capture
        ]
        for photo in untimed:
            self._refuse_unreadable(photo)
        if untimed:
            self.on_note(
                f"{len(untimed)} of {len(shots)} shots do not say when they were taken: they are "
                f"in no burst."
            )

        def look_at(place: int) -> Look | None:
            photo = photos[shots[place][0]]
            try:
                return look_of(self._load(photo))
            except ImageError as error:
                self._fail_of(photo, error)
                return None

        done = 0
        for places in bursts_of(
            timed, look_at, max_gap_s=self.max_gap_s, min_likeness=self.min_likeness
        ):
            if len(places) > 1:
                yield from self._ranked(
                    [tuple(photos[index] for index in shots[place]) for place in places],
                    [timed[place] for place in places],
                )
            done += sum(len(shots[place]) for place in places)
            self.on_progress(done, len(photos))

    def _ranked(
        self, shots: Sequence[tuple[Path, ...]], captures: Sequence[Capture | None]
    ) -> Iterator[Burst]:
        judged = [photos[0] for photos in shots]
        ranked = rank(
            self.detector,
            judged,
            None,
            on_unreadable=lambda index, error: self._fail_of(judged[index], error),
        )
        if len(ranked) < 2:
            return
        found = []
        for shot in ranked:
            capture = captures[shot.index]
            assert capture is not None
            found.append(
                BurstShot(
                    photos=shots[shot.index],
                    taken=capture.taken,
                    focus=shot.focus,
                    radius_px=shot.radius_px,
                )
            )
        yield Burst(shots=tuple(found), has_best=found[0].radius_px is not None)

    def _load(self, photo: Path) -> Pixels:
        return load_pixels(photo, needed_wh=(SIDE, SIDE), max_pixels=self.detector.max_pixels)

    def _refuse_unreadable(self, photo: Path) -> None:
        """Say of a photo that is in no burst that it cannot be read, if that is seen at once."""
        try:
            with photo.open("rb") as file:
                kind = format_of(file)
                if kind != RAW:
                    open_image(file, kind, name="the photo", max_pixels=sys.maxsize)
        except Exception:
            # Pillow's parsers raise a dozen unlike exceptions: this says it in a sentence.
            try:
                self._load(photo)
            except ImageError as error:
                self._fail_of(photo, error)

    def _fail_of(self, photo: Path, error: ImageError) -> None:
        said = str(error)
        self.fail(InputError(said if str(photo) in said else f"{photo}: {said}"))
