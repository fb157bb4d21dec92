"""A path of results in; the right to write to it, of one process at a time, out."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from dbd_mobile.errors import ArgumentError, InputError


@contextmanager
def store_locked(store: Path) -> Iterator[None]:
    """Keep other processes from writing to a store in the ``with`` block.

    The lock is the system's on the file ``STORE.lock``, which ends with the process that holds it,
    however that ends; the file may stay behind and does no harm.

    Raises:
        ArgumentError: Another process has it.
        InputError: The lock's file cannot be made.
    """
    path = store.with_name(f"{store.name}.lock")
    try:
        file = _locked(path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
    if file is None:
        raise ArgumentError(f"Another process writes to {store}: wait for its end, or stop it.")
    with file:
        try:
            yield
        finally:
            # While it is held: nobody else's is removed. Windows removes no open file.
            with suppress(OSError):
                path.unlink()


def _locked(path: Path) -> IO[bytes] | None:
    """Open and lock a file; None if another process has it."""
    while True:
        file = path.open("ab")
        try:
            _lock(file)
            # Who had it before may have removed it since it was opened.
            if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except (BlockingIOError, PermissionError):
            file.close()
            return None
        except FileNotFoundError:
            pass
        except BaseException:
            file.close()
            raise
        file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
