"""Steps of ONNX files that exporters write for what they could have computed, and others' like."""

import numpy as np
import onnx
import pytest
import skimage.data
from onnx import TensorProto, helper, numpy_helper

from data.blur_dataset import squash
from dbd_mobile.errors import InputError
from evaluation.predictors import OnnxPredictor
from export.reading.foreign_onnx import Normalisation, read_foreign_onnx

BYTES_TO_ONE = Normalisation((0.0,) * 3, (255.0,) * 3)
WIDTH, HEIGHT = 16, 12
PHOTO = squash(skimage.data.astronaut(), (WIDTH, HEIGHT))


def node(kind, given, made, **attributes):
    return helper.make_node(kind, given.split(), made.split(), f"my/{kind}", **attributes)


def make_onnx(path, nodes, constants=(), inputs=(), shape=(1, 3, HEIGHT, WIDTH), **model):
    """A network of ``pixels`` that ends in the sigmoid of what the nodes call ``logits``."""
    graph = helper.make_graph(
        [*nodes, node("Sigmoid", "logits", "map")],
        "net",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, shape), *inputs],
        [helper.make_tensor_value_info("map", TensorProto.FLOAT, (1, 1, HEIGHT, WIDTH))],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("house", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8, **model), path)
    return path


def taken(path, folder):
    """The map of a file as it was given, that of what is written of it, and its nodes."""
    foreign = read_foreign_onnx(path, BYTES_TO_ONE)
    foreign.write(folder / "adopted.onnx")
    kinds = {node.op_type for node in onnx.load(folder / "adopted.onnx").graph.node}
    return (
        foreign.open().predict(PHOTO),
        OnnxPredictor(folder / "adopted.onnx").predict(PHOTO),
        kinds,
    )


def expected(factor=1.0):
    """The sigmoid of the channels' mean, times a factor."""
    logits = (PHOTO.astype(np.float32) / 255).mean(2) * np.float32(factor)
    return 1 / (1 + np.exp(-logits))


MEAN = [node("ReduceMean", "pixels", "mean", axes=[1])]
SCALED = node("Mul", "mean factor", "logits")


def counted(count):
    """Adds a half ``count`` times to a factor that starts at 1."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going"], ["still"]),
            helper.make_node("Add", ["before", "half"], ["after"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("number", TensorProto.INT64, ()),
            helper.make_tensor_value_info("going", TensorProto.BOOL, ()),
            helper.make_tensor_value_info("before", TensorProto.FLOAT, ()),
        ],
        [
            helper.make_tensor_value_info("still", TensorProto.BOOL, ()),
            helper.make_tensor_value_info("after", TensorProto.FLOAT, ()),
        ],
    )
    return helper.make_node("Loop", [count, "", "one"], ["factor"], "my/Loop", body=body)


ONE, HALF = ("one", np.float32(1)), ("half", np.float32(0.5))
FIRST, CHANNELS = ("first", np.int64(0)), ("channels", np.int64(1))


@pytest.mark.parametrize(
    ("nodes", "constants", "factor"),
    [
        ([counted("often"), *MEAN, SCALED], [ONE, HALF, ("often", np.int64(3))], 2.5),
        (
            [
                node("SequenceConstruct", "half one", "both"),
                node("SequenceAt", "both first", "factor"),
                *MEAN,
                SCALED,
            ],
            [ONE, HALF, FIRST],
            0.5,
        ),
        (
            [
                node("Shape", "pixels", "sides"),
                node("Gather", "sides channels", "often"),
                counted("often"),
                *MEAN,
                SCALED,
            ],
            [ONE, HALF, CHANNELS],
            2.5,
        ),
    ],
    ids=["loop", "sequence", "loop-by-the-image's-sides"],
)
def test_loop_that_no_photo_changes_is_computed_once(tmp_path, nodes, constants, factor):
    path = make_onnx(tmp_path / "net.onnx", nodes, constants)
    given, got, kinds = taken(path, tmp_path)
    np.testing.assert_allclose(given, expected(factor), rtol=0, atol=1e-5)
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-5)
    assert not kinds & {"Loop", "SequenceConstruct", "SequenceAt"}


def branches():
    """Takes the mean, or the mean negated."""
    return {
        f"{name}_branch": helper.make_graph(
            [helper.make_node(kind, ["mean"], [name])],
            name,
            [],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, 1, HEIGHT, WIDTH))],
        )
        for name, kind in (("then", "Identity"), ("else", "Neg"))
    }


@pytest.mark.parametrize(
    ("nodes", "constants", "sentence"),
    [
        (
            [
                node("ReduceMax", "pixels", "most", keepdims=0),
                node("Cast", "most", "often", to=TensorProto.INT64),
                counted("often"),
                *MEAN,
                SCALED,
            ],
            [ONE, HALF],
            r"length depends on the photo \(Loop, node my/Loop\)",
        ),
        (
            [
                *MEAN,
                node("ReduceMax", "pixels", "most", keepdims=0),
                node("Less", "most half", "is_dark"),
                node("If", "is_dark", "logits", **branches()),
            ],
            [HALF],
            r"does one thing or another, as the photo is \(If, node my/If\)",
        ),
        (
            [
                *MEAN,
                node("LSTM", "pixels first second", "remembered", hidden_size=1),
                node("Identity", "mean", "logits"),
            ],
            [("first", np.zeros((1, 4, 3), "f")), ("second", np.zeros((1, 4, 1), "f"))],
            r"would remember the photo before",
        ),
    ],
    ids=["loop", "branches", "memory"],
)
def test_step_that_tflite_cannot_have_is_refused_by_the_users_name(
    tmp_path, nodes, constants, sentence
):
    path = make_onnx(tmp_path / "net.onnx", nodes, constants)
    with pytest.raises(InputError, match=sentence):
        read_foreign_onnx(path, BYTES_TO_ONE)


def test_branch_that_hangs_on_the_images_sides_is_taken(tmp_path):
    nodes = [
        *MEAN,
        node("Shape", "pixels", "sides"),
        node("Gather", "sides channels", "side"),
        node("Equal", "side channels", "is_grey"),
        node("If", "is_grey", "logits", **branches()),
    ]
    given, got, _ = taken(make_onnx(tmp_path / "net.onnx", nodes, [CHANNELS]), tmp_path)
    np.testing.assert_allclose(given, expected(-1), rtol=0, atol=1e-5)
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "form",
    [
        {"inputs": [helper.make_tensor_value_info("phase", TensorProto.BOOL, (1,))]},
        {"shape": (0, 3, HEIGHT, WIDTH)},
        {"shape": (-1, 3, HEIGHT, WIDTH)},
        {
            "functions": [
                helper.make_function(
                    "house",
                    "Mean",
                    ["x"],
                    ["y"],
                    [helper.make_node("ReduceMean", ["x"], ["y"], axes=[1])],
                    [helper.make_opsetid("", 17)],
                )
            ]
        },
    ],
    ids=["input-that-nobody-takes", "batch-of-0", "batch-of--1", "function-of-its-own"],
)
def test_other_ways_to_write_the_same_network(tmp_path, form):
    mean = MEAN
    if "functions" in form:
        mean = [node("Mean", "pixels", "mean", domain="house")]
    nodes = [*mean, node("Identity", "mean", "logits")]
    given, got, _ = taken(make_onnx(tmp_path / "net.onnx", nodes, **form), tmp_path)
    np.testing.assert_allclose(given, expected(), rtol=0, atol=1e-5)
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-5)
