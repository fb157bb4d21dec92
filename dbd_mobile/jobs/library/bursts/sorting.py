"""Folders of photos in; their bursts, each ranked and sorted into a folder, out, and back."""

import os
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError, InputError
from dbd_mobile.jobs.library.burst_groups import MAX_GAP_S, MIN_LIKENESS
from dbd_mobile.jobs.library.bursts.burst import Burst
from dbd_mobile.jobs.library.bursts.file_move import check_move
from dbd_mobile.jobs.library.bursts.finder import Finder
from dbd_mobile.jobs.library.bursts.move_journal import (
    JOURNAL,
    Move,
    move_error,
    opened_mover,
    read_moves,
)
from dbd_mobile.jobs.library.bursts.target import Target, check_folder, is_within
from dbd_mobile.jobs.library.photo_walk import photos_in


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
        paths: Folders, whose photos are looked at, but for links, and photos; see
            :func:`photos_in`.
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
        raise ArgumentError(f"max_gap_s (--gap) is a number of seconds from 0, got {max_gap_s!r}.")
    if not 0 <= min_likeness <= 1:
        raise ArgumentError(
            f"min_likeness (--likeness) is a number from 0 to 1, got {min_likeness!r}."
        )
    if move_to is not None and link_to is not None:
        raise ArgumentError("Photos are moved or linked: give move_to or link_to, not both.")
    if best and link_to is None:
        # The next call would move the second best, as the best of those that are left.
        raise ArgumentError(
            "The best shots can only be linked: give best (--best) with link_to (--link-to)."
        )
    named = link_to if move_to is None else move_to
    folder = None if named is None else Path(os.path.abspath(os.fsdecode(named)))
    if folder is None and apply:
        raise ArgumentError(
            "There is nothing to apply: say where to, by move_to (--move-to) or link_to "
            "(--link-to)."
        )
    if folder is not None:
        check_folder(folder)
        for root in roots:
            if is_within(root, folder):
                raise ArgumentError(
                    f"The photos in {root} would be sorted into {folder}, where they are: name "
                    f"another folder."
                )

    def fail(error: InputError) -> None:
        if on_problem is None:
            raise error
        on_problem(error)

    photos = photos_in(roots, recursive=recursive, links=False, on_unreadable=fail)
    finder = Finder(detector, max_gap_s, min_likeness, fail, on_note, on_progress)
    if folder is None:
        return finder.bursts(photos)
    target = Target(folder, roots, fail, is_linking=move_to is None, is_for_best=best)
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
            # It never left, or somebody moved it back.
            is_back = os.path.lexists(move.source) and not os.path.lexists(move.target)
            try:
                if mover is not None:
                    mover.undo(move)
                elif not is_back:
                    check_move(move.target, move.source)
            except OSError as error:
                fail(move_error(Move(move.target, move.source), error))
            else:
                if not is_back:
                    yield move


def _sorted(
    photos: Sequence[Path], finder: Finder, target: Target, *, apply: bool
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
