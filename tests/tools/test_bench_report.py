"""The schema of a benchmark's report: what has it, and what is said of what has not."""

import copy
import re
from pathlib import Path

import pytest

from benchmarks.bench_report import STAGES, check_report, read_report
from dbd_mobile import processor
from dbd_mobile.errors import InputError

TIMES = {"runs": 3, "mean": 2.5, "p50": 2, "p90": 3.0, "p99": 3.0}
HEAT = {"temperature_c": None, "throttling": None}
REPORT = {
    "schema": "dbd-mobile-bench/2",
    "time_utc": "2026-01-02T03:04:05+00:00",
    "versions": {"dbd-mobile": "0.1.0"},
    "backend": "tensorflow-lite",
    "model": {"name": "lite", "sha256": "0" * 64, "precision": "int8"},
    "machine": {
        "board": "Phone",
        "cpu": None,
        "features": ["neon", "dotprod"],
        "cores": 8,
        "usable_cores": 8,
        "governor": None,
        "memory_bytes": 1 << 33,
        "system": "Android 14",
        "is_64_bit": True,
        "python": None,
    },
    "heat_before": HEAT,
    "heat_after": {"temperature_c": 41.5, "throttling": ["thermal status light"]},
    "load": {"average_before": None, "average_after": None, "others_share": 0.01},
    "photo": {"width": 1000, "height": 1000},
    "cold_start_ms": None,
    "peak_memory_bytes": 1 << 28,
    "latencies": [
        {
            "threads": 1,
            "delegate": "xnnpack",
            "load_ms": 20.0,
            "first_run_ms": 30,
            "warm_up_runs": 10,
            "stages_ms": {"preprocess": TIMES, "invoke": TIMES, "overlay": TIMES, "total": TIMES},
        }
    ],
}


STATE = {**HEAT, "headroom": 0.4, "is_charging": False, "is_power_save": None}
FRAME = {"format": "YUV_420_888", "width": 1280, "height": 720, "rotation": 90}


def of_a_phone():
    """The report with all that only phones tell."""
    report = copy.deepcopy(REPORT)
    more = {"warm_up_ms": 1000.5, "is_steady": True, "frames_per_second": 39.5, "turn": 1}
    more |= {"pause_ms": 0, "before": STATE, "after": STATE, "frame": FRAME}
    report["latencies"].append({**report["latencies"][0], **more})
    minute = {"frames_per_second": 39.5, "total_ms": TIMES, "after": STATE}
    report["sustained"] = {"threads": 2, "delegate": "xnnpack", "before": STATE, "frame": FRAME}
    report["sustained"]["minutes"] = [minute]
    return report | {"order_seed": 0, "thread_priority": -4, "compiled": "speed"}


def test_whole_report_has_the_schema():
    check_report(REPORT)


def test_whole_report_of_a_phone_has_the_schema():
    check_report(of_a_phone())


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (
            ["schema"],
            "dbd-mobile-bench/0",
            "must be dbd-mobile-bench/2, got 'dbd-mobile-bench/0'",
        ),
        (["schema"], None, "the report.schema must be dbd-mobile-bench/2, got None"),
        (["model"], {"name": "lite"}, "the report.model is wrong: 'sha256' is a required"),
        (["model", "sha256"], "0" * 63, "the report.model.sha256 is wrong"),
        (["model", "precision"], "int4", "the report.model.precision is wrong: 'int4' is not one"),
        (["load", "others_share"], 1.5, "the report.load.others_share is wrong: 1.5 is greater"),
        (["machine", "features"], "neon", "features must be array or null, got 'neon'"),
        (["machine", "board"], "x" * 201, "the report.machine.board is wrong"),
        (["machine", "phone"], "x", "the report.machine is wrong: Additional properties"),
        (["machine", "cores"], True, "the report.machine.cores must be integer, got True"),
        (["machine", "governor"], 3, "the report.machine.governor must be string or null, got 3"),
        (["machine", "is_64_bit"], 1, "is_64_bit must be boolean, got 1"),
        (["heat_after", "throttling"], [3], "throttling[0] must be string, got 3"),
        (["versions", "numpy"], 1.26, "the report.versions.numpy must be string, got 1.26"),
        (["latencies"], {}, "the report.latencies must be array, got {}"),
        (["latencies"], [], "the report.latencies is wrong: [] should be non-empty"),
        (["latencies", 0, "load_ms"], -1, "load_ms is wrong: -1 is less than the minimum of 0"),
        (["latencies", 0, "stages_ms", "total"], "fast", "total must be object, got 'fast'"),
        (["latencies", 0, "stages_ms", "sleep"], TIMES, "stages_ms is wrong: Additional"),
        (["latencies", 0, "stages_ms"], {"invoke": TIMES}, "'total' is a required property"),
        (
            ["latencies", 1, "frame"],
            {**FRAME, "rotation": 45},
            "rotation is wrong: 45 is not one",
        ),
        (["latencies", 1, "before"], HEAT, "before is wrong: 'headroom' is a required property"),
        (["latencies", 1, "turn"], 0, "turn is wrong: 0 is less than the minimum of 1"),
        (["sustained", "minutes"], [], "sustained.minutes is wrong: [] should be non-empty"),
        (["thread_priority"], 20, "thread_priority is wrong: 20 is greater than the maximum of 19"),
        (["compiled"], None, "the report.compiled must be string, got None"),
    ],
)
def test_what_has_not_the_schema_is_told_where(path, value, said):
    report = of_a_phone()
    place = report
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(InputError) as error:
        check_report(report)
    assert said in str(error.value)
    assert str(error.value).startswith("A benchmark's report of dbd-mobile-bench/2 was expected; ")
    assert len(str(error.value)) < 250


@pytest.mark.parametrize("other", [None, [], "text", 3])
def test_other_json_is_no_report(other):
    with pytest.raises(InputError, match="the report must be object, got "):
        check_report(other)


def test_report_of_another_schema_is_told_by_its_name():
    with pytest.raises(InputError, match=r"schema must be .*/2, got 'dbd-mobile-bench/3'"):
        check_report({"schema": "dbd-mobile-bench/3", "all": "different"})


def test_report_of_the_first_version_is_to_be_measured_again():
    with pytest.raises(InputError, match=r"'dbd-mobile-bench/1': measure again with a newer"):
        check_report({**REPORT, "schema": "dbd-mobile-bench/1"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "as JSON was expected"),
        (b"\x89PNG\r\n", "as JSON was expected; it is no text."),
        (b"{" * 10_000, "as JSON was expected"),
        (b"[" * 100_000, "as JSON was expected"),
        (b"[]", "the report must be object"),
        (b" " * (1 << 20) + b"{}", "of at most 1048576 bytes was expected"),
    ],
)
def test_file_that_is_no_report_is_one_sentence(tmp_path, content, said):
    (tmp_path / "report.json").write_bytes(content)
    with pytest.raises(InputError, match=said) as error:
        read_report(tmp_path / "report.json")
    assert len(str(error.value)) < 250


def test_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="It cannot be read: No such file"):
        read_report(tmp_path / "none.json")


def test_stages_come_in_the_order_of_a_photos_way():
    assert STAGES == ("preprocess", "invoke", "dequantise", "full_map", "overlay", "total")


def test_phones_app_knows_the_same_instructions_by_the_same_names():
    demo = Path(__file__).parents[2] / "android_demo/app/src/main/java/org/dbdmobile/demo"
    java = (demo / "DeviceFiles.java").read_text(encoding="utf-8")
    (table,) = re.findall(r"FEATURES = \{\n(.*?)\n    \};", java, re.DOTALL)
    pairs = [re.findall(r'"(\w+)"', entry) for entry in re.findall(r"\{(.*?)\}", table)]
    assert {pair[0]: pair[-1] for pair in pairs} == processor._LINUX
