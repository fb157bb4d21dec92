"""Bursts among photos in; their shots, sorted into a folder, out, and back."""

from dbd_mobile.jobs.library.bursts.burst import Action, Burst, BurstShot
from dbd_mobile.jobs.library.bursts.move_journal import JOURNAL, Move
from dbd_mobile.jobs.library.bursts.sorting import sort_bursts, undo_moves

__all__ = ["JOURNAL", "Action", "Burst", "BurstShot", "Move", "sort_bursts", "undo_moves"]
