"""What a library writes to stderr past Python: its announcements kept off the screen, no other.

LiteRT announces each delegate on the file descriptor itself, has no switch for that, and warns of
accelerators that it looks for and does not find.
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_CHATTER = re.compile(rb"^(?:INFO:|WARNING: \[auto_registration)[^\n]*\n?", re.MULTILINE)


@contextmanager
def without_chatter() -> Iterator[None]:
    """Keep LiteRT's announcements in the ``with`` block off stderr.

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
                stderr.write(_CHATTER.sub(b"", kept.read()))
