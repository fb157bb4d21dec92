"""What models reach of the interpreter's peak: operators, stacks, steps; no speed."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from ai_edge_litert.interpreter import Interpreter

from benchmarks.__main__ import main
from benchmarks.roofline.matrix_unit import may_use_matrix_unit
from benchmarks.roofline.operators import Operator, read_operators
from benchmarks.roofline.profiler import Step, steps_of_operators
from benchmarks.roofline.shapes import untrained_shapes
from benchmarks.roofline.stacks import Stack, stacks_for
from dbd_mobile.catalogue import load_card, load_model
from dbd_mobile.errors import InputError
from evaluation.chatter import without_chatter

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "runtime" / "data" / "tiny_int8.tflite"


def test_macs_of_known_layers_are_their_products():
    operators = read_operators(load_model("lite").content)
    stem, depthwise, narrowing = operators[1:4]
    assert (stem.kind, stem.macs) == ("3x3", 160 * 160 * 3 * 3 * 3 * 32)
    assert (depthwise.kind, depthwise.macs) == ("depthwise", 160 * 160 * 3 * 3 * 32)
    assert (narrowing.kind, narrowing.macs) == ("1x1", 160 * 160 * 32 * 16)
    assert narrowing.described == "160x160x32 -> 160x160x16"


@pytest.mark.parametrize("model", ["lite", "nano"])
def test_operators_sum_up_to_the_macs_of_the_card(model):
    operators = read_operators(load_model(model).content)
    # The ending multiplies by zeros that the network does not have: up to it both are the same.
    first = next(o.index for o in operators if o.name == "RESHAPE")
    head = int(np.prod(operators[first].inputs[0]))
    assert sum(o.macs for o in operators[:first]) + head == load_card(model)["macs"]


def test_convolution_in_groups_of_one_channel_is_depthwise():
    weights = np.ones((3, 3, 1, 8), np.float32)
    photo = tf.TensorSpec((1, 6, 5, 8), tf.float32)
    convolve = tf.function(lambda x: tf.nn.conv2d(x, weights, 1, "SAME"), input_signature=[photo])
    function = convolve.get_concrete_function()
    content = tf.lite.TFLiteConverter.from_concrete_functions([function]).convert()
    (convolution,) = read_operators(content)
    assert (convolution.name, convolution.kind) == ("CONV_2D", "depthwise")
    assert convolution.macs == 6 * 5 * 8 * 3 * 3


@pytest.mark.parametrize("stack", stacks_for(128), ids=lambda stack: stack.described)
def test_stack_is_the_convolutions_that_it_says(stack):
    content = stack.content()
    operators = read_operators(content)
    assert {operator.kind for operator in operators} == {stack.kind}
    assert sum(operator.macs for operator in operators) == stack.macs
    with without_chatter():
        interpreter = Interpreter(model_content=content)
        interpreter.allocate_tensors()
    (image,) = interpreter.get_input_details()
    noise = np.random.default_rng(0).integers(-128, 128, image["shape"], np.int8)
    interpreter.set_tensor(image["index"], noise)
    interpreter.invoke()
    output = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    # Neither all cut off by ReLU6 nor all alike: the kernels have numbers to work on.
    assert output.shape == (1, stack.side, stack.side, stack.channels[-1])
    assert len(np.unique(output)) > 3


def test_macs_of_a_stack_are_those_of_all_its_layers():
    widths = {"side": 10, "channels": (4, 8, 4)}
    assert Stack(kind="3x3", kernel=3, **widths).macs == 100 * 9 * (4 * 8 + 8 * 4)
    same = {"side": 10, "channels": (8, 8, 8)}
    assert Stack(kind="depthwise", kernel=5, **same).macs == 100 * 25 * 2 * 8


def operator(name):
    return Operator(index=0, name=name, kind="", inputs=(), output=(), macs=0)


def test_clamping_belongs_to_the_addition_before_it():
    operators = [operator("CONV_2D"), operator("ADD"), operator("RESHAPE")]
    names = ["Convolution (NHWC, QC8) IGEMM", "Add (ND)", "Clamp (NC)", "Static Reshape (NC)"]
    steps = [Step(name, us) for us, name in enumerate(names)]
    groups = steps_of_operators(operators, steps)
    assert [[step.us for step in group] for group in groups] == [[0], [1, 2], [3]]


@pytest.mark.parametrize("names", [["Add (ND)"], ["Convolution"], ["Convolution", "Add", "Add"]])
def test_steps_of_other_operators_are_refused(names):
    operators = [operator("CONV_2D"), operator("ADD")]
    with pytest.raises(InputError, match="not theirs one by one"):
        steps_of_operators(operators, [Step(name, 1) for name in names])


def test_command_measures_a_file_and_sums_add_up(tmp_path, capsys):
    path = tmp_path / "new" / "roofline.json"
    status = main(["roofline", "--model", str(TINY), "--runs", "3", "--json", str(path)])
    assert status == 0
    said = capsys.readouterr().out
    assert "of the peak" in said and "the operators that lose most" in said
    result = json.loads(path.read_text())
    assert result["runs"] == 3 and len(result["stacks"]) == len(stacks_for(32))
    rates = [stack["gmacs_s"] for stack in result["stacks"] if stack["kind"] != "depthwise"]
    assert result["peak_gmacs_s"]["all channels"] == max(rates)
    (model,) = result["models"]
    names = ["QUANTIZE", "CONV_2D", "AVERAGE_POOL_2D", "LOGISTIC", "QUANTIZE"]
    assert [row["operator"] for row in model["operators"]] == names
    assert model["macs"] == 32 * 48 * 3
    total = sum(row["us"] for row in model["operators"])
    assert model["profiled_ms"] == pytest.approx(total / 1e3)
    assert all(row["lost_us"] <= row["us"] for row in model["operators"])


def test_whole_lite_is_what_its_operators_are_together(tmp_path, capsys):
    path = tmp_path / "roofline.json"
    assert main(["roofline", "--model", "lite", "--runs", "5", "--json", str(path)]) == 0
    (model,) = json.loads(path.read_text())["models"]
    assert len(model["operators"]) == len(read_operators(load_model("lite").content))
    assert model["macs"] == load_card("lite")["macs"]
    kernels = {row["kernel"].split()[0] for row in model["operators"]}
    assert {"Convolution", "Fully", "Add", "Resize", "Sigmoid", "QUANTIZE"} <= kernels


@pytest.mark.parametrize("option", ["--runs", "--threads", "--worst"])
def test_numbers_below_one_are_refused(option, capsys):
    assert main(["roofline", option, "0"]) == 2
    assert f"{option} must be at least 1" in capsys.readouterr().err


@pytest.mark.skipif(not may_use_matrix_unit(), reason="this processor has no matrix unit")
def test_matrix_unit_is_not_given_to_a_process_that_renounced_it(tmp_path):
    # For good, so not in the process of the tests.
    path = tmp_path / "roofline.json"
    command = [sys.executable, "-m", "benchmarks", "roofline", "--no-amx", "--runs", "1"]
    command += ["--model", str(TINY), "--json", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(path.read_text())["matrix_unit"] is False
    assert "amx_int8" not in done.stdout


def costs(content):
    """The operators that multiply, and how often."""
    return Counter((o.kind, o.macs, o.output) for o in read_operators(content) if o.macs)


def test_untrained_lite_is_what_lite_is():
    (lite, *others) = untrained_shapes(320)
    assert lite.name == "lite"
    assert costs(lite.content) == costs(load_model("lite").content)
    assert all(costs(other.content) != costs(lite.content) for other in others)


@pytest.mark.parametrize("shape", untrained_shapes(64), ids=lambda shape: shape.name)
def test_untrained_shape_takes_a_photo_and_gives_a_map(shape):
    with without_chatter():
        interpreter = Interpreter(model_content=shape.content)
        interpreter.allocate_tensors()
    (image,) = interpreter.get_input_details()
    noise = np.random.default_rng(0).integers(0, 256, (1, 64, 64, 3), np.uint8)
    interpreter.set_tensor(image["index"], noise)
    interpreter.invoke()
    output = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])
    assert (output.shape, output.dtype) == ((1, 64, 64, 1), np.uint8)
    assert len(np.unique(output)) > 3


def test_untrained_shapes_are_timed_beside_the_models_if_asked_for(tmp_path, capsys):
    path = tmp_path / "roofline.json"
    arguments = ["--model", str(TINY), "--runs", "2", "--untrained", "--json", str(path)]
    assert main(["roofline", *arguments]) == 0
    names = [row["name"] for row in json.loads(path.read_text())["untrained"]]
    assert names == [shape.name for shape in untrained_shapes(32)]
    assert "residual pairs of 3x3" in " ".join(capsys.readouterr().out.split())
