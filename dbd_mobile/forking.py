"""What a process shares with a child that it forks: made anew there before the child goes on.

Only the thread that forks lives on in the child. There a lock that another thread held stays locked
for ever, and an interpreter waits for ever for threads of its own, even to be let go of.
"""

import ctypes
import os
import threading
from functools import cache, cached_property
from types import TracebackType
from typing import Protocol
from weakref import WeakSet


class Renewed(Protocol):
    """Something that has to be made anew in a forked child."""

    def renew(self) -> None:
        """Called in the child, whose only thread it is that calls."""


def renew_in_children(thing: Renewed) -> None:
    """Have a thing's ``renew`` called in every process that is forked while the thing lives."""
    _watch_forks()
    _living.add(thing)


def renew_cached_properties_in_children(owner: type) -> None:
    """Have the locks of a class's cached properties be free in every process that is forked.

    Until Python 3.12 each has one, for all objects of the class.
    """
    _watch_forks()
    _owners.add(owner)


def leave_to_parent(thing: object) -> None:
    """See to it that a thing is never freed in this process."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


class Lock:
    """A lock for ``with``; in a forked child it is free, whoever held it in the parent."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        renew_in_children(self)

    def renew(self) -> None:
        """Be free."""
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._lock.release()


_living: WeakSet[Renewed] = WeakSet()
_owners: set[type] = set()


@cache
def _watch_forks() -> None:
    # Windows has no fork.
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_renew_all)


def _renew_all() -> None:
    for thing in list(_living):
        thing.renew()
    for owner in _owners:
        for member in vars(owner).values():
            if isinstance(member, cached_property) and hasattr(member, "lock"):
                member.lock = threading.RLock()
