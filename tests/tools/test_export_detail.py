"""An export of the detail network from end to end, with the real converters."""

import io
import json
import re
import zipfile

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image

from dbd_mobile.catalogue import ModelError, load_detail, load_model
from evaluation.predictors import open_predictor
from evaluation.tile_measurer import open_tile_measurer
from export.__main__ import main
from export.job import ExportJob
from export.kinds import KINDS
from export.pipeline import export_checkpoint
from export.proving.runtimes import OLDEST_PYTHON, untried_runtimes
from export.proving.tflite_facts import read_tflite_facts
from export.publishing.card import MODELS_FOLDER, write_bundle
from networks import ARCHITECTURES, Detail, build
from networks.weights import save_weights

ALL_FILES = [
    "net.float16.tflite",
    "net.float32.tflite",
    "net.int8.tflite",
    "net.onnx",
    "net.report.html",
    "net.report.json",
    "net.simplified.onnx",
]
RADII = ("1", "1.5", "2", "3", "4", "6")


def save_network(path, *, spread, unsure=False):
    """An untrained network whose logits on a photo have this standard deviation.

    Random weights amplify the rounding of int8: logits close together pass the gate, widely spread
    ones fail it.
    """
    torch.manual_seed(0)
    network = build("detail", Detail)
    photo = skimage.data.astronaut()[::2, ::2].astype(np.float32)
    image = torch.from_numpy((photo - 127) / 128).permute(2, 0, 1)[None]
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        # One pass gives the normalisation the statistics of a photo.
        network.logits(image)
        network.eval()
        logits = network.logits(image)
        gain = spread / logits.std(dim=(0, 2, 3))
        network.head.weight.mul_(gain[:, None, None, None])
        # A radius of two pixels, its spread, and no motion.
        means = torch.tensor([-0.8, 3.0 if unsure else -1.0, -2.0])
        network.head.bias.copy_(means - gain * (logits.mean(dim=(0, 2, 3)) - network.head.bias))
    save_weights(path, network, "detail", {"recipe": {"photos": "my-photos"}, "version": "1.1.0"})


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Three photos, and a list of two of them."""
    folder = tmp_path_factory.mktemp("data") / "own"
    folder.mkdir()
    for name in ("astronaut", "coffee", "rocket"):
        Image.fromarray(getattr(skimage.data, name)()).save(folder / f"{name}.png")
    (folder / "two.txt").write_text("astronaut.png\ncoffee.png\n")
    return folder


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "net.safetensors"
    save_network(path, spread=0.1)
    return path


@pytest.fixture(scope="module")
def exported(tmp_path_factory, checkpoint, photos):
    """The report and the folder of an export that is evaluated."""
    folder = tmp_path_factory.mktemp("exported")
    job = ExportJob(
        checkpoint=checkpoint,
        output=folder,
        calibration=photos,
        evaluation=photos,
        evaluation_list=photos / "two.txt",
        stated={"author": "A. Author", "license": "MIT"},
    )
    return export_checkpoint(job, lambda step, done, total: None), folder


def run_export(*arguments):
    return main([str(argument) for argument in arguments])


def test_export_leaves_the_files_and_a_report_that_says_the_kind(exported):
    report, folder = exported
    assert report.passed, [stage.failures for stage in report.stages]
    assert sorted(path.name for path in folder.iterdir()) == ALL_FILES
    stored = json.loads((folder / "net.report.json").read_text())
    assert stored["kind"] == "detail"
    assert stored["gate"] == "agreement of the radii and task measures on own/two"
    stored_facts = stored["calibration"]
    assert (stored_facts["used"], stored_facts["images"]) == (3, 198)
    (int8,) = (stage for stage in stored["stages"] if stage["name"] == "int8")
    assert int8["difference"]["median_ratio"] <= int8["tolerance"]["median_ratio"] == 0.05
    assert [f"{row['disc_px']:g}" for row in int8["accuracy"]["rows"]] == list(RADII)


def test_precision_that_its_weights_are_too_small_for_is_left_out_with_a_reason(exported):
    assert exported[0].left_out == [
        "dynamic is not made: weights as small as these have nothing to gain.",
        *untried_runtimes(),
        "int8-mixed is not needed: int8 passed.",
    ]


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("net.onnx", 1e-4),
        ("net.simplified.onnx", 1e-4),
        ("net.float32.tflite", 1e-3),
        ("net.float16.tflite", 1e-2),
        ("net.int8.tflite", 0.05),
    ],
)
def test_file_measures_what_the_checkpoint_measures(exported, checkpoint, name, tolerance):
    tile = skimage.data.coffee()[:256, :256]
    expected = open_predictor(checkpoint, Detail).predict(tile)
    got = open_predictor(exported[1] / name, Detail).predict(tile)
    assert (got.shape, got.dtype) == ((16, 16, 3), np.float32)
    np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance)
    cells = open_tile_measurer(exported[1] / name)(skimage.data.coffee())
    assert cells.radius_px.shape == (25, 37)
    assert cells.radius_px.min() > 1 and cells.radius_px.max() < 4


def test_int8_file_is_what_the_runtime_takes_for_detail_and_for_nothing_else(exported):
    file = exported[1] / "net.int8.tflite"
    facts = read_tflite_facts(file)
    assert (facts.input.shape, facts.input.dtype) == ((1, 256, 256, 3), "uint8")
    assert (facts.input.scale, facts.input.zero_point) == (1 / 128, 127)
    assert (facts.output.name, facts.output.shape) == ("cells", (1, 16, 16, 3))
    assert (facts.output.scale, facts.output.zero_point) == (1 / 256, 0)
    assert facts.tensor_types.keys() == {"INT8", "INT32", "UINT8"}
    assert facts.slow_spots() == []
    assert load_detail(file).facts.output.size_wh == (16, 16)
    with pytest.raises(ModelError, match="does not give a blur map"):
        load_model(file)


def test_metadata_name_the_channels_and_promise_no_segmenter(exported):
    content = (exported[1] / "net.int8.tflite").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("labels.txt") == b"radius\nspread\nmotion\n"
    assert b"SEGMENTER_METADATA" not in content
    assert b"A tile of the photo, in the photo's own pixels." in content
    assert b"A. Author" in content and b"1.1.0" in content


def test_every_file_was_run_by_every_runtime_that_is_there(exported):
    oldest = ["tflite-runtime"] if OLDEST_PYTHON.exists() else []
    for precision in ("float32", "float16", "int8"):
        checks = exported[0].stage(precision).runtimes
        assert [check.runtime.split()[0] for check in checks] == [
            "ai-edge-litert",
            *oldest,
            "tensorflow",
        ]
        assert all(check.difference.photos == 4 for check in checks)


def test_page_shows_the_worst_tiles_with_their_radii(exported):
    report, folder = exported
    page = (folder / "net.report.html").read_text()
    worst = report.stage("int8").worst
    assert f"{worst[0].name}, mean difference of log2 of the radius" in page
    assert re.match(r"(astronaut|coffee)\.png at \d+, \d+", worst[0].name)
    assert page.count("<figcaption>float32, white = blurred, blue = unsure") == 2 * 3
    # Tile, two maps and the difference, of three tiles in float16 and int8 each.
    assert page.count("<img") == 2 * 3 * 4
    assert "error at 1.5 px" in page
    assert "3 of 3 photos of own, 198 tiles of them" in page


def test_card_says_what_kind_it_is_and_how_far_radii_are_off(exported, tmp_path):
    report, folder = exported
    shipped = report.stage("int8").accuracy
    bundle = write_bundle(
        report, folder / "net.int8.tflite", "detail", {"own/two": shipped}, tmp_path
    )
    card = json.loads((bundle / "card.json").read_text())
    assert list(card)[:2] == ["id", "kind"]
    assert (card["id"], card["kind"], card["name"]) == ("detail", "detail", "Detail")
    assert (card["output"]["width"], card["output"]["height"]) == (16, 16)
    assert card["output"]["meaning"].startswith("of each cell of 16x16 pixels log2")
    int8, float32 = card["accuracy"]
    for entry, precision in ((int8, "int8"), (float32, "float32")):
        assert (entry["precision"], entry["protocol"]) == (precision, "log2_radius")
        assert (entry["dataset"], entry["images"], entry["size"]) == ("own/two", 2, "native")
        assert list(entry["values"]) == ["error", *(f"error_{radius}px" for radius in RADII)]
    assert int8["values"]["error"] == round(shipped.error, 5)
    assert set(card["calibration"].values()) == {None}
    assert card["training"]["data"] == "Trained on photos and masks of the folder 'my-photos'."


def test_every_bundled_card_is_of_a_known_kind():
    cards = [json.loads(path.read_text()) for path in MODELS_FOLDER.glob("*/card.json")]
    assert {"blur-map"} <= {card["kind"] for card in cards} <= KINDS.keys()


def test_every_architecture_is_of_one_kind():
    for name in ARCHITECTURES:
        assert sum(isinstance(build(name), kind.network) for kind in KINDS.values()) == 1


def test_int8_that_measures_otherwise_is_refused(photos, tmp_path, capfd):
    save_network(tmp_path / "net.safetensors", spread=4.0)
    options = ("-o", tmp_path / "out", "--calibration", photos, "--precision", "float32,int8")
    assert run_export(tmp_path / "net.safetensors", *options) == 1
    assert re.search("refused: int8: The .* of the radius", capfd.readouterr().err)
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == [name for name in ALL_FILES if "float16" not in name and "int8" not in name]
    assert "the layers that lose most" in (tmp_path / "out" / "net.report.html").read_text()


def test_network_that_is_nowhere_sure_is_refused_as_a_whole(photos, tmp_path, capfd):
    save_network(tmp_path / "net.safetensors", spread=0.1, unsure=True)
    options = ("-o", tmp_path / "out", "--calibration", photos, "--precision", "float32,int8")
    assert run_export(tmp_path / "net.safetensors", *options) == 1
    assert "refused: torch: It is confident in 0.00% of the cells only" in capfd.readouterr().err
    assert not list((tmp_path / "out").glob("*.tflite"))


def test_photos_that_were_reduced_to_less_than_a_tile_are_one_sentence(checkpoint, tmp_path, capfd):
    Image.new("RGB", (200, 300)).save(tmp_path / "small.png")
    assert run_export(checkpoint, "-o", tmp_path / "out", "--calibration", tmp_path) == 2
    error = capfd.readouterr().err
    assert "small.png has 200x300 pixels, fewer than a tile of 256x256" in error
    assert "Traceback" not in error and not (tmp_path / "out").exists()
