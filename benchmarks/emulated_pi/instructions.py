"""A board and models in; how many instructions each stage of a photo executes there, out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.emulated_pi.emulated_pi import EmulatedPi
from benchmarks.emulated_pi.root import COUNTER, HOME

_GUEST = Path(__file__).parent / "guest" / "count_stages.py"
_COUNT = f"{HOME}/instructions"

COUNTING = ("-plugin", f"{COUNTER},counter={_COUNT}")
"""Options of QEMU, by which the file of :func:`count_file` has the number of instructions."""


def count_file(pi: EmulatedPi) -> Path:
    """Where this machine finds the number, 8 bytes, of what was run last with ``COUNTING``."""
    return pi.home / Path(_COUNT).name


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What photos take on a board.

    Attributes:
        backend: The interpreter and its version.
        millions: Model -> stage -> millions of instructions of a photo, the median; the stages are
            those of ``dbd-mobile bench``.
    """

    backend: str
    millions: dict[str, dict[str, float]]


def count_stages(pi: EmulatedPi, models: Sequence[str], runs: int) -> Counts:
    """Count the instructions by which a photo of 1000x1000 pixels in memory becomes a map.

    One thread. The count hardly differs from run to run, but says nothing of how long they take:
    that depends on how many a processor executes at a time, and on its memory.

    Args:
        pi: The board.
        models: Ids of bundled models.
        runs: Photos of which the median is taken, after a first one.

    Raises:
        InputError: It failed on the board.
    """
    said = pi.read(pi.put(_GUEST), _COUNT, str(runs), *models, qemu=COUNTING)
    return Counts(**json.loads(said))
