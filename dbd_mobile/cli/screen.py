"""What every command line says: results on stdout, everything else on stderr, then its status."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from dbd_mobile.errors import DBDError

results = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
notes = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def run_command(
    run: Callable[[], int], *, error_prefix: str, interrupted: str = "Interrupted."
) -> int:
    """Do what a command line was asked for; what goes wrong is one line on stderr.

    Args:
        run: Does it and gives the exit status.
        error_prefix: What the line of an error starts with, e.g. "error: ".
        interrupted: The line after Ctrl-C.

    Returns:
        The exit status of ``run``; 2 after a ``DBDError``, 130 after an interruption.
    """
    try:
        return run()
    except DBDError as error:
        complain(f"{error_prefix}{error}")
        return 2
    except KeyboardInterrupt:
        complain(interrupted)
        return 130


def say(line: str) -> None:
    """Write one line to stdout."""
    results.print(_printable(line, sys.stdout.encoding))


def complain(line: str) -> None:
    """Write one line to stderr."""
    notes.print(_printable(line, sys.stderr.encoding))


@contextmanager
def without_chatter() -> Iterator[None]:
    """Keep the ``INFO:`` lines that an interpreter writes past Python off the screen.

    Whatever else is written to stderr meanwhile is shown after the ``with`` block.
    """
    if sys.stderr is None:
        yield
        return
    sys.stderr.flush()
    with tempfile.TemporaryFile() as kept:
        screen = os.dup(2)
        os.dup2(kept.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(screen, 2)
            os.close(screen)
            kept.seek(0)
            for line in kept.read().decode(errors="replace").splitlines():
                if not line.startswith("INFO:"):
                    complain(line)


def _printable(line: str, encoding: str) -> str:
    """Escape what the stream cannot write, and what would not stay on the line.

    A file's name may hold anything but a zero byte.
    """
    escaped = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    return escaped.encode(encoding, "backslashreplace").decode(encoding)
