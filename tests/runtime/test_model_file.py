"""Model files: checked by checksum or structure before any interpreter sees them."""

import hashlib
import json
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

import dbd_mobile
from dbd_mobile import BlurDetector, ModelError, Quantization
from dbd_mobile.tflite.model_file import read_as_probability

BUNDLED = Path(dbd_mobile.__file__).parent / "models" / "lite"


@pytest.fixture
def model_copy(tmp_path):
    path = tmp_path / "copy.tflite"
    shutil.copyfile(BUNDLED / "model.tflite", path)
    return path


def test_card_describes_the_file_beside_it():
    card = json.loads((BUNDLED / "card.json").read_text())
    content = (BUNDLED / "model.tflite").read_bytes()
    assert card["sha256"] == hashlib.sha256(content).hexdigest()
    assert card["size_bytes"] == len(content) <= 3_700_000
    facts = BlurDetector().model_facts
    assert (facts.input.dtype, facts.output.dtype) == ("uint8", "uint8")
    assert facts.input.size_wh == (card["input"]["width"], card["input"]["height"]) == (320, 320)
    assert facts.input.quantization.scale == pytest.approx(card["input"]["scale"])
    # The card says what the file holds, the facts how it is read.
    stored = Quantization(scale=card["output"]["scale"], zero_point=card["output"]["zero_point"])
    assert facts.output.quantization == read_as_probability(stored)
    assert "research data" in card["data_terms"]


def test_model_file_by_path_gives_the_same_map_as_by_id(model_copy, half_sharp):
    by_path = BlurDetector(model_copy).detect(half_sharp)
    by_id = BlurDetector("lite").detect(half_sharp)
    assert np.array_equal(by_path.probability, by_id.probability)


@pytest.mark.parametrize("kept", [0, 3, 8, 100, 10_000, 2_000_000])
def test_truncated_model_is_refused(model_copy, kept):
    model_copy.write_bytes(model_copy.read_bytes()[:kept])
    with pytest.raises(ModelError, match="no intact TFLite file"):
        BlurDetector(model_copy)


def test_other_file_is_refused(tmp_path):
    path = tmp_path / "photo.tflite"
    path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20)
    with pytest.raises(ModelError, match="no intact TFLite file"):
        BlurDetector(path)


def test_lists_of_the_same_lists_are_refused_soon(tmp_path):
    """30,000 signatures that are one and the same, with 30,000 inputs that are one and the same."""
    count, root = 30_000, 80
    signatures = root + 20
    graphs = signatures + 4 + 4 * count
    graph = graphs + 8
    signature = graph + 8
    inputs = signature + 8
    one = inputs + 4 + 4 * count  # a list of one, for the tensors and the buffers
    empty = one + 8
    file = bytearray(empty + 4)

    def put(at, *values, kind="i"):
        struct.pack_into(f"<{len(values)}{kind}", file, at, *values)

    put(0, root, 0x334C4654)
    put(8, 20, 20, 4, 0, 8, 0, 12, 0, 0, 16, kind="h")
    put(40, 6, 8, 4, kind="h")
    put(48, 4, 4, kind="h")
    put(root, root - 8, 3, graphs - root - 8, one - root - 12, signatures - root - 16)
    put(graphs, 1, graph - graphs - 4)
    put(graph, graph - 40, one - graph - 4)
    put(signature, signature - 40, inputs - signature - 4)
    put(one, 1, empty - one - 4, empty - 48)
    for start, target in ((signatures, signature), (inputs, empty)):
        places = range(start + 4, start + 4 + 4 * count, 4)
        put(start, count, *(target - place for place in places))
    path = tmp_path / "nested.tflite"
    path.write_bytes(file)
    with pytest.raises(ModelError, match="more than 1000000 parts"):
        BlurDetector(path)


def test_damage_in_the_structure_never_crashes(model_copy, half_sharp):
    """Every outcome but a DBDError or a map would end the test run itself."""
    content = model_copy.read_bytes()
    rng = np.random.default_rng(11)
    refused = 0
    for _ in range(60):
        damaged = bytearray(content)
        # Offsets and tables lie at the start and the end of the file, the weights between them.
        start = int(rng.choice([0, len(content) - 60_000]))
        for place in rng.integers(start, start + 60_000, 200):
            damaged[place] = int(rng.integers(256))
        model_copy.write_bytes(damaged)
        try:
            BlurDetector(model_copy, threads=1).detect(half_sharp[:32, :32])
        except dbd_mobile.DBDError:
            refused += 1
    assert refused > 30
