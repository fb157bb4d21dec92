"""Model files: checked by checksum or structure before any interpreter sees them."""

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

import dbd_mobile
from dbd_mobile import BlurDetector, ModelError

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
    assert facts.output.quantization.scale == pytest.approx(card["output"]["scale"])
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
