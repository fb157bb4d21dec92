"""The moves into a folder, each kept in a file there before it is done: they can be gone on with.

Each line of ``dbd-mobile-burst.jsonl`` is a JSON object: what is about to be moved, ``{"plan":
[[[FROM, TO], ...], ...]}``, the files of a shot in one list; then what was, ``{"moved": ...}``; and
what was moved back, ``{"undone": ...}``. Who opens it anew first goes on with a plan that has no
end. FROM is absolute, TO is relative to the folder, which may be elsewhere the next time.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from dbd_mobile.errors import InputError
from dbd_mobile.jobs.library.bursts.file_move import finish_move, move_file
from dbd_mobile.jobs.library.store_lock import store_locked

JOURNAL = "dbd-mobile-burst.jsonl"
"""The name of the file."""

_PLAN, _MOVED, _UNDONE = "plan", "moved", "undone"


@dataclass(frozen=True)
class Move:
    """A file that goes elsewhere.

    Attributes:
        source: Where it is, absolute.
        target: Where it will be, absolute.
    """

    source: Path
    target: Path


ShotMoves = Sequence[Move]
"""Files that go together or not at all."""


@dataclass(frozen=True, kw_only=True)
class Moves:
    """What a journal says.

    Attributes:
        moved: Moves that were done and not undone, in their order.
        pending: Shots of a plan that was interrupted.
    """

    moved: list[Move]
    pending: list[ShotMoves]


def read_moves(folder: Path) -> Moves:
    """Read the journal in a folder, if there is one.

    Raises:
        InputError: It cannot be read, or is none.
    """
    path = folder / JOURNAL
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Moves(moved=[], pending=[])
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    moved: dict[Move, None] = {}
    pending: list[ShotMoves] = []
    # What follows the last end of a line was being written when the process was killed.
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        try:
            ((kind, shots),) = json.loads(line).items()
            read = [[_move(folder, *move) for move in shot] for shot in shots]
        except (ValueError, TypeError, AttributeError, RecursionError):
            kind = ""
        if kind == _PLAN:
            pending = list(read)
        elif kind == _MOVED:
            pending = []
            moved.update((move, None) for shot in read for move in shot)
        elif kind == _UNDONE:
            for move in (move for shot in read for move in shot):
                moved.pop(move, None)
        else:
            raise InputError(
                f"Line {number} of {path} was not written by `dbd-mobile burst`: take it out, or "
                f"name another folder."
            )
    return Moves(moved=list(moved), pending=pending)


class Mover:
    """Moves shots into a folder; :func:`opened_mover` makes it."""

    def __init__(self, folder: Path, file: IO[bytes]) -> None:
        self._folder = folder
        self._file = file

    def move(
        self, shots: Sequence[ShotMoves], on_failure: Callable[[InputError], None]
    ) -> list[bool]:
        """Move shots.

        Args:
            shots: What goes where.
            on_failure: Told why a shot is not moved; its files are then where they were.

        Returns:
            Whether each was moved.

        Raises:
            InputError: The journal cannot be written; nothing is moved.
        """
        self._write(_PLAN, shots)
        done = [_moved(shot, move_file, on_failure) for shot in shots]
        self._write(_MOVED, [shot for shot, is_done in zip(shots, done, strict=True) if is_done])
        return done

    def finish(
        self, pending: Sequence[ShotMoves], on_failure: Callable[[InputError], None]
    ) -> None:
        """Go on with a plan that was interrupted; arguments and errors as for :meth:`move`."""
        done = [shot for shot in pending if _moved(shot, finish_move, on_failure)]
        self._write(_MOVED, done)

    def undo(self, move: Move) -> None:
        """Move a file back.

        Raises:
            OSError: It cannot be moved.
            InputError: The journal cannot be written.
        """
        finish_move(move.target, move.source)
        self._write(_UNDONE, [[move]])

    def _write(self, kind: str, shots: Sequence[ShotMoves]) -> None:
        """Write a line, and have it on the disk before anything is done."""
        named = [
            [[str(m.source), os.path.relpath(m.target, self._folder)] for m in shot]
            for shot in shots
        ]
        # A name that is no text has numbers of its own in JSON's ASCII.
        line = json.dumps({kind: named}).encode() + b"\n"
        end = self._file.tell()
        try:
            written = 0
            # A full disk takes a part, then says what is wrong.
            while written < len(line):
                written += self._file.write(line[written:])
            os.fsync(self._file.fileno())
        except OSError as error:
            self._file.truncate(end)
            path = self._folder / JOURNAL
            raise InputError(f"{path} cannot be written: {error.strerror}.") from None


@contextmanager
def opened_mover(folder: Path, on_failure: Callable[[InputError], None]) -> Iterator[Mover]:
    """Open the journal of a folder, and go on with what was interrupted.

    Args:
        folder: Absolute; made if missing.
        on_failure: As for :meth:`Mover.move`.

    Raises:
        ArgumentError: Another process moves photos there.
        InputError: The folder cannot be made or written to, or the journal is none.
    """
    path = folder / JOURNAL
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made: {error.strerror}.") from None
    with store_locked(path):
        pending = read_moves(folder).pending
        try:
            # Not for appending: what is left of a line is written over.
            file = path.open("r+b" if path.exists() else "x+b", buffering=0)
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error.strerror}.") from None
        with file:
            content = file.read()
            file.seek(content.rfind(b"\n") + 1)
            file.truncate()
            mover = Mover(folder, file)
            if pending:
                mover.finish(pending, on_failure)
            yield mover


def _move(folder: Path, source: Any, target: Any) -> Move:
    # Joined, so that a journal of anybody else's cannot name a file outside.
    path = Path(os.path.normpath(folder / target))
    if not path.is_relative_to(folder) or not Path(source).is_absolute():
        raise ValueError("it names a file elsewhere")
    return Move(Path(source), path)


def _moved(
    shot: ShotMoves,
    move: Callable[[Path, Path], None],
    on_failure: Callable[[InputError], None],
) -> bool:
    """Move the files of a shot, or none."""
    for number, one in enumerate(shot):
        try:
            move(one.source, one.target)
        except OSError as error:
            failures = [move_error(one, error)]
            for back in reversed(shot[:number]):
                try:
                    finish_move(back.target, back.source)
                except OSError as stuck:
                    failures.append(move_error(Move(back.target, back.source), stuck))
            for failure in failures:
                on_failure(failure)
            return False
    return True


def move_error(move: Move, error: OSError, done: str = "moved") -> InputError:
    """Say in a sentence why a file is not where it should be."""
    if isinstance(error, FileExistsError):
        why = "there is another file of that name"
    else:
        why = error.strerror or str(error)
    return InputError(f"{move.source} is not {done} to {move.target}: {why}.")
