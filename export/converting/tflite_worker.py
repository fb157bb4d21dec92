"""The process that runs onnx2tf and TensorFlow: an ONNX file in, TFLite files out.

Started by ``export.converting.tflite`` with the folder to write to as the working directory and the
task in its ``task.json``. Progress goes, a JSON list a line, to the file descriptor that the task
names.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.lite.python.convert import mlir_quantize
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2 as freeze,
)

from dbd_mobile.tflite.model_file import INPUT_QUANTIZATION
from export.converting.metadata import TensorTexts, with_metadata
from export.converting.ranges import with_ranges
from export.converting.wide_ending import with_wide_ending
from export.evenly_spaced import evenly_spaced

# The distribution inside the ranges is known from few photos; the ends of the ranges are not.
_HISTOGRAM_PHOTOS = 50


class _Task:
    """What ``export.converting.tflite`` asks for, by the names under which it does."""

    def __init__(self, task: dict[str, Any]) -> None:
        self._task = task

    def __getitem__(self, name: str) -> Any:
        return self._task[name]

    def progress(self, step: str, done: int, total: int) -> None:
        os.write(self["progress"], (json.dumps([step, done, total]) + "\n").encode())

    def write(self, name: str, content: bytes) -> None:
        normalisation = (self["device_mean"], self["device_scale"])
        texts = TensorTexts(**self["texts"])
        Path(name).write_bytes(with_metadata(content, self["about"], texts, *normalisation))

    def images(self, step: str, most: int | None = None) -> Iterator[dict[str, NDArray[Any]]]:
        """The calibration photos as the device feeds them."""
        photos = list(np.load("calibration.npy", mmap_mode="r"))
        if most is not None:
            photos = evenly_spaced(photos, most)
        for done, photo in enumerate(photos):
            self.progress(step, done, len(photos))
            yield {self["input"]: INPUT_QUANTIZATION.dequantise(photo[None])}
        self.progress(step, len(photos), len(photos))


def main() -> None:
    task = _Task(json.loads(Path("task.json").read_text()))
    {"convert": _convert, "mix": _mix}[task["step"]](task)


def _convert(task: _Task) -> None:
    """Write the float files, and int8 files calibrated by every method."""
    _write_saved_model(task)
    wanted = task["precisions"]
    task.write("float32.tflite", _converter().convert())
    if "float16" in wanted:
        converter = _converter()
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.target_spec.supported_types = [tf.float16]
        task.write("float16.tflite", converter.convert())
    if "dynamic" in wanted:
        converter = _converter()
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        task.write("dynamic.tflite", converter.convert())
    if "int8" in wanted:
        converter = _converter()
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: task.images("Calibrating")
        converter._experimental_calibrate_only = True
        images = task.images("Choosing ranges", _HISTOGRAM_PHOTOS)
        for method, model in with_ranges(converter.convert(), images).items():
            Path(f"calibrated.{method}").write_bytes(model)
            task.write(f"int8.{method}.tflite", _quantised(model, []))


def _mix(task: _Task) -> None:
    """Write int8 files with some layers left in float32, of a calibrated model of ``_convert``."""
    calibrated = Path(f"calibrated.{task['method']}").read_bytes()
    for name, kept_float in task["files"].items():
        task.write(name, _quantised(calibrated, kept_float))


def _quantised(calibrated: bytes, kept_float: list[str]) -> bytes:
    content: bytes = mlir_quantize(
        calibrated,
        input_data_type=tf.uint8,
        output_data_type=tf.uint8,
        denylisted_nodes=kept_float,
    )
    return with_wide_ending(content)


def _converter() -> Any:
    return tf.lite.TFLiteConverter.from_saved_model("saved_model")


def _write_saved_model(task: _Task) -> None:
    import onnx2tf

    # onnx2tf downloads this file where it does not find it; it only looks at the values to
    # compare what it converted, which is done on real photos later.
    np.save(
        "calibration_image_sample_data_20x128x128x3_float32.npy",
        np.zeros((20, 128, 128, 3), np.float32),
    )
    network = onnx2tf.convert(
        input_onnx_file_path=task["onnx"],
        not_use_onnxsim=True,
        disable_model_save=True,
        non_verbose=True,
    )
    shape = (1, task["height"], task["width"], 3)
    signature = [tf.TensorSpec(shape, tf.float32, name=task["input"])]
    # Frozen because the variables have ONNX names, which SavedModel does not allow.
    frozen = freeze(tf.function(network, input_signature=signature).get_concrete_function())
    module = tf.Module()
    module.run = tf.function(
        lambda image: {task["output"]: frozen(_for_network(image, task))[0]},
        input_signature=signature,
    )
    tf.saved_model.save(module, "saved_model", signatures=module.run)


def _for_network(image: tf.Tensor, task: _Task) -> tf.Tensor:
    """The device's normalisation turned into the network's."""
    if (task["factor"], task["offset"]) == (1, 0):
        return image
    return image * task["factor"] + task["offset"]


if __name__ == "__main__":
    main()
