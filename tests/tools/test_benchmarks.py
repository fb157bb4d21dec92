"""Benchmarks: accuracy of any model file, latency side by side, and the README's tables."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter
from skimage import data

from benchmarks import readme
from benchmarks.__main__ import main
from benchmarks.bench_report import read_report
from data.blur_dataset import BlurDataset, is_held_out_scene
from dbd_mobile import BlurDetector
from dbd_mobile.catalogue import bundled_ids, load_card
from docs import figures
from evaluation.mappers import open_mapper
from evaluation.measures import resize_map
from evaluation.scoring import measure

ROOT = Path(__file__).parents[2]
BUNDLED = ROOT / "dbd_mobile" / "models" / "lite" / "model.tflite"
TINY = ROOT / "tests" / "runtime" / "data" / "tiny_int8.tflite"
WEIGHTS = ROOT / "training" / "weights" / "lite.safetensors"


@pytest.fixture
def run(capsys):
    """Run a command in this process; its exit status, stdout and stderr."""

    def run_command(*arguments):
        status = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, status, out, err)

    return run_command


def test_module_is_the_same_command(dataset):
    command = [sys.executable, "-m", "benchmarks", "accuracy", "--model", "lite", "--json"]
    done = subprocess.run(
        [*command, "--data", dataset], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["images"] == 2


@pytest.fixture
def dataset(tmp_path):
    rng = np.random.default_rng(4)
    for part in ("image", "mask"):
        (tmp_path / part).mkdir()
    for name in "ab":
        Image.fromarray(rng.integers(0, 256, (90, 120, 3), dtype=np.uint8)).save(
            tmp_path / "image" / f"{name}.jpg"
        )
        mask = np.zeros((90, 120), np.uint8)
        mask[:, 60:] = 255
        Image.fromarray(mask).save(tmp_path / "mask" / f"{name}.png")
    return tmp_path


@pytest.mark.parametrize("model", ["lite", BUNDLED, WEIGHTS])
def test_accuracy_of_a_bundled_model_and_of_files_is_given_by_protocol(run, dataset, model):
    done = run("accuracy", "--model", model, "--data", dataset, "--json")
    assert done.returncode == 0, done.stderr
    accuracy = json.loads(done.stdout)
    assert accuracy["images"] == 2
    assert all(0 <= accuracy[name] <= 1 for name in ("fmax", "ddff", "adaptive", "mae"))


def test_maps_of_a_folder_are_scored_as_a_model_is(run, dataset, tmp_path):
    for name in "ab":
        with Image.open(dataset / "mask" / f"{name}.png") as mask:
            mask.resize((320, 320)).save(tmp_path / f"{name}.png")
    done = run("accuracy", "--maps", tmp_path, "--data", dataset, "--json")
    assert done.returncode == 0, done.stderr
    accuracy = json.loads(done.stdout)
    assert accuracy["fmax"] > 0.97 and accuracy["mae"] < 0.03
    (tmp_path / "b.png").unlink()
    refused = run("accuracy", "--maps", tmp_path, "--data", dataset)
    assert refused.returncode == 2 and "b.png cannot be read" in " ".join(refused.stderr.split())


def test_worst_photos_are_drawn_worst_first(run, dataset, tmp_path):
    picture = tmp_path / "new" / "worst.png"
    done = run("worst", "--model", "lite", "--data", dataset, "--count", "9", "-o", picture)
    assert done.returncode == 0, done.stderr
    names, errors = zip(*(line.split() for line in done.stdout.splitlines()), strict=True)
    assert sorted(names) == ["a.jpg", "b.jpg"]
    assert float(errors[0]) >= float(errors[1])
    assert str(picture) in done.stderr.replace("\n", "")
    with Image.open(picture) as page:
        pixels = np.asarray(page)
    # One row of photo, truth and map; the truth is black on the left and white on the right.
    assert pixels.shape[0] == 200 and (pixels[16:196, 244 : 244 + 110] == 0).all()
    assert (pixels[16:196, 244 + 130 : 244 + 240] == 255).all()


def test_polarity_flag_turns_the_masks_round(run, dataset):
    straight = json.loads(run("accuracy", "--model", "lite", "--data", dataset, "--json").stdout)
    turned = json.loads(
        run(
            "accuracy", "--model", "lite", "--data", dataset, "--json", "--white-in-focus"
        ).stdout
    )  # fmt: skip
    assert straight["mae"] + turned["mae"] == pytest.approx(1, abs=1e-6)


def test_composites_of_held_out_scenes_are_scored(run, tmp_path):
    for part in ("image", "mask"):
        (tmp_path / part).mkdir()
    names = [name for name in map(str, range(60)) if is_held_out_scene(f"{name}.jpg")]
    for name, photo in zip(names, (data.astronaut(), data.coffee()), strict=False):
        Image.fromarray(photo).save(tmp_path / "image" / f"{name}.jpg")
        mask = np.zeros(photo.shape[:2], np.uint8)
        mask[100:300, 100:300] = 255
        Image.fromarray(mask).save(tmp_path / "mask" / f"{name}.png")
    done = run("composites", "--model", "lite", "--data", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    errors = json.loads(done.stdout)
    assert errors["scenes"] == 2
    # Far from a coin's 0.5: sharp photos are told from blurred ones.
    assert errors["foreground_mae"] < 0.35 and errors["background_mae"] < 0.35
    assert errors["sharp_mean"] < 0.35 and errors["blurred_mean"] > 0.65
    assert errors["sharp_mean"] == errors["sweep"][0] < errors["sweep"][-1]
    assert 0 <= errors["largest_fall"] < 1


def test_smoothing_of_videos_reaches_its_targets(run):
    done = run("video", "--only", "smoothing")
    assert done.returncode == 0, done.stdout
    assert "flicker of a still scene" in done.stdout
    assert "lag in a pull of focus" in done.stdout


def test_speed_of_videos_is_given_beside_its_target(run):
    pytest.importorskip("av")
    done = run("video", "--only", "speed", "--frames", "10", "--threads", "1")
    # How fast it is, is the machine's.
    assert done.returncode in (0, 1)
    assert "frames a second" in done.stdout


def test_overhead_is_given_beside_its_targets_for_each_number_of_threads(run):
    done = run("overhead", "--model", "nano", "--threads", "1,2", "--runs", "1")
    # How fast it is here is not what a test is for.
    assert done.returncode in (0, 1), done.stderr
    assert "nano, 1 thread\n" in done.stdout and "nano, 2 threads\n" in done.stdout
    said = " ".join(done.stdout.split())
    for target in ("<= 1.25 times", "<= 1.45 times", ">= 0.90 times"):
        assert said.count(target) == 2


def test_growth_of_memory_is_given_beside_its_target(run):
    done = run("memory", "--detections", "100", "--loads", "40")
    assert done.returncode == 0, done.stdout + done.stderr
    said = " ".join(done.stdout.split())
    assert "detections in arrays and JPEGs, after 25 100" in said
    assert "loads of the model, after 10 40" in said
    assert said.count("<= 5 MB") == 2


# Ray warns of what it does itself.
@pytest.mark.filterwarnings("ignore::DeprecationWarning:ray")
def test_cluster_is_given_beside_one_process(run):
    done = run("cluster", "--model", "nano", "--photos", "50", "--turns", "1")
    # How fast it is here is not what a test is for.
    assert done.returncode in (0, 1), done.stderr
    said = " ".join(done.stdout.split())
    for what in ("one process 1", "the cluster 1", "the cluster, of one process 1"):
        assert what in said
    assert said.count("photos/s") == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("accuracy", "--model", "heavy", "--data", "."), "There is no model heavy"),
        (("accuracy", "--model", "none.onnx", "--data", "."), "There is no model file none.onnx"),
        (("accuracy", "--model", "NONE.TFLITE", "--data", "."), "no model file NONE.TFLITE"),
        (("accuracy", "--model", "lite", "--data", "nowhere"), "does not exist"),
        (("composites", "--model", "lite", "--data", "nowhere"), "does not exist"),
        (("worst", "--model", "lite", "--data", ".", "-o", "page.gif"), "must name a .png file"),
        (("latency", BUNDLED, "--threads", "two"), "thread counts such as 1,2,4"),
        (("latency", "nowhere.tflite"), "no model file nowhere.tflite"),
        (("latency", BUNDLED, "--runs", "0"), "at least 1"),
        (("latency", BUNDLED, "--sizes", "64"), "error: argument --size: expected a size such as"),
        (("overhead", "--runs", "0"), "--runs must be at least 1, not 0"),
        (("video", "--frames", "9"), "--frames must be at least 10, not 9"),
        (("overhead", "--threads", "two"), "thread counts such as 1,2,4"),
        (("overhead", "--model", "heavy"), "no model 'heavy'"),
        (("memory", "--detections", "3"), "--detections must be at least 4, not 3"),
        (("cluster", "--photos", "49"), "--photos must be at least 50, not 49"),
        (("cluster", "--turns", "0"), "--turns must be at least 1, not 0"),
        (("memory", "--loads", "0"), "--loads must be at least 4, not 0"),
        (("pi", "--runs", "0"), "--runs must be at least 1, not 0"),
        (
            ("accuracy", "--maps", "/data/[final]/maps", "--data", "."),
            "no folder /data/[final]/maps",
        ),
        (("accuracy", "--model", "/a/[/v2]/lite.tflite", "--data", "."), "/a/[/v2]/lite.tflite"),
    ],
)
def test_bad_input_is_one_sentence(run, arguments, sentence):
    done = run(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_picture_that_cannot_be_written_is_one_line(run, dataset, tmp_path):
    (tmp_path / "worst.png").mkdir()
    done = run("worst", "--model", "lite", "--data", dataset, "-o", tmp_path / "worst.png")
    assert done.returncode == 2
    assert done.stderr.strip() == f"error: {tmp_path / 'worst.png'}: Is a directory."


def test_latency_of_every_model_size_and_thread_count_is_a_report(run, tmp_path):
    arguments = ("latency", TINY, "nano", "--threads", "1,2", "--runs", "3", "-o", tmp_path / "out")
    done = run(*arguments, "--sizes", "64x48,100x100")
    assert done.returncode == 0, done.stderr
    reports = [read_report(path) for path in sorted((tmp_path / "out").iterdir())]
    assert len(reports) == 4
    assert {report["model"]["name"] for report in reports} == {str(TINY), "nano"}
    assert {report["photo"]["width"] for report in reports} == {64, 100}
    for report in reports:
        assert [row["threads"] for row in report["latencies"]] == [1, 2]
        assert report["cold_start_ms"] > 0
        for row in report["latencies"]:
            assert {"preprocess", "invoke", "dequantise", "full_map"} <= row["stages_ms"].keys()
    assert "64x48" in done.stdout
    # However narrow the screen is, no number is cut.
    assert "…" not in done.stdout


def test_stored_verdicts_are_those_of_the_bundled_model():
    if "detail" not in bundled_ids("detail"):
        pytest.skip("no detail model is bundled")
    assert json.loads(readme.JUDGE.read_text())["detail_sha256"] == load_card("detail")["sha256"]


@pytest.mark.parametrize(
    ("page", "row"),
    [
        (readme.README, "| `lite` "),
        (readme.README, "| cleanvision |"),
        (readme.MODELS, "| `detail` |"),
        (readme.ACCURACY, "| `lite` | int8 |"),
        (readme.VERDICTS, "| undecidable | all of these |"),
        (readme.PEERS_PAGE, "| cleanvision |"),
        (readme.PYTHON, "MB for a JPEG of 200 megapixels"),
        (readme.CAMERA, "| two layers |"),
        (readme.METHOD, "| `teacher-lite2` | 320x320 |"),
        (readme.EXPERIMENTS_PAGE, "| + consistency | yes |"),
        (readme.ROOFLINE_PAGE, "| the map at half the size,"),
        (readme.TRAINING, "| that `teacher-lite2`"),
        (readme.WEIGHTS, "| `detail.safetensors` |"),
        (readme.BENCHMARKS, "| lite "),
        (readme.RASPBERRY_PI, "| Raspberry Pi 5 Model B Rev 1.0 | Cortex-A76, 64-bit |"),
    ],
    ids=lambda given: given.parent.name + "-" + given.stem if isinstance(given, Path) else "",
)
def test_a_pages_tables_are_those_of_the_cards_and_stored_results(page, row):
    text = page.read_text(encoding="utf-8")
    assert readme.render(page) == text
    assert row in text


def test_words_within_a_sentence_are_made_where_they_stand(tmp_path, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text("It takes <!-- a -->9 MB<!-- /a --> at most.\n\n<!-- b -->\nold\n<!-- /b -->\n")
    made = {"a": lambda: "12 MB", "b": lambda: ["| 1 |", "| 2 |"]}
    monkeypatch.setattr(readme, "PAGES", {page: made})
    assert readme.render(page) == (
        "It takes <!-- a -->12 MB<!-- /a --> at most.\n\n<!-- b -->\n| 1 |\n| 2 |\n<!-- /b -->\n"
    )


@pytest.mark.parametrize("page", readme.PAGES, ids=lambda page: f"{page.parent.name}-{page.stem}")
def test_words_within_a_sentence_do_not_start_a_line(page):
    # Such a line would be HTML to Markdown, and end the paragraph before it.
    assert not re.search(r"^<!-- [\w-]+ -->.", page.read_text(encoding="utf-8"), re.MULTILINE)


TYPED_MEASURE = re.compile(
    r"\d ?(ms|µs|GMAC(/s)?)\b"
    # A limit is a whole number of them.
    r"|\d\.\d+ ?[kMG]i?B\b"
    # An accuracy; limits such as 0.001 and 0.25 have fewer digits that count.
    r"|(?<![\d.])0?\.0*[1-9]\d{2,}\b"
    r"|\d (photos|frames) a second|million instructions"
)


@pytest.mark.parametrize(
    "pages", ["*.md", "docs/**/*.md", "[a-z]*/README.md", "[a-z]*/*/README.md"]
)
def test_no_measure_is_typed_into_a_page(pages):
    found = sorted(ROOT.glob(pages))
    assert found
    for page in found:
        text = page.read_text(encoding="utf-8")
        text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
        text = re.sub(r"<!-- ([\w-]+) -->.*?<!-- /\1 -->", "", text, flags=re.DOTALL)
        typed = TYPED_MEASURE.search(text)
        assert not typed, (
            f"{page} has {typed[0]!r}: leave it out, or have benchmarks/readme.py write it"
        )


@pytest.mark.parametrize(
    ("words", "is_measure"),
    [
        ("a frame takes 3.2 ms", True),
        ("it has 14.8 MB", True),
        ("fmax is .9334", True),
        ("MAE 0.0439", True),
        ("refuses photos of more than 64 MB", False),
        ("every pixel within 0.0001", False),
        ("TensorFlow Lite 2.16.1, doi 10.1145/3557897", False),
    ],
)
def test_measures_are_told_from_limits_and_versions(words, is_measure):
    assert bool(TYPED_MEASURE.search(words)) == is_measure


def test_figures_of_the_site_are_as_they_are_drawn():
    for path, content in figures.files().items():
        assert path.read_bytes() == content, f"{path.name}: run python -m docs.figures"


def test_plots_and_released_models_are_those_of_the_stored_results():
    contents = readme.files()
    for path, content in contents.items():
        assert path.read_bytes() == content, f"{path.name}: run python -m benchmarks readme"
    assert set(readme.PLOTS.iterdir()) <= contents.keys()


def test_short_cuts_for_large_jpegs_cost_hardly_anything(run, tmp_path):
    for part in ("image", "mask"):
        (tmp_path / part).mkdir()
    sharp = Image.fromarray(data.astronaut())
    blurred = sharp.filter(ImageFilter.GaussianBlur(6))
    blurred.paste(sharp.crop((128, 0, 384, 512)), (128, 0))
    blurred.save(tmp_path / "image" / "a.png")
    mask = Image.new("L", sharp.size, 255)
    mask.paste(0, (128, 0, 384, 512))
    mask.save(tmp_path / "mask" / "a.png")
    arguments = ("camera", "--model", "lite", "--data", tmp_path)
    done = run(*arguments, "--long-side", 3000, "--json")
    cost = json.loads(done.stdout)
    fmax_loss = cost["in_full"]["fmax"] - cost["shipped"]["fmax"]
    mae_rise = cost["shipped"]["mae"] - cost["in_full"]["mae"]
    assert done.returncode == int(max(fmax_loss, mae_rise) > 0.001)
    assert cost["fmax_loss"] == pytest.approx(fmax_loss)
    assert cost["mae_rise"] == pytest.approx(mae_rise)
    assert cost["passed"] == (done.returncode == 0)
    assert cost["shipped"]["images"] == cost["in_full"]["images"] == 1
    # They are two ways to read the photo, not one twice.
    assert cost["shipped"] != cost["in_full"]
    # Of one photo; over many the differences even out.
    assert abs(fmax_loss) < 0.01 and abs(mae_rise) < 0.01
    assert "At most 0.001 may be lost" in run(*arguments, "--long-side", 700).stdout


@pytest.mark.parametrize("side", [0, 70000])
def test_side_that_no_jpeg_has_is_refused(run, dataset, side):
    done = run("camera", "--model", "lite", "--data", dataset, "--long-side", side)
    assert done.returncode == 2
    assert f"is 1 to 65500 pixels, not {side}." in done.stderr


def test_a_shipped_model_is_measured_as_its_users_run_it(dataset, monkeypatch):
    seen = []
    detect = BlurDetector.detect
    monkeypatch.setattr(
        BlurDetector, "detect", lambda self, photo: seen.append(photo) or detect(self, photo)
    )
    measure(open_mapper("lite"), BlurDataset.from_folder(dataset))
    assert seen == [dataset / "image" / "a.jpg", dataset / "image" / "b.jpg"]


def test_worst_photos_show_what_is_unknown_in_grey_and_do_not_count_it(run, dataset, tmp_path):
    mask = np.full((90, 120), 128, np.uint8)
    mask[:, 60:] = 255
    Image.fromarray(mask).save(dataset / "mask" / "a.png")
    picture = tmp_path / "worst.png"
    done = run("worst", "--model", "lite", "--data", dataset, "-o", picture)
    line = next(line for line in done.stdout.splitlines() if line.startswith("a.jpg"))
    blur = open_mapper("lite").map(dataset / "image" / "a.jpg")
    expected = 1 - resize_map(blur, (120, 90))[:, 60:].mean()
    assert float(line.split()[1]) == pytest.approx(expected, abs=0.001)
    with Image.open(picture) as page:
        cells = np.asarray(page)
    assert (cells[16:196] == 128).all(-1).any() and (cells[16:196] == 255).all(-1).any()
