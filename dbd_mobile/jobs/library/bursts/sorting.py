"""Folders of photos in; their bursts, each ranked and sorted into a folder, out."""

import os
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Literal

from dbd_mobile.burst import rank
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError, ImageError, InputError
from dbd_mobile.focus import Focus
from dbd_mobile.jobs.library.burst_groups import (
    MAX_GAP_S,
    MIN_LIKENESS,
    Look,
    bursts_of,
    look_of,
)
from dbd_mobile.jobs.library.bursts.file_link import is_linked, link_file
from dbd_mobile.jobs.library.bursts.move_journal import (
    JOURNAL,
    Move,
    Mover,
    move_error,
    opened_mover,
    read_moves,
)
from dbd_mobile.jobs.library.capture import Capture, capture_of
from dbd_mobile.jobs.library.photo_walk import photos_in
from dbd_mobile.jobs.library.shot_files import ShotFiles, shots_of
from dbd_mobile.jobs.library.thumbnail import SIDE
from dbd_mobile.photo import Pixels, load_pixels
from dbd_mobile.photo_file import open_image
from dbd_mobile.photo_format import RAW, format_of

Action = Literal["stay", "move", "link"]
"""What becomes of a shot."""


@dataclass(frozen=True, kw_only=True)
class BurstShot:
    """A shot of a burst.

    Attributes:
        photos: Its photos, absolute, e.g. a JPEG and its raw file; the first was judged.
        taken: When it was taken by its EXIF, as "2026-05-01T12:00:00.25", in the camera's time.
        focus: What was found in the region that the shots are compared by.
        radius_px: Radius of blur there, as :class:`~dbd_mobile.Ranked` has it.
        action: What becomes of it.
        moves: Its files, each with where it goes; none where it stays.
        is_done: They are there.
    """

    photos: tuple[Path, ...]
    taken: str
    focus: Focus
    radius_px: float | None
    action: Action = "stay"
    moves: tuple[Move, ...] = ()
    is_done: bool = False


@dataclass(frozen=True, kw_only=True)
class Burst:
    """Shots of one scene.

    Attributes:
        shots: Two or more, the best first.
        has_best: There was something that they could be compared by.
    """

    shots: tuple[BurstShot, ...]
    has_best: bool


def sort_bursts(
    paths: Iterable[str | os.PathLike[str]],
    detector: BlurDetector,
    *,
    recursive: bool = False,
    max_gap_s: float = MAX_GAP_S,
    min_likeness: float = MIN_LIKENESS,
    move_to: str | os.PathLike[str] | None = None,
    link_to: str | os.PathLike[str] | None = None,
    best: bool = False,
    apply: bool = False,
    on_problem: Callable[[InputError], None] | None = None,
    on_note: Callable[[str], None] = lambda sentence: None,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Generator[Burst, None, None]:
    """Find the bursts among photos, and take all but the best shot of each out of the way.

    Shots of a burst are of one camera and one size, follow each other at once and look alike; see
    :func:`bursts_of <dbd_mobile.jobs.library.burst_groups.bursts_of>`. They are ranked by
    :meth:`BlurDetector.best_of <dbd_mobile.BlurDetector.best_of>`. What goes to the folder are the
    shots that were compared and are not the best; all else stays where it is: shots of no burst,
    and those in which there is nothing to compare. A shot goes with all of its files: raw file and
    JPEG, and sidecars. Below the folder they lie as they lay below that of ``paths``.

    Nothing is ever overwritten or lost: a shot whose name is taken stays; killed at any moment a
    file is whole in one place or both, and the same call goes on. ``dbd-mobile-burst.jsonl`` in the
    folder lists what was moved; :func:`undo_moves` moves it back.

    Args:
        paths: Folders, whose photos are looked at, and photos; see :func:`photos_in`.
        detector: Ranks the shots.
        recursive: Look into the folders within the folders too; never into that to sort into.
        max_gap_s: Seconds from the end of an exposure to the start of the next in a burst.
        min_likeness: How alike the next one looks: 1 the same, 0 takes the time alone.
        move_to: Folder to move to; made if missing.
        link_to: Folder to make symbolic links to the files in, in the place of ``move_to``.
        best: Link the best shot of each burst instead of the others.
        apply: Do it; else it is only said what would be done.
        on_problem: Told of each file or folder that cannot be read or moved; the rest goes on.
            None raises.
        on_note: Told in a sentence what else there is to know: photos without a time, and that an
            interrupted call is gone on with.
        on_progress: Told how many photos are done, of how many.

    Yields:
        Each burst, when it is done.

    Raises:
        ArgumentError: An argument is not as said above, or another process moves to the folder;
            the former at once.
        InputError: The folder cannot be written to; or as ``on_problem`` would be told.
        DBDError: As ``best_of`` does, but for ``ImageError``.
    """
    if isinstance(paths, str | os.PathLike):
        paths = [paths]
    # By what the user said: a folder may be named by a link.
    roots = [Path(os.fsdecode(path)).absolute() for path in paths]
    if not max_gap_s >= 0:
        raise ArgumentError(f"max_gap_s is a number of seconds from 0, got {max_gap_s!r}.")
    if not 0 <= min_likeness <= 1:
        raise ArgumentError(f"min_likeness is a number from 0 to 1, got {min_likeness!r}.")
    if move_to is not None and link_to is not None:
        raise ArgumentError("Photos are moved or linked: give move_to or link_to, not both.")
    if best and link_to is None:
        # The next call would move the second best, as the best of those that are left.
        raise ArgumentError("The best shots can only be linked: give best (--best) with link_to.")
    named = link_to if move_to is None else move_to
    folder = None if named is None else Path(os.path.abspath(os.fsdecode(named)))
    if folder is None and apply:
        raise ArgumentError("There is nothing to apply: say where to, by move_to or link_to.")
    if folder is not None:
        for root in roots:
            if _is_within(root, folder):
                raise ArgumentError(
                    f"The photos in {root} would be sorted into {folder}, where they are: name "
                    f"another folder."
                )

    def fail(error: InputError) -> None:
        if on_problem is None:
            raise error
        on_problem(error)

    photos = photos_in(roots, recursive=recursive, on_unreadable=fail)
    finder = _Finder(detector, max_gap_s, min_likeness, fail, on_note, on_progress)
    if folder is None:
        return finder.bursts(photos)
    target = _Target(folder, roots, fail, is_linking=move_to is None, is_for_best=best)
    return _sorted(photos, finder, target, apply=apply)


def undo_moves(
    folder: str | os.PathLike[str],
    *,
    apply: bool = False,
    on_problem: Callable[[InputError], None] | None = None,
) -> Generator[Move, None, None]:
    """Move back what :func:`sort_bursts` moved to a folder, the last first; nothing is overwritten.

    Args:
        folder: As its ``move_to``.
        apply: Do it; else it is only said what would be done.
        on_problem: Told of each file that cannot be moved back; the rest goes on. None raises.

    Yields:
        Each move that was undone, or would be.

    Raises:
        ArgumentError: Another process moves photos there.
        InputError: Nothing was moved there, or its journal cannot be read or written; or as
            ``on_problem`` would be told.
    """
    path = Path(os.path.abspath(os.fsdecode(folder)))

    def fail(error: InputError) -> None:
        if on_problem is None:
            raise error
        on_problem(error)

    with ExitStack() as stack:
        if not (path / JOURNAL).is_file():
            raise InputError(f"Nothing was moved to {path}: there is no {JOURNAL} in it.")
        # What was interrupted is moved first: then it is all there to be moved back.
        mover = stack.enter_context(opened_mover(path, fail)) if apply else None
        moves = read_moves(path)
        pending = [move for shot in moves.pending for move in shot]
        for move in reversed([*moves.moved, *pending]):
            try:
                if mover is not None:
                    mover.undo(move)
            except OSError as error:
                fail(move_error(Move(move.target, move.source), error))
            else:
                yield move


@dataclass(frozen=True)
class _Finder:
    """Finds bursts, and ranks their shots."""

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
                f"{len(untimed)} of {len(shots)} shots say not when they were taken: they are in "
                f"no burst."
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


class _Target:
    """The folder that shots are sorted into."""

    def __init__(
        self,
        folder: Path,
        roots: Sequence[Path],
        fail: Callable[[InputError], None],
        *,
        is_linking: bool,
        is_for_best: bool,
    ) -> None:
        self.folder = folder
        self.is_linking = is_linking
        self.fail = fail
        self._roots = roots
        self._is_for_best = is_for_best
        self._files = ShotFiles()
        self._claimed: set[Path] = set()

    def outside(self, photos: Iterable[Path]) -> list[Path]:
        """Leave out the photos that were sorted into it before."""
        is_within = cache(lambda folder: _is_within(folder, self.folder))
        return [photo for photo in photos if not is_within(photo.parent)]

    def planned(self, burst: Burst) -> Burst:
        """Say what becomes of each shot."""
        if not burst.has_best:
            return burst
        shots = [
            self._planned_shot(shot)
            # What could not be compared may be the best.
            if shot.radius_px is not None and (place == 0) == self._is_for_best
            else shot
            for place, shot in enumerate(burst.shots)
        ]
        return replace(burst, shots=tuple(shots))

    def moved(self, burst: Burst, mover: Mover) -> Burst:
        """Move what was planned."""
        going = [shot for shot in burst.shots if shot.moves]
        if not going:
            return burst
        done = iter(mover.move([shot.moves for shot in going], self.fail))
        shots = (_done(shot, next(done)) if shot.moves else shot for shot in burst.shots)
        return replace(burst, shots=tuple(shots))

    def linked(self, burst: Burst) -> Burst:
        """Link what was planned."""
        shots = (_done(shot, self._link(shot)) if shot.moves else shot for shot in burst.shots)
        return replace(burst, shots=tuple(shots))

    def _planned_shot(self, shot: BurstShot) -> BurstShot:
        try:
            files = dict.fromkeys(file for photo in shot.photos for file in self._files.of(photo))
            # The last, so that the shot is found again as long as it is there.
            del files[shot.photos[0]]
            moves = [Move(file, self._target_of(file)) for file in (*files, shot.photos[0])]
            for move in moves:
                self._refuse(move)
        except InputError as error:
            self.fail(error)
            return shot
        self._claimed |= {move.target for move in moves}
        return replace(shot, action="link" if self.is_linking else "move", moves=tuple(moves))

    def _target_of(self, file: Path) -> Path:
        """Give a file the place in the folder that it has in the one that was named."""
        root = next((root for root in self._roots if root in file.parents), file.parent)
        return self.folder / file.relative_to(root)

    def _refuse(self, move: Move) -> None:
        """Refuse what cannot be done, before anything is."""
        if self.is_linking:
            if move.target in self._claimed or (
                os.path.lexists(move.target) and not is_linked(move.source, move.target)
            ):
                raise InputError(_TAKEN.format(move.source, "linked", move.target))
            return
        if move.source.is_symlink():
            raise InputError(f"{move.source} is not moved: it is a link, not a photo of its own.")
        if move.target in self._claimed or os.path.lexists(move.target):
            raise InputError(_TAKEN.format(move.source, "moved", move.target))
        if not os.access(move.source.parent, os.W_OK | os.X_OK):
            raise InputError(
                f"{move.source} is not moved: nothing can be taken out of its folder, which is "
                f"read-only."
            )

    def _link(self, shot: BurstShot) -> bool:
        for move in shot.moves:
            try:
                link_file(move.source, move.target)
            except OSError as error:
                self.fail(move_error(move, error, "linked"))
                return False
        return True


_TAKEN = "{} is not {} to {}, where there is another file: name another folder."


def _sorted(
    photos: Sequence[Path], finder: _Finder, target: _Target, *, apply: bool
) -> Generator[Burst, None, None]:
    with ExitStack() as stack:
        mover = None
        waiting: set[Path] = set()
        if not target.is_linking:
            pending = read_moves(target.folder).pending
            waiting = {move.source for shot in pending for move in shot}
            if waiting:
                finder.on_note(
                    f"An earlier run was interrupted: {len(waiting)} files that it was moving "
                    f"{'are' if apply else 'would be'} moved first."
                )
            if apply:
                mover = stack.enter_context(opened_mover(target.folder, target.fail))
        rest = [photo for photo in target.outside(photos) if photo not in waiting]
        for burst in finder.bursts(rest):
            planned = target.planned(burst)
            if mover is not None:
                planned = target.moved(planned, mover)
            elif apply:
                planned = target.linked(planned)
            yield planned


def _done(shot: BurstShot, is_done: bool) -> BurstShot:
    """What could not be done stays."""
    return replace(shot, is_done=True) if is_done else replace(shot, action="stay", moves=())


def _is_within(path: Path, folder: Path) -> bool:
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
