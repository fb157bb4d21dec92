"""A 12-megapixel JPEG in; what ``judge`` costs beside what is done without it out."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from benchmarks.verdicts.row import Row
from benchmarks.verdicts.scene import SUBJECT, render_sharp
from dbd_mobile import BlurDetector
from dbd_mobile.errors import InputError
from dbd_mobile.photo import load_pixels

MEASURE = "cost"
THREADS = 2
_QUALITY = 92
# Side of a small box in pixels, such as a face has.
_FACE = 320
# The peak of a process's memory, which exec does not hand on as ru_maxrss is.
_CHILD = """
import sys
from dbd_mobile import BlurDetector
from dbd_mobile.photo import load_pixels
step, path, model, detail = sys.argv[1:]
with BlurDetector(model, detail=detail, threads=2) as detector:
    if step == "detect":
        detector.detect(load_pixels(path))
    else:
        detector.judge(path)
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def measure_cost(
    model: str, detail: str, size_wh: tuple[int, int] = (4000, 3000), runs: int = 9
) -> list[Row]:
    """Time ``judge`` on two threads, and compare the peaks of two processes' memory.

    Args:
        model: Bundled id, or file, of the blur-map model.
        detail: That of the detail model.
        size_wh: Of the JPEG.
        runs: Timed runs of each.

    Raises:
        DBDError: If a model cannot be used, or this system does not tell a process's peak memory.
    """
    with (
        TemporaryDirectory() as folder,
        BlurDetector(model, detail=detail, threads=THREADS) as detector,
    ):
        path = Path(folder, "photo.jpg")
        Image.fromarray(render_sharp(size_wh)).save(path, quality=_QUALITY)
        pixels = np.asarray(Image.open(path))
        subject = tuple(share * side for share, side in zip(SUBJECT, size_wh * 2, strict=True))
        face = (*subject[:2], subject[0] + _FACE, subject[1] + _FACE)
        rows = [
            *_timed(
                f"a JPEG of {size_wh[0]}x{size_wh[1]}, of decoding it and one map",
                lambda: detector.judge(path),
                lambda: detector.detect(load_pixels(path)),
                runs,
                at_most=1.25,
            ),
            *_timed(
                f"a box of {_FACE} px when decoded, of one map",
                lambda: detector.judge(pixels, face),
                lambda: detector.detect(pixels),
                runs,
                at_most=1.3,
            ),
            *_timed(
                "a box of a twentieth when decoded, of one map",
                lambda: detector.judge(pixels, subject),
                lambda: detector.detect(pixels),
                runs,
                at_most=1.3,
            ),
        ]
        extra = _peak("judge", path, model, detail) - _peak("detect", path, model, detail)
    return [
        *rows,
        Row(
            measure=MEASURE,
            what="memory at the peak of judging, beside decoding and one map",
            value=extra,
            unit="MB",
            count=1,
            at_most=40.0,
        ),
    ]


def _timed(
    what: str,
    judge: Callable[[], object],
    without: Callable[[], object],
    runs: int,
    at_most: float,
) -> list[Row]:
    """How long judging takes, and how many times as long as what is done without it.

    Both are timed warm and in turn, and the fastest run of each counts: other processes only add to
    it, and would slow the one more than the other.
    """
    judge_s: list[float] = []
    without_s: list[float] = []
    for run in range(runs + 1):
        for step, taken in ((judge, judge_s), (without, without_s)):
            start = time.perf_counter()
            step()
            if run:
                taken.append(time.perf_counter() - start)
    return [
        Row(
            measure=MEASURE,
            what=f"judging {what}",
            value=min(judge_s) / min(without_s),
            unit="times",
            count=runs,
            at_most=at_most,
        ),
        Row(
            measure=MEASURE,
            what=f"judging {what.rpartition(', of ')[0]}",
            value=1000 * min(judge_s),
            unit="ms",
            count=runs,
        ),
    ]


def _peak(step: str, path: Path, model: str, detail: str) -> float:
    """Most memory, in MB, that a process of its own held in which one step is done."""
    child = subprocess.run(
        [sys.executable, "-c", _CHILD, step, str(path), model, detail],
        capture_output=True,
        text=True,
    )
    if child.returncode:
        raise InputError(
            f"The memory of a process cannot be measured here: {child.stderr.strip()[-300:]}"
        )
    return int(child.stdout) * 1024 / 1e6
