"""Which models are taken: the contract of input and output, and files of other precision."""

import struct
from pathlib import Path

import numpy as np
import pytest

from dbd_mobile import ArgumentError, BlurDetector, ModelError, Quantization

DATA = Path(__file__).parent / "data"
INT8 = DATA / "tiny_int8.tflite"


def test_facts_are_read_from_the_file():
    facts = BlurDetector(INT8).model_facts
    assert (facts.input.size_wh, facts.input.channels, facts.input.dtype) == ((48, 32), 3, "uint8")
    assert facts.input.quantization == Quantization(scale=1 / 128, zero_point=127)
    assert (facts.output.size_wh, facts.output.channels) == ((24, 16), 1)
    # A sigmoid's steps of 1/256, read as those from 0 to 1.
    assert facts.output.quantization == Quantization(scale=1 / 255, zero_point=0)


@pytest.mark.parametrize("name", ["tiny_int8", "tiny_float32"])
def test_bright_is_blurred_and_dark_in_focus(name):
    photo = np.zeros((64, 96, 3), np.uint8)
    photo[:20, :30] = 255
    with BlurDetector(DATA / f"{name}.tflite") as detector:
        blur_map = detector.detect(photo)
    assert (blur_map.probability[:16, :26] > 0.95).all()
    assert (blur_map.probability[24:] < 0.05).all()
    assert (blur_map.probability[:, 34:] < 0.05).all()


def test_precisions_agree():
    photo = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)
    maps = [
        BlurDetector(DATA / f"{name}.tflite").detect(photo).probability
        for name in ("tiny_int8", "tiny_float32")
    ]
    assert np.abs(maps[0] - maps[1]).max() < 0.03


def test_model_with_two_inputs_is_refused():
    with pytest.raises(ModelError, match=r"one input \[1, H, W, 3\].*got 2 inputs"):
        BlurDetector(DATA / "two_inputs.tflite")


def test_model_whose_output_is_no_probability_is_refused():
    detector = BlurDetector(DATA / "logits_float32.tflite")
    photo = np.random.default_rng(0).integers(0, 256, (50, 70, 3), np.uint8)
    with pytest.raises(ModelError, match="probabilities from 0 to 1, got values from -"):
        detector.detect(photo)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (struct.pack("<f", 1 / 128), struct.pack("<f", 1 / 255), "zero point 127, got .*0.0039"),
        (struct.pack("<q", 127), struct.pack("<q", 0), "zero point 127, got .* zero point 0"),
        (struct.pack("<4i", 1, 32, 48, 3), struct.pack("<4i", 1, 24, 64, 3), "operator"),
        (struct.pack("<4i", 1, 32, 48, 3), struct.pack("<4i", 1, 1 << 30, 48, 3), "would take"),
        (struct.pack("<4i", 1, 32, 48, 3), struct.pack("<4i", 1, -32, 48, 3), "shape"),
        (struct.pack("<f", 1 / 256), struct.pack("<f", -1.0), "impossible quantisation"),
        (struct.pack("<f", 1 / 256), struct.pack("<f", 1e-40), "impossible quantisation"),
        (struct.pack("<f", 1 / 256), struct.pack("<f", 1.0), "probabilities"),
        (b"TFL3", b"TFL2", "does not start as"),
    ],
)
def test_contradiction_is_refused_in_a_sentence(tmp_path, old, new, sentence):
    content = bytearray(INT8.read_bytes())
    # Numbers lie at multiples of four; the same bytes elsewhere are part of something else.
    places = [at for at in range(0, len(content), 4) if content[at : at + len(old)] == old]
    assert places
    for at in places:
        content[at : at + len(old)] = new
    path = tmp_path / "changed.tflite"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=sentence):
        BlurDetector(path).detect(np.full((8, 8, 3), 255, np.uint8))


def test_every_truncation_is_refused(tmp_path):
    content = INT8.read_bytes()
    path = tmp_path / "cut.tflite"
    for length in range(0, len(content) - 16, 7):
        path.write_bytes(content[:length])
        with pytest.raises(ModelError):
            BlurDetector(path)


def test_folder_is_no_model(tmp_path):
    folder = tmp_path / "model.tflite"
    folder.mkdir()
    with pytest.raises(ModelError, match="cannot be read"):
        BlurDetector(folder)


@pytest.mark.parametrize("model", [None, 3, b"lite"])
def test_what_is_neither_id_nor_path_is_refused(model):
    with pytest.raises(ArgumentError, match="an id or a path, got"):
        BlurDetector(model)
