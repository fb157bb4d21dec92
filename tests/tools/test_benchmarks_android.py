"""``python -m benchmarks android`` against a fake adb: no phone can be attached to these tests.

The fake is a script that answers as adb and the app do; the reports that it hands out are real ones
of ``dbd-mobile bench``.
"""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.bench_report import check_report

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "runtime" / "data" / "tiny_int8.tflite"

FAKE_ADB = """#!{python}
import json, shlex, shutil, sys
from pathlib import Path
folder = Path(__file__).parent
fake = json.loads((folder / "fake.json").read_text())
arguments = sys.argv[1:]
with open(folder / "calls", "a") as calls:
    calls.write(json.dumps(arguments) + "\\n")
if arguments == ["devices"]:
    print("List of devices attached")
    for serial, state in fake["devices"].items():
        print(serial + "\\t" + state)
    sys.exit()
assert arguments[:1] == ["-s"]
command = arguments[2:]
if command[0] == "shell":
    # The phone's shell gets one line.
    command[1:] = shlex.split(" ".join(command[1:]))
if command[0] == "install":
    print(fake["install"])
elif command[:3] == ["shell", "am", "start"]:
    extras = dict(zip(command[6::3], command[7::3]))
    (folder / "started").write_text(json.dumps(extras))
elif command[0] == "logcat":
    extras = json.loads((folder / "started").read_text())
    for line in fake["log"]:
        print(line.format(**extras))
    # The next one is asked for later.
    fake["log"] = fake["later"] or fake["log"]
    (folder / "fake.json").write_text(json.dumps(fake))
elif command[0] == "pull":
    shutil.copy(folder / fake["report"], command[2])
elif command[0] == "shell" and command[1].startswith("pidof"):
    print(fake["pid"])
elif command[0] == "shell":
    pass
else:
    sys.exit("unknown command " + command[0])
"""

FILES = "/storage/emulated/0/Android/data/org.dbdmobile.demo/files/bench"
LOG = [
    "--------- beginning of main",
    "OLD failed: of another day",
    "{name} measuring {models} xnnpack 1",
    f"{{name}} wrote {FILES}/{{name}}.{{models}}.json",
    "{name} done",
]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """A real report of this machine, as a phone's names its kernels."""
    path = tmp_path_factory.mktemp("report") / "bench.json"
    command = ["bench", "--model", TINY, "--threads", "1,2", "--runs", "3", "--json", path]
    subprocess.run([sys.executable, "-m", "dbd_mobile", *map(str, command)], cwd=ROOT, check=True)
    report = json.loads(path.read_text())
    for latency in report["latencies"]:
        latency["delegate"] = "xnnpack"
    return report


@pytest.fixture
def fake_adb(tmp_path, report):
    """A folder with the fake; its behaviour is what ``fake.json`` says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "adb"
    script.write_text(FAKE_ADB.format(python=sys.executable))
    script.chmod(0o755)
    (folder / "good.json").write_text(json.dumps(report))
    (folder / "bad.json").write_text('{"schema": 3}')
    set_up(folder)
    (tmp_path / "demo.apk").touch()
    return folder


def set_up(folder, **changes):
    fake = {"devices": {"A1": "device"}, "install": "Success", "log": LOG, "report": "good.json"}
    fake["pid"] = "4711"
    fake["later"] = None
    (folder / "fake.json").write_text(json.dumps({**fake, **changes}))


def run(folder, *arguments):
    command = [sys.executable, "-m", "benchmarks", "android", *map(str, arguments)]
    command += ["--apk", folder.parent / "demo.apk", "--out", folder.parent / "out"]
    environment = {**os.environ, "PATH": str(folder), "COLUMNS": "200"}
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, env=environment
    )


def test_fake_phone_is_installed_on_started_followed_and_pulled_from(fake_adb):
    done = run(fake_adb, "--models", "one,two", "--threads", "1,2", "--runs", 7)
    assert done.returncode == 0, done.stderr
    calls = [json.loads(line) for line in (fake_adb / "calls").read_text().splitlines()]
    assert calls[1] == ["-s", "A1", "install", "-r", str(fake_adb.parent / "demo.apk")]
    shell = [shlex.split(call[3]) for call in calls if call[2:3] == ["shell"]]
    starts = [command for command in shell if command[:2] == ["am", "start"]]
    assert len(starts) == 2
    assert starts[0][2:4] == ["-n", "org.dbdmobile.demo/.BenchmarkActivity"]
    extras = dict(zip(starts[1][5::3], starts[1][6::3], strict=True))
    stamp = extras.pop("name")
    assert extras == {"models": "two", "kernels": "xnnpack", "threads": "1,2", "runs": "7"}
    # A process of its own for each model, so that its cold start is one.
    assert shell[shell.index(starts[1]) - 2] == ["am", "force-stop", "org.dbdmobile.demo"]
    for model in ("one", "two"):
        pulled = fake_adb.parent / "out" / f"{stamp}.{model}.json"
        check_report(json.loads(pulled.read_text()))
    assert "measuring two xnnpack 1" in done.stderr
    assert "another day" not in done.stderr
    assert done.stdout.count("xnnpack") == 4
    assert "cold start" in done.stdout


@pytest.mark.parametrize(
    ("changes", "arguments", "sentence"),
    [
        ({"devices": {}}, [], "No Android device is attached"),
        ({"devices": {"A1": "unauthorized"}}, [], "adb calls it unauthorized"),
        ({"devices": {"A1": "device", "B2": "device"}}, [], "choose with --serial"),
        ({}, ["--serial", "C3"], "There is no Android device C3; attached: A1"),
        ({"install": "Failure [INSTALL_FAILED_OLDER_SDK]"}, [], "INSTALL_FAILED_OLDER_SDK"),
        ({"log": ["{name} failed: The phone's storage is full."]}, [], "storage is full"),
        ({"report": "bad.json"}, [], "is no report"),
        ({"log": []}, ["--timeout", "0.1"], "did not finish"),
        ({"log": LOG[:3], "pid": ""}, [], "ended without a report"),
        ({"log": [], "pid": ""}, [], "ended without a report"),
    ],
)
def test_what_a_fake_phone_cannot_do_is_one_sentence(fake_adb, changes, arguments, sentence):
    set_up(fake_adb, **changes)
    done = run(fake_adb, "--models", "one", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("error:") == 1
    assert "Traceback" not in done.stderr


def test_report_is_found_in_a_log_that_has_lost_its_head(fake_adb):
    set_up(fake_adb, log=[*LOG[2:3], "{name} measuring {models} xnnpack 2"], later=LOG[3:4])
    done = run(fake_adb, "--models", "one", "--timeout", "20")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("measuring one xnnpack 1") == 1


def test_what_is_still_in_the_log_of_the_model_before_is_not_told_again(fake_adb):
    log = ["{name} measuring one xnnpack 1", f"{{name}} wrote {FILES}/{{name}}.one.json", *LOG[2:]]
    set_up(fake_adb, log=log)
    done = run(fake_adb, "--models", "one,two")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("measuring one xnnpack 1") == 1
    assert done.stderr.count("measuring two xnnpack 1") == 1


def test_arguments_reach_the_phone_as_they_are(fake_adb):
    set_up(fake_adb, log=["{name} failed: There is no model '{models}'."])
    done = run(fake_adb, "--models", "one two; reboot")
    assert "There is no model 'one two; reboot'." in done.stderr


def test_folder_that_cannot_be_made_is_said_before_anything_is_installed(fake_adb):
    (fake_adb.parent / "out").touch()
    done = run(fake_adb)
    assert done.returncode == 2
    assert "cannot be made" in done.stderr
    assert "choose another by --out" in done.stderr
    assert not (fake_adb / "calls").exists()


def test_of_several_fake_phones_the_chosen_one_is_measured(fake_adb):
    set_up(fake_adb, devices={"A1": "device", "B2": "device"})
    assert run(fake_adb, "--models", "one", "--serial", "B2").returncode == 0
    calls = [json.loads(line) for line in (fake_adb / "calls").read_text().splitlines()]
    assert all(call[:2] == ["-s", "B2"] for call in calls[1:])


def test_without_adb_the_package_to_install_is_named(fake_adb):
    (fake_adb / "adb").unlink()
    done = run(fake_adb)
    assert done.returncode == 2
    assert "adb is missing" in done.stderr


def test_without_the_app_the_command_that_makes_it_is_named(fake_adb):
    (fake_adb.parent / "demo.apk").unlink()
    done = run(fake_adb)
    assert done.returncode == 2
    assert "make apk" in done.stderr
