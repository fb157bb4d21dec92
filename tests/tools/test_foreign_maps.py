"""ONNX files whose map has yet to be found or made: what is taken is what the file gives."""

import warnings

import numpy as np
import onnx
import pytest
import skimage.data
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from torch.nn import functional

from data.blur_dataset import squash
from dbd_mobile.errors import InputError
from evaluation.predictors import OnnxPredictor, open_session
from export.__main__ import main
from export.reading.foreign_onnx import Normalisation, read_foreign_onnx
from export.reading.map_choice import MapChoice

BYTES_TO_ONE = Normalisation((0.0,) * 3, (255.0,) * 3)
WIDTH, HEIGHT = 64, 48
PHOTO = squash(skimage.data.astronaut(), (WIDTH, HEIGHT))


class Edges(nn.Module):
    """Two convolutions; ``end`` makes of its logits what the network gives."""

    def __init__(self, end, classes=1, stride=1, begin=lambda image: image):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, stride, padding=1)
        self.second = nn.Conv2d(8, classes, 3, padding=1)
        self.begin, self.end = begin, end

    def forward(self, image):
        return self.end(4 * self.second(functional.relu(self.first(self.begin(image)))))


def save(path, network, image=None, **options):
    """A seeded network as ONNX, its input called ``pixels``."""
    torch.manual_seed(1)
    network = network().eval()
    image = torch.rand(1, 3, HEIGHT, WIDTH) if image is None else image
    if image.dtype == torch.float16:
        network = network.half()
    with warnings.catch_warnings():
        # The classic exporter says that it is the classic one.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (image,),
            str(path),
            dynamo=False,
            opset_version=17,
            input_names=["pixels"],
            **options,
        )
    return path


def taken(path, choice, folder, normalisation=BYTES_TO_ONE):
    """The map of a file as it was given, and by the ONNX file that is written of it."""
    foreign = read_foreign_onnx(path, normalisation, choice)
    foreign.write(folder / "adopted.onnx")
    adopted = OnnxPredictor(folder / "adopted.onnx")
    assert foreign.size_wh == adopted.size_wh
    photo = squash(skimage.data.astronaut(), foreign.size_wh)
    return foreign.open().predict(photo), adopted.predict(photo)


def given(path, photo=PHOTO):
    """All that a file gives for a photo, fed as (x - 0) / 255."""
    image = (photo.astype(np.float32) / 255).transpose(2, 0, 1)[None]
    return open_session(path).run(None, {"pixels": np.ascontiguousarray(image)})


def softmax(logits):
    return logits.softmax(1)


@pytest.mark.parametrize(
    ("network", "choice"),
    [
        (lambda: Edges(lambda x: x.sigmoid().permute(0, 2, 3, 1)), MapChoice()),
        (lambda: Edges(lambda x: x.sigmoid()[0]), MapChoice()),
        (lambda: Edges(lambda x: x.sigmoid()[0, 0]), MapChoice()),
        (lambda: Edges(lambda x: x), MapChoice(are_logits=True)),
        (lambda: Edges(softmax, 2), MapChoice(channel=1)),
        (lambda: Edges(lambda x: x.permute(0, 2, 3, 1).softmax(-1), 2), MapChoice(channel=0)),
        (lambda: Edges(softmax, 5), MapChoice(channel=3)),
        (lambda: Edges(torch.sigmoid, 3), MapChoice(channel=2)),
        (lambda: Edges(functional.hardsigmoid, 3), MapChoice(channel=2)),
        (lambda: Edges(lambda x: x, 2), MapChoice(channel=0, are_logits=True)),
        (lambda: Edges(lambda x: x[0], 4), MapChoice(channel=3, are_logits=True)),
        (lambda: Edges(torch.sigmoid, stride=4), MapChoice(is_enlarged=True)),
        (lambda: Edges(lambda x: x, stride=4), MapChoice(is_enlarged=True, are_logits=True)),
        (lambda: Edges(softmax, 2, stride=2), MapChoice(is_enlarged=True, channel=1)),
        (
            lambda: Edges(lambda x: x.permute(0, 2, 3, 1), 3, stride=4),
            MapChoice(is_enlarged=True, are_logits=True, channel=1),
        ),
    ],
    ids=[
        "channels-last", "no-channels", "rows-and-columns", "logits", "two-classes",
        "two-classes-last", "five-classes", "sigmoids", "hard-sigmoids", "two-logits",
        "four-logits", "quarter", "quarter-logits", "half-two-classes", "quarter-logits-last",
    ],
)  # fmt: skip
def test_map_that_is_written_is_the_one_that_is_given(tmp_path, network, choice):
    path = save(tmp_path / "net.onnx", network)
    expected, got = taken(path, choice, tmp_path)
    assert expected.shape == (HEIGHT, WIDTH) and 0 <= expected.min() < expected.max() <= 1
    assert expected.std() > 0.02
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)


def test_refusal_of_everything_shows_no_table_of_files(tmp_path, capsys):
    """Logits this wide overflow, and no ONNX file agrees with another in them."""
    path = save(tmp_path / "net.onnx", lambda: Edges(lambda x: 1e4 * x))
    fed = ("--mean", "123.675", "--scale", "57.12")
    assert main([str(path), "-o", str(tmp_path / "out"), "--logits", *fed]) == 1
    screen = "".join(capsys.readouterr())
    assert "refused: onnx: The largest difference" in screen
    assert "Which file to ship" not in screen and "Inside the TFLite files" not in screen
    assert "was not tried" not in screen
    page = (tmp_path / "out" / "net.report.html").read_text(encoding="utf-8")
    assert "refused" in page and "Which file to ship" not in page


def test_channel_is_the_one_that_the_file_gives(tmp_path):
    path = save(tmp_path / "net.onnx", lambda: Edges(softmax, 2))
    for channel in (0, 1):
        _, got = taken(path, MapChoice(channel=channel), tmp_path)
        np.testing.assert_allclose(got, given(path)[0][0, channel], rtol=0, atol=1e-5)


def test_smaller_map_is_enlarged_as_pytorch_does(tmp_path):
    path = save(tmp_path / "net.onnx", lambda: Edges(torch.sigmoid, stride=4))
    (small,) = given(path)
    assert small.shape == (1, 1, 12, 16)
    whole = functional.interpolate(
        torch.from_numpy(small), (HEIGHT, WIDTH), mode="bilinear", align_corners=False
    )
    expected, _ = taken(path, MapChoice(is_enlarged=True), tmp_path)
    np.testing.assert_allclose(expected, whole[0, 0].numpy(), rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "network",
    [lambda: Edges(softmax, 2), lambda: Edges(torch.sigmoid, 3)],
    ids=["softmax", "sigmoid"],
)
def test_chosen_channel_leaves_a_sigmoid_last(tmp_path, network):
    """Of which int8 has whole steps of 1/256."""
    path = save(tmp_path / "net.onnx", network)
    read_foreign_onnx(path, BYTES_TO_ONE, MapChoice(channel=1)).write(tmp_path / "adopted.onnx")
    *_, last, reshape = onnx.load(tmp_path / "adopted.onnx").graph.node
    assert (last.op_type, reshape.op_type) == ("Sigmoid", "Reshape")


def test_free_size_is_fixed(tmp_path):
    axes = {"pixels": {2: "h", 3: "w"}}
    path = save(tmp_path / "net.onnx", lambda: Edges(torch.sigmoid), dynamic_axes=axes)
    expected, got = taken(path, MapChoice(size_wh=(96, 32)), tmp_path)
    assert expected.shape == (32, 96)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)


def test_one_of_several_outputs_is_taken(tmp_path):
    path = save(
        tmp_path / "net.onnx",
        lambda: Edges(lambda x: (x.tanh(), x.sigmoid())),
        output_names=["edges", "map"],
    )
    _, got = taken(path, MapChoice(output="map"), tmp_path)
    np.testing.assert_allclose(got, given(path)[1][0, 0], rtol=0, atol=1e-5)


def test_network_that_takes_bytes_is_fed_the_photo(tmp_path):
    def begin(image):
        return image.permute(0, 3, 1, 2).float() / 255

    path = save(
        tmp_path / "net.onnx",
        lambda: Edges(torch.sigmoid, begin=begin),
        torch.zeros(1, HEIGHT, WIDTH, 3, dtype=torch.uint8),
    )
    expected, got = taken(path, MapChoice(), tmp_path, None)
    (raw,) = open_session(path).run(None, {"pixels": PHOTO[None]})
    np.testing.assert_array_equal(expected, raw[0, 0])
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)
    with pytest.raises(InputError, match="bytes as they are; leave --mean and --scale out"):
        read_foreign_onnx(path, BYTES_TO_ONE)


def test_network_in_float16_is_computed_in_float32(tmp_path):
    path = save(
        tmp_path / "net.onnx",
        lambda: Edges(torch.sigmoid),
        torch.zeros(1, 3, HEIGHT, WIDTH, dtype=torch.float16),
    )
    expected, got = taken(path, MapChoice(), tmp_path)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)
    image = (PHOTO.astype(np.float16) / 255).transpose(2, 0, 1)[None].astype(np.float16)
    (rounded,) = open_session(path).run(None, {"pixels": np.ascontiguousarray(image)})
    assert rounded.dtype == np.float16
    np.testing.assert_allclose(expected, rounded[0, 0], rtol=0, atol=5e-3)


def test_network_in_float64_is_computed_in_float32(tmp_path):
    torch.manual_seed(1)
    network = Edges(torch.sigmoid, begin=lambda image: image.double()).double().eval()
    path = save(tmp_path / "net.onnx", lambda: network)
    expected, got = taken(path, MapChoice(), tmp_path)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5)
    image = torch.from_numpy(PHOTO.copy()).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        exact = network(image)[0, 0]
    np.testing.assert_allclose(expected, exact, rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("network", "choice", "sentence"),
    [
        (
            lambda: Edges(softmax, 2),
            MapChoice(),
            r"gives \(1, 2, 48, 64\); .*; --channel says which of the 2 is that of blur, from 0\.",
        ),
        (lambda: Edges(softmax, 2), MapChoice(channel=2), ".*there is no channel 2"),
        (
            lambda: Edges(torch.sigmoid, stride=4),
            MapChoice(),
            r"gives \(1, 1, 12, 16\); .*--resize-output enlarges a smaller one",
        ),
        (lambda: Edges(torch.sigmoid), MapChoice(output="blur"), "gives no output blur; it gives"),
        (lambda: Edges(torch.sigmoid), MapChoice(size_wh=(32, 32)), ".*leave --size out"),
        (lambda: Edges(lambda x: x.mean(3)), MapChoice(), r"gives \(1, 1, 48\); expected one map"),
    ],
)
def test_map_that_is_not_there_is_refused_with_the_option_that_helps(
    tmp_path, network, choice, sentence
):
    path = save(tmp_path / "net.onnx", network)
    with pytest.raises(InputError, match=f"^{path} {sentence}"):
        read_foreign_onnx(path, BYTES_TO_ONE, choice)


def test_free_size_and_several_outputs_name_their_options(tmp_path):
    axes = {"pixels": {2: "h", 3: "w"}}
    path = save(tmp_path / "free.onnx", lambda: Edges(torch.sigmoid), dynamic_axes=axes)
    with pytest.raises(InputError, match="--size says how large"):
        read_foreign_onnx(path, BYTES_TO_ONE)
    path = save(tmp_path / "two.onnx", lambda: Edges(lambda x: (x, x.sigmoid())))
    with pytest.raises(InputError, match=r"gives 2 outputs .*--output-name says which"):
        read_foreign_onnx(path, BYTES_TO_ONE)


def test_bytes_that_are_computed_with_are_refused_by_the_node(tmp_path):
    path = save(tmp_path / "net.onnx", lambda: Edges(torch.sigmoid))
    model = onnx.load(path)
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8
    one = numpy_helper.from_array(np.ones(1, np.uint8), "one")
    model.graph.initializer.append(one)
    nodes = [
        helper.make_node("Add", ["pixels", "one"], ["more"], "brighter"),
        helper.make_node("Cast", ["more"], ["floats"], to=TensorProto.FLOAT),
    ]
    for node in model.graph.node:
        node.input[:] = ["floats" if name == "pixels" else name for name in node.input]
    for node in reversed(nodes):
        model.graph.node.insert(0, node)
    onnx.save(model, path)
    with pytest.raises(InputError, match=r"computes with bytes \(Add, node brighter\)"):
        read_foreign_onnx(path, None)


def insert(path, node, name="between"):
    """Put a node of one input between the image and the network."""
    model = onnx.load(path)
    for user in model.graph.node:
        user.input[:] = [name if given == "pixels" else given for given in user.input]
    model.graph.node.insert(0, node)
    onnx.save(model, path)


def test_quantised_file_is_refused_with_its_own_node(tmp_path):
    path = save(tmp_path / "net.onnx", lambda: Edges(torch.sigmoid))
    quantize_dynamic(path, tmp_path / "dynamic.onnx", weight_type=QuantType.QUInt8)
    sentence = r"is quantised already \(DynamicQuantizeLinear, node .+\); export the float network"
    with pytest.raises(InputError, match=sentence):
        read_foreign_onnx(tmp_path / "dynamic.onnx", BYTES_TO_ONE)
    model = onnx.load(path)
    model.graph.initializer.append(numpy_helper.from_array(np.float32(0.01), "step"))
    model.graph.initializer.append(numpy_helper.from_array(np.uint8(128), "zero"))
    onnx.save(model, path)
    insert(
        path, helper.make_node("DequantizeLinear", ["steps", "step", "zero"], ["between"], "back")
    )
    model = onnx.load(path)
    model.graph.node.insert(
        0, helper.make_node("QuantizeLinear", ["pixels", "step", "zero"], ["steps"], "to_steps")
    )
    onnx.save(model, path)
    with pytest.raises(InputError, match=r"quantised already \(QuantizeLinear, node to_steps\)"):
        read_foreign_onnx(path, BYTES_TO_ONE)


def test_constant_that_is_not_a_number_is_refused_with_its_node(tmp_path):
    path = save(tmp_path / "net.onnx", lambda: Edges(torch.sigmoid))
    insert(path, helper.make_node("Add", ["pixels", "nothing"], ["between"]))
    model = onnx.load(path)
    value = numpy_helper.from_array(np.array([np.nan], np.float32))
    model.graph.node.insert(0, helper.make_node("Constant", [], ["nothing"], "odd", value=value))
    onnx.save(model, path)
    with pytest.raises(InputError, match=r"not a number in nothing \(Constant, node odd\)"):
        read_foreign_onnx(path, BYTES_TO_ONE)


@pytest.mark.parametrize(
    ("operator", "sentence"),
    [
        ("RandomNormalLike", r"gives another map each time \(RandomNormalLike, node odd\)"),
        ("NonZero", r"length depends on the photo \(NonZero, node odd\)"),
    ],
)
def test_step_that_no_device_file_has_is_refused_by_name(tmp_path, operator, sentence):
    path = save(tmp_path / "net.onnx", lambda: Edges(torch.sigmoid))
    model = onnx.load(path)
    model.graph.node.insert(0, helper.make_node(operator, ["pixels"], ["unused"], "odd"))
    onnx.save(model, path)
    with pytest.raises(InputError, match=sentence):
        read_foreign_onnx(path, BYTES_TO_ONE)


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        (["--size", "64"], "expected width and height as in 320x240"),
        (["--size", "0x64"], "expected width and height as in 320x240"),
        (["--channel", "-1"], "expected a whole number, the first is 0"),
    ],
)
def test_choice_that_cannot_be_read_is_a_usage_error(option, sentence, tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["net.onnx", "-o", str(tmp_path / "out"), *option])
    assert exit_.value.code == 2
    assert sentence in capsys.readouterr().err


def test_choice_is_for_onnx_files(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["net.safetensors", "-o", str(tmp_path / "out"), "--logits"])
    assert "--resize-output are for ONNX files" in capsys.readouterr().err
