"""What a library writes to stderr past Python: its ``INFO:`` lines kept off the screen, no other.

LiteRT announces each delegate on the file descriptor itself and has no switch for that.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_INFO_LINE = re.compile(rb"^INFO:[^\n]*\n?", re.MULTILINE)


@contextmanager
def without_chatter() -> Iterator[None]:
    """Keep the ``INFO:`` lines of the ``with`` block off stderr.

    Whatever else is written to stderr meanwhile, by any thread, is shown after the block, byte for
    byte: a progress bar moves the cursor.
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
            with open(2, "wb", closefd=False) as stderr:
                stderr.write(_INFO_LINE.sub(b"", kept.read()))
