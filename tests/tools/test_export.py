"""An export from end to end, with the real converters, on a small network and generated photos."""

import importlib.metadata
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from ai_edge_litert import schema_py_generated as tflite_schema
from PIL import Image, ImageFilter

import dbd_mobile
from data.blur_dataset import BlurDataset, squash
from data.terms import NO_VERSION
from dbd_mobile.errors import InputError
from dbd_mobile.tflite.model_file import read_facts
from evaluation.composites import CompositeErrors
from evaluation.predictors import open_predictor
from export.__main__ import main
from export.converting.tflite import METHODS, TfliteConverter
from export.job import ExportJob
from export.kinds import BLUR_MAP, KINDS
from export.pipeline import export_checkpoint
from export.proving.precision import PRECISIONS
from export.proving.runtimes import OLDEST_PYTHON, untried_runtimes
from export.proving.tflite_facts import read_tflite_facts
from export.publishing.card import write_bundle
from export.reading.families import FAMILIES
from export.reading.source import read_source
from networks import ARCHITECTURES, NetworkContract, build
from networks.weights import load_weights, save_weights

ROOT = Path(__file__).parents[2]
# Not square, so that width and height taken for each other show.
CONTRACT = NetworkContract(width=128, height=96, mean=127.0, scale=128.0)
ALL_FILES = [
    "net.dynamic.tflite",
    "net.float16.tflite",
    "net.float32.tflite",
    "net.int8.tflite",
    "net.onnx",
    "net.report.html",
    "net.report.json",
    "net.simplified.onnx",
]
MODEL_FILES = [name for name in ALL_FILES if ".report." not in name]


def save_network(path, *, mean, spread):
    """An untrained Lite whose logits on a photo have this mean and standard deviation.

    Random weights amplify the rounding of int8 to a quarter of the spread, far more than trained
    ones do: logits far from 0 and close together pass the gate, widely spread ones fail it.
    """
    torch.manual_seed(0)
    network = build("lite")
    network.encoder.load_imagenet_weights()
    network.contract = CONTRACT
    photo = squash(skimage.data.astronaut(), (CONTRACT.width, CONTRACT.height))
    image = torch.from_numpy((photo.astype(np.float32) - 127) / 128).permute(2, 0, 1)[None]
    for part in (network.laterals, network.mergers, network.reducers):
        for module in part.modules():
            if isinstance(module, torch.nn.BatchNorm2d):
                module.momentum = 1.0
    with torch.no_grad():
        # One pass gives the decoder's normalisation the statistics of a photo.
        network.encoder.eval()
        network.logits(image)
        network.eval()
        logits = network.logits(image)
        gain = spread / logits.std()
        network.head.bias.sub_(logits.mean()).mul_(gain).add_(mean)
        network.head.weight.mul_(gain)
    save_weights(path, network, "lite", {"recipe": {"epochs": 0}})


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Photos whose right half is blurred, with masks."""
    root = tmp_path_factory.mktemp("data") / "halves"
    (root / "image").mkdir(parents=True)
    (root / "mask").mkdir()
    for name in ("astronaut", "chelsea", "coffee", "rocket"):
        photo = Image.fromarray(getattr(skimage.data, name)()).resize((200, 160))
        right = (100, 0, 200, 160)
        photo.paste(photo.filter(ImageFilter.GaussianBlur(4)).crop(right), right)
        photo.save(root / "image" / f"{name}.png")
        mask = Image.new("L", photo.size)
        mask.paste(255, right)
        mask.save(root / "mask" / f"{name}.png")
    (root / "two.txt").write_text("coffee.png\nrocket.png\n")
    return root


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "net.safetensors"
    save_network(path, mean=1.0, spread=0.15)
    return path


@pytest.fixture(scope="module")
def exported(tmp_path_factory, checkpoint, dataset):
    """The report and the folder of an export that is evaluated."""
    folder = tmp_path_factory.mktemp("exported")
    job = ExportJob(
        checkpoint=checkpoint,
        output=folder,
        calibration=dataset,
        evaluation=dataset,
        evaluation_list=Path("two.txt"),
        stated={"version": "1.2.0", "author": "A. Author", "license": "MIT"},
    )
    return export_checkpoint(job, lambda step, done, total: None), folder


def run_export(*arguments):
    return main([str(argument) for argument in arguments])


def photos_of(dataset):
    return [squash(BlurDataset.from_folder(dataset).photo(i), (128, 96)) for i in range(4)]


def test_export_leaves_the_files_and_the_report_only(exported):
    report, folder = exported
    assert report.passed
    assert sorted(path.name for path in folder.iterdir()) == ALL_FILES
    stored = json.loads((folder / "net.report.json").read_text())
    assert stored["schema"] == "dbd-mobile-export/4"
    assert [stage["name"] for stage in stored["stages"]] == [
        "torch",
        "onnx",
        "simplified",
        "float32",
        "float16",
        "dynamic",
        "int8",
    ]
    assert {file["name"]: file["size_bytes"] for file in stored["files"]} == {
        name: (folder / name).stat().st_size for name in MODEL_FILES
    }
    assert stored["calibration"]["used"] == 4
    assert stored["left_out"] == [*untried_runtimes(), "int8-mixed is not needed: int8 passed."]


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        ("net.onnx", 1e-4),
        ("net.simplified.onnx", 1e-4),
        ("net.float32.tflite", 1e-3),
        ("net.float16.tflite", 2e-2),
    ],
)
def test_float_file_computes_what_the_checkpoint_computes(
    exported, checkpoint, dataset, name, tolerance
):
    original, converted = open_predictor(checkpoint), open_predictor(exported[1] / name)
    assert converted.size_wh == (128, 96)
    for photo in photos_of(dataset):
        expected, got = original.predict(photo), converted.predict(photo)
        assert got.dtype == np.float32
        assert got.shape == (96, 128)
        np.testing.assert_allclose(got, expected, rtol=0, atol=tolerance)


def test_int8_file_gives_the_maps_of_the_checkpoint(exported, checkpoint, dataset):
    original = open_predictor(checkpoint)
    converted = open_predictor(exported[1] / "net.int8.tflite")
    for photo in photos_of(dataset):
        expected, got = original.predict(photo), converted.predict(photo)
        assert got.dtype == np.float32
        assert got.shape == (96, 128)
        assert np.abs(got - expected).mean() < 0.02
        # Maps of other pixels, or of width and height exchanged, would not go up and down alike.
        assert np.corrcoef(got.ravel(), expected.ravel())[0, 1] > 0.8


def test_int8_file_takes_and_gives_bytes_and_has_int8_inside_only(exported):
    facts = read_tflite_facts(exported[1] / "net.int8.tflite")
    assert (facts.input.name, facts.output.name) == ("image", "blur")
    assert (facts.input.dtype, facts.input.shape) == ("uint8", (1, 96, 128, 3))
    assert (facts.input.scale, facts.input.zero_point) == (1 / 128, 127)
    assert (facts.output.dtype, facts.output.shape) == ("uint8", (1, 96, 128, 1))
    assert (facts.output.scale, facts.output.zero_point) == (1 / 256, 0)
    assert facts.tensor_types.keys() == {"INT8", "INT32", "UINT8"}
    assert facts.tensor_types["UINT8"] == 2
    assert facts.per_tensor_convolutions == 0


def test_what_is_slow_is_said_with_the_reason():
    facts = read_tflite_facts(Path(dbd_mobile.__file__).parent / "models" / "nano" / "model.tflite")
    slower = replace(facts, operators={"PAD": 2}, xnnpack_partitions=2, outside_xnnpack={"SQRT": 1})
    assert slower.slow_spots() == [
        "It has 2 PAD, which copies a tensor and computes nothing.",
        "XNNPACK takes it in 2 pieces and leaves 1 SQRT to slower kernels.",
    ]


@pytest.mark.parametrize("precision", ["float32", "float16", "dynamic", "int8"])
def test_nothing_is_slow_for_nothing(exported, precision):
    facts = read_tflite_facts(exported[1] / f"net.{precision}.tflite")
    assert facts.slow_spots() == []
    # In int8 a product with a matrix enlarges the rows of the map.
    is_int8 = precision == "int8"
    assert facts.paddings == {"SAME": 73 if is_int8 else 72}
    assert facts.operators.get("RESHAPE", 0) == (3 if is_int8 else 0)
    assert facts.xnnpack_partitions == 1


@pytest.mark.parametrize("wrong", PRECISIONS)
@pytest.mark.parametrize("name", ["float32", "float16", "dynamic", "int8"])
def test_file_passes_as_its_own_precision_only(exported, name, wrong):
    facts = read_tflite_facts(exported[1] / f"net.{name}.tflite")
    sentences = " ".join(facts.violations(wrong, CONTRACT, BLUR_MAP))
    if name == wrong:
        assert sentences == ""
        return
    assert "tensors inside" in sentences
    takes_bytes = PRECISIONS[name].takes_bytes
    assert (f"but is {facts.input.dtype}" in sentences) == (
        takes_bytes != PRECISIONS[wrong].takes_bytes
    )


@pytest.mark.parametrize("name", ["float32", "float16", "dynamic", "int8"])
def test_runtime_calls_a_precision_as_the_files_name_does(exported, name):
    content = (exported[1] / f"net.{name}.tflite").read_bytes()
    assert read_facts(content, name=name).precision == name


def test_facts_say_what_a_file_needs_and_count_its_conversions(exported):
    facts = read_tflite_facts(exported[1] / "net.int8.tflite")
    # From the photo's bytes to int8, and back at the end.
    assert (facts.conversions, facts.idle_pairs) == (2, 0)
    assert facts.schema_version == 3
    assert re.fullmatch(r"\d+\.\d+\.\d+", facts.runtime)
    assert facts.operator_versions.keys() == facts.operators.keys()
    assert facts.operator_versions["CONV_2D"] >= 3


def test_ranges_are_those_whose_maps_are_most_like_float32s(exported):
    stage = exported[0].stage("int8")
    means = {trial.name: trial.difference.mean for trial in stage.trials}
    assert means.keys() == set(METHODS)
    assert len(set(means.values())) > 1
    assert stage.choice == min(means, key=means.get)


def test_every_file_was_run_by_every_runtime_that_is_there(exported):
    oldest = ["tflite-runtime 2.14.0"] if OLDEST_PYTHON.exists() else []
    for precision in ("float32", "float16", "dynamic", "int8"):
        checks = exported[0].stage(precision).runtimes
        assert [check.runtime for check in checks] == [
            f"ai-edge-litert {importlib.metadata.version('ai-edge-litert')} without XNNPACK",
            *oldest,
            f"tensorflow {importlib.metadata.version('tensorflow')}",
        ]
        assert all(check.difference.photos == 2 for check in checks)


def test_page_shows_the_worst_photos_and_needs_no_other_file(exported):
    report, folder = exported
    page = (folder / "net.report.html").read_text()
    assert not re.search(r"""(src|href)="(?!data:image/(png|jpeg);base64,)""", page)
    for name in ("float16", "dynamic", "int8"):
        worst = report.stage(name).worst
        assert [photo.mean for photo in worst] == sorted((p.mean for p in worst), reverse=True)
        assert f"{worst[0].name}, mean difference" in page
    # Photo, two maps and the difference, of two photos each.
    assert page.count("<img") == 3 * 2 * 4


def test_other_normalisation_than_expected_is_a_violation(exported):
    facts = read_tflite_facts(exported[1] / "net.int8.tflite")
    (sentence,) = facts.violations(
        "int8", NetworkContract(width=128, height=96, mean=0.0, scale=255.0), BLUR_MAP
    )
    assert "zero point 0 but is" in sentence


def test_task_measures_are_reported_for_every_stage(exported):
    report, _ = exported
    assert report.gate.endswith("halves/two")
    assert all(stage.accuracy.images == 2 for stage in report.stages)


def test_same_inputs_give_same_bytes(exported, checkpoint, dataset, tmp_path):
    options = ("-o", tmp_path, "--calibration", dataset / "image", "--author", "A. Author")
    options += ("--license", "MIT", "--model-version", "1.2.0")
    options += ("--evaluate", dataset, "--list", "two.txt")
    assert run_export(checkpoint, *options) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ALL_FILES
    for name in MODEL_FILES:
        assert (tmp_path / name).read_bytes() == (exported[1] / name).read_bytes()


def test_int8_that_fails_its_gate_is_refused_and_an_older_one_removed(dataset, tmp_path, capfd):
    save_network(tmp_path / "net.safetensors", mean=0.0, spread=4.0)
    output = tmp_path / "exported"
    output.mkdir()
    (output / "net.int8.tflite").write_bytes(b"of an earlier export")
    (output / "notes.txt").write_text("of the user")
    options = ("-o", output, "--calibration", dataset, "--precision", "float32,int8")
    assert run_export(tmp_path / "net.safetensors", *options) == 1
    assert "refused: int8: The mean difference is" in capfd.readouterr().err
    assert sorted(path.name for path in output.iterdir()) == [
        "net.float32.tflite",
        "net.onnx",
        "net.report.html",
        "net.report.json",
        "net.simplified.onnx",
        "notes.txt",
    ]
    assert "the layers that lose most" in (output / "net.report.html").read_text()
    stored = json.loads((output / "net.report.json").read_text())
    assert not stored["passed"]
    assert stored["evaluation"] is None
    assert stored["gate"] == (
        "agreement of the maps on 2 images of photos that chose no ranges; no task measures were "
        "taken"
    )
    assert "int8" not in {file["stage"] for file in stored["files"]}
    (int8,) = (stage for stage in stored["stages"] if stage["name"] == "int8")
    assert len(int8["layers"]) > 80
    assert all(0 <= layer["own_error"] <= 1 for layer in int8["layers"])


def test_card_describes_the_int8_file(exported, tmp_path):
    report, folder = exported
    # Not the export's own measures: what the device package makes of the file.
    shipped = replace(report.stage("int8").accuracy, fmax=0.123456)
    bundle = write_bundle(report, folder / "net.int8.tflite", "halves", {"own": shipped}, tmp_path)
    assert bundle == tmp_path / "halves"
    assert sorted(path.name for path in bundle.iterdir()) == ["card.json", "model.tflite"]
    card = json.loads((bundle / "card.json").read_text())
    content = (bundle / "model.tflite").read_bytes()
    assert content == (folder / "net.int8.tflite").read_bytes()
    assert (card["id"], card["version"], card["license"]) == ("halves", "1.2.0", "MIT")
    assert card["kind"] == "blur-map"
    assert (card["name"], card["author"]) == ("Lite", "A. Author")
    assert b"A. Author" in content and b"MIT" in content
    assert card["size_bytes"] == len(content)
    assert (card["input"]["width"], card["input"]["height"]) == (128, 96)
    measured = {
        (entry["precision"], name)
        for entry in card["accuracy"]
        for name in entry["values"]
        if name != "one_class_images"
    }
    names = ("fmax", "f_at_half", "ddff", "adaptive", "mae", "auc")
    assert measured == {(p, name) for p in ("int8", "float32") for name in names}
    stated = {
        entry["precision"]: entry["values"]
        for entry in card["accuracy"][::-1]
        if "fmax" in entry["values"]
    }
    assert stated["int8"]["fmax"] == 0.12346
    assert stated["float32"]["fmax"] == round(report.stage("float32").accuracy.fmax, 5)
    assert card["training"]["recipe"] == {"epochs": 0}


def test_card_has_a_row_for_each_data_set_that_was_measured_too(exported, tmp_path):
    report, folder = exported
    own = report.stage("int8").accuracy
    errors = CompositeErrors(
        scenes=7, foreground_mae=0.1, background_mae=0.2, sharp_mean=0.3, blurred_mean=0.4,
        sweep=[], largest_fall=0.0,
    )  # fmt: skip
    first = report.evaluation
    shipped = {first: own, "szu/held-out": replace(own, mae=0.25), "duts/composites": errors}
    bundle = write_bundle(report, folder / "net.int8.tflite", "halves", shipped, tmp_path)
    card = json.loads((bundle / "card.json").read_text())
    rows = [(entry["dataset"], entry["precision"], entry["protocol"]) for entry in card["accuracy"]]
    protocols = ("fmax", "ddff", "adaptive", "mae", "auc")
    assert rows == [
        *((first, precision, of) for precision in ("int8", "float32") for of in protocols),
        *(("szu/held-out", "int8", of) for of in protocols),
        ("duts/composites", "int8", "composites"),
    ]
    (elsewhere,) = (entry for entry in card["accuracy"][10:] if entry["protocol"] == "mae")
    assert elsewhere["values"] == {"mae": 0.25}
    assert (card["accuracy"][-1]["images"], card["accuracy"][-1]["values"]) == (
        7,
        {"sharp_mean": 0.3, "blurred_mean": 0.4, "foreground_mae": 0.1, "background_mae": 0.2},
    )


def test_composites_are_for_blur_maps():
    with pytest.raises(InputError, match="measure blur maps alone; leave --composites out"):
        KINDS["detail"].measure_composites(Path("any.tflite"), Path("any"))


def card_of(exported, folder, notes):
    """The card of the exported file, had its weights these notes."""
    report, exports = exported
    changed = replace(report, checkpoint=replace(report.checkpoint, notes=notes))
    bundle = write_bundle(
        changed,
        exports / "net.int8.tflite",
        "halves",
        {"own": changed.stage("int8").accuracy},
        folder,
    )
    return json.loads((bundle / "card.json").read_text())


def test_card_of_weights_trained_on_own_photos_claims_no_research_data(exported, tmp_path):
    recipe = {"photos": "my-photos", "encoder_weights": "random", "synthetic_in_batch": 0}
    card = card_of(exported, tmp_path, {"recipe": recipe})
    assert card["training"]["data"] == "Trained on photos and masks of the folder 'my-photos'."
    assert "my-photos' is the user's own: ask its owner" in card["data_terms"]
    assert "CUHK" not in json.dumps(card) and "DUTS" not in json.dumps(card)


def test_card_says_of_data_what_the_recipe_says_whatever_else_the_notes_hold(exported, tmp_path):
    notes = {"recipe": {"photos": "cuhk"}, "data": "none", "weights_sha256": "0", "epoch": 3}
    card = card_of(exported, tmp_path, notes)
    assert card["training"]["data"].startswith("Trained on photos and masks of CUHK.")
    assert card["training"]["weights_sha256"] == exported[0].checkpoint.sha256
    assert card["training"]["epoch"] == 3
    assert "CUHK is research data" in card["data_terms"]


def test_card_states_firmness_and_calibration_error_from_the_notes(exported, tmp_path):
    measured = {"photos": 60, "bins": 15, "ece": 0.03, "ece_without_firmness": 0.05}
    noted = measured | {"ece": 0.030000123}
    notes = {"averaged": [{"recipe": {}}], "firmness": 1.5, "calibration": noted}
    assert card_of(exported, tmp_path, notes)["calibration"] == {"firmness": 1.5} | measured


def test_error_without_firmness_is_null_where_only_a_part_of_it_was_left_out(exported, tmp_path):
    measured = {"photos": 60, "bins": 15, "ece": 0.03, "ece_without_firmness": 0.03}
    firm = {"averaged": [{"recipe": {}}], "firmness": 1.5}
    card = card_of(exported, tmp_path, {"averaged": [firm], "calibration": measured})
    expected = {"firmness": 1.5} | measured | {"ece_without_firmness": None}
    assert card["calibration"] == expected


@pytest.mark.parametrize(
    ("notes", "firmness"),
    [
        ({}, None),
        ({"recipe": {}}, 1),
        ({"averaged": [{"recipe": {}}, {"recipe": {}}]}, 1),
        ({"averaged": [{"averaged": [{"recipe": {}}], "firmness": 1.5}], "firmness": 2}, 3),
        ({"averaged": [{"recipe": {}}, {"recipe": {}, "firmness": 1.5}]}, None),
    ],
    ids=["nothing-recorded", "run", "mean", "firm-mean-of-a-firm-one", "mean-of-unlike-ones"],
)
def test_firmness_is_that_of_all_factors_and_what_is_not_recorded_is_null(
    exported, tmp_path, notes, firmness
):
    card = card_of(exported, tmp_path, notes)
    nothing = dict.fromkeys(("photos", "bins", "ece", "ece_without_firmness"))
    assert card["calibration"] == {"firmness": firmness} | nothing


def test_author_licence_and_version_are_never_those_of_an_earlier_card(tmp_path):
    """Also of the very weights that the bundled model was made of."""
    about = read_source(ROOT / "training" / "weights" / "lite.safetensors", None).about
    assert (about["name"], about["author"], about["license"]) == ("Lite", "unknown", "unknown")
    network = build("lite")
    for notes, version in (
        ({}, "1.0.0"),
        ({"version": NO_VERSION}, "1.0.0"),
        ({"version": "2.1.0"}, "2.1.0"),
    ):
        save_weights(tmp_path / "net.safetensors", network, "lite", notes)
        assert read_source(tmp_path / "net.safetensors", None).about["version"] == version


def test_every_architecture_can_have_a_card():
    assert FAMILIES.keys() == ARCHITECTURES.keys()


def test_network_whose_values_are_no_probabilities_is_refused_as_a_whole(
    checkpoint, dataset, tmp_path, capfd
):
    trained = load_weights(checkpoint)
    trained.network.contract = CONTRACT
    with torch.no_grad():
        # Finite, and so a valid file, but the square root of it is not.
        trained.network.laterals[0].bn.running_var.fill_(-1.0)
    save_weights(tmp_path / "net.safetensors", trained.network, "lite", {})
    options = ("-o", tmp_path / "out", "--evaluate", dataset, "--precision", "float32")
    assert run_export(tmp_path / "net.safetensors", *options) == 1
    screen = capfd.readouterr().err
    assert "refused: torch: It gives NaN" in screen
    assert f"Written to {tmp_path / 'out'}: the report." in screen
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["net.report.html", "net.report.json"]
    # Float files that are compared on evaluation photos have no use for others.
    assert "generated images" not in screen
    assert json.loads((tmp_path / "out" / "net.report.json").read_text())["calibration"] is None


def converter(folder, onnx_file):
    return TfliteConverter(
        onnx_file=onnx_file,
        kind=BLUR_MAP,
        contract=CONTRACT,
        about=dict.fromkeys(("name", "description", "version", "author", "license"), ""),
        folder=folder,
        progress=lambda step, done, total: None,
        verbose=False,
    )


def test_converter_that_fails_is_one_sentence_with_its_last_words(tmp_path):
    (tmp_path / "damaged.onnx").write_bytes(b"no ONNX")
    files, missing = converter(tmp_path, tmp_path / "damaged.onnx").convert_to_float32()
    assert files == {}
    assert re.search(r"status 1: .*\(--verbose shows all", missing["float32"])


def test_what_the_converters_say_is_shown_on_request_and_told_all_the_same(tmp_path, capfd):
    (tmp_path / "damaged.onnx").write_bytes(b"no ONNX")
    work = replace(converter(tmp_path, tmp_path / "damaged.onnx"), verbose=True)
    _, missing = work.convert_to_float32()
    assert "it said nothing" not in missing["float32"]
    assert "Traceback" in capfd.readouterr().err


def test_precision_that_cannot_be_made_takes_no_other_along(exported, tmp_path):
    work = converter(tmp_path, exported[1] / "net.simplified.onnx")
    files, missing = work.convert_to_float32()
    assert (list(files), missing) == (["float32"], {})
    # No photos of its size: there are no ranges, and so no int8.
    photos = np.zeros((2, 40, 40, 3), np.uint8)
    files, missing = work.quantise(["float16", "dynamic", "int8"], photos)
    assert files.keys() == {"float16", "dynamic"} and all(f.exists() for f in files.values())
    assert missing.keys() == {f"int8.{method}" for method in METHODS}
    assert all("failed with status 1: ValueError" in reason for reason in missing.values())


def test_file_that_crashes_litert_is_refused_and_the_others_are_written(
    checkpoint, dataset, tmp_path, monkeypatch, capfd
):
    def damage(self, precisions, calibration):
        files, missing = quantise(self, precisions, calibration)
        content = files["float16"].read_bytes()
        # What lies behind a cut file's end decides whether it is refused or crashes the process.
        files["float16"].write_bytes(content[: len(content) // 3])
        return files, missing

    quantise = TfliteConverter.quantise
    monkeypatch.setattr(TfliteConverter, "quantise", damage)
    options = ("-o", tmp_path, "--calibration", dataset, "--precision", "float32,float16,dynamic")
    assert run_export(checkpoint, *options) == 1
    assert "refused: float16: LiteRT cannot run it: " in capfd.readouterr().err
    names = {path.name for path in tmp_path.glob("*.tflite")}
    assert names == {"net.float32.tflite", "net.dynamic.tflite"}


def test_network_that_cannot_be_converted_keeps_its_onnx_files(
    checkpoint, dataset, tmp_path, monkeypatch, capfd
):
    reason = "The conversion to TFLite failed with status 1: no [Loop]."
    fail = monkeypatch.setattr
    fail(TfliteConverter, "convert_to_float32", lambda self: ({}, {"float32": reason}))
    assert run_export(checkpoint, "-o", tmp_path, "--calibration", dataset) == 1
    assert f"refused: float32: {reason}" in capfd.readouterr().err
    names = {path.name for path in tmp_path.iterdir() if ".report." not in path.name}
    assert names == {"net.onnx", "net.simplified.onnx"}


def missing_checkpoint(checkpoint, dataset, folder):
    return folder / "none.safetensors", dataset, folder / "out"


def damaged_checkpoint(checkpoint, dataset, folder):
    (folder / "cut.safetensors").write_bytes(checkpoint.read_bytes()[:1000])
    return folder / "cut.safetensors", dataset, folder / "out"


def checkpoint_of_another_kind(checkpoint, dataset, folder):
    (folder / "net.h5").write_bytes(checkpoint.read_bytes())
    return folder / "net.h5", dataset, folder / "out"


def folder_without_photos(checkpoint, dataset, folder):
    (folder / "empty").mkdir()
    return checkpoint, folder / "empty", folder / "out"


def damaged_photo(checkpoint, dataset, folder):
    (folder / "photo.jpg").write_bytes(b"no photo")
    return checkpoint, folder, folder / "out"


def output_that_is_a_file(checkpoint, dataset, folder):
    (folder / "out").write_text("a file")
    return checkpoint, dataset, folder / "out"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (missing_checkpoint, "There is no file"),
        (checkpoint_of_another_kind, "is of no known kind"),
        (damaged_checkpoint, "cannot be read as a safetensors file"),
        (folder_without_photos, "No photo found"),
        (damaged_photo, "is not a photo of a kind that is read"),
        (output_that_is_a_file, "Nothing can be written"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    make, sentence, checkpoint, dataset, tmp_path, capfd
):
    weights, photos, output = make(checkpoint, dataset, tmp_path)
    assert run_export(weights, "-o", output, "--calibration", photos) == 2
    error = capfd.readouterr().err
    assert f"error: {tmp_path}" in error or f"error: {sentence}" in error
    assert sentence in error
    assert "Traceback" not in error
    assert not output.is_dir()


def test_error_shows_names_as_they_are(tmp_path, capfd):
    path = tmp_path / "[red]none[/red].safetensors"
    assert run_export(path, "-o", tmp_path / "out") == 2
    assert f"error: There is no file {path}; give" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--precision", "int4"], "unknown precision 'int4'"),
        (["--list", "two.txt"], "--list says which photos of --evaluate"),
        (["--bundle", "lite"], "--bundle needs --evaluate"),
        (["--composites", "set"], "--also-evaluate and --composites are for the card; give --bun"),
        (["--also-evaluate", "set", "list.txt"], "--also-evaluate and --composites are for the"),
        (["--bundle", "../lite"], "no model id"),
        (["--mean", "127", "--scale", "128"], "--mean and --scale are for ONNX files"),
        (["--mean", "1,2"], "expected a number, or three"),
        (["--mean=-1,2,3", "--scale", "1,0,1"], "expected 1 or more"),
        (
            ["--mean", "0.485,0.456,0.406", "--scale", "0.229,0.224,0.225"],
            "multiply both --mean and --scale by 255",
        ),
        (["--precision", "int8-mixed"], "int8-mixed is made where int8 fails"),
        (["--bundle", "lite", "--evaluate", "set"], "--bundle needs --author and --license"),
        (
            ["--bundle", "lite", "--evaluate", "set", "--author", "A. Author"],
            "--bundle needs --author and --license",
        ),
    ],
)
def test_impossible_options_are_usage_errors(options, sentence, checkpoint, tmp_path, capsys):
    with pytest.raises(SystemExit) as exit_:
        run_export(checkpoint, "-o", tmp_path / "out", "--calibration", tmp_path, *options)
    assert exit_.value.code == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--calibration-list", "two.txt"], "--calibration-list says which photos of"),
        (["--bundle", "lite", "--evaluate", "set"], "--bundle needs --calibration"),
    ],
)
def test_options_that_need_calibration_photos_say_so(
    options, sentence, checkpoint, tmp_path, capsys
):
    with pytest.raises(SystemExit) as exit_:
        run_export(checkpoint, "-o", tmp_path / "out", *options)
    assert exit_.value.code == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("name", ["none.onnx", "none.tflite", "damaged.onnx", "damaged.tflite"])
def test_predictor_of_a_missing_or_damaged_file_is_an_input_error(name, tmp_path):
    for suffix in (".onnx", ".tflite"):
        (tmp_path / f"damaged{suffix}").write_bytes(b"neither ONNX nor TFLite" * 9)
    with pytest.raises(InputError, match=name):
        open_predictor(tmp_path / name)


def test_bytes_are_aligned_and_zero_points_are_written_once(exported):
    content = (exported[1] / "net.int8.tflite").read_bytes()
    model = tflite_schema.Model.GetRootAsModel(content, 0)
    data = [model.Buffers(i) for i in range(model.BuffersLength())]
    places = [b._tab.Vector(b._tab.Offset(4)) for b in data if b.DataLength()]
    assert len(places) > 50 and not any(place % 16 for place in places)
    graph = model.Subgraphs(0)
    zeros = {}
    for index in range(graph.TensorsLength()):
        quantization = graph.Tensors(index).Quantization()
        count = quantization.ZeroPointLength() if quantization else 0
        if count > 1 and not quantization.ZeroPointAsNumpy().any():
            zeros.setdefault(count, set()).add(
                quantization._tab.Vector(quantization._tab.Offset(10))
            )
    assert zeros and all(len(vectors) == 1 for vectors in zeros.values())
