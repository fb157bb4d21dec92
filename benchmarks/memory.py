"""A model in; by how much a process grows over many detections, and over many loads, out.

What is there after the first of them is what the models, the decoders and their caches take; what
comes after it would be a leak.
"""

import gc
import os
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, islice, repeat
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from benchmarks.verdicts.row import Row
from dbd_mobile import BlurDetector
from dbd_mobile.errors import InputError
from dbd_mobile.latency import synthetic_photo
from dbd_mobile.photo import Photo
from evaluation.chatter import without_chatter

# So many detections or loads may still add to it, of few a quarter.
_SETTLING = 500
_LARGEST_GROWTH_MB = 5
# The larger JPEG is decoded at a reduced size.
_ARRAYS_WH = [(320, 240), (640, 480), (500, 375)]
_JPEGS_WH = [(800, 600), (1600, 1200)]

_STATM = Path("/proc/self/statm")


def measure_memory(
    model: str,
    *,
    detections: int,
    loads: int,
    on_run: Callable[[], None] = lambda: None,
) -> list[Row]:
    """Look at arrays and JPEG files in turn, then load the model anew again and again.

    Args:
        model: A bundled model's id, or the path of a .tflite file.
        detections: How many, at least 4.
        loads: How many, at least 4.
        on_run: Called after each detection and load, for a progress display.

    Raises:
        DBDError: If the model cannot be used.
        InputError: If this system does not say what a process takes.
    """
    if not _STATM.exists():
        raise InputError("What a process takes of the memory is read as Linux says it.")
    with TemporaryDirectory() as folder, without_chatter():
        photos = cycle(_photos(Path(folder)))
        with BlurDetector(model, threads=1) as detector:
            looks = (partial(_look, detector, photo) for photo in islice(photos, detections))
            of_detections = _growth_mb(looks, detections, on_run)
        of_loads = _growth_mb(repeat(partial(_load, model), loads), loads, on_run)

    def row(what: str, value: float, count: int) -> Row:
        return Row(
            measure=f"growth of the resident memory, {model}, 1 thread",
            what=f"{what}, after {_settling(count):,}",
            value=value,
            unit="MB",
            count=count,
            at_most=_LARGEST_GROWTH_MB,
        )

    return [
        row("detections in arrays and JPEGs", of_detections, detections),
        row("loads of the model", of_loads, loads),
    ]


def _look(detector: BlurDetector, photo: Photo) -> None:
    blur_map = detector.detect(photo)
    blur_map.blurred_fraction  # noqa: B018
    blur_map.probability  # noqa: B018


def _load(model: str) -> None:
    BlurDetector(model, threads=1).close()


def _photos(folder: Path) -> list[Photo]:
    image = Image.fromarray(synthetic_photo())
    photos: list[Photo] = [np.asarray(image.resize(size_wh)) for size_wh in _ARRAYS_WH]
    for width, height in _JPEGS_WH:
        path = folder / f"{width}.jpg"
        image.resize((width, height)).save(path)
        photos.append(path)
    return photos


def _growth_mb(
    calls: Iterator[Callable[[], None]], count: int, on_run: Callable[[], None]
) -> float:
    settled = 0
    for number, call in enumerate(calls, start=1):
        call()
        on_run()
        if number == _settling(count):
            settled = _resident_bytes()
    return (_resident_bytes() - settled) / 1e6


def _settling(count: int) -> int:
    return min(_SETTLING, count // 4)


def _resident_bytes() -> int:
    gc.collect()
    return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
