"""Operators of model files: what each gives is checked before an interpreter computes it."""

import numpy as np
import pytest

from dbd_mobile import BlurDetector, ModelError

schema = pytest.importorskip("ai_edge_litert.schema_py_generated")

from ..fuzz.model_files import MODELS, model_file, packed  # noqa: E402

PHOTO = np.zeros((16, 16, 3), np.uint8)


@pytest.fixture
def detect(tmp_path):
    """Gives the map of a model's bytes."""

    def run(content):
        path = tmp_path / "model.tflite"
        path.write_bytes(content)
        with BlurDetector(path, threads=1) as detector:
            return detector.detect(PHOTO)

    return run


def opened(name):
    """A model, and the operator that it is for."""
    model = schema.ModelT.InitFromPackedBuf(model_file(name, "float32"))
    return model, model.subgraphs[0].operators[-1]


def said_of(model, place):
    return model.subgraphs[0].tensors[place]


@pytest.mark.parametrize("name", MODELS)
def test_operator_that_is_as_it_should_be_runs(detect, name):
    assert detect(model_file(name, "float32")).size_wh == (16, 16)


@pytest.mark.parametrize("name", MODELS)
def test_operator_that_gives_another_shape_than_the_file_says_is_refused(detect, name):
    model, operator = opened(name)
    written = said_of(model, operator.outputs[0])
    written.shape = [*written.shape[:-1], written.shape[-1] + 1]
    with pytest.raises(ModelError, match=r"no intact TFLite file: operator \d+ gives .*says"):
        detect(packed(model))


@pytest.mark.parametrize("name", MODELS)
def test_operator_that_lacks_an_operand_is_refused(detect, name):
    model, operator = opened(name)
    operator.inputs = operator.inputs[:0]
    with pytest.raises(ModelError, match=r"operator \d+ has 0 operands"):
        detect(packed(model))


# Of the others an operand, or what is written, says it too.
WITH_OPTIONS = {name for name, calls in MODELS.items() if calls[-1].options} - {
    "RESHAPE",
    "ARG_MAX",
    "ARG_MIN",
}


@pytest.mark.parametrize("name", sorted(WITH_OPTIONS))
def test_operator_without_its_options_is_refused(detect, name):
    model, operator = opened(name)
    operator.builtinOptionsType, operator.builtinOptions = 0, None
    with pytest.raises(ModelError, match=r"operator \d+ lacks its options"):
        detect(packed(model))
