"""A 12-megapixel JPEG in; what ``judge`` costs beside what is done without it out."""

import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from benchmarks.own_process import OwnProcess
from benchmarks.verdicts.row import Row
from benchmarks.verdicts.scene import SUBJECT, render_sharp
from dbd_mobile import BlurDetector
from dbd_mobile.photo import load_pixels

MEASURE = "cost"
THREADS = 2
_QUALITY = 92
# Side of a small box in pixels, such as a face has.
_FACE = 320


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
            *measure_judging(detector, path, runs),
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


def measure_judging(detector: BlurDetector, photo: Path, runs: int) -> list[Row]:
    """Time judging a photo beside decoding it and finding what is blurred in it.

    Args:
        detector: Ready to run.
        photo: A JPEG.
        runs: Timed runs of each.

    Returns:
        How many times as long judging takes, and how long.
    """
    with Image.open(photo) as image:
        size = f"{image.width}x{image.height}"
    return _timed(
        f"a JPEG of {size}, of decoding it and one map",
        lambda: detector.judge(photo),
        lambda: detector.detect(load_pixels(photo)),
        runs,
        at_most=1.25,
    )


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
    with OwnProcess(model=model, detail=detail, threads=THREADS) as process:
        peak: float = process.ask(step, photo=str(path))["peak_mb"]
        return peak
