"""The signals that end a process, taken as Ctrl-C is: what is half written is put away first."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Ended(SystemExit):
    """A signal asked the process to end; its code is 128 and the signal's number."""


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise :class:`Ended` in the ``with`` block where SIGTERM or SIGHUP would end the process.

    A signal that is ignored, as after ``nohup``, or that somebody else handles, is left alone, and
    so is every signal outside of the main thread.
    """
    own = os.getpid()

    def end(number: int, frame: FrameType | None) -> None:
        if os.getpid() != own:
            # A forked child's cleaning up is its parent's.
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
        # A second one must not disturb what the first one set off.
        signal.signal(number, signal.SIG_IGN)
        raise Ended(128 + number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    if threading.current_thread() is not threading.main_thread():
        numbers = []
    taken = [number for number in numbers if signal.getsignal(number) == signal.SIG_DFL]
    for number in taken:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
