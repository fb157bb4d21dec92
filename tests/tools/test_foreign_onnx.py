"""ONNX files of other origin: one RGB image in, one map out, or a refusal in one sentence."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
import skimage.data
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from data.blur_dataset import squash
from dbd_mobile import BlurDetector
from dbd_mobile.errors import InputError
from evaluation.predictors import OnnxPredictor, open_predictor
from export.__main__ import main
from export.errors import ConversionError
from export.job import ExportJob
from export.kinds.map_difference import TOLERANCES, MapTolerance
from export.pipeline import export_checkpoint
from export.proving.runtimes import RuntimeCheck, untried_runtimes
from export.reading.foreign_onnx import Normalisation, read_foreign_onnx

ROOT = Path(__file__).parents[2]
MEAN, SCALE = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)
NORMALISATION = Normalisation(MEAN, SCALE)
PHOTO = squash(skimage.data.astronaut(), (64, 48))


def make_onnx(
    path, *, shape=(1, 3, 48, 64), dtype=TensorProto.FLOAT, channels_last=False, **change
):
    """Edges, as a network: two convolutions and a sigmoid, at 64x48."""
    rng = np.random.default_rng(3)
    channels = 3 if 3 in shape else 1
    weights = {
        "first": rng.normal(0, 0.5, (8, channels, 3, 3)),
        "second": rng.normal(0, 0.5, (1, 8, 3, 3)),
    }
    nodes, image = [], "pixels"
    if channels_last:
        nodes.append(helper.make_node("Transpose", [image], ["planes"], perm=[0, 3, 1, 2]))
        image = "planes"
    kernel = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    nodes += [
        helper.make_node("Conv", [image, "first"], ["edges"], **kernel),
        helper.make_node("Relu", ["edges"], ["active"]),
        helper.make_node("Conv", ["active", "second"], ["logits"], **kernel),
        helper.make_node("Sigmoid", ["logits"], ["map"]),
    ]
    graph = helper.make_graph(
        nodes,
        "edges",
        [helper.make_tensor_value_info("pixels", dtype, shape)],
        [helper.make_tensor_value_info("map", dtype, (shape[0], 1, 48, 64))],
        [
            numpy_helper.from_array(value.astype(helper.tensor_dtype_to_np_dtype(dtype)), name)
            for name, value in weights.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    for edit in change.values():
        edit(model)
    onnx.save(model, path)
    return path


def describe_output(model, *shape):
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("map", TensorProto.FLOAT, shape))


def free_sides(model):
    describe_output(model, 1, 1, "h", "w")


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for name in ("astronaut", "coffee", "rocket"):
        Image.fromarray(getattr(skimage.data, name)()).save(folder / f"{name}.png")
    return folder


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"shape": (1, 48, 64, 3), "channels_last": True},
        {"shape": ("batch", 3, 48, 64)},
        {"change": free_sides},
    ],
    ids=["channels-first", "channels-last", "free-batch", "free-output"],
)
def test_adopted_file_computes_what_the_given_one_does(tmp_path, form):
    foreign = read_foreign_onnx(make_onnx(tmp_path / "net.onnx", **form), NORMALISATION)
    foreign.write(tmp_path / "adopted.onnx")
    adopted = OnnxPredictor(tmp_path / "adopted.onnx")
    assert foreign.size_wh == adopted.size_wh == (64, 48)
    expected = foreign.open().predict(PHOTO)
    assert expected.std() > 0.2
    np.testing.assert_allclose(adopted.predict(PHOTO), expected, rtol=0, atol=1e-5)


def test_foreign_file_is_exported_for_the_device(tmp_path, photos):
    def sign(model):
        helper.set_model_props(model, {"model_author": "A. Author", "model_license": "MIT"})
        # The newest that is taken.
        model.opset_import[0].version = 20
        model.ir_version = 9

    path = make_onnx(tmp_path / "edges.onnx", sign=sign)
    output = tmp_path / "out"
    options = ["--mean", ",".join(map(str, MEAN)), "--scale", ",".join(map(str, SCALE))]
    options += ["--calibration", str(photos), "--precision", "float32"]
    assert main([str(path), "-o", str(output), *options]) == 0
    expected = read_foreign_onnx(path, NORMALISATION).open().predict(PHOTO)
    with BlurDetector(output / "edges.float32.tflite", threads=1) as detector:
        got = detector.detect(PHOTO).model_probability
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-3)
    # What came out says how it is fed, so it goes in again without options.
    again = read_foreign_onnx(output / "edges.onnx", None).open().predict(PHOTO)
    np.testing.assert_allclose(again, expected, rtol=0, atol=1e-4)
    content = (output / "edges.float32.tflite").read_bytes()
    assert b"A. Author" in content and b"MIT" in content


def end_early(model):
    """Leave the sigmoid out."""
    model.graph.node[3].CopyFrom(helper.make_node("Identity", ["logits"], ["map"]))


def export_int8(path, photos, folder):
    job = ExportJob(
        checkpoint=path,
        output=folder,
        precisions=("int8", "int8-mixed"),
        normalisation=NORMALISATION,
        calibration=photos,
    )
    return export_checkpoint(job, lambda step, done, total: None)


def test_network_that_ends_in_no_sigmoid_has_steps_of_a_256th_in_int8(tmp_path, photos):
    def cut_off(model):
        model.graph.initializer.append(numpy_helper.from_array(np.float32(0), "low"))
        model.graph.initializer.append(numpy_helper.from_array(np.float32(0.9), "high"))
        model.graph.node[3].CopyFrom(helper.make_node("Clip", ["logits", "low", "high"], ["map"]))

    report = export_int8(make_onnx(tmp_path / "net.onnx", end=cut_off), photos, tmp_path / "out")
    assert report.stage("int8").failures == []
    output = report.stage("int8").tflite.output
    assert (output.dtype, output.scale, output.zero_point) == ("uint8", 1 / 256, 0)


def test_file_that_fails_is_written_all_the_same_where_asked_for(
    tmp_path, photos, monkeypatch, capfd
):
    monkeypatch.setitem(TOLERANCES, "int8", MapTolerance(mean=0.0))
    path = make_onnx(tmp_path / "net.onnx")
    options = ["--mean", ",".join(map(str, MEAN)), "--scale", ",".join(map(str, SCALE))]
    options += ["--calibration", str(photos), "--precision", "int8", "--keep-failing"]
    assert main([str(path), "-o", str(tmp_path / "out"), *options]) == 1
    screen = capfd.readouterr().err
    assert "refused: int8: The mean difference is" in screen
    assert "written too (--keep-failing)" in screen
    assert open_predictor(tmp_path / "out" / "net.int8.tflite").size_wh == (64, 48)


@pytest.mark.parametrize(
    ("logit", "end", "value"), [(17.844, "Sigmoid", 1), (1.5, "Identity", 1.5)]
)
def test_map_leaves_its_range_by_more_than_rounding_or_not_at_all(tmp_path, logit, end, value):
    """onnxruntime's sigmoid gives 1 + 2^-23 for the first of these."""
    shape = [1, 1, 32, 32]
    constant = numpy_helper.from_array(np.full(shape, logit, np.float32), "logit")
    nodes = [
        helper.make_node("ReduceMean", ["image"], ["grey"], axes=[1]),
        helper.make_node("Sub", ["grey", "grey"], ["nothing"]),
        helper.make_node("Add", ["nothing", "logit"], ["logits"]),
        helper.make_node(end, ["logits"], ["blur"]),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 32, 32])
    blur = helper.make_tensor_value_info("blur", TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "constant", [image], [blur], [constant])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"mean": "127", "scale": "128"})
    onnx.save(model, tmp_path / "constant.onnx")
    predicted = OnnxPredictor(tmp_path / "constant.onnx").predict(squash(PHOTO, (32, 32)))
    assert predicted.max() == np.float32(value)


def test_logits_are_told_to_end_in_a_sigmoid(tmp_path, photos):
    report = export_int8(make_onnx(tmp_path / "net.onnx", end=end_early), photos, tmp_path / "out")
    (sentence,) = report.stage("given").failures
    assert "which are no probabilities; --logits puts a sigmoid behind logits, " in sentence


def test_int8_that_a_stand_in_for_another_runtime_refuses_is_rescued(tmp_path, photos, monkeypatch):
    def refuse_int8(kind, files, expected, chosen, progress):
        return {
            name: [
                RuntimeCheck(
                    runtime="another",
                    difference=None,
                    failures=["another cannot run it: no."] if name == "int8" else [],
                )
            ]
            for name in files
        }

    monkeypatch.setattr("export.proving.runtimes.check_runtimes", refuse_int8)
    report = export_int8(make_onnx(tmp_path / "net.onnx"), photos, tmp_path / "out")
    assert report.stage("int8").failures == ["another cannot run it: no."]
    assert report.stage("int8").layers
    assert report.left_out == untried_runtimes()
    mixed = report.stage("int8-mixed")
    assert mixed.kept_float and mixed.failures == []
    assert [check.runtime for check in mixed.runtimes] == ["another"]
    assert [file.stage for file in report.files] == ["onnx", "simplified", "int8-mixed"]


def test_interrupted_move_leaves_no_report_of_an_earlier_export(tmp_path, photos, monkeypatch):
    def stop(path, target):
        raise KeyboardInterrupt

    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "net.report.json").write_text("of an earlier export")
    monkeypatch.setattr(Path, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        export_int8(make_onnx(tmp_path / "net.onnx", end=end_early), photos, tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_names_with_brackets_come_out_whole_in_every_line_and_table(tmp_path, photos, capfd):
    # To rich, these are a style that is unknown, one that ends and was not begun, and a colour.
    folder = tmp_path / "[final]" / "[" / "v2]"
    folder.mkdir(parents=True)
    path = make_onnx(folder / "[red]net.onnx", end=end_early)
    mask = tmp_path / "[final]" / "mask"
    mask.mkdir()
    for photo in photos.iterdir():
        with Image.open(photo) as image:
            Image.new("L", image.size).save(mask / photo.name)
    shutil.copytree(photos, tmp_path / "[final]" / "image")
    options = ["--mean", "127", "--scale", "128", "--evaluate", str(tmp_path / "[final]")]
    assert main([str(path), "-o", str(folder / "[b]"), *options]) == 1
    screen = capfd.readouterr()
    assert "[red]net.onnx (onnx)" in screen.out
    assert "task measures on [final]." in screen.out
    assert f"Written to {folder / '[b]'}: the report." in screen.err


def test_converter_that_fails_is_one_line_and_status_1(tmp_path, monkeypatch, capfd):
    def fail(path, simplified):
        raise ConversionError("onnxsim cannot simplify the network: no [Loop].")

    monkeypatch.setattr("export.forms.simplify_onnx", fail)
    path = make_onnx(tmp_path / "net.onnx")
    options = ["--mean", "127", "--scale", "128"]
    assert main([str(path), "-o", str(tmp_path / "out"), *options]) == 1
    last = capfd.readouterr().err.strip().splitlines()[-1]
    assert last == "error: onnxsim cannot simplify the network: no [Loop]."
    assert not (tmp_path / "out").exists()


def test_terminated_export_leaves_nothing_behind(tmp_path):
    path, output = make_onnx(tmp_path / "net.onnx"), tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "export",
        path,
        "-o",
        output,
        "--mean",
        "127",
        "--scale",
        "128",
    ]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list(output.glob(".export-*/*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.terminate()
    assert process.wait(60) == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == [path]


def second_input(model):
    model.graph.input.append(helper.make_tensor_value_info("depth", TensorProto.FLOAT, (1,)))
    model.graph.node.append(helper.make_node("Identity", ["depth"], ["as_deep"]))


def second_output(model):
    model.graph.output.append(helper.make_tensor_value_info("edges", TensorProto.FLOAT, (1,)))


def not_a_number(model):
    values = np.array(numpy_helper.to_array(model.graph.initializer[1]))
    values.flat[5] = np.nan
    model.graph.initializer[1].CopyFrom(numpy_helper.from_array(values, "second"))


def newer_operators(model):
    model.opset_import[0].version = 21
    model.ir_version = 10


def operators_of_a_maker(model):
    model.graph.node[1].domain = "com.maker"
    model.opset_import.append(helper.make_opsetid("com.maker", 1))


def other_sides(model):
    model.graph.node[2].attribute.append(helper.make_attribute("strides", [2, 2]))
    describe_output(model, 1, 1, 24, 32)


def other_free_sides(model):
    other_sides(model)
    describe_output(model, 1, 1, "h", "w")


def two_classes(model):
    values = np.ones((2, 8, 3, 3), np.float32)
    model.graph.initializer[1].CopyFrom(numpy_helper.from_array(values, "second"))
    describe_output(model, 1, 2, "h", "w")


def newer_format(model):
    model.ir_version = onnx.IR_VERSION + 1


def channels_that_do_not_fit(model):
    values = np.ones((1, 7, 3, 3), np.float32)
    model.graph.initializer[1].CopyFrom(numpy_helper.from_array(values, "second"))


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"change": second_input}, r"takes 2 inputs \(pixels, depth\); expected one float32 RGB"),
        ({"shape": (1, 3, "h", "w")}, r"takes float32 \(1, 3, free, free\); expected"),
        ({"shape": (1, 1, 48, 64)}, r"takes float32 \(1, 1, 48, 64\); expected"),
        ({"dtype": TensorProto.INT32}, r"takes int32 \(1, 3, 48, 64\); expected"),
        ({"change": second_output}, r"gives 2 outputs \(map, edges\); expected one"),
        ({"change": other_sides}, r"gives \(1, 1, 24, 32\); expected .* 64x48"),
        ({"change": other_free_sides}, r"gives \(1, 1, 24, 32\); expected .* 64x48"),
        ({"change": two_classes}, r"gives \(1, 2, 48, 64\); expected one map of 64x48"),
        ({"change": newer_format}, "cannot be read as ONNX .*ir_version"),
        ({"change": channels_that_do_not_fit}, "does not run in onnxruntime"),
        ({"change": not_a_number}, "has a value that is not finite in second"),
        ({"change": newer_operators}, "has opset 21; export it with opset 9 to 20"),
        ({"change": operators_of_a_maker}, "has operators of com.maker"),
    ],
)
def test_other_networks_are_refused(tmp_path, form, sentence):
    path = make_onnx(tmp_path / "net.onnx", **form)
    with pytest.raises(InputError, match=f"^{path} {sentence}") as refused:
        read_foreign_onnx(path, NORMALISATION)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"a text\n" * 50, None])
def test_damaged_file_is_refused_and_nothing_is_written(tmp_path, content, capfd):
    path = make_onnx(tmp_path / "net.onnx")
    path.write_bytes(path.read_bytes()[:300] if content is None else content)
    assert main([str(path), "-o", str(tmp_path / "out")]) == 2
    screen = capfd.readouterr().err.strip()
    assert screen.startswith(f"error: {path} ")
    assert "Traceback" not in screen
    assert not (tmp_path / "out").exists()


def test_file_that_would_be_overwritten_is_refused_and_kept(tmp_path, capfd):
    path = make_onnx(tmp_path / "edges.onnx")
    content = path.read_bytes()
    options = ["--mean", "127", "--scale", "128", "--precision", "float32"]
    assert main([str(path), "-o", str(tmp_path), *options]) == 2
    assert "is the file to export and would be overwritten" in capfd.readouterr().err
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["edges.onnx"]


def test_file_that_does_not_say_how_it_is_fed_asks_for_it(tmp_path):
    with pytest.raises(InputError, match="give --mean and --scale"):
        read_foreign_onnx(make_onnx(tmp_path / "net.onnx"), None)
    with pytest.raises(InputError, match="cannot be used as an ONNX blur model"):
        open_predictor(tmp_path / "net.onnx")
