"""A model in; what ``detect`` takes beside the bare interpreter, and beside decoding, out.

Each is timed warm and in turn, and the fastest run of each counts: other processes only add to it.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from benchmarks.verdicts.row import Row
from dbd_mobile import BlurDetector
from dbd_mobile.catalogue import load_model
from dbd_mobile.interpreter import find_backend
from dbd_mobile.latency import synthetic_photo
from evaluation.chatter import without_chatter

_QUALITY = 92

Step = Callable[[], object]


def measure_overhead(
    model: str,
    threads: Sequence[int],
    runs: int,
    on_run: Callable[[], None] = lambda: None,
    size_wh: tuple[int, int] = (4000, 3000),
) -> list[Row]:
    """Time ``detect`` and, without it, what it cannot do without.

    Args:
        model: A bundled model's id, or the path of a .tflite file.
        threads: Numbers of threads of the interpreter.
        runs: Timed runs of each, at least 1.
        on_run: Called after the runs of each step, for a progress display.
        size_wh: Of the JPEG.

    Raises:
        DBDError: If a model cannot be used, or a number is impossible.
    """
    array = synthetic_photo()
    with TemporaryDirectory() as folder:
        path = Path(folder, "photo.jpg")
        Image.fromarray(array).resize(size_wh).save(path, quality=_QUALITY)
        return [
            row
            for count in threads
            for row in _rows(model, count, runs, on_run, array=array, path=path)
        ]


def _rows(
    model: str,
    threads: int,
    runs: int,
    on_run: Callable[[], None],
    *,
    array: np.ndarray,
    path: Path,
) -> list[Row]:
    loaded = load_model(model)
    size_wh = loaded.facts.input.size_wh
    with without_chatter(), BlurDetector(model, threads=threads) as detector:
        _, interpreter_class = find_backend()
        interpreter = interpreter_class(model_content=loaded.content, num_threads=threads)
        interpreter.allocate_tensors()
        place = interpreter.get_input_details()[0]["index"]

        def by_hand() -> None:
            """What anyone would write with Pillow and the interpreter."""
            with Image.open(path) as image:
                image.draft("RGB", (2 * max(size_wh), 2 * max(size_wh)))
                small = image.resize(size_wh, Image.Resampling.BILINEAR)
            interpreter.set_tensor(place, loaded.facts.input_tensor(np.asarray(small)))
            interpreter.invoke()

        steps: list[Step] = [
            interpreter.invoke,
            lambda: detector.detect(array).blurred_fraction,
            lambda: detector.detect(array).probability,
            by_hand,
            lambda: detector.detect(path).blurred_fraction,
        ]
        invoke, share, full_map, decoded, of_file = _fastest_s(steps, runs, on_run)
    threads_said = f"{threads} thread{'s' if threads > 1 else ''}"
    with Image.open(path) as image:
        jpeg = f"a JPEG of {image.width}x{image.height}"
    photo = f"an array of {array.shape[1]}x{array.shape[0]}"

    def row(what: str, value: float, unit: str = "times", **target: float) -> Row:
        return Row(
            measure=f"detect beside what it cannot do without, {model}, {threads_said}",
            what=what,
            value=value,
            unit=unit,
            count=runs,
            **target,
        )

    return [
        row("the bare interpreter's invoke", 1000 * invoke, "ms"),
        row(f"detect with its share, {photo}, of invoke", share / invoke, at_most=1.25),
        row(f"detect with the float map, {photo}, of invoke", full_map / invoke, at_most=1.45),
        row(f"reduced decode, resize and invoke, {jpeg}", 1000 * decoded, "ms"),
        row(
            f"photos a second with their share, {jpeg}, of decode, resize and invoke",
            decoded / of_file,
            at_least=0.9,
        ),
    ]


def _fastest_s(steps: Sequence[Step], runs: int, on_run: Callable[[], None]) -> list[float]:
    fastest = [float("inf")] * len(steps)
    for run in range(runs + 1):
        for number, step in enumerate(steps):
            start = time.perf_counter()
            step()
            if run:
                fastest[number] = min(fastest[number], time.perf_counter() - start)
        if run:
            on_run()
    return fastest
