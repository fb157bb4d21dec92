"""What every command line says: results on stdout, everything else on stderr, then its status."""

import math
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from dbd_mobile.cli.signals import Ended, ended_by_signals
from dbd_mobile.errors import DBDError

# So many lines are watched as they come, without a count.
_MANY = 5
# A rate of fewer seconds says little.
_SURE_AFTER_S = 2
# Where there is no terminal.
_LINE_EVERY_S = 30


def run_command(
    run: Callable[[], int], *, error_prefix: str, interrupted: str = "Interrupted."
) -> int:
    """Do what a command line was asked for; what goes wrong is one line on stderr.

    Args:
        run: Does it and gives the exit status.
        error_prefix: What the line of an error starts with, e.g. "error: ".
        interrupted: The line after Ctrl-C, or a signal that ends the process.

    Returns:
        The exit status of ``run``; 1 if who reads stdout has left, 2 after a ``DBDError``, or where
        a file or stdout cannot be read or written, 130 after an interruption, 128 and the signal's
        number after SIGTERM and SIGHUP.
    """
    _open_closed_streams()
    try:
        with ended_by_signals():
            try:
                return run()
            finally:
                # What argparse wrote.
                with _to_stdout():
                    sys.stdout.flush()
                with _to_stderr():
                    sys.stderr.flush()
    except DBDError as error:
        complain(f"{error_prefix}{error}")
        return 2
    except BrokenPipeError:
        # Who reads the results has left.
        return 1
    except OSError as error:
        where = "" if error.filename is None else f"{error.filename}: "
        complain(f"{error_prefix}{where}{error.strerror or error}.")
        return 2
    except KeyboardInterrupt:
        complain(interrupted)
        return 130
    except Ended as end:
        complain(interrupted)
        return int(str(end.code))


def say(line: str) -> None:
    """Write one line to stdout.

    Raises:
        OSError: It cannot be written.
    """
    _count.clear()
    with _to_stdout():
        _write(sys.stdout, line)


def complain(line: str) -> None:
    """Write one line to stderr, if that can be written to."""
    _count.clear()
    with _to_stderr():
        _write(sys.stderr, line)


def complain_of(photo: Path, error: DBDError) -> None:
    """Write to stderr what went wrong with a photo, by its name."""
    name = "" if str(photo) in str(error) else f"{photo}: "
    complain(f"dbd-mobile: {name}{error}")


def with_progress(photos: Sequence[Path]) -> Iterable[Path]:
    """Give photo after photo; many that go on without a line on the screen for each are counted."""
    if len(photos) <= _MANY or sys.stdout.isatty():
        return photos
    return _counted(photos)


@contextmanager
def counting(total: int, what: str) -> Iterator[Callable[[], None]]:
    """Count along on stderr, with the rate and the time that is left once they are known.

    On a terminal the count stays in its place; elsewhere long work gets a line now and then.

    Args:
        total: How many there are.
        what: What is counted, e.g. "photos".

    Yields:
        What to call after each.
    """
    done = 0
    pace = Pace(total)
    last_line_s = time.monotonic()

    def advance() -> None:
        nonlocal done, last_line_s
        done += 1
        said = f"{done} of {total} {what}{pace.at(done)}"
        _count.show(said)
        if not sys.stderr.isatty() and time.monotonic() >= last_line_s + _LINE_EVERY_S:
            last_line_s = time.monotonic()
            complain(said)

    _count.show(f"0 of {total} {what}")
    try:
        yield advance
    finally:
        _count.clear()


class Pace:
    """How fast something is done, and when it will be.

    Args:
        total: How many there are.
        now_s: Gives the time in seconds.
    """

    def __init__(self, total: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self._total = total
        self._now_s = now_s
        # Of the last half minute: what was done in no time, as it was known, is soon forgotten.
        self._moments = deque([(now_s(), 0)], maxlen=30)

    def at(self, done: int) -> str:
        """Say the rate and the time left when so many are done; nothing in the first seconds."""
        now_s = self._now_s()
        if now_s >= self._moments[-1][0] + 1:
            self._moments.append((now_s, done))
        start_s, start = self._moments[0]
        if done <= start or now_s < start_s + _SURE_AFTER_S:
            return ""
        rate = (done - start) / (now_s - start_s)
        return f", {rate:.3g} a second, {_duration((self._total - done) / rate)} left"


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return (
        f"{minutes} min" if minutes >= 10 else f"{minutes} min {seconds} s".removeprefix("0 min ")
    )


class _Count:
    """A line on the terminal without an end: the next one takes its place."""

    def __init__(self) -> None:
        self._shown = ""

    def show(self, text: str) -> None:
        if sys.stderr.isatty():
            self._put(f"\r{text.ljust(len(self._shown))}")
            self._shown = text

    def clear(self) -> None:
        if self._shown:
            self._put(f"\r{' ' * len(self._shown)}\r")
            self._shown = ""

    def _put(self, text: str) -> None:
        with _to_stderr():
            sys.stderr.write(text)
            sys.stderr.flush()


_count = _Count()


def _counted(photos: Sequence[Path]) -> Iterator[Path]:
    with counting(len(photos), "photos") as advance:
        for photo in photos:
            yield photo
            advance()


def _open_closed_streams() -> None:
    """Let streams that were closed by who started the command lead nowhere: nobody reads them.

    Otherwise the next file that is opened takes the number of a closed one, and gets what libraries
    write there.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free.
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115


def _write(stream: TextIO, line: str) -> None:
    stream.write(f"{_printable(line, stream.encoding)}\n")
    stream.flush()


@contextmanager
def _to_stdout() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        _abandon(sys.stdout)
        error.filename = "stdout"
        raise


@contextmanager
def _to_stderr() -> Iterator[None]:
    """Nobody can be told that stderr cannot be written to."""
    try:
        yield
    except OSError:
        _abandon(sys.stderr)


def _abandon(stream: TextIO) -> None:
    """Lead a stream that failed nowhere, or Python fails at its end with what is left in it."""
    with suppress(OSError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def _printable(line: str, encoding: str | None) -> str:
    """Escape what the stream cannot write, and what would not stay on the line.

    A file's name may hold anything but a zero byte.
    """
    escaped = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in line)
    # A stream in memory has no encoding, and takes all.
    return escaped.encode(encoding or "utf-8", "backslashreplace").decode(encoding or "utf-8")
