"""Operators of model files: what each gives is checked before an interpreter computes it."""

import numpy as np
import pytest

from dbd_mobile import BlurDetector, ModelError

schema = pytest.importorskip("ai_edge_litert.schema_py_generated")

from ..fuzz.model_files import MODELS, Call, file_of, model_file, packed  # noqa: E402

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


@pytest.mark.parametrize("name", MODELS)
def test_operator_that_gives_numbers_of_another_type_is_refused(detect, name):
    """LiteRT 2.3 wrote a RESHAPE of float32 into the memory of bools, a quarter of the size."""
    model, operator = opened(name)
    for place in operator.outputs:
        written = said_of(model, place)
        is_bool = written.type == schema.TensorType.BOOL
        written.type = schema.TensorType.INT16 if is_bool else schema.TensorType.BOOL
    if name == "CAST":
        assert detect(packed(model)).size_wh == (16, 16)
        return
    with pytest.raises(ModelError, match=r"unlike types|no whole numbers|refuses the model"):
        detect(packed(model))


def test_operator_of_a_kind_that_is_not_known_is_refused(detect):
    model, operator = opened("NEG")
    code = model.operatorCodes[operator.opcodeIndex]
    # A table of words, which makes interpreters look for what no photo has.
    code.builtinCode = code.deprecatedBuiltinCode = schema.BuiltinOperator.HASHTABLE_LOOKUP
    with pytest.raises(ModelError, match="a kind, 10, that image networks are not made of"):
        detect(packed(model))


def test_split_along_what_is_not_in_the_file_is_refused(detect):
    """LiteRT 2.3 crashed on it: the axis was what another operator gave."""
    model, operator = opened("SPLIT")
    operator.inputs = [operator.inputs[1], operator.inputs[1]]
    with pytest.raises(ModelError, match="takes a size or place from what is not in the file"):
        detect(packed(model))


def test_what_the_interpreter_says_of_a_model_is_one_line(detect):
    model, operator = opened("NEG")
    model.operatorCodes[operator.opcodeIndex].version = 99
    with pytest.raises(ModelError, match=r"refuses the model .*NEG") as refused:
        detect(packed(model))
    assert str(refused.value).isprintable()


def test_names_that_fill_the_screen_are_cut(detect):
    model, operator = opened("NEG")
    tensor = said_of(model, operator.outputs[0])
    tensor.name, tensor.type = b"name\n" * 1000, schema.TensorType.STRING
    with pytest.raises(ModelError, match="no intact TFLite file") as refused:
        detect(packed(model))
    said = str(refused.value)
    assert said.isprintable() and len(said) < 400


LARGE = [1, 4096, 4096, 3]
TILE = Call("TILE", ["x", [1, 256, 256, 1]], [LARGE])


def test_window_that_would_take_all_of_the_memory_is_refused(detect):
    window = {"strideW": 1, "strideH": 1, "filterWidth": 4096, "filterHeight": 4096}
    pool = Call("AVERAGE_POOL_2D", ["0"], [LARGE], "Pool2DOptions", window)
    with pytest.raises(ModelError, match="has a window that is too large"):
        detect(file_of([TILE, pool]))


def test_tensors_that_together_would_take_all_of_the_memory_are_refused(detect):
    add = Call("ADD_N", list("012345"), [LARGE], "AddNOptions")
    with pytest.raises(ModelError, match="needs more than 1,073,741,824 bytes at a time"):
        detect(file_of([*[TILE] * 6, add]))


def test_model_that_would_run_for_long_is_refused(detect):
    flat = Call("RESHAPE", ["0", [4096, 12288]], [[4096, 12288]])
    product = Call("BATCH_MATMUL", "00", [[4096, 4096]], "BatchMatMulOptions", {"adjY": True})
    with pytest.raises(ModelError, match="takes more than 100,000,000,000 multiplications"):
        detect(file_of([TILE, flat, product]))


def product(weights):
    """A photo, (1, 16, 16, 3), times matrices of (3, 2)."""
    values = np.linspace(-1, 1, 6 * int(np.prod(weights)), dtype=np.float32)
    matrices = values.reshape(*weights, 3, 2)
    return Call("BATCH_MATMUL", ["x", matrices], [[1, 16, 16, 2]], "BatchMatMulOptions")


@pytest.mark.parametrize("weights", [(1, 16), (1, 1), (16,), ()])
def test_one_matrix_may_be_multiplied_with_each_of_many(detect, weights):
    assert detect(file_of([product(weights)])).size_wh == (16, 16)


def test_unlike_numbers_of_matrices_are_refused(detect):
    with pytest.raises(ModelError, match="multiplies matrices of other sizes"):
        detect(file_of([product((1, 5))]))
