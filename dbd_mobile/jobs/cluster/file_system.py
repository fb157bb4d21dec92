"""A path or URL in; the file system that it is on, by fsspec, out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from dbd_mobile.errors import InputError, sentence_of


def file_system_of(place: str) -> tuple[Any, str]:
    """Give the file system of a path or URL, and the path on it.

    Raises:
        InputError: fsspec knows no such file system, or the package for it is not installed.
    """
    with explained(place):
        # What was listed once may have changed.
        file_system, path = fsspec.core.url_to_fs(place, use_listings_cache=False)
    return file_system, path


def local_path_of(place: str) -> str | None:
    """Give the path of what is on the machine's own file system; None for all else."""
    if "://" not in place:
        return place
    file_system, path = file_system_of(place)
    return path if isinstance(file_system, LocalFileSystem) else None


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Give what goes wrong with a place in the ``with`` block as one sentence, with its name."""
    try:
        yield
    except FileNotFoundError:
        raise InputError(f"There is no {place}.") from None
    except InputError:
        raise
    except Exception as error:
        # Each kind of storage raises its own.
        raise InputError(f"{place} cannot be used: {sentence_of(error)}") from None
