"""A model and a number of threads in; load time, first run and percentiles by stage out."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError
from dbd_mobile.interpreter import find_backend
from dbd_mobile.timing import Percentiles, percentiles_by_stage
from dbd_mobile.warm_up import warm_up

PHOTO_WH = (1000, 1000)


@dataclass(frozen=True, kw_only=True)
class Latency:
    """How long one model takes for one photo with one number of threads.

    Attributes:
        threads: Threads of the interpreter.
        load_ms: Reading, checking and preparing the model, once; not the interpreter's import.
        first_run_ms: The first photo, all stages.
        warm_up_runs: So many photos after the first were not counted.
        stages_ms: By stage, over the photos after these: ``preprocess`` (RGB array to the
            model's input), ``invoke`` (the model), ``dequantise`` (float32 map at the model's
            size), ``full_map`` (float32 map at the photo's size), ``total``.
    """

    threads: int
    load_ms: float
    first_run_ms: float
    warm_up_runs: int
    stages_ms: dict[str, Percentiles]


def synthetic_photo(size_wh: tuple[int, int] = PHOTO_WH) -> NDArray[np.uint8]:
    """Make the (H, W, 3) uint8 RGB array that is measured with: the same noise each time."""
    width, height = size_wh
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def measure_latency(
    model: str | os.PathLike[str],
    *,
    threads: int,
    runs: int,
    photo: NDArray[np.uint8],
    warm_up_runs: int | None = None,
    on_run: Callable[[], None] = lambda: None,
) -> Latency:
    """Measure a model on this machine.

    Args:
        model: A bundled model's id, or the path of a .tflite file.
        threads: Threads of the interpreter.
        runs: How many photos to measure, at least 1.
        photo: (H, W, 3) uint8 RGB array.
        warm_up_runs: How many more before these, after the first; None as many as it takes until
            they no longer get faster.
        on_run: Called after each of the runs, for a progress display.

    Returns:
        The times.

    Raises:
        DBDError: As :class:`BlurDetector` and its ``detect`` do, or ``runs`` is below 1.
    """
    if runs < 1:
        raise ArgumentError(f"runs is at least 1, got {runs}.")
    find_backend()
    start = time.perf_counter()
    detector = BlurDetector(model, threads=threads)
    load_ms = (time.perf_counter() - start) * 1e3
    with detector:
        first_run_ms = sum(_stages_ms(detector.detect(photo)).values())
        warm_up_runs = warm_up(
            lambda: sum(_stages_ms(detector.detect(photo)).values()), warm_up_runs
        )
        stages = []
        for _ in range(runs):
            stages_ms = _stages_ms(detector.detect(photo))
            stages.append({**stages_ms, "total": sum(stages_ms.values())})
            on_run()
    return Latency(
        threads=threads,
        load_ms=load_ms,
        first_run_ms=first_run_ms,
        warm_up_runs=warm_up_runs,
        stages_ms=percentiles_by_stage(stages),
    )


def _stages_ms(blur_map: BlurMap) -> dict[str, float]:
    """Have both float maps computed and sum the map's timings up to the stages of a measurement."""
    _ = blur_map.model_probability, blur_map.probability
    ms = blur_map.timings_ms
    return {
        # Of an array only the checks are timed as decoding.
        "preprocess": ms["decode"] + ms["preprocess"],
        "invoke": ms["invoke"],
        "dequantise": ms["dequantise"],
        "full_map": ms["upscale"] + ms["probability"],
    }
