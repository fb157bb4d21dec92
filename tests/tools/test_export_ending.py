"""The last steps of an int8 blur map, on many numbers at a time: the same map."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from evaluation.chatter import without_chatter
from export.converting.operator_versions import set_versions
from export.converting.tflite_model import TfliteModel
from export.converting.wide_ending import enlarging_matrix, widen_ending

TINY = Path(__file__).parents[1] / "runtime" / "data" / "tiny_int8.tflite"
HEIGHT, WIDTH = 12, 20

# In a process of its own: TensorFlow seeds and logs as it likes.
MAKE_NARROW = f"""
import sys
import numpy as np
import tensorflow as tf

rng = np.random.default_rng(3)
first = tf.constant(rng.standard_normal((1, 1, 3, 16)), tf.float32)
head = tf.constant(rng.standard_normal((1, 1, 16, 1)), tf.float32)
size = tuple(int(sys.argv[2]) * side for side in ({HEIGHT}, {WIDTH}))

@tf.function(input_signature=[tf.TensorSpec((1, {HEIGHT}, {WIDTH}, 3))])
def network(image):
    features = tf.nn.relu6(tf.nn.conv2d(image, first, 1, "SAME"))
    logits = tf.nn.bias_add(tf.nn.conv2d(features, head, 1, "SAME"), tf.constant([0.5]))
    return tf.sigmoid(tf.image.resize(logits, size))

converter = tf.lite.TFLiteConverter.from_concrete_functions([network.get_concrete_function()])
converter.optimizations = [tf.lite.Optimize.DEFAULT]
converter.representative_dataset = lambda: (
    [rng.standard_normal((1, {HEIGHT}, {WIDTH}, 3)).astype(np.float32)] for _ in range(8)
)
converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
converter.inference_input_type = converter.inference_output_type = tf.uint8
open(sys.argv[1], "wb").write(converter.convert())
"""


@pytest.fixture(scope="module", params=[2, 4])
def narrow(request, tmp_path_factory):
    """An int8 map that ends in one channel, enlarged by 2 or by 4."""
    file = tmp_path_factory.mktemp("narrow") / "narrow.tflite"
    command = [sys.executable, "-c", MAKE_NARROW, file, str(request.param)]
    subprocess.run(command, check=True, capture_output=True)
    return file.read_bytes()


def with_wide_ending(content):
    model = TfliteModel(content)
    widen_ending(model)
    return model.to_bytes()


def kinds(content):
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    return [model.operatorCodes[o.opcodeIndex].builtinCode for o in model.subgraphs[0].operators]


def run(content, photo, resolver):
    with without_chatter():
        interpreter = Interpreter(model_content=content, experimental_op_resolver_type=resolver)
        interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], photo)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


@pytest.mark.parametrize(
    "resolver", [OpResolverType.AUTO, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES]
)
def test_map_is_the_same_but_for_one_more_rounding_of_its_logits(narrow, resolver):
    wide = with_wide_ending(narrow)
    reshape = schema.BuiltinOperator.RESHAPE
    assert kinds(narrow).count(reshape) == 0 and kinds(wide).count(reshape) == 3
    photo = np.random.default_rng(0).integers(0, 256, (1, HEIGHT, WIDTH, 3), np.uint8)
    before, after = (np.int16(run(content, photo, resolver)) for content in (narrow, wide))
    assert before.shape == after.shape and before.std() > 20
    with without_chatter():
        details = Interpreter(model_content=narrow).get_tensor_details()
    (step,) = {
        detail["quantization"][0]
        for detail in details
        if list(detail["shape"]) == list(before.shape) and detail["quantization"][1] != -128
        if detail["dtype"] == np.int8
    }
    # A sigmoid is at most as steep as 1/4, and its values are in steps of 1/256.
    assert np.abs(before - after).max() <= 256 * step / 4 + 1
    assert np.abs(before - after).mean() < 256 * step / 8


def test_an_ending_that_is_wide_or_another_stays_as_it_is(narrow):
    wide = with_wide_ending(narrow)
    assert with_wide_ending(wide) == wide
    tiny = TINY.read_bytes()
    assert with_wide_ending(tiny) == TfliteModel(tiny).to_bytes()


def asked_for(model):
    codes = {
        (model.kind(o), model.model.operatorCodes[o.opcodeIndex].version)
        for o in model.graph.operators
    }
    (entry,) = (e for e in model.model.metadata if e.name == b"min_runtime_version")
    return codes, bytes(model.model.buffers[entry.buffer].data)


def test_versions_are_those_that_tensorflow_writes(narrow):
    model = TfliteModel(narrow)
    expected = asked_for(model)
    assert len(expected[0]) == 4 and expected[1] > b"2."
    for operator in model.graph.operators:
        operator.opcodeIndex = model.operator_code(model.kind(operator), 1)
    model.drop_metadata("min_runtime_version")
    set_versions(model)
    assert asked_for(model) == expected


@pytest.mark.parametrize(("places", "factor"), [(5, 2), (7, 3), (1, 4)])
def test_matrix_enlarges_a_row_as_pixels_are_enlarged(places, factor):
    row = np.random.default_rng(1).standard_normal(places)
    expected = torch.nn.functional.interpolate(
        torch.from_numpy(row)[None, None], scale_factor=factor, mode="linear", align_corners=False
    )
    matrix = enlarging_matrix(places, factor)
    np.testing.assert_allclose(matrix @ row, expected.numpy()[0, 0], atol=1e-12)
    np.testing.assert_allclose(matrix * 2 * factor, np.rint(matrix * 2 * factor), atol=1e-12)
