"""A path in; a text that JSON may hold, out."""

import os


def text_of(path: str | os.PathLike[str]) -> str:
    """Give a path as a text: a file's name may hold bytes that are none, which are escaped."""
    return os.fspath(path).encode("utf-8", "backslashreplace").decode()
