"""Steps in, a line of JSON each; how long they took, and what this process held, out, likewise.

``python -m benchmarks.worker MODEL DETAIL THREADS`` is run by ``benchmarks.own_process``. What a
program that does the same needs is imported here and no more, as its memory is measured.
"""

import io
import json
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from dbd_mobile import BlurDetector
from dbd_mobile.cli import main as run_dbd_mobile
from dbd_mobile.errors import InputError
from dbd_mobile.jobs.library import open_store, scan
from dbd_mobile.machine import peak_memory_bytes
from dbd_mobile.photo import load_pixels

# A step with one photo is done again until it took so long.
_LOOK_FOR_S = 0.3
_WARMING_WH = (640, 480)


class Steps:
    """What can be asked for, each a method that gives what JSON can hold.

    Args:
        model: A bundled model's id, or the path of a .tflite file.
        detail: That of the model that measures blur.
        threads: Of the interpreters.
    """

    def __init__(self, model: str, detail: str, threads: int) -> None:
        self._options = model, detail, threads

    @cached_property
    def _detector(self) -> BlurDetector:
        model, detail, threads = self._options
        return BlurDetector(model, detail=detail, threads=threads)

    def warm(self) -> dict[str, Any]:
        """Make the detector ready by a small picture."""
        width, height = _WARMING_WH
        noise = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
        self._detector.judge(noise)
        return {}

    def share(self, photo: str) -> dict[str, Any]:
        """Find how much of a photo is blurred; its file may be decoded at a reduced size."""

        def look() -> dict[str, float]:
            found = self._detector.detect(photo)
            _ = found.blurred_fraction
            return found.timings_ms

        return _timed(look)

    def map(self, photo: str) -> dict[str, Any]:
        """Make a photo's map at its own size; its file may be decoded at a reduced size."""

        def look() -> dict[str, float]:
            found = self._detector.detect(photo)
            _ = found.probability
            return found.timings_ms

        return _timed(look)

    def detect(self, photo: str) -> dict[str, Any]:
        """Decode all of a photo, and find what is blurred in it."""
        return _timed(lambda: self._detector.detect(load_pixels(photo)).timings_ms)

    def judge(self, photo: str) -> dict[str, Any]:
        """Judge a photo's subject."""
        return _timed(lambda: dict(self._detector.judge(photo).timings_ms))

    def judge_all(self, folder: str, jobs: int) -> dict[str, Any]:
        """Judge all photos in a folder, so many at a time, and do nothing else."""
        photos = sorted(Path(folder).iterdir())

        def judge() -> None:
            with ThreadPoolExecutor(jobs) as pool:
                for focus in pool.map(self._detector.judge, photos):
                    _ = focus.verdict

        return _taken(judge)

    def library(self, folder: str, jobs: int, store: str) -> dict[str, Any]:
        """Scan a folder with the detector that is ready."""

        def look() -> None:
            with open_store(store, "jsonl") as kept:
                for record in scan([folder], self._detector, store=kept, jobs=jobs):
                    _ = record.verdict

        return _taken(look)

    def scan(self, folder: str, jobs: int, store: str, *, resume: bool = False) -> dict[str, Any]:
        """Run ``dbd-mobile scan``, which loads the models anew."""
        model, detail, threads = self._options
        command = ["scan", folder, "--jsonl", store, "--jobs", str(jobs), "--model", model]
        command += ["--detail", detail, "--threads", str(threads)]
        said = io.StringIO()

        def run() -> None:
            with redirect_stdout(said), redirect_stderr(said):
                status = run_dbd_mobile([*command, *(["--resume"] if resume else [])])
            if status:
                raise InputError(f"dbd-mobile scan ended with status {status}: {said.getvalue()}")

        return _taken(run)


def _taken(work: Callable[[], None]) -> dict[str, Any]:
    """Do something once; seconds that it took, and those of the processor, by all threads."""
    start, start_cpu = time.perf_counter(), time.process_time()
    work()
    return {
        "seconds": time.perf_counter() - start,
        "cpu_seconds": time.process_time() - start_cpu,
    }


def _timed(look: Callable[[], dict[str, float]]) -> dict[str, Any]:
    """Look for some time, once at least; seconds of the median look, and milliseconds by stage."""
    seconds: list[float] = []
    stages: list[dict[str, float]] = []
    while sum(seconds) < _LOOK_FOR_S:
        start = time.perf_counter()
        stages.append(look())
        seconds.append(time.perf_counter() - start)
    # One that was measured, so that its stages are within it.
    median = statistics.median_low(seconds)
    return {"seconds": median, "stages_ms": stages[seconds.index(median)]}


def _peak_mb() -> float:
    """The most that this process held so far, in MB."""
    held = peak_memory_bytes()
    if held is None:
        raise InputError("What a process holds at most is not said by this system.")
    return held / 1e6


def main() -> None:
    """Do step after step until stdin ends."""
    model, detail, threads = sys.argv[1:]
    steps = Steps(model, detail, int(threads))
    for line in sys.stdin:
        asked = json.loads(line)
        found = getattr(steps, asked.pop("do"))(**asked)
        sys.stdout.write(f"{json.dumps({**found, 'peak_mb': _peak_mb()})}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
