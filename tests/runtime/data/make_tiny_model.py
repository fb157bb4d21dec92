"""Makes the tiny models of the runtime's tests; needs TensorFlow: ``make_tiny_model.py FOLDER``.

``tiny_int8.tflite`` takes 48x32 uint8 RGB and gives a 24x16 uint8 map: the brightness averaged over
two by two pixels, through a sigmoid, so dark = 0 = in focus and bright = 1 = blurred.
``tiny_float32.tflite`` is the same in float32; its map has no last axis. ``logits_float32.tflite``
lacks the sigmoid: its map is no probability. ``two_inputs.tflite`` takes two photos.
``tiny_detail.tflite`` takes 64x64 uint8 RGB and gives 4x4 vectors: the brightest red, green and
blue of 16x16 pixels through a sigmoid each, so that a photo's colours say what it measures.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

WIDTH, HEIGHT = 48, 32
DETAIL_SIDE = 64
STEEPNESS = 6.0


def make_network(*, with_sigmoid: bool = True, with_channel: bool = True) -> tf.keras.Model:
    """Brightness in -1..1 -> average pool -> sigmoid."""
    photo = tf.keras.Input((HEIGHT, WIDTH, 3), batch_size=1, name="image")
    gray = tf.keras.layers.Conv2D(1, 1, use_bias=False, name="gray")
    x = tf.keras.layers.AveragePooling2D(2)(gray(photo))
    if with_sigmoid:
        x = tf.keras.layers.Activation("sigmoid")(x)
    if not with_channel:
        x = tf.keras.layers.Reshape((HEIGHT // 2, WIDTH // 2))(x)
    network = tf.keras.Model(photo, x)
    gray.set_weights([np.full((1, 1, 3, 1), STEEPNESS / 3, np.float32)])
    return network


def make_detail_network() -> tf.keras.Model:
    """Brightest of each colour in -1..1 in 16x16 pixels -> sigmoid."""
    photo = tf.keras.Input((DETAIL_SIDE, DETAIL_SIDE, 3), batch_size=1, name="image")
    steep = tf.keras.layers.Conv2D(3, 1, use_bias=False, name="steep")
    x = tf.keras.layers.Activation("sigmoid")(steep(tf.keras.layers.MaxPooling2D(16)(photo)))
    network = tf.keras.Model(photo, x)
    steep.set_weights([STEEPNESS * np.eye(3, dtype=np.float32)[np.newaxis, np.newaxis]])
    return network


def calibration(
    height: int, width: int, *, brightnesses: Sequence[float]
) -> Iterator[list[np.ndarray]]:
    """Photos that span the input's range exactly, so that it gets scale 1/128, zero point 127."""
    generator = np.random.default_rng(0)
    for brightness in brightnesses:
        photo = brightness * generator.integers(0, 256, (1, height, width, 3)).astype(np.float32)
        photo[0, 0, :2] = [[0], [255]]
        yield [(photo - 127) / 128]


def to_int8(network: tf.keras.Model, *, brightnesses: Sequence[float] = (1,) * 8) -> bytes:
    """Quantise with uint8 in and uint8 out."""
    converter = tf.lite.TFLiteConverter.from_keras_model(network)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    _, height, width, _ = network.input_shape
    converter.representative_dataset = lambda: calibration(height, width, brightnesses=brightnesses)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    return converter.convert()


def to_float32(network: tf.keras.Model) -> bytes:
    """Convert as it is."""
    return tf.lite.TFLiteConverter.from_keras_model(network).convert()


def main() -> None:
    """Write the models into the folder given."""
    folder = Path(sys.argv[1])
    photos = [tf.keras.Input((HEIGHT, WIDTH, 3), batch_size=1) for _ in range(2)]
    two_inputs = tf.keras.Model(photos, make_network()(photos[0] + photos[1]))
    models = {
        "tiny_int8": to_int8(make_network()),
        "tiny_float32": to_float32(make_network(with_channel=False)),
        "logits_float32": to_float32(make_network(with_sigmoid=False)),
        "two_inputs": to_float32(two_inputs),
        "tiny_detail": to_int8(make_detail_network(), brightnesses=(0, 0.5, 1)),
    }
    for name, content in models.items():
        (folder / f"{name}.tflite").write_bytes(content)


if __name__ == "__main__":
    main()
