"""The process that runs the converters: a simplified ONNX file in, TFLite files out.

Started by ``export.converting.tflite`` with the folder to write to as the working directory and the
task in its ``task.json``. Progress goes, a JSON list a line, to the file descriptor that the task
names. Each file is there whole once it is there.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.tflite.model_file import INPUT_QUANTIZATION
from export.converting import quantised
from export.converting.float32_tflite import float32_tflite
from export.converting.metadata import TensorTexts, with_metadata
from export.converting.ranges import RangeFinder, Ranges
from export.converting.tflite_model import TfliteModel
from export.evenly_spaced import evenly_spaced

# The distribution inside the ranges is known from few photos; the ends of the ranges are not.
_HISTOGRAM_PHOTOS = 50
_RANGES_FILE = Path("ranges.json")


class _Task:
    """What ``export.converting.tflite`` asks for, by the names under which it does."""

    def __init__(self, task: dict[str, Any]) -> None:
        self._task = task

    def __getitem__(self, name: str) -> Any:
        return self._task[name]

    def progress(self, step: str, done: int, total: int) -> None:
        os.write(self["progress"], (json.dumps([step, done, total]) + "\n").encode())

    def write(self, name: str, model: TfliteModel) -> None:
        normalisation = (self["device_mean"], self["device_scale"])
        texts = TensorTexts(**self["texts"])
        _write_whole(Path(name), with_metadata(model, self["about"], texts, *normalisation))

    def images(self, step: str, most: int | None = None) -> Iterator[NDArray[np.float32]]:
        """The calibration photos as the device feeds them."""
        photos = list(np.load("calibration.npy", mmap_mode="r"))
        if most is not None:
            photos = evenly_spaced(photos, most)
        for done, photo in enumerate(photos):
            self.progress(step, done, len(photos))
            yield INPUT_QUANTIZATION.dequantise(photo[None])
        self.progress(step, len(photos), len(photos))

    def float32(self) -> bytes:
        """The file that the others are made from."""
        return Path("float32.tflite").read_bytes()


def main() -> None:
    task = _Task(json.loads(Path("task.json").read_text()))
    for name in task["make"]:
        _make(name, task)


def _make(name: str, task: _Task) -> None:
    """Write what the task calls by a name."""
    match name.split("."):
        case ["float32"]:
            # Where TensorFlow is there, onnx2tf loads it, for seconds and for nothing.
            sys.modules["tensorflow"] = None  # type: ignore[assignment]
            model = float32_tflite(Path(task["onnx"]), task["factor"], task["offset"], Path())
            task.write("float32.tflite", model)
        case ["float16"]:
            task.write("float16.tflite", quantised.float16_tflite(task.float32()))
        case ["dynamic"]:
            task.write("dynamic.tflite", quantised.dynamic_tflite(task.float32()))
        case ["ranges"]:
            finder = RangeFinder(task.float32())
            few = task.images("Choosing ranges", _HISTOGRAM_PHOTOS)
            found = finder.find(task.images("Calibrating"), few)
            _write_whole(_RANGES_FILE, json.dumps(found).encode())
        case ["int8", method]:
            model = quantised.int8_tflite(task.float32(), _ranges(method), [])
            task.write(f"{name}.tflite", model)
        case ["mixed", _]:
            kept = task["kept_float"][name]
            model = quantised.int8_tflite(task.float32(), _ranges(task["method"]), kept)
            task.write(f"{name}.tflite", model)


def _ranges(method: str) -> Ranges:
    ranges: Ranges = json.loads(_RANGES_FILE.read_text())[method]
    return ranges


def _write_whole(path: Path, content: bytes) -> None:
    part = path.with_name(f"{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


if __name__ == "__main__":
    main()
