"""What every command line says: results on stdout, everything else on stderr, then its status."""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import track

from dbd_mobile.errors import DBDError

results = Console(highlight=False, soft_wrap=True, markup=False, emoji=False)
notes = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)

# So many lines are watched as they come, without a bar.
_MANY = 5


def run_command(
    run: Callable[[], int], *, error_prefix: str, interrupted: str = "Interrupted."
) -> int:
    """Do what a command line was asked for; what goes wrong is one line on stderr.

    Args:
        run: Does it and gives the exit status.
        error_prefix: What the line of an error starts with, e.g. "error: ".
        interrupted: The line after Ctrl-C.

    Returns:
        The exit status of ``run``; 2 after a ``DBDError``, or where a file cannot be read or
        written, 130 after an interruption.
    """
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            # Closed by who started the command: nobody reads it.
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115
    try:
        return run()
    except DBDError as error:
        complain(f"{error_prefix}{error}")
        return 2
    except BrokenPipeError:
        # Who reads the results has left.
        raise
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        complain(f"{error_prefix}{where}{error.strerror or error}.")
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


def complain_of(photo: Path, error: DBDError) -> None:
    """Write to stderr what went wrong with a photo, by its name."""
    name = "" if str(photo) in str(error) else f"{photo}: "
    complain(f"dbd-mobile: {name}{error}")


def with_progress(photos: Sequence[Path]) -> Iterable[Path]:
    """Give photo after photo; many that go on without a line on the screen for each show a bar."""
    if len(photos) > _MANY and sys.stderr.isatty() and not sys.stdout.isatty():
        return track(photos, "Photos", console=notes)
    return photos


def _printable(line: str, encoding: str | None) -> str:
    """Escape what the stream cannot write, and what would not stay on the line.

    A file's name may hold anything but a zero byte.
    """
    escaped = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    # A stream in memory has no encoding, and takes all.
    return escaped.encode(encoding or "utf-8", "backslashreplace").decode(encoding or "utf-8")
