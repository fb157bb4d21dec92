"""The process that runs onnx2tf and TensorFlow: an ONNX file in, TFLite files out.

Started by ``export.tflite`` with the folder to write to as the working directory and the task as
JSON in the only argument.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx2tf
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.python.framework.convert_to_constants import (
    convert_variables_to_constants_v2 as freeze,
)

from export.onnx_file import INPUT_NAME, OUTPUT_NAME


def main() -> None:
    task = json.loads(sys.argv[1])
    _write_saved_model(task)
    converter = tf.lite.TFLiteConverter.from_saved_model("saved_model")
    Path("float32.tflite").write_bytes(converter.convert())
    if task["int8"]:
        converter = tf.lite.TFLiteConverter.from_saved_model("saved_model")
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: _calibration_inputs(task)
        # Nothing but int8 kernels: the converter fails where there is none.
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.uint8
        converter.inference_output_type = tf.uint8
        Path("int8.tflite").write_bytes(converter.convert())


def _write_saved_model(task: dict[str, Any]) -> None:
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
    signature = [tf.TensorSpec((1, task["height"], task["width"], 3), tf.float32, name=INPUT_NAME)]
    # Frozen because the variables have ONNX names, which SavedModel does not allow.
    frozen = freeze(tf.function(network, input_signature=signature).get_concrete_function())
    module = tf.Module()
    module.run = tf.function(
        lambda image: {OUTPUT_NAME: frozen(_for_network(image, task))[0]},
        input_signature=signature,
    )
    tf.saved_model.save(module, "saved_model", signatures=module.run)


def _for_network(image: tf.Tensor, task: dict[str, Any]) -> tf.Tensor:
    """The device's normalisation turned into the network's."""
    if (task["factor"], task["offset"]) == (1, 0):
        return image
    return image * task["factor"] + task["offset"]


def _calibration_inputs(task: dict[str, Any]) -> Iterator[dict[str, NDArray[np.float32]]]:
    for photo in np.load("calibration.npy", mmap_mode="r"):
        image = (photo.astype(np.float32) - task["device_mean"]) / task["device_scale"]
        yield {INPUT_NAME: image[None].astype(np.float32)}


if __name__ == "__main__":
    main()
