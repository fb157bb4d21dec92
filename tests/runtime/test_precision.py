"""What a model computes in, read from its file."""

from pathlib import Path

import pytest

from dbd_mobile import BlurDetector
from dbd_mobile.catalogue import bundled_ids, load_card, load_model

DATA = Path(__file__).parent / "data"


@pytest.mark.parametrize(
    ("file", "precision"), [("tiny_int8", "int8"), ("tiny_float32", "float32")]
)
def test_file_says_its_precision(file, precision):
    with BlurDetector(DATA / f"{file}.tflite", threads=1) as detector:
        assert detector.model_facts.precision == precision


@pytest.mark.parametrize("model_id", bundled_ids("blur-map"))
def test_bundled_model_has_the_precision_of_its_card(model_id):
    assert load_model(model_id).facts.precision == load_card(model_id)["precision"]
