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
elif command[:4] == ["shell", "cmd", "package", "compile"]:
    print(fake["compile"])
    sys.exit(not fake["compile"].startswith("Success"))
elif command[:3] == ["shell", "dumpsys", "package"]:
    print(fake["dexopt"])
elif command[:3] == ["shell", "dumpsys", "battery"]:
    print("Current Battery Service state:\\n  AC powered: false\\n  level: 80")
    print("  temperature: " + str(fake["battery"][0]) if fake["battery"] else "")
    fake["battery"] = fake["battery"][1:]
    (folder / "fake.json").write_text(json.dumps(fake))
elif command[0] == "shell":
    pass
else:
    sys.exit("unknown command " + command[0])
"""

DEXOPT = """Dexopt state:
  [org.dbdmobile.demo]
    path: /data/app/base.apk
      arm64: [status={}] [reason=cmdline] [primary-abi]"""

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
    fake["compile"] = "Success"
    fake["dexopt"] = DEXOPT.format("speed")
    fake["battery"] = []
    (folder / "fake.json").write_text(json.dumps({**fake, **changes}))


def run(folder, *arguments):
    command = [sys.executable, "-m", "benchmarks", "android", *map(str, arguments)]
    command += ["--apk", folder.parent / "demo.apk", "--out", folder.parent / "out"]
    environment = {**os.environ, "PATH": str(folder), "COLUMNS": "200"}
    return subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, env=environment
    )


def test_fake_phone_is_installed_on_started_followed_and_pulled_from(fake_adb):
    set_up(fake_adb, battery=[251, 290, 270, 259])
    done = run(fake_adb, "--models", "one,two", "--threads", "1,2", "--runs", 7, "--seed", 11)
    assert done.returncode == 0, done.stderr
    calls = [json.loads(line) for line in (fake_adb / "calls").read_text().splitlines()]
    assert calls[1] == ["-s", "A1", "install", "-r", str(fake_adb.parent / "demo.apk")]
    shell = [shlex.split(call[3]) for call in calls if call[2:3] == ["shell"]]
    starts = [command for command in shell if command[:2] == ["am", "start"]]
    assert len(starts) == 2
    assert starts[0][2:4] == ["-n", "org.dbdmobile.demo/.BenchmarkActivity"]
    extras = dict(zip(starts[1][5::3], starts[1][6::3], strict=True))
    stamp = extras.pop("name")
    assert extras == {
        "models": "two",
        "kernels": "xnnpack",
        "threads": "1,2",
        "runs": "7",
        "minutes": "0",
        "seed": "11",
        "compiled": "speed",
    }
    # A process of its own for each model, so that its cold start is one, once the phone is cool.
    assert shell[shell.index(starts[1]) - 5 : shell.index(starts[1]) - 1] == [
        ["am", "force-stop", "org.dbdmobile.demo"],
        *[["dumpsys", "battery"]] * 3,
    ]
    compile_app = ["cmd", "package", "compile", "-m", "speed", "-f", "org.dbdmobile.demo"]
    assert shell.index(compile_app) < shell.index(starts[0])
    for model in ("one", "two"):
        pulled = fake_adb.parent / "out" / f"{stamp}.{model}.json"
        check_report(json.loads(pulled.read_text()))
    assert "measuring two xnnpack 1" in done.stderr
    assert "another day" not in done.stderr
    assert done.stdout.count("xnnpack") == 4
    assert "cold start" in done.stdout


def state(**changes):
    told = {"temperature_c": 30.0, "throttling": [], "headroom": 0.5}
    return {**told, "is_charging": False, "is_power_save": False, **changes}


def as_a_phone_writes_it(report):
    """The report with all that the app adds to one of ``dbd-mobile bench``; made numbers."""
    report = json.loads(json.dumps(report))
    frame = {"format": "YUV_420_888", "width": 1280, "height": 720, "rotation": 90}
    rows = report["latencies"]
    report["latencies"] = [row | more for row in rows for more in ({}, {"frame": frame})]
    for turn, row in enumerate(report["latencies"], start=1):
        row |= {"turn": turn, "pause_ms": 2000.0, "warm_up_ms": 1000.0, "is_steady": True}
        row |= {"frames_per_second": 990 / row["stages_ms"]["total"]["mean"]}
        row |= {"before": state(), "after": state()}
    total = {"runs": 1801, "mean": 33.0, "p50": 32.0, "p90": 36.0, "p99": 40.0}
    minutes = [
        {"frames_per_second": 30.0 - n, "total_ms": total, "after": state(temperature_c=31.0 + n)}
        for n in range(3)
    ]
    report["sustained"] = {"threads": 2, "delegate": "xnnpack", "frame": frame}
    report["sustained"] |= {"before": state(), "minutes": minutes}
    return report | {"order_seed": 11, "thread_priority": -4, "compiled": "speed"}


def test_minutes_and_marks_of_a_fake_phone_are_shown(fake_adb, report):
    told = as_a_phone_writes_it(report)
    check_report(told)
    told["latencies"][1]["after"] = state(is_charging=True, throttling=["thermal status light"])
    (fake_adb / "good.json").write_text(json.dumps(told))
    done = run(fake_adb, "--models", "one", "--minutes", 3)
    assert done.returncode == 0, done.stderr
    calls = [json.loads(line) for line in (fake_adb / "calls").read_text().splitlines()]
    assert any("--es minutes 3" in call[-1] for call in calls)
    lines = [line.split() for line in done.stdout.splitlines()]
    (row,) = [line for line in lines if line[-2:] == ["throttled,", "charging"]]
    assert row[1:5] == ["camera", "1280x720,", "turned", "by"]
    third = ["3", "28.0", "32.0", "(36.0)", "33.0", "0.50"]
    assert [line[-6:] for line in lines if line[-6:] == third]
    assert "compiled for speed, order 11" in " ".join(done.stdout.split())
    marked = next(line for line in done.stderr.splitlines() if "docs/benchmarks.md" in line)
    assert "throttled, charging" in marked


@pytest.mark.parametrize(
    ("changes", "compiled", "said"),
    [
        (
            {"dexopt": DEXOPT.format("verify")},
            "verify",
            "for speed; it says: verify",
        ),
        ({"dexopt": ""}, None, "for speed; it says: nothing"),
        ({"compile": "Failure: no such package"}, "speed", "did not compile the app: adb failed"),
    ],
)
def test_app_that_was_not_compiled_is_told_and_measured(fake_adb, changes, compiled, said):
    set_up(fake_adb, **changes)
    done = run(fake_adb, "--models", "one")
    assert done.returncode == 0, done.stderr
    assert said in done.stderr
    assert json.loads((fake_adb / "started").read_text()).get("compiled") == compiled


def test_seed_that_is_not_given_is_another_each_time(fake_adb):
    seeds = set()
    for _ in range(2):
        assert run(fake_adb, "--models", "one").returncode == 0
        seeds.add(json.loads((fake_adb / "started").read_text())["seed"])
    assert len(seeds) == 2


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
