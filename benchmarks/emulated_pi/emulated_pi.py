"""A board and a program in; what the program says when it runs there, out."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from benchmarks.emulated_pi.board import Board
from benchmarks.emulated_pi.root import ENVIRONMENT, HOME, emulate, emulated_root, environment
from dbd_mobile.errors import InputError

COMMAND_LINE = f"{ENVIRONMENT}/bin/dbd-mobile"


class EmulatedPi:
    """A board with the wheel installed. Boards of one arch share a folder: one runs at a time.

    Args:
        board: Which.
        says_what_it_is: Whether its system files say what its processor is.

    Attributes:
        board: Which.
        home: The folder that programs see as ``/home/pi``.

    Raises:
        InputError: As :func:`emulated_root` does.
    """

    def __init__(self, board: Board, *, says_what_it_is: bool = True) -> None:
        self.board = board
        self._root = emulated_root(board.arch)
        self._says_what_it_is = says_what_it_is
        self.home = self._root / HOME[1:]

    def put(self, file: Path) -> str:
        """Copy a file into the home folder; gives its path there, as programs see it."""
        shutil.copy(file, self.home)
        return f"{HOME}/{file.name}"

    def command(self, *arguments: str, qemu: Sequence[str] = ()) -> list[str]:
        """Give the command that runs Python on the board; ready to be run at once.

        Args:
            arguments: Of Python: e.g. :data:`COMMAND_LINE` and what follows it.
            qemu: Further options of QEMU.
        """
        for folder in ("proc", "sys"):
            shutil.rmtree(self._root / folder, ignore_errors=True)
        if self._says_what_it_is:
            for name, text in self.board.system_files().items():
                path = self._root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        python = f"{ENVIRONMENT}/bin/python"
        return [*emulate(self._root, self.board.cpu, *qemu), python, *arguments]

    def run(self, *arguments: str, qemu: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
        """Run Python on the board to its end, whatever that is; for the rest see ``command``."""
        command = self.command(*arguments, qemu=qemu)
        return subprocess.run(command, capture_output=True, text=True, env=environment())

    def read(self, *arguments: str, qemu: Sequence[str] = ()) -> str:
        """Run Python on the board and give what it prints; for the rest see ``command``.

        Raises:
            InputError: It failed; the message has its last words.
        """
        done = self.run(*arguments, qemu=qemu)
        if done.returncode:
            said = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
            raise InputError(f"On the emulated {self.board.model}: {said[-1]}")
        return done.stdout
