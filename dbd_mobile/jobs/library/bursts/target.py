"""Bursts and a folder in; what of them goes there, and where it lies there, out."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from dbd_mobile.errors import ArgumentError, InputError
from dbd_mobile.jobs.library.bursts.burst import Burst, BurstShot
from dbd_mobile.jobs.library.bursts.file_link import is_linked, link_file
from dbd_mobile.jobs.library.bursts.move_journal import Move, Mover, move_error
from dbd_mobile.jobs.library.shot_files import ShotFiles

_TAKEN = "{} is not {} to {}, where there is another file: name another folder."


class Target:
    """The folder that shots are sorted into.

    Args:
        folder: Absolute.
        roots: What was named: below the folder, files lie as they lie below these.
        fail: Told of each shot that cannot be moved or linked, and stays.
        is_linking: Links to the files are made in the place of moving them.
        is_for_best: For the best shot of a burst rather than for the others.
    """

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
        is_inside = cache(lambda folder: is_within(folder, self.folder))
        return [photo for photo in photos if not is_inside(photo.parent)]

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


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be made or written to, before photos are looked at.

    Raises:
        ArgumentError: It is one; the message says why.
    """
    there = next(path for path in (folder, *folder.parents) if os.path.lexists(path))
    if not there.is_dir():
        raise ArgumentError(f"{there} is no folder that shots can be sorted into: name another.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise ArgumentError(f"The folder {there} is read-only: name another to sort into.")


def is_within(path: Path, folder: Path) -> bool:
    """Say whether a file or folder is in a folder, or is that folder, whatever links lead there."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _done(shot: BurstShot, is_done: bool) -> BurstShot:
    """What could not be done stays."""
    return replace(shot, is_done=True) if is_done else replace(shot, action="stay", moves=())
