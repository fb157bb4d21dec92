"""The schema of a benchmark's report: what has it, and what is said of what has not."""

import copy

import pytest

from dbd_mobile.bench_report import SCHEMA, check_report
from dbd_mobile.errors import ArgumentError

TIMES = {"runs": 3, "mean": 2.5, "p50": 2, "p90": 3.0, "p99": 3.0}
HEAT = {"temperature_c": None, "throttling": None}
REPORT = {
    "schema": SCHEMA,
    "time_utc": "2026-01-02T03:04:05+00:00",
    "versions": {"dbd-mobile": "0.1.0"},
    "backend": "tensorflow-lite",
    "model": {"name": "lite", "sha256": "0" * 64},
    "machine": {
        "board": "Phone",
        "cpu": None,
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
    "photo": {"width": 1000, "height": 1000},
    "cold_start_ms": None,
    "peak_memory_bytes": 1 << 28,
    "latencies": [
        {
            "threads": 1,
            "delegate": "xnnpack",
            "load_ms": 20.0,
            "first_run_ms": 30,
            "stages_ms": {"preprocess": TIMES, "invoke": TIMES, "overlay": TIMES, "total": TIMES},
        }
    ],
}


def test_whole_report_has_the_schema():
    check_report(REPORT)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["schema"], "dbd-mobile-bench/0", "dbd-mobile-bench/0"),
        (["schema"], None, "the report.schema is str, got None"),
        (["model"], {"name": "lite"}, "the report.model has no sha256"),
        (["machine", "phone"], "x", "the report.machine has a phone"),
        (["machine", "cores"], True, "the report.machine.cores is int, got True"),
        (["machine", "is_64_bit"], 1, "is_64_bit is bool, got 1"),
        (["heat_after", "throttling"], [3], "throttling[0] is str, got 3"),
        (["versions", "numpy"], 1.26, "the report.versions.numpy is str, got 1.26"),
        (["latencies"], {}, "the report.latencies is a list, got {}"),
        (["latencies"], [], "no latencies"),
        (["latencies", 0, "stages_ms", "total"], "fast", "stages_ms.total is an object"),
        (["latencies", 0, "stages_ms", "sleep"], TIMES, "stages_ms has a sleep"),
    ],
)
def test_what_has_not_the_schema_is_told_where(path, value, said):
    report = copy.deepcopy(REPORT)
    place = report
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    with pytest.raises(ArgumentError) as error:
        check_report(report)
    assert said in str(error.value)


@pytest.mark.parametrize("other", [None, [], "text", 3])
def test_other_json_is_no_report(other):
    with pytest.raises(ArgumentError, match="an object"):
        check_report(other)
