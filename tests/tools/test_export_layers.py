"""Where the error of a precision comes from, layer by layer."""

import subprocess
import sys

import numpy as np

from export.proving.layers import float_choices, measure_layers

# In a process of its own: TensorFlow seeds and logs as it likes.
MAKE_SPLIT = """
import sys
import tensorflow as tf

@tf.function(input_signature=[tf.TensorSpec((1, 48, 64, 3))])
def network(image):
    red, green, blue = tf.split(image * 2.0, 3, axis=3)
    return tf.sigmoid(red - green * blue)

converter = tf.lite.TFLiteConverter.from_concrete_functions([network.get_concrete_function()])
open(sys.argv[1], "wb").write(converter.convert())
"""


def test_operator_with_several_outputs_is_as_many_layers(tmp_path):
    file = tmp_path / "split.tflite"
    subprocess.run([sys.executable, "-c", MAKE_SPLIT, file], check=True, capture_output=True)
    photo = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    errors = measure_layers(file, file, [photo], lambda done, total: None)
    assert [layer.operator for layer in errors].count("SPLIT") == 3
    assert all(layer.error == 0 for layer in errors)
    assert float_choices(file, errors)
