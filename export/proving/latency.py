"""TFLite files in, how long each takes for one photo on this machine out.

A rough number, to choose by: ``python -m benchmarks`` measures with care.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from evaluation.predictors import open_interpreter, run_photo

_WARM_UPS = 2
_TURNS = 15
# After which no other turn is begun.
_MOST_SECONDS = 5.0
_LEAST_TURNS = 3


def measure_latencies(files: Mapping[str, Path], photo: NDArray[np.uint8]) -> dict[str, float]:
    """Run files in turns, so that what else the machine does is shared by all.

    Args:
        files: By any name; LiteRT runs each.
        photo: (H, W, 3) uint8 RGB of their input's size.

    Returns:
        Milliseconds of a run in LiteRT with XNNPACK on one thread, the median, by the same names.
    """
    interpreters = {name: open_interpreter(file) for name, file in files.items()}
    for interpreter in interpreters.values():
        for _ in range(_WARM_UPS):
            run_photo(interpreter, photo)
    seconds: dict[str, list[float]] = {name: [] for name in files}
    begin = time.perf_counter()
    for turn in range(_TURNS):
        if turn >= _LEAST_TURNS and time.perf_counter() - begin > _MOST_SECONDS:
            break
        for name, interpreter in interpreters.items():
            start = time.perf_counter()
            run_photo(interpreter, photo)
            seconds[name].append(time.perf_counter() - start)
    return {name: 1000 * median(values) for name, values in seconds.items()}
