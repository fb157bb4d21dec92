"""A path in, a file to write out that takes the path's place once it is whole."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file so that nobody ever finds half of it under its name.

    It is written beside ``path`` under another name and moved there at the end of the ``with``
    block; after an exception in the block ``path`` is as it was.

    Args:
        path: The file; one that is there already is replaced. Its folder must exist. A device or a
            pipe, such as ``/dev/stdout``, is written to as it is.

    Yields:
        The open file, for bytes.

    Raises:
        OSError: It cannot be written; the error names ``path``.
    """
    # It stands for something else: who may write to its folder would put a file in its place.
    is_device = path.exists() and not path.is_file() and not path.is_dir()
    part = path if is_device else path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        if not is_device:
            part.replace(path)
    except OSError as error:
        # A full disk names no file, a missing folder the one beside it. An encoder's error is words
        # alone, which a name would replace.
        if error.errno is not None and error.filename in (None, str(part)):
            error.filename = str(path)
        raise
    finally:
        if not is_device:
            with suppress(OSError):
                part.unlink()
