"""Folders of photos in; a record of each photo, kept in a store if one is given, out."""

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO

from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError, ImageError
from dbd_mobile.jobs.library.capture import capture_of
from dbd_mobile.jobs.library.condition import condition_of
from dbd_mobile.jobs.library.photo_walk import photos_in
from dbd_mobile.jobs.library.record import Record, filled
from dbd_mobile.jobs.library.store import Store
from dbd_mobile.machine import usable_cores
from dbd_mobile.path_text import text_of
from dbd_mobile.photo import load_pixels
from dbd_mobile.strictness import Strictness, checked_width, strictness_of
from dbd_mobile.whole_number import whole_number

MAX_JOBS = 256
"""Photos that may be judged at a time."""

# So many photos for each job are taken ahead, so that one that takes long holds up no other.
_AHEAD = 4


def scan(
    paths: Iterable[str | os.PathLike[str]],
    detector: BlurDetector,
    *,
    recursive: bool = False,
    store: Store | None = None,
    where: str | None = None,
    at_width: int | None = None,
    strictness: str | Strictness = "pixel",
    jobs: int | None = None,
) -> Generator[Record, None, None]:
    """Judge the photos in folders.

    Args:
        paths: Folders, whose photos are judged, and photos; see :func:`photos_in`.
        detector: Judges them. With several jobs one with a single thread is the fastest.
        recursive: Look into the folders within the folders too.
        store: Every photo's record is put in as it comes. A photo whose record is there is not
            judged again, unless it was not found or read, or its file's size or time, the models or
            what counts as sharp have changed.
        where: Give only photos for which this holds; see :func:`condition_of`. The store gets all.
        at_width: As for :meth:`BlurDetector.judge <dbd_mobile.BlurDetector.judge>`.
        strictness: As there.
        jobs: Photos that are judged at a time, 1 to 256; None takes the usable cores, at most 4.

    Yields:
        A record of each photo, in the order of :func:`photos_in`; one that cannot be read has an
        ``error``.

    Raises:
        ArgumentError: An argument is not as said above; at once.
        InputError: A path is missing, a folder cannot be read, or the store cannot be written.
        DBDError: As ``judge`` does, but for ``ImageError``.

    Examples:
        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> from PIL import Image
        >>> with TemporaryDirectory() as folder, BlurDetector(threads=1) as detector:
        ...     Image.new("RGB", (80, 80)).save(Path(folder, "black.png"))
        ...     for record in scan([folder], detector, where="blurred_fraction < 2"):
        ...         print(Path(record.photo).name, record.verdict)
        black.png undecidable
    """
    holds = None if where is None else condition_of(where)
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    records = scan_photos(
        photos_in(paths, recursive=recursive),
        detector,
        store=store,
        at_width=at_width,
        strictness=strictness,
        jobs=jobs,
    )
    return records if holds is None else (record for record in records if holds(record))


def scan_photos(
    photos: Iterable[Path],
    detector: BlurDetector,
    *,
    store: Store | None = None,
    at_width: int | None = None,
    strictness: str | Strictness = "pixel",
    jobs: int | None = None,
) -> Generator[Record, None, None]:
    """Judge photos; arguments, records and errors as for :func:`scan`."""
    judge = photo_judge(detector, strictness, at_width)
    number = min(4, usable_cores()) if jobs is None else whole_number(jobs)
    if number is None or not 1 <= number <= MAX_JOBS:
        raise ArgumentError(f"jobs is a whole number from 1 to {MAX_JOBS}, got {jobs!r}.")
    return _scanned(iter(photos), judge, store, number)


@dataclass(frozen=True)
class PhotoJudge:
    """Makes the record of a photo; :func:`photo_judge` makes it.

    Attributes:
        detector: Judges the photos.
        strictness: What counts as sharp.
        at_width: Seen so many pixels wide, or at 100 %.
        judged_by: All of that in words, as records have it.
    """

    detector: BlurDetector
    strictness: Strictness
    at_width: int | None
    judged_by: str

    def __call__(self, photo: Path) -> Record:
        """Judge a photo's file."""
        name = text_of(photo)
        # Before it is read: what is changed meanwhile is seen the next time.
        try:
            status = photo.stat()
        except OSError:
            error = f"There is no photo {name}."
            return Record(photo=name, judged_by=self.judged_by, error=error)
        record = Record(
            photo=name,
            bytes=status.st_size,
            mtime_s=status.st_mtime,
            judged_by=self.judged_by,
        )
        return self.fill(record, photo)

    def fill(self, record: Record, photo: Path | IO[bytes]) -> Record:
        """Give the record of a photo with what is found in it, or why nothing is.

        Args:
            record: Its name, size, time and ``judged_by``.
            photo: Its path, or the open file, which is read from its start and left open.
        """
        needed_wh = self.detector.model_facts.input.size_wh if self.at_width else None
        try:
            # Decoded once for both; as much of it as `judge` would decode.
            pixels = load_pixels(
                photo,
                needed_wh=needed_wh,
                at_least_wide=self.at_width or 1,
                max_pixels=self.detector.max_pixels,
            )
            blur_map = self.detector.detect(pixels)
            focus = self.detector.judge(
                pixels, at_width=self.at_width, strictness=self.strictness, blur_map=blur_map
            )
        except ImageError as error:
            return replace(record, error=text_of(str(error)))
        capture = capture_of(photo)
        return filled(record, focus, blur_map, taken=None if capture is None else capture.taken)

    def has_done(self, record: Record, photo: Path) -> bool:
        """Say whether a record is what this would make of the photo."""
        if record.error is not None or record.judged_by != self.judged_by:
            return False
        try:
            status = photo.stat()
        except OSError:
            return False
        return (record.bytes, record.mtime_s) == (status.st_size, status.st_mtime)


def photo_judge(
    detector: BlurDetector, strictness: str | Strictness, at_width: int | None
) -> PhotoJudge:
    """Make what judges one photo after another; arguments and errors as for :func:`scan`."""
    asked = strictness_of(strictness)
    width = asked.at_width if at_width is None else checked_width(at_width)
    seen = "100 %" if width is None else f"{width} pixels"
    judged_by = (
        f"{text_of(detector.model_name)} {detector.model_sha256[:12]}, "
        f"{text_of(detector.detail_name)} {detector.detail_sha256[:12]}, "
        f"sharp up to {asked.max_radius_px:g} px at {seen}"
    )
    return PhotoJudge(detector, asked, width, judged_by)


def _scanned(
    photos: Iterator[Path], judge: PhotoJudge, store: Store | None, jobs: int
) -> Generator[Record, None, None]:
    """Keep so many photos in work; a record is stored before it is given."""
    ahead: deque[tuple[Record | None, Future[Record] | None]] = deque()
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="dbd-mobile")

    def take(number: int) -> None:
        for photo in islice(photos, number):
            known = None if store is None else store.find(text_of(photo))
            is_done = known is not None and judge.has_done(known, photo)
            ahead.append((known, None if is_done else pool.submit(judge, photo)))

    try:
        take(_AHEAD * jobs)
        while ahead:
            known, judging = ahead.popleft()
            record = known if judging is None else judging.result()
            assert record is not None
            # A photo that still cannot be read has its record.
            if store is not None and record != known:
                store.add(record)
            take(1)
            yield record
    finally:
        pool.shutdown(cancel_futures=True)
