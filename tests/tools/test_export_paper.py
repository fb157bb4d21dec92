"""The released checkpoint of the paper's student through the exporter, with nothing else given.

Plain int8 breaks it; leaving the layers that break in float32 rescues it.
"""

import contextlib
import io
import json

import numpy as np
import pytest
import skimage.data
import torch

from data.blur_dataset import squash
from dbd_mobile import BlurDetector
from dbd_mobile.tflite.model_file import read_facts
from evaluation.predictors import open_predictor
from export.__main__ import main
from export.proving.tflite_facts import read_tflite_facts
from networks import NetworkContract, Paper
from networks.weights import load_weights

PHOTO = squash(skimage.data.astronaut(), (128, 96))


@pytest.fixture(scope="module", autouse=True)
def small_contract():
    """Fewer pixels take less time, and other sides show width and height taken for each other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            Paper, "contract", NetworkContract(width=128, height=96, mean=0.0, scale=255.0)
        )
        yield


@pytest.fixture(scope="module")
def checkpoint(released_checkpoint, tmp_path_factory):
    """The rule-filled checkpoint made more like a trained one, which breaks in int8.

    Its logits are spread around 0. One channel has 1024 times its range, which the next
    convolution takes back: the network computes the same, but an int8 step of that tensor is wider
    than all of its other channels.
    """
    content = torch.load(released_checkpoint, weights_only=True)
    image = torch.from_numpy(np.float32(PHOTO) / 255).permute(2, 0, 1)[None]
    with torch.inference_mode():
        logits = load_weights(released_checkpoint).network.logits(image)
    gain = 2 / logits.std()
    state = content["model_state_dict"]
    state["module.final_conv.bias"].sub_(logits.mean()).mul_(gain)
    state["module.final_conv.weight"].mul_(gain)
    state["module.double_conv_input.1.weight"][0] *= 1024
    state["module.double_conv_input.1.bias"][0] *= 1024
    state["module.double_conv_input.3.weight"][:, 0] /= 1024
    path = tmp_path_factory.mktemp("uneven") / "Student_model.pth"
    torch.save(content, path)
    return path


@pytest.fixture(scope="module")
def exported(checkpoint, tmp_path_factory):
    """Exit status, what the screen said, and the folder."""
    folder = tmp_path_factory.mktemp("exported")
    screen = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    with contextlib.redirect_stderr(screen):
        status = main([str(checkpoint), "-o", str(folder)])
    return status, screen.buffer.getvalue().decode(), folder


def test_what_breaks_is_refused_and_all_else_is_written(exported):
    status, screen, folder = exported
    assert status == 1
    assert "refused: int8: The mean difference is" in screen
    # It rounds the wide channel and its neighbours to the same steps too.
    assert "refused: dynamic: " in screen
    assert "What was refused is not written: exit status 1" in screen
    assert sorted(path.name for path in folder.iterdir()) == [
        "Student_model.float16.tflite",
        "Student_model.float32.tflite",
        "Student_model.int8-mixed.tflite",
        "Student_model.onnx",
        "Student_model.report.html",
        "Student_model.report.json",
        "Student_model.simplified.onnx",
    ]


def test_few_layers_in_float32_rescue_int8(exported):
    report = json.loads((exported[2] / "Student_model.report.json").read_text())
    stages = {stage["name"]: stage for stage in report["stages"]}
    broken, mixed = stages["int8"], stages["int8-mixed"]
    assert mixed["difference"]["mean"] < 0.02 < broken["difference"]["mean"]
    assert 0 < len(mixed["kept_float"]) < len(broken["layers"]) / 4
    # The channel that is so much wider than the others is found.
    errors = {layer["name"]: layer["own_error"] for layer in broken["layers"]}
    assert max(errors, key=errors.get) in mixed["kept_float"]
    facts = read_tflite_facts(exported[2] / "Student_model.int8-mixed.tflite")
    assert facts.input.dtype == facts.output.dtype == "uint8"
    assert facts.tensor_types["INT8"] > facts.tensor_types["FLOAT32"]
    assert facts.idle_pairs == 0
    content = (exported[2] / "Student_model.int8-mixed.tflite").read_bytes()
    assert read_facts(content, name="mixed").precision == "int8-mixed"


def test_screen_and_report_say_that_images_were_generated(exported):
    _, screen, folder = exported
    assert "note: generated images stood in for calibration photos" in screen
    report = json.loads((folder / "Student_model.report.json").read_text())
    assert report["checkpoint"]["architecture"] == "paper"
    assert report["calibration"]["folder"] is None
    assert report["calibration"]["used"] == 16
    assert report["gate"].startswith("agreement of the maps on generated images")


@pytest.mark.parametrize(("suffix", "tolerance"), [("onnx", 1e-4), ("float32.tflite", 1e-3)])
def test_float_file_computes_what_the_checkpoint_computes(exported, checkpoint, suffix, tolerance):
    converted = open_predictor(exported[2] / f"Student_model.{suffix}")
    assert converted.size_wh == (128, 96)
    expected, got = open_predictor(checkpoint).predict(PHOTO), converted.predict(PHOTO)
    assert expected.std() > 0.2
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance)


def test_device_gets_the_map_of_the_checkpoint(exported, checkpoint):
    with BlurDetector(exported[2] / "Student_model.float32.tflite", threads=1) as detector:
        got = detector.detect(PHOTO).model_probability
    np.testing.assert_allclose(got, open_predictor(checkpoint).predict(PHOTO), rtol=0, atol=1e-3)


def test_nothing_is_slow_for_nothing(exported):
    facts = read_tflite_facts(exported[2] / "Student_model.float32.tflite")
    assert facts.slow_spots() == []
    assert facts.operators["TRANSPOSE_CONV"] == 5
