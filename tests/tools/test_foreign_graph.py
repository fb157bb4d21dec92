"""What is done to a simplified network before it is converted: the same numbers, other nodes."""

import warnings

import numpy as np
import onnx
import pytest
import skimage.data
import torch
from torch import nn
from torch.nn import functional

from data.blur_dataset import squash
from evaluation.predictors import open_session
from export.converting.simplified_onnx import simplify_onnx

PHOTO = squash(skimage.data.astronaut(), (32, 24))


class First(nn.Module):
    """A convolution after something that is done to the image first."""

    def __init__(self, change):
        super().__init__()
        self.change, self.layer = change, nn.Conv2d(3, 2, 3, padding=1)

    def forward(self, image):
        return self.layer(self.change(image))


def normalised(image):
    mean = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
    return (image - mean) / torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)


def simplified(folder, network, opset=17):
    """Node kinds of a network as it is converted, what it gives, and what it gave before."""
    torch.manual_seed(0)
    before, after = folder / "net.onnx", folder / "simplified.onnx"
    with warnings.catch_warnings():
        # The classic exporter says that it is the classic one.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network().eval(), (torch.zeros(1, 3, 24, 32),), str(before), dynamo=False,
            opset_version=opset, input_names=["image"],
        )  # fmt: skip
    simplify_onnx(before, after)
    image = (PHOTO.astype(np.float32) / 255).transpose(2, 0, 1)[None]
    given, got = (
        open_session(file).run(None, {"image": np.ascontiguousarray(image)})[0]
        for file in (before, after)
    )
    return onnx.load(after).graph, given, got


@pytest.mark.parametrize(
    "change",
    [
        normalised,
        lambda image: image + 0.5,
        lambda image: image.flip(1),
        lambda image: normalised(image[:, [2, 1, 0]]),
        lambda image: 1 - image * 2,
    ],
    ids=["mean-and-deviation", "a-half-more", "flipped", "reordered-and-normalised", "negative"],
)
def test_what_is_done_to_colours_first_is_one_convolution(tmp_path, change):
    graph, given, got = simplified(tmp_path, lambda: First(change))
    assert [node.op_type for node in graph.node] == ["Conv", "Conv"]
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "change",
    [lambda image: 1 / (image + 1), lambda image: image * image, torch.relu],
    ids=["divided-by", "squared", "cut-off"],
)
def test_what_is_no_convolution_stays_as_it_is(tmp_path, change):
    graph, given, got = simplified(tmp_path, lambda: First(change))
    assert graph.node[0].op_type != "Conv" or len(graph.node) > 2
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("activation", "least"),
    [(nn.ReLU, 0), (nn.ReLU6, 0), (nn.Hardswish, -0.375), (nn.Sigmoid, 0)],
)
def test_pooling_pads_with_a_value_that_is_never_the_largest(tmp_path, activation, least):
    def network():
        return nn.Sequential(nn.Conv2d(3, 4, 3), activation(), nn.MaxPool2d(3, 2, 1))

    graph, given, got = simplified(tmp_path, network)
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-6)
    (padding,) = (node for node in graph.node if node.op_type == "Pad")
    (value,) = (t for t in graph.initializer if t.name == padding.input[2])
    assert onnx.numpy_helper.to_array(value) == np.float32(least)


@pytest.mark.parametrize(
    ("activation", "pooling", "modes"),
    [
        (nn.LeakyReLU, nn.MaxPool2d(3, 2, 1), [b"reflect"]),
        (nn.Identity, nn.MaxPool2d((5, 3), 1, (2, 1)), [b"reflect"]),
        (nn.LeakyReLU, nn.MaxPool2d(3, 2, ceil_mode=True), [b"reflect"]),
        (nn.ReLU, nn.MaxPool2d(3, 2, 1, ceil_mode=True), [b"constant"]),
        # The pixel that would be mirrored is not in the window.
        (nn.LeakyReLU, nn.MaxPool2d(2, 2, 1), []),
        (nn.LeakyReLU, nn.MaxPool2d(3, 1, 1, dilation=2), []),
    ],
)
def test_pooling_of_any_values_pads_with_what_is_in_its_windows(
    tmp_path, activation, pooling, modes
):
    def network():
        return nn.Sequential(nn.Conv2d(3, 4, 3), activation(), pooling)

    graph, given, got = simplified(tmp_path, network)
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-6)
    found = [node.attribute[0].s for node in graph.node if node.op_type == "Pad"]
    assert found == modes


@pytest.mark.parametrize("activation", [nn.ReLU, nn.LeakyReLU])
def test_pooling_of_an_old_file_pads_as_old_files_do(tmp_path, activation):
    def network():
        return nn.Sequential(nn.Conv2d(3, 4, 3), activation(), nn.MaxPool2d(3, 2, 1))

    graph, given, got = simplified(tmp_path, network, opset=9)
    assert "Pad" in [node.op_type for node in graph.node]
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-6)


def test_shape_that_is_known_is_not_computed_for_each_photo(tmp_path):
    class Parts(nn.Module):
        def forward(self, image):
            first, second = image.reshape(1, 2, 3, 12, 32).relu().unbind(1)
            return first - second

    graph, given, got = simplified(tmp_path, Parts)
    assert not {"Squeeze", "Unsqueeze"} & {node.op_type for node in graph.node}
    np.testing.assert_array_equal(got, given)


class Clipped(nn.Module):
    def __init__(self, *bounds):
        super().__init__()
        self.bounds = bounds

    def forward(self, image):
        return 1e-8 / torch.clamp(image - 0.5, *self.bounds)


@pytest.mark.parametrize("bounds", [(1e-9,), (1e-9, 6.0), (1e-12, None)])
def test_least_value_next_to_0_stays_one_that_can_be_divided_by(tmp_path, bounds):
    graph, given, got = simplified(tmp_path, lambda: Clipped(*bounds))
    np.testing.assert_array_equal(got, given)
    (clip,) = (node for node in graph.node if node.op_type == "Clip")
    (least,) = (t for t in graph.initializer if t.name == clip.input[1])
    # Nearer to 0 than this onnx2tf takes it for 0.
    assert onnx.numpy_helper.to_array(least) > 1e-6


def test_convolution_along_one_axis_is_one_of_an_image(tmp_path):
    class Along(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Conv1d(3, 3, 5, 2, (2,), 1)

        def forward(self, image):
            return self.layer(image.flatten(2)).relu()

    graph, given, got = simplified(tmp_path, Along)
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-6)
    (convolution,) = (node for node in graph.node if node.op_type == "Conv")
    (weights,) = (t for t in graph.initializer if t.name == convolution.input[1])
    assert list(weights.dims) == [3, 3, 1, 5]


@pytest.mark.parametrize(
    ("options", "opset"),
    [
        ({"scale_factor": 1.7, "mode": "nearest"}, 17),
        ({"scale_factor": 0.3, "mode": "bilinear"}, 17),
        ({"scale_factor": 1.7, "mode": "bilinear", "align_corners": True}, 17),
        ({"scale_factor": 1.7, "mode": "bicubic"}, 17),
        # Upsample, which lays its pixels out otherwise than TFLite.
        ({"scale_factor": 2.0, "mode": "bilinear"}, 9),
    ],
    ids=["nearest", "linear", "corners", "cubic", "upsample"],
)
def test_change_of_size_that_tflite_has_not_is_made_of_what_it_has(tmp_path, options, opset):
    def network():
        return First(lambda image: functional.interpolate(image.relu(), **options).relu())

    graph, given, got = simplified(tmp_path, network, opset)
    assert not {"Resize", "Upsample"} & {node.op_type for node in graph.node}
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-5)


def test_averaging_change_of_size_is_made_of_what_tflite_has(tmp_path):
    sides = np.array([1, 3, 10, 14], np.int64)
    nodes = [
        onnx.helper.make_node("Relu", ["image"], ["active"]),
        onnx.helper.make_node(
            "Resize", ["active", "", "", "sides"], ["small"], mode="linear", antialias=1
        ),
        onnx.helper.make_node("Sigmoid", ["small"], ["map"]),
    ]
    image, small = (
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        for name, shape in (("image", (1, 3, 24, 32)), ("map", (1, 3, 10, 14)))
    )
    constants = [onnx.numpy_helper.from_array(sides, "sides")]
    graph = onnx.helper.make_graph(nodes, "net", [image], [small], constants)
    before, after = tmp_path / "net.onnx", tmp_path / "simplified.onnx"
    opsets = [onnx.helper.make_opsetid("", 18)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8), before)
    simplify_onnx(before, after)
    assert "Resize" not in {node.op_type for node in onnx.load(after).graph.node}
    fed = np.ascontiguousarray((PHOTO.astype(np.float32) / 255).transpose(2, 0, 1)[None])
    given, got = (open_session(file).run(None, {"image": fed})[0] for file in (before, after))
    np.testing.assert_allclose(got, given, rtol=0, atol=1e-5)
