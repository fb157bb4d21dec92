"""What is written for a model hub: the card, the bill of materials, the files themselves."""

import hashlib
import importlib.resources
import json
import warnings
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import skimage.data
import torch
import yaml
from PIL import Image
from referencing import Registry, Resource
from torch import nn

from dbd_mobile.errors import InputError
from export.__main__ import main
from export.publishing.device_times import read_device_times

ROOT = Path(__file__).parents[2]
DEVICES = ROOT / "benchmarks" / "results" / "devices"


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Photos whose right half counts as blurred."""
    root = tmp_path_factory.mktemp("photos") / "halves"
    for folder in ("image", "mask"):
        (root / folder).mkdir(parents=True)
    for name in ("astronaut", "coffee"):
        photo = Image.fromarray(getattr(skimage.data, name)()).resize((64, 64))
        photo.save(root / "image" / f"{name}.png")
        mask = np.zeros((64, 64), np.uint8)
        mask[:, 32:] = 255
        Image.fromarray(mask).save(root / "mask" / f"{name}.png")
    return root


@pytest.fixture(scope="module")
def hub(tmp_path_factory, photos):
    """The folder of a small network's float32 file, and that of its export."""
    folder = tmp_path_factory.mktemp("hub")
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, 1, 1))
    network.append(nn.Sigmoid())
    with warnings.catch_warnings():
        # The classic exporter says that it is the classic one.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.eval(), (torch.zeros(1, 3, 64, 64),), str(folder / "net.onnx"), dynamo=False,
            opset_version=17,
        )  # fmt: skip
    options = ["--mean", "0", "--scale", "255", "--precision", "float32", "--evaluate", str(photos)]
    options += ["--author", "A. Author", "--license", "Apache-2.0", "--hub", str(folder / "hub")]
    options += ["--base-model", "a-house/a-network", "--devices", str(DEVICES)]
    (folder / "hub").mkdir()
    # Of an earlier export, and of another hand.
    for name in ("net.int8.tflite", "another.onnx"):
        (folder / "hub" / name).touch()
    with pytest.MonkeyPatch.context() as patch:
        # Other runtimes are for tests of their own: they take seconds.
        patch.setattr(
            "export.proving.runtimes.check_runtimes",
            lambda kind, files, *others: {precision: [] for precision in files},
        )
        assert main([str(folder / "net.onnx"), "-o", str(folder / "out"), *options]) == 0
    return folder / "hub", folder / "out"


def test_page_says_which_file_to_ship_where_and_what_took_how_long(hub):
    page = (hub[1] / "net.report.html").read_text()
    assert "<td>net.float32.tflite</td><td>wherever each pixel counts" in page
    assert "Seconds of the export: " in page and "Checking float32" in page
    report = json.loads((hub[1] / "net.report.json").read_text())
    assert report["seconds"].keys() >= {"ONNX", "TFLite", "Latency here"}
    (float32,) = (stage for stage in report["stages"] if stage["name"] == "float32")
    assert float32["latency_ms"] > 0


def front_and_text(card):
    _, front, text = card.read_text().split("---\n", 2)
    return yaml.safe_load(front), text


def test_folder_holds_the_files_that_passed_their_report_and_what_describes_them(hub):
    folder, exported = hub
    names = {path.name for path in exported.iterdir()}
    others = {"README.md", "sbom.cdx.json", "another.onnx"}
    assert {path.name for path in folder.iterdir()} == names | others
    for name in names:
        assert (folder / name).read_bytes() == (exported / name).read_bytes()


def test_hub_reads_library_task_licence_and_measures_from_the_card(hub):
    front, _ = front_and_text(hub[0] / "README.md")
    assert (front["library_name"], front["pipeline_tag"]) == ("litert", "image-segmentation")
    assert (front["license"], front["base_model"]) == ("apache-2.0", "a-house/a-network")
    assert front["datasets"] == []
    (index,) = front["model-index"]
    measured = json.loads((hub[1] / "net.report.json").read_text())
    (float32,) = (stage for stage in measured["stages"] if stage["name"] == "float32")
    (mae,) = (
        metric
        for result in index["results"]
        for metric in result["metrics"]
        if metric["name"] == "mae, float32"
    )
    assert mae["value"] == pytest.approx(float32["accuracy"]["mae"], abs=1e-5)
    assert {result["dataset"]["name"] for result in index["results"]} == {"halves"}


def test_card_lists_each_file_with_its_checksum_and_no_time_of_another_file(hub):
    _, text = front_and_text(hub[0] / "README.md")
    for path in (hub[0] / "net.float32.tflite", hub[0] / "net.simplified.onnx"):
        assert f"| `{path.name}` | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |" in text
    assert 'BlurDetector("net.float32.tflite")' in text
    assert "No device has measured these very files yet" in text


def test_bill_of_materials_keeps_to_its_schema_and_names_every_file_and_tool(hub):
    bill = json.loads((hub[0] / "sbom.cdx.json").read_text())
    schemas = importlib.resources.files("cyclonedx.schema") / "_res"

    def read(name):
        return json.loads((schemas / f"{name}.SNAPSHOT.schema.json").read_text())

    others = [("spdx", "spdx"), ("jsf-0.82", "jsf-0.82")]
    registry = Registry().with_resources(
        (
            f"http://cyclonedx.org/schema/{address}.SNAPSHOT.schema.json",
            Resource.from_contents(read(name)),
        )
        for address, name in others
    )
    jsonschema.Draft7Validator(read("bom-1.6"), registry=registry).validate(bill)
    assert [part["name"] for part in bill["components"]] == [
        "net.onnx", "net.simplified.onnx", "net.float32.tflite",
    ]  # fmt: skip
    tools = {tool["name"]: tool["version"] for tool in bill["metadata"]["tools"]["components"]}
    assert {"onnx2tf", "onnxsim", "python"} <= tools.keys()
    model = bill["metadata"]["component"]
    assert model["pedigree"]["ancestors"][0]["name"] == "a-house/a-network"


def test_times_on_devices_come_with_their_conditions():
    times = read_device_times(DEVICES)
    lite = hashlib.sha256((ROOT / "dbd_mobile/models/lite/model.tflite").read_bytes()).hexdigest()
    assert any(time.sha256 == lite for time in times)
    for time in times:
        assert 0 < time.p50_ms <= time.p90_ms and time.runs > 0
        assert time.device and time.runtime and time.heat
    conditions = [(t.sha256, t.device, t.runtime, t.photo, t.threads) for t in times]
    assert len(set(conditions)) == len(times), "rows that differ in nothing that is told"


def test_report_of_something_else_is_one_sentence(tmp_path):
    (tmp_path / "other.json").write_text('{"schema": "another/1"}')
    with pytest.raises(InputError, match=r"other\.json is no report of dbd-mobile bench"):
        read_device_times(tmp_path)


def test_folder_that_cannot_be_is_told_before_the_work(tmp_path, capfd):
    (tmp_path / "hub").write_text("a file")
    options = ["--hub", str(tmp_path / "hub"), "--author", "A. Author", "--license", "MIT"]
    assert main([str(tmp_path / "none.onnx"), "-o", str(tmp_path / "out"), *options]) == 2
    assert f"{tmp_path / 'hub'} is no folder; give --hub another name." in capfd.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ["--hub", "hub", "--author", "A", "--license", "MIT", "--keep-failing"],
            "leave --keep-failing out",
        ),
        (["--hub", "hub", "--author", "A. Author"], "--hub needs --author and --license"),
        (["--hub", ".", "--author", "A", "--license", "MIT"], "--hub needs another folder than"),
        (["--base-model", "a/b"], "--devices and --base-model are for a model hub"),
    ],
)
def test_hub_needs_what_its_card_states(options, sentence, capsys):
    with pytest.raises(SystemExit):
        main(["net.onnx", "-o", ".", *options])
    assert sentence in capsys.readouterr().err
