"""PyAV, which reads and writes videos: the extra ``video``, imported when it is first needed."""

from importlib import import_module
from typing import Any, TypeAlias

from dbd_mobile.errors import InputError

Picture: TypeAlias = Any
"""A frame as PyAV has it, ``av.VideoFrame``: pixels as they are stored, and when they are shown."""


def pyav(module: str = "av") -> Any:
    """Import PyAV or a module of it.

    Raises:
        InputError: It is not installed; says how to.
    """
    try:
        return import_module(module)
    except ImportError:
        raise InputError(
            'Videos are read and written by PyAV: `pip install "dbd-mobile[video]"` installs it.'
        ) from None
