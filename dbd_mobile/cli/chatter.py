"""What libraries write to stderr past Python, such as libtiff's words on a damaged photo.

LiteRT announces each delegate there, and neither has a switch for that. A command owns its process,
so it may look away; the library never touches the file descriptors of the process that it is in.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


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
