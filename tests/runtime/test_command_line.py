"""``dbd-mobile``: what it prints and writes, and how it ends."""

import importlib.metadata
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator
from packaging.requirements import Requirement
from PIL import Image
from PIL.JpegImagePlugin import JpegImageFile

from dbd_mobile import BlurDetector, __version__, bundled_models
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.cli import main
from dbd_mobile.cli.screen import Pace, run_command

TINY = str(Path(__file__).parent / "data" / "tiny_int8.tflite")


@pytest.fixture
def bright_right(tmp_path):
    """A 60x40 photo whose right half is bright, which is blurred to the tiny model."""
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[:, 30:] = 255
    path = tmp_path / "photo.png"
    Image.fromarray(pixels).save(path)
    return path


def run(*arguments):
    return main([str(argument) for argument in arguments])


def test_detect_prints_a_line_per_photo(bright_right, tmp_path, capsys):
    second = tmp_path / "dark.png"
    Image.new("RGB", (20, 30)).save(second)
    assert run("detect", bright_right, second, "--model", TINY) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"{bright_right}  60x40  50.0% blurred  ")
    assert lines[1].startswith(f"{second}  20x30  0.0% blurred  ")
    assert all(line.endswith(" ms") for line in lines)


def test_detect_writes_map_overlay_and_facts(bright_right, tmp_path, capsys):
    out = tmp_path / "new" / "out"
    assert run("detect", bright_right, "-o", out, "--model", TINY, "--threads", 1) == 0
    assert sorted(os.listdir(out)) == ["photo.blur.png", "photo.json", "photo.overlay.jpg"]

    with BlurDetector(TINY, threads=1) as detector:
        blur_map = detector.detect(bright_right)
        with Image.open(out / "photo.blur.png") as image:
            assert (image.mode, image.size) == ("L", (60, 40))
            assert np.array_equal(np.asarray(image), np.asarray(blur_map.to_image()))
        with Image.open(out / "photo.overlay.jpg") as image:
            assert (image.format, image.size) == ("JPEG", (60, 40))
        facts = json.loads((out / "photo.json").read_text())
        assert facts["schema"] == "dbd-mobile-detect/1"
        assert facts["version"] == __version__
        assert (facts["width"], facts["height"]) == (60, 40)
        assert facts["blurred_fraction"] == blur_map.blurred_fraction
        assert facts["model"] == {"name": TINY, "sha256": detector.model_sha256}
        assert facts["threads"] == 1
        assert {"decode", "preprocess", "invoke", "upscale"} <= facts["timings_ms"].keys()


def test_json_holds_what_the_map_says_of_itself(bright_right, tmp_path, capsys):
    with BlurDetector(TINY, threads=1) as detector:
        expected = detector.detect(bright_right).to_dict()
    assert run("detect", bright_right, "--json", "-o", tmp_path / "out", "--model", TINY) == 0
    printed = json.loads(capsys.readouterr().out)
    written = json.loads((tmp_path / "out" / "photo.json").read_text())
    for facts in (printed, written):
        assert facts["schema"] == "dbd-mobile-detect/1"
        assert facts["photo"] == str(bright_right)
        timings_ms = facts["timings_ms"]
        assert {**facts, **expected, "timings_ms": timings_ms} == facts


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_detect_makes_no_map_at_the_photos_size_unless_it_writes_it(
    tmp_path, capsys, monkeypatch, options
):
    photo = tmp_path / "photo.png"
    Image.new("RGB", (48, 32)).save(photo)
    sizes = []
    resize = Image.Image.resize

    def counted(image, size, *arguments, **more):
        sizes.append((image.mode, size))
        return resize(image, size, *arguments, **more)

    monkeypatch.setattr(Image.Image, "resize", counted)
    assert run("detect", photo, "--model", TINY, *options) == 0
    assert "L" not in {mode for mode, _ in sizes}
    assert run("detect", photo, "--model", TINY, "-o", tmp_path / "out") == 0
    assert ("L", (48, 32)) in sizes


@pytest.fixture
def decodes(monkeypatch):
    """The (width, height) at which each JPEG was decoded since; each takes 20 ms or more."""
    sizes = []
    prepare = JpegImageFile.load_prepare

    def counted(image):
        sizes.append(image.size)
        time.sleep(0.02)
        prepare(image)

    monkeypatch.setattr(JpegImageFile, "load_prepare", counted)
    return sizes


@pytest.mark.parametrize("orientation", [1, 6])
def test_detect_decodes_a_photo_once(tmp_path, decodes, orientation):
    path = tmp_path / "large.jpg"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", (2000, 1200), "white").save(path, exif=exif)
    assert run("detect", path, "--model", TINY) == 0
    # The tiny model takes 48x32.
    assert decodes == [(250, 150)]
    decodes.clear()
    assert run("detect", path, "-o", tmp_path / "out", "--model", TINY) == 0
    assert decodes == [(2000, 1200)]
    facts = json.loads((tmp_path / "out" / "large.json").read_text())
    assert facts["timings_ms"]["decode"] >= 20
    assert next(iter(facts["timings_ms"])) == "decode"


def test_detect_writes_upright_files_for_a_turned_photo(tmp_path):
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40)).save(path, exif=exif)
    assert run("detect", path, "-o", tmp_path / "out", "--model", TINY) == 0
    for name in ("turned.blur.png", "turned.overlay.jpg"):
        with Image.open(tmp_path / "out" / name) as image:
            assert image.size == (40, 60)
            assert image.getexif().get(0x0112, 1) == 1


def test_detect_does_the_rest_when_some_photos_fail(bright_right, tmp_path, capsys):
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no photo")
    photos = [broken, bright_right, tmp_path / "none.jpg", tmp_path]
    assert run("detect", *photos, "-o", tmp_path / "out", "--model", TINY) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 1
    complaints = said.err.splitlines()
    assert len(complaints) == 3
    assert str(broken) in complaints[0]
    assert "no photo" in complaints[1]
    assert "is a folder" in complaints[2]
    assert (tmp_path / "out" / "photo.json").is_file()


@pytest.mark.parametrize("second", ["photo.bmp", "PHOTO.bmp"])
def test_detect_never_replaces_the_files_of_another_photo(bright_right, tmp_path, capsys, second):
    other = tmp_path / "other" / second
    other.parent.mkdir()
    Image.new("RGB", (8, 8)).save(other)
    out = tmp_path / "out"
    assert run("detect", bright_right, other, "-o", out, "--model", TINY) == 1
    assert f"{other} is left out" in capsys.readouterr().err
    assert json.loads((out / "photo.json").read_text())["width"] == 60


def test_detect_never_replaces_a_photo(bright_right, tmp_path, capsys):
    trap = tmp_path / "photo.overlay.jpg"
    Image.new("RGB", (8, 8), "green").save(trap)
    before = trap.read_bytes()
    assert run("detect", bright_right, trap, "-o", tmp_path, "--model", TINY) == 1
    assert "would replace a photo" in capsys.readouterr().err
    assert trap.read_bytes() == before


def test_detect_replaces_the_files_of_an_earlier_run(bright_right, tmp_path):
    out = tmp_path / "out"
    assert run("detect", bright_right, "-o", out, "--model", TINY) == 0
    old = json.loads((out / "photo.json").read_text())
    (out / "photo.json").write_text(json.dumps({**old, "width": 1}))
    assert run("detect", bright_right, "-o", out, "--model", TINY) == 0
    assert json.loads((out / "photo.json").read_text())["width"] == 60


@pytest.mark.parametrize("foreign", ['{"version": "5", "shapes": []}', "[1]", "?", "[" * 9999])
def test_detect_never_replaces_facts_of_another_tool(bright_right, tmp_path, capsys, foreign):
    facts = tmp_path / "photo.json"
    facts.write_text(foreign)
    assert run("detect", bright_right, "-o", tmp_path, "--model", TINY) == 1
    assert "photo.json would replace a file that dbd-mobile did not" in capsys.readouterr().err
    assert facts.read_text() == foreign
    assert not (tmp_path / "photo.blur.png").exists()


def test_detect_leaves_no_half_file_where_writing_fails(bright_right, tmp_path, capsys):
    out = tmp_path / "out"
    # A folder in the place of the map: the map's file cannot take its name.
    (out / "photo.blur.png" / "x").mkdir(parents=True)
    assert run("detect", bright_right, "-o", out, "--model", TINY) == 1
    assert "photo.blur.png cannot be written" in capsys.readouterr().err
    assert [name for name in os.listdir(out) if name.endswith(".part")] == []
    assert not (out / "photo.json").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "heavy"], "no model 'heavy'"),
        (["--model", "none.tflite"], "no model file none.tflite"),
        (["--model", __file__], "no intact TFLite file"),
        (["--model", TINY, "--threads", "10000"], "threads is from 1 to"),
        (["--model", TINY, "-o", __file__], "cannot be made"),
    ],
)
def test_what_stops_the_whole_command_is_one_line_and_status_2(
    bright_right, capsys, arguments, sentence
):
    assert run("detect", bright_right, *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [[], ["detect"], ["detect", "x.jpg", "--threads", "0"], ["bench", "--threads", "1,x"], ["fly"]],
)
def test_wrong_arguments_end_with_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        run(*arguments)
    assert end.value.code == 2
    assert "usage: dbd-mobile" in capsys.readouterr().err


def test_a_photos_name_may_hold_anything(tmp_path, capsys):
    path = tmp_path / "[red]\u2603\n\udcff.png"
    Image.new("RGB", (8, 8)).save(tmp_path / "plain.png")
    try:
        shutil.copyfile(tmp_path / "plain.png", path)
    except OSError:
        pytest.skip("this file system does not take such a name")
    assert run("detect", path, "--model", TINY) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "[red]\u2603\\n\\udcff.png" in line


def test_json_is_for_strict_parsers_whatever_names_hold(tmp_path, capsys, run_told):
    odd = tmp_path / "\udcff"
    try:
        odd.mkdir()
    except OSError:
        pytest.skip("this file system does not take such a name")
    photo, model = odd / "p\udce9.png", odd / "m\udcff.tflite"
    Image.new("RGB", (80, 80)).save(tmp_path / "plain.png")
    shutil.copyfile(tmp_path / "plain.png", photo)
    shutil.copyfile(TINY, model)
    assert run("detect", photo, "-o", tmp_path / "out", "--model", model) == 0
    assert run("bench", "--model", model, "--threads", 1, "--runs", 1, "--json", odd / "b") == 0
    assert run_told("judge", photo, "--model", model, "--json") == 0
    judged = capsys.readouterr().out.splitlines()[-1]
    (facts,) = (tmp_path / "out").glob("*.json")
    for text in (judged, (odd / "b").read_text(), facts.read_text()):
        # A lone surrogate is no text: strict parsers refuse it.
        json.dumps(json.loads(text), ensure_ascii=False).encode()
        assert json.loads(text)["model"]["name"].endswith("m\\udcff.tflite")


# To rich's markup, which the tools' screen is made with, these are a style, the end of one, and a
# picture; as a path each is plain text.
@pytest.fixture(params=["[final]", "[/v2]", "[bold]x[/red]", ":smile:"])
def marked_model(request, tmp_path):
    """The tiny model in a folder of such a name."""
    path = tmp_path / request.param / "lite.tflite"
    try:
        path.parent.mkdir(parents=True)
    except OSError:
        pytest.skip("this file system does not take such a name")
    shutil.copyfile(TINY, path)
    return path


def test_errors_name_a_path_as_it_is(marked_model, bright_right, capsys):
    missing = marked_model.with_name("none.tflite")
    assert run("detect", bright_right, "--model", missing) == 2
    assert capsys.readouterr().err == f"dbd-mobile: There is no model file {missing}.\n"
    photo = marked_model.with_name("none.jpg")
    assert run("detect", photo, "--model", marked_model) == 1
    assert capsys.readouterr().err == f"dbd-mobile: There is no photo {photo}.\n"


def test_results_name_a_path_as_it_is(marked_model, bright_right, capsys):
    photo = marked_model.with_name("photo.png")
    shutil.copyfile(bright_right, photo)
    assert run("detect", photo, "--model", marked_model, "-o", marked_model.parent) == 0
    assert capsys.readouterr().out.startswith(f"{photo}  60x40  ")
    assert run("bench", "--model", marked_model, "--threads", "1", "--runs", "1") == 0
    said = capsys.readouterr().out
    assert f"model {marked_model} (sha256 " in said
    assert "1 thread: load" in said


def test_models_shows_a_cards_text_as_it_is(monkeypatch, capsys):
    card = bundled_models()["lite"]
    marked = {"id": "[/v2]", "name": "[final]", "description": "[red]plain[/v2]", "license": ":ok:"}
    monkeypatch.setattr("dbd_mobile.cli.models.bundled_models", lambda: {"x": {**card, **marked}})
    assert run("models") == 0
    said = capsys.readouterr().out
    assert "[/v2]: [final] " in said
    assert "[red]plain[/v2]" in said
    assert ":ok:" in said


def test_models_says_in_plain_words_what_made_photos_are(capsys):
    assert run("models") == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "(75 photos), put together from sharp ones with known blur, 320x320 size" in said
    assert "cuhk/test100 (100 photos), fmax, native size" in said


@pytest.mark.parametrize(
    ("calibration", "said"),
    [
        ({"firmness": 1.5}, "error 0.066 on 60 photos; logits times 1.5, without that 0.055"),
        ({"firmness": 1.5, "ece_without_firmness": None}, "on 60 photos; logits times 1.5"),
        ({"firmness": 1.0}, "error 0.066 on 60 photos"),
        ({"firmness": None}, "error 0.066 on 60 photos"),
        ({"ece": None}, "not measured"),
        (None, "not measured"),
    ],
)
def test_models_says_of_calibration_what_the_card_has(monkeypatch, capsys, calibration, said):
    card = dict(bundled_models()["lite"])
    facts = card.pop("calibration")
    if calibration is not None:
        card["calibration"] = {
            **facts,
            "photos": 60,
            "ece": 0.066,
            "ece_without_firmness": 0.055,
            **calibration,
        }
    monkeypatch.setattr("dbd_mobile.cli.models.bundled_models", lambda: {"x": card})
    assert run("models") == 0
    # A text goes on over lines.
    shown = " ".join(capsys.readouterr().out.split())
    assert f"{said} license" in shown


class Terminal(io.StringIO):
    """A stderr that somebody looks at."""

    def isatty(self):
        return True

    def shown(self):
        """The lines that are on the screen in the end."""
        lines = []
        for written in self.getvalue().split("\n"):
            line = ""
            for part in written.split("\r"):
                line = part + line[len(part) :]
            lines.append(line.rstrip())
        return lines


def test_many_photos_are_counted_and_complaints_take_the_counts_place(tmp_path, monkeypatch):
    photos = [tmp_path / f"{number}.jpg" for number in range(12)]
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert run("detect", *photos, "--model", TINY) == 1
    assert "\r11 of 12 photos" in terminal.getvalue()
    complaints = [f"dbd-mobile: There is no photo {photo}." for photo in photos]
    assert terminal.shown() == [*complaints, ""]


def test_long_work_is_counted_in_lines_where_there_is_no_terminal(tmp_path, monkeypatch, capsys):
    photos = [tmp_path / f"{number}.jpg" for number in range(6)]
    monkeypatch.setattr("dbd_mobile.cli.screen._LINE_EVERY_S", 0)
    assert run("detect", *photos, "--model", TINY) == 1
    said = capsys.readouterr().err.splitlines()
    assert said[1::2] == [f"{done} of 6 photos" for done in range(1, 7)]


@pytest.mark.parametrize(
    ("seconds", "done", "said"),
    [
        (1, 10, ""),
        (10, 0, ""),
        (10, 20, ", 2 a second, 40 s left"),
        (10, 5, ", 0.5 a second, 3 min 10 s left"),
        (100, 10, ", 0.1 a second, 15 min left"),
        (1000, 1, ", 0.001 a second, 27 h 30 min left"),
        (10, 100, ", 10 a second, 0 s left"),
    ],
)
def test_rate_and_time_left_are_said_once_they_are_known(seconds, done, said):
    clock = iter([0.0, seconds])
    assert Pace(100, lambda: next(clock)).at(done) == said


def test_rate_is_that_of_the_last_seconds():
    # Those that were known took no time.
    clock = iter([0.0, *range(1, 101)])
    pace = Pace(2000, lambda: next(clock))
    for second in range(1, 101):
        said = pace.at(1000 + second)
    assert said == ", 1 a second, 15 min left"


@pytest.mark.skipif(shutil.which("bash") is None or os.name != "posix", reason="needs bash")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        (["ju"], ["judge"]),
        (["judge", "--st"], ["--strictness"]),
        (["detect", "photo.jpg", "--st"], []),
        (["detect", "ph"], []),
        (["--v"], ["--version"]),
    ],
)
def test_completion_offers_commands_and_their_options(typed, completed, capsys):
    assert run("completion") == 0
    script = capsys.readouterr().out
    typed = ["dbd-mobile", *typed]
    ask = f"COMP_WORDS=({' '.join(typed)}); COMP_CWORD={len(typed) - 1}; _dbd_mobile"
    script += f'{ask}\necho "${{COMPREPLY[@]}}"\n'
    done = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True)
    assert (done.stdout.split(), done.stderr) == (completed, "")


def test_what_the_system_refuses_is_one_line(capsys):
    def fails():
        raise FileNotFoundError(2, "No such file or directory", "/none/[a]")

    def fails_without_a_name():
        raise OSError(28, "No space left on device")

    for refused, line in (
        (fails, "dbd-mobile: /none/[a]: No such file or directory.\n"),
        (fails_without_a_name, "dbd-mobile: No space left on device.\n"),
    ):
        assert run_command(refused, error_prefix="dbd-mobile: ") == 2
        assert capsys.readouterr().err == line


def test_file_that_cannot_be_written_is_named_as_it_was_asked_for(tmp_path):
    def fill_disk(path):
        with atomic_file(path):
            raise OSError(28, "No space left on device")

    path = tmp_path / "none" / "report.json"
    with pytest.raises(FileNotFoundError) as missing, atomic_file(path):
        pass
    with pytest.raises(OSError) as full:
        fill_disk(tmp_path / "report.json")
    assert missing.value.filename == str(path)
    assert full.value.filename == str(tmp_path / "report.json")
    assert list(tmp_path.iterdir()) == []


def test_what_an_encoder_says_is_said(bright_right, tmp_path, monkeypatch, capsys):
    def refuse(*arguments, **options):
        raise OSError("broken data stream")

    monkeypatch.setattr(Image.Image, "save", refuse)
    assert run("detect", bright_right, "-o", tmp_path, "--model", TINY) == 1
    said = capsys.readouterr().err
    assert said.endswith("photo.overlay.jpg cannot be written: broken data stream.\n")


def test_models_lists_the_cards(capsys):
    assert run("models") == 0
    assert "lite" in capsys.readouterr().out
    assert run("models", "--json") == 0
    cards = json.loads(capsys.readouterr().out)
    assert "lite" in [card["id"] for card in cards]


def test_doctor_says_that_the_bundled_model_runs(capsys):
    assert run("doctor") == 0
    said = capsys.readouterr().out
    assert f"dbd-mobile {__version__}" in said
    assert ", usable" in said
    assert "model lite: runs" in said


def test_doctor_gives_the_fix_where_no_interpreter_is(without_interpreters, capsys):
    assert run("doctor") == 1
    said = capsys.readouterr().out
    assert said.count("not installed") == 3
    assert "Fix: pip install ai-edge-litert" in said


def test_doctor_finds_packages_that_are_older_than_the_wheel_requires(monkeypatch, capsys):
    monkeypatch.setattr("PIL.__version__", "9.4.0")
    monkeypatch.setattr("numpy.__version__", "1.24.2")
    assert run("doctor") == 1
    said = capsys.readouterr().out
    required = {
        f"{requirement.name}{specifier}"
        for requirement in map(Requirement, importlib.metadata.requires("dbd-mobile"))
        for specifier in requirement.specifier
    }
    for package, version in (("pillow", "9.4.0"), ("numpy", "1.24.2")):
        (oldest,) = re.findall(
            rf"^{package} {version}, too old; fix: pip install '(.*)'$", said, re.M
        )
        assert oldest.removesuffix(".0") in required


def test_detect_without_an_interpreter_names_the_fix(without_interpreters, bright_right, capsys):
    assert run("detect", bright_right, "--model", TINY) == 2
    assert "pip install ai-edge-litert" in capsys.readouterr().err


def test_bench_measures_each_number_of_threads(bench_schema, tmp_path, capsys):
    file = tmp_path / "bench.json"
    assert run("bench", "--model", TINY, "--threads", "1,2", "--runs", 3, "--json", file) == 0
    said = capsys.readouterr().out
    assert "1 thread:" in said
    assert "2 threads:" in said
    report = json.loads(file.read_text())
    Draft202012Validator(bench_schema).validate(report)
    assert [latency["threads"] for latency in report["latencies"]] == [1, 2]
    for latency in report["latencies"]:
        assert list(latency["stages_ms"]) == [
            "preprocess",
            "invoke",
            "dequantise",
            "full_map",
            "total",
        ]
        for stage in latency["stages_ms"].values():
            assert stage["runs"] == 3
            assert 0 < stage["p50"] <= stage["p90"] <= stage["p99"]
    assert report["machine"]["cores"] >= 1
    assert report["peak_memory_bytes"] > 2**20


@pytest.fixture
def bench_schema():
    """The JSON Schema of a benchmark's report, which others read from the package too."""
    file = files("dbd_mobile") / "schemas" / "bench_report.schema.json"
    schema = json.loads(file.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return schema


def test_bench_refuses_a_missing_folder_before_it_measures(tmp_path, capsys):
    assert run("bench", "--model", TINY, "--json", tmp_path / "none" / "bench.json") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "no folder" in said.err


def started(*arguments, **options):
    """The command as a user starts it, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "dbd_mobile", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def test_console_script_is_the_same_command():
    script = Path(sys.executable).with_name("dbd-mobile")
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"dbd-mobile {__version__}\n"


def test_the_interpreters_own_chatter_stays_off_the_screen(bright_right):
    with started("detect", bright_right, "--model", TINY) as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert len(out.splitlines()) == 1
    assert err == ""


def test_reader_that_leaves_early_is_no_traceback(bright_right):
    with started("detect", *[bright_right] * 50, "--model", TINY) as process:
        process.stdout.close()
        assert process.stderr.read() == ""


def heed_interrupts():
    """What a shell in the foreground does: its background jobs ignore SIGINT, and so do theirs."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name != "posix", reason="interrupts with a POSIX signal")
def test_interrupt_is_one_line_and_status_130(bright_right):
    photos = [bright_right.name] * 50_000
    options = {"cwd": bright_right.parent, "preexec_fn": heed_interrupts}
    with started("detect", *photos, "--model", TINY, **options) as process:
        assert process.stdout.readline()
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        # Said before the pipe breaks, which would end it too, and without a word.
        said = process.stderr.readline()
        process.stdout.close()
        assert said + process.stderr.read() == "dbd-mobile: interrupted.\n"
    assert process.returncode == 130
