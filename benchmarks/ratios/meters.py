"""Ways to measure what is watched: each is called in every turn, and gives a number for each."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.growth.counts import MODEL, PHOTO_WH
from benchmarks.made_photos import made_photo, many_photos, size_of
from benchmarks.overhead import measure_overhead
from benchmarks.own_process import OwnProcess
from benchmarks.ratios.ratio import Watched
from benchmarks.verdicts.cost import THREADS, measure_judging
from dbd_mobile import BlurDetector
from dbd_mobile.errors import InputError
from dbd_mobile.machine import usable_cores
from evaluation.chatter import without_chatter

Meter = Callable[[], Mapping[Watched, float]]

_ROOT = Path(__file__).parents[2]
_WEIGHTS = _ROOT / "training" / "weights" / "lite.safetensors"
# Of each in a turn; the fastest or the middle one counts.
_OVERHEAD_RUNS = 8
_JUDGING_RUNS = 5
_IMPORTS = 5

_BARE = "import numpy, PIL.Image"
_OURS = f"{_BARE}, dbd_mobile"


def overhead() -> Mapping[Watched, float]:
    """``detect`` beside the interpreter's bare invoke, on one thread."""
    rows = measure_overhead("lite", [1], _OVERHEAD_RUNS)
    return {
        Watched(what=row.what, unit="times", at_least=row.at_least, at_most=row.at_most): row.value
        for row in rows
        if row.unit == "times" and row.value is not None
    }


def judging(megapixels: float) -> Meter:
    """``judge`` beside decoding and ``detect``."""
    photo = made_photo(size_of(megapixels))

    def measure() -> Mapping[Watched, float]:
        with without_chatter(), BlurDetector(threads=THREADS) as detector:
            row, _ = measure_judging(detector, photo, _JUDGING_RUNS)
        assert row.value is not None
        return {Watched(what=row.what, unit="times", at_most=row.at_most): row.value}

    return measure


def scanning(process: OwnProcess, megapixels: float, count: int) -> Meter:
    """``dbd-mobile scan`` beside decoding and judging alone, as many at a time.

    Args:
        process: Used for nothing else.
        megapixels: Of the photos.
        count: How many.
    """
    folder = str(many_photos(made_photo(size_of(megapixels)), count))
    jobs = min(4, usable_cores())
    limit = f"what {jobs} threads decode and judge, {count} of {megapixels:g} megapixels"
    rate = Watched(
        what=f"photos a second of `dbd-mobile scan`, of {limit}", unit="times", at_least=0.9
    )
    # Others on the machine hardly change it.
    cpu = Watched(what=f"processor's time of `dbd-mobile scan`, of {limit}", unit="times")
    process.ask("warm")
    limit_first = True

    def measure() -> Mapping[Watched, float]:
        nonlocal limit_first
        with TemporaryDirectory() as empty:
            store = str(Path(empty, "found.jsonl"))
            answers = {}
            for step in ("limit", "scan") if limit_first else ("scan", "limit"):
                answers[step] = (
                    process.ask("judge_all", folder=folder, jobs=jobs)
                    if step == "limit"
                    else process.ask("scan", folder=folder, jobs=jobs, store=store)
                )
        # What grows with time would be the other's in the next turn.
        limit_first = not limit_first
        return {
            rate: answers["limit"]["seconds"] / answers["scan"]["seconds"],
            cpu: answers["scan"]["cpu_seconds"] / answers["limit"]["cpu_seconds"],
        }

    return measure


def scan_memory(count: int) -> Meter:
    """The peak of a scan's memory, and of that over a quarter as many photos."""
    photo = made_photo(PHOTO_WH)
    few, many = (str(many_photos(photo, number)) for number in (max(count // 4, 1), count))
    jobs = min(4, usable_cores())
    peak = Watched(what=f"peak of a scan of {count:,} small photos", unit="MB")
    growth = Watched(what=f"{peak.what}, of that of a quarter", unit="times", at_most=1.05)

    def measure() -> Mapping[Watched, float]:
        with TemporaryDirectory() as empty, OwnProcess(model=MODEL) as process:
            first, second = (
                process.ask("scan", folder=folder, jobs=jobs, store=f"{empty}/{number}.jsonl")
                for number, folder in enumerate((few, many))
            )
        return {
            peak: second["peak_mb"],
            growth: second["peak_mb"] / first["peak_mb"],
        }

    return measure


def photo_memory(megapixels: float) -> Meter:
    """The peak of judging one photo."""
    photo = str(made_photo(size_of(megapixels)))
    watched = Watched(what=f"peak of judging {megapixels:g} megapixels", unit="MB")

    def measure() -> Mapping[Watched, float]:
        with OwnProcess() as process:
            return {watched: process.ask("judge", photo=photo)["peak_mb"]}

    return measure


def importing() -> Mapping[Watched, float]:
    """``import dbd_mobile`` beside Python's start with numpy and Pillow, once both are compiled."""
    bare_s: list[float] = []
    ours_s: list[float] = []
    with TemporaryDirectory() as compiled:
        # Whether a checkout has bytecode depends on who ran what in it.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        _time_python(_OURS, environment)
        for _ in range(_IMPORTS):
            for code, taken in ((_BARE, bare_s), (_OURS, ours_s)):
                taken.append(_time_python(code, environment))
    bare, ours = statistics.median(bare_s), statistics.median(ours_s)
    return {
        Watched(what="`import dbd_mobile`, of a start with numpy and Pillow", unit="times"): (
            ours / bare
        ),
        Watched(what="`import dbd_mobile`, beside such a start", unit="ms"): 1000 * (ours - bare),
    }


def built_files(root: Path = _ROOT) -> Mapping[Watched, float]:
    """Sizes of the newest wheel and Android library that were built, where there are any."""
    places = {"the wheel": "build/wheel/*.whl", "the Android library": "dist/*.aar"}
    found = {name: sorted(root.glob(pattern), key=_age) for name, pattern in places.items()}
    return {
        Watched(what=f"size of {name}", unit="MB"): files[-1].stat().st_size / 1e6
        for name, files in found.items()
        if files
    }


def exporting() -> Mapping[Watched, float]:
    """``python -m export`` of ``lite``, on generated images."""
    with TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "export", str(_WEIGHTS), "-o", folder],
            cwd=_ROOT,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
        seconds = time.perf_counter() - start
        # Of int8 the gate may refuse what was calibrated without photos: that takes as long.
        is_written = any(Path(folder).glob("*.tflite"))
    if not is_written:
        raise InputError(f"lite cannot be exported: {done.stderr.strip()[-300:]}")
    return {Watched(what="export of `lite`", unit="s"): seconds}


def _time_python(code: str, environment: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=_ROOT, env=environment, check=True)
    return time.perf_counter() - start


def _age(path: Path) -> float:
    return path.stat().st_mtime
