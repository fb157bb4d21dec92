"""What libraries write to stderr past Python, such as libtiff's words on a damaged photo.

LiteRT announces each delegate there, and neither has a switch for that. A command owns its process,
so it may look away; the library never touches the file descriptors of the process that it is in.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast


@contextmanager
def without_chatter() -> Iterator[None]:
    """In the ``with`` block ``sys.stderr`` goes to the screen, file descriptor 2 nowhere."""
    stderr = sys.stderr
    stderr.flush()
    screen = os.dup(2)
    with (
        open(screen, "w", encoding=stderr.encoding, errors=stderr.errors, buffering=1) as ours,
        open(os.devnull, "wb") as nowhere,
    ):
        os.dup2(nowhere.fileno(), 2)
        # Another may stand in for it, as in a test.
        if stderr is sys.__stderr__:
            sys.stderr = ours
        try:
            yield
        finally:
            sys.stderr = stderr
            os.dup2(screen, 2)


@contextmanager
def without_words_of_threads(*, to_stderr: bool) -> Iterator[None]:
    """In the ``with`` block only this thread writes to ``sys.stdout`` and ``sys.stderr``.

    Args:
        to_stderr: What others write goes to stderr instead of nowhere.
    """
    stdout, stderr = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        elsewhere = stderr if to_stderr else nowhere
        sys.stdout = cast(TextIO, _OfOneThread(stdout, elsewhere))
        sys.stderr = cast(TextIO, _OfOneThread(stderr, elsewhere))
        try:
            yield
        finally:
            sys.stdout, sys.stderr = stdout, stderr


class _OfOneThread:
    """A stream of the thread that makes it; what others write goes elsewhere."""

    def __init__(self, stream: TextIO, elsewhere: TextIO) -> None:
        self._own = threading.get_ident()
        self._stream = stream
        self._elsewhere = elsewhere

    def write(self, text: str) -> int:
        return self._asked().write(text)

    def flush(self) -> None:
        self._asked().flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _asked(self) -> TextIO:
        return self._stream if threading.get_ident() == self._own else self._elsewhere
