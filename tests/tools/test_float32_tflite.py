"""From a simplified ONNX file to TFLite in float32: what is padded where, and how it is fed."""

import sys

import numpy as np
import onnx
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from onnx import TensorProto, helper, numpy_helper

from evaluation.chatter import without_chatter
from evaluation.predictors import open_session
from export.converting.float32_tflite import float32_tflite
from export.errors import ConversionError

HEIGHT, WIDTH = 12, 16


@pytest.fixture(autouse=True)
def no_tensorflow(monkeypatch):
    """As in the converters' own process: onnx2tf loads it where it is there, for nothing."""
    monkeypatch.setitem(sys.modules, "tensorflow", None)


def make_onnx(path, pads, group):
    """A convolution of 3x3 with a stride of 2, and a sigmoid."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((3, 3 // group, 3, 3)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node(
                "Conv", ["image", "weights"], ["features"], pads=pads, strides=[2, 2], group=group
            ),
            helper.make_node("Sigmoid", ["features"], ["blur"]),
        ],
        "net",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 3, HEIGHT, WIDTH))],
        [helper.make_tensor_value_info("blur", TensorProto.FLOAT, (1, 3, HEIGHT // 2, WIDTH // 2))],
        [numpy_helper.from_array(weights, "weights")],
    )
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def run(content, image):
    with without_chatter():
        interpreter = Interpreter(model_content=content)
        interpreter.allocate_tensors()
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"])


@pytest.mark.parametrize(
    ("pads", "is_same", "group", "factor", "offset"),
    [
        ([0, 0, 1, 1], True, 1, 1, 0),
        ([0, 0, 1, 1], True, 3, 1, 0),
        ([1, 1, 0, 0], False, 3, 1, 0),
        ([0, 0, 1, 1], True, 1, 0.5, -0.25),
    ],
)
def test_padding_is_the_convolutions_own_where_tflite_pads_so(
    tmp_path, pads, is_same, group, factor, offset
):
    path = make_onnx(tmp_path / "net.onnx", pads, group)
    with without_chatter():
        model = float32_tflite(path, factor, offset, tmp_path)
    kinds = [model.kind(operator) for operator in model.graph.operators]
    assert (schema.BuiltinOperator.PAD in kinds) == (not is_same)
    image = np.random.default_rng(1).standard_normal((1, HEIGHT, WIDTH, 3)).astype(np.float32)
    fed = (image * np.float32(factor) + np.float32(offset)).transpose(0, 3, 1, 2)
    (expected,) = open_session(path).run(None, {"image": np.ascontiguousarray(fed)})
    got = run(model.to_bytes(), image)
    np.testing.assert_allclose(got, expected.transpose(0, 2, 3, 1), atol=1e-5)


def make_transposed(path):
    """A transposed convolution with a bias, and a sigmoid."""
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((3, 3, 2, 2)).astype(np.float32)
    bias = rng.standard_normal(3).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node(
                "ConvTranspose", ["image", "weights", "bias"], ["features"], strides=[2, 2]
            ),
            helper.make_node("Sigmoid", ["features"], ["blur"]),
        ],
        "net",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, (1, 3, HEIGHT, WIDTH))],
        [helper.make_tensor_value_info("blur", TensorProto.FLOAT, (1, 3, 2 * HEIGHT, 2 * WIDTH))],
        [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")],
    )
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def test_transposed_convolution_adds_its_own_bias(tmp_path):
    path = make_transposed(tmp_path / "net.onnx")
    with without_chatter():
        model = float32_tflite(path, 1, 0, tmp_path)
    kinds = [model.kind(operator) for operator in model.graph.operators]
    assert schema.BuiltinOperator.ADD not in kinds
    image = np.random.default_rng(1).standard_normal((1, HEIGHT, WIDTH, 3)).astype(np.float32)
    fed = np.ascontiguousarray(image.transpose(0, 3, 1, 2))
    (expected,) = open_session(path).run(None, {"image": fed})
    got = run(model.to_bytes(), image)
    np.testing.assert_allclose(got, expected.transpose(0, 2, 3, 1), atol=1e-5)


def test_file_does_not_let_a_runtime_compute_in_float16(tmp_path):
    with without_chatter():
        model = float32_tflite(make_onnx(tmp_path / "net.onnx", [1, 1, 0, 0], 1), 1, 0, tmp_path)
    assert [entry.name for entry in model.model.metadata] == [b"min_runtime_version"]


def save_onnx(path, nodes, constants):
    """Nodes from ``image`` to ``blur``, (1, 3, H, W) both."""
    image, blur = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, 3, HEIGHT, WIDTH))
        for name in ("image", "blur")
    )
    weights = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "net", [image], [blur], weights)
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


def test_numbers_without_sides_are_taken(tmp_path):
    nodes = [
        helper.make_node("ArgMax", ["image"], ["largest"], axis=1),
        helper.make_node("ScatterElements", ["nothing", "largest", "ones"], ["blur"], axis=1),
    ]
    constants = {
        "nothing": np.zeros((1, 3, HEIGHT, WIDTH), np.float32),
        "ones": np.ones((1, 1, HEIGHT, WIDTH), np.float32),
    }
    path = save_onnx(tmp_path / "net.onnx", nodes, constants)
    with without_chatter():
        model = float32_tflite(path, 1, 0, tmp_path)
    image = np.random.default_rng(1).standard_normal((1, HEIGHT, WIDTH, 3)).astype(np.float32)
    # What is no picture keeps its sides' order.
    got = run(model.to_bytes(), image).transpose(0, 2, 3, 1)
    np.testing.assert_array_equal(got, image == image.max(3, keepdims=True))


def test_operator_that_tflite_has_not_is_told_with_its_node(tmp_path):
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["means"]),
        helper.make_node("Mul", ["weights", "means"], ["mixed"]),
        helper.make_node("Conv", ["image", "mixed"], ["blur"], "mix"),
    ]
    path = save_onnx(tmp_path / "net.onnx", nodes, {"weights": np.ones((3, 3, 1, 1), np.float32)})
    with (
        without_chatter(),
        pytest.raises(ConversionError, match="cannot have Conv as node mix has it"),
    ):
        float32_tflite(path, 1, 0, tmp_path)
