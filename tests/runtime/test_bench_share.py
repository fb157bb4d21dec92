"""``dbd-mobile bench``: what a report says, and what one to be shared does not."""

import json
import os
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from dbd_mobile.bench_report import report_name, shareable
from dbd_mobile.cli import main

TINY = Path(__file__).parent / "data" / "tiny_int8.tflite"
SCHEMA = json.loads((files("dbd_mobile") / "schemas" / "bench_report.schema.json").read_text())


def run(*arguments):
    return main(["bench", "--threads", "1", "--runs", "2", "--warm-up", "1", *map(str, arguments)])


def read(path):
    report = json.loads(path.read_text())
    Draft202012Validator(SCHEMA).validate(report)
    return report


def test_shared_report_names_no_host_user_or_path(tmp_path):
    home = tmp_path / "home" / "madeup-user"
    home.mkdir(parents=True)
    shutil.copyfile(TINY, home / "madeup-model.tflite")
    environment = {
        **os.environ,
        "HOME": str(home),
        "USER": "madeup-user",
        "LOGNAME": "madeup-user",
        "HOSTNAME": "madeup-host",
        "COMPUTERNAME": "madeup-host",
        "PWD": str(home),
    }
    code = (
        "import platform, socket, sys, dbd_mobile.cli;"
        "platform.node = socket.gethostname = lambda: 'madeup-host';"
        "platform.release = lambda: '6.6.31-madeup-host+';"
        "sys.exit(dbd_mobile.cli.main(sys.argv[1:]))"
    )
    command = ["bench", "--model", str(home / "madeup-model.tflite"), "--threads", "1"]
    command += ["--runs", "2", "--share", "--json", "own.json"]
    done = subprocess.run(
        [sys.executable, "-c", code, *command],
        cwd=home, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (path,) = set(home.glob("*.json")) - {home / "own.json"}
    assert "madeup" in (home / "own.json").read_text()
    assert "madeup" not in path.read_text() + path.name
    assert str(Path(sys.executable).parent) not in path.read_text()
    assert read(path)["machine"]["system"].split()[1] == "6.6.31"
    # What is printed of it is what is in it.
    shown = done.stdout.partition("To be shared")[2]
    assert "madeup" not in shown
    assert "machine.system: " in shown


def test_all_that_is_shared_is_shown_before_it_is_written(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run("--model", TINY, "--share") == 0
    said = capsys.readouterr().out
    (path,) = tmp_path.iterdir()
    report = read(path)
    for part, value in report.items():
        if part == "latencies":
            continue
        for name, inner in value.items() if isinstance(value, dict) else [("", value)]:
            shown = f"{part}.{name}" if name else part
            assert f"  {shown}: {json.dumps(inner, ensure_ascii=False)}\n" in said
    assert f"It goes into {path.name}; nothing is sent by itself." in said
    assert '"Benchmark of a device"' in said
    assert path.name == report_name(report)


def test_shared_report_may_have_a_name_of_its_own(tmp_path, capsys):
    assert run("--model", TINY, "--share", tmp_path / "mine.json") == 0
    report = read(tmp_path / "mine.json")
    assert report["model"]["name"] is None
    assert len(report["model"]["sha256"]) == 64


def test_bundled_model_is_named_wherever_its_file_is(tmp_path, capsys):
    copy = tmp_path / "secret.tflite"
    copy.write_bytes((files("dbd_mobile") / "models" / "nano" / "model.tflite").read_bytes())
    assert run("--model", copy, "--share", tmp_path / "r.json") == 0
    assert read(tmp_path / "r.json")["model"]["name"] == "nano"


def test_report_says_size_warm_up_precision_and_what_else_ran(tmp_path, capsys):
    assert run("--model", TINY, "--size", "64x48", "--json", tmp_path / "r.json") == 0
    report = read(tmp_path / "r.json")
    assert report["photo"] == {"width": 64, "height": 48}
    assert report["model"]["precision"] == "int8"
    assert [latency["warm_up_runs"] for latency in report["latencies"]] == [1]
    assert report["load"].keys() == {"average_before", "average_after", "others_share"}
    assert "a photo of 64x48" in capsys.readouterr().out


@pytest.mark.parametrize("size", ["64", "64x", "0x3", "axb", "20000x20000", "64x48x3"])
def test_size_that_no_photo_has_is_refused(size, capsys):
    with pytest.raises(SystemExit):
        run("--model", TINY, "--size", size)
    assert repr(size) in capsys.readouterr().err


@pytest.mark.parametrize(("option", "name"), [("--json", ""), ("--share", ""), ("--json", ".")])
def test_folder_is_no_file_for_a_report(tmp_path, option, name, capsys):
    path = name or tmp_path
    assert run("--model", TINY, option, path) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"dbd-mobile: {path} is a folder: name a file.\n"


@pytest.mark.parametrize("option", [["--share"], ["--share", "r.json"], ["--json", "r.json"]])
def test_folder_that_cannot_be_written_to_is_told_before_it_is_measured(
    tmp_path, capsys, monkeypatch, option
):
    monkeypatch.chdir(tmp_path)
    # As root everything may be written to.
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert run("--model", TINY, *option) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == f"dbd-mobile: {tmp_path} cannot be written to: name a file elsewhere.\n"


def test_two_reports_do_not_replace_each_other(tmp_path, capsys):
    path = tmp_path / "r.json"
    assert run("--model", TINY, "--json", path, "--share", path) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "name two files" in said.err
    assert not path.exists()


def test_number_of_threads_that_comes_twice_is_measured_once(tmp_path, capsys):
    assert run("--model", TINY, "--threads", "1,2,1", "--json", tmp_path / "r.json") == 0
    latencies = read(tmp_path / "r.json")["latencies"]
    assert [latency["threads"] for latency in latencies] == [1, 2]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a pipe with a name")
def test_pipe_is_written_to_and_not_replaced(tmp_path, capsys):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Read from first: who opens a pipe to write waits for a reader.
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        assert run("--model", TINY, "--json", pipe) == 0
        assert json.loads(os.read(end, 2**16))["schema"] == "dbd-mobile-bench/2"
    finally:
        os.close(end)
    assert pipe.is_fifo()
    assert os.listdir(tmp_path) == ["pipe"]


@pytest.mark.parametrize(
    ("system", "shared"),
    [
        ("Linux 6.6.31-rpi-alice+ aarch64", "Linux 6.6.31 aarch64"),
        ("Linux 6.1 armv7l", "Linux 6.1 armv7l"),
        ("Linux alice-6.1 armv7l", "Linux armv7l"),
        ("Darwin 23.1.0 arm64", "Darwin 23.1.0 arm64"),
        ("Windows 10 AMD64", "Windows 10 AMD64"),
        ("Android 14 (API level 34) aarch64", "Android 14 (API level 34) aarch64"),
    ],
)
def test_system_is_shared_by_its_number(system, shared):
    report = {"model": {"sha256": "0" * 64, "name": "x"}, "machine": {"system": system}}
    assert shareable(report)["machine"]["system"] == shared


def test_reports_file_is_named_after_device_model_and_content():
    report = {
        "model": {"sha256": "ab" * 32, "name": "lite", "precision": "int8"},
        "machine": {"board": "Raspberry Pi 5 Model B Rev 1.0", "cpu": None, "system": "Linux"},
    }
    name = report_name(report)
    assert name.startswith("raspberry-pi-5-model-b-rev-1-0.lite-int8.")
    assert report_name(dict(reversed(report.items()))) == name
    assert report_name({**report, "cold_start_ms": 1}) != name
    own = {**report, "model": {**report["model"], "name": None, "precision": None}}
    assert report_name(own).startswith("raspberry-pi-5-model-b-rev-1-0.own-abababab-other.")
    odd = {**report, "machine": {"board": "../\u5c0f\u7c73/x", "cpu": None, "system": "Linux"}}
    assert report_name(odd).startswith("x.lite-int8.")
