"""A benchmark's report in, from this package or from a phone; its schema checked.

``dbd-mobile bench --json`` and the Android app write the same one, one model a report.
"""

from typing import Any

from dbd_mobile.errors import ArgumentError

SCHEMA = "dbd-mobile-bench/1"

# Stages that a photo goes through on one kind of machine or the other; the last is their sum.
STAGES = ("preprocess", "invoke", "dequantise", "full_map", "overlay", "total")

_PERCENTILES = {"runs": int, "mean": float, "p50": float, "p90": float, "p99": float}
_HEAT = {"temperature_c": (float, None), "throttling": ([str], None)}
_MACHINE = {
    "board": (str, None),
    "cpu": (str, None),
    "cores": int,
    "usable_cores": int,
    "governor": (str, None),
    "memory_bytes": (int, None),
    "system": str,
    "is_64_bit": bool,
    "python": (str, None),
}
_LATENCY = {
    "threads": int,
    # Which kernels ran, where that was a choice.
    "delegate?": str,
    "load_ms": float,
    "first_run_ms": float,
    "stages_ms": {**{f"{stage}?": _PERCENTILES for stage in STAGES[:-1]}, "total": _PERCENTILES},
}
_REPORT = {
    "schema": str,
    "time_utc": str,
    "versions": {"*": str},
    "backend": str,
    "model": {"name": str, "sha256": str},
    "machine": _MACHINE,
    "heat_before": _HEAT,
    "heat_after": _HEAT,
    "photo": {"width": int, "height": int},
    # None where the process had loaded the interpreter before.
    "cold_start_ms": (float, None),
    "peak_memory_bytes": (int, None),
    "latencies": [_LATENCY],
}


def check_report(report: object) -> None:
    """Check that a report has the schema, all of it and nothing else.

    Args:
        report: As read from JSON.

    Raises:
        ArgumentError: It has not; the message says where.
    """
    _check(report, _REPORT, "the report")
    assert isinstance(report, dict)
    if report["schema"] != SCHEMA:
        raise ArgumentError(f"The report has the schema {report['schema']}, expected {SCHEMA}.")
    if not report["latencies"]:
        raise ArgumentError("The report has no latencies.")


def _check(value: object, shape: Any, where: str) -> None:
    """Check a value against a type, alternatives, [of an item] or {of names}."""
    if isinstance(shape, tuple):
        kind, nothing = shape
        if value is not nothing:
            _check(value, kind, where)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise _wrong(where, "a list", value)
        for number, item in enumerate(value):
            _check(item, shape[0], f"{where}[{number}]")
    elif isinstance(shape, dict):
        _check_names(value, shape, where)
    else:
        numbers = (int, float) if shape is float else shape
        # True is an int to Python, not to JSON.
        if not isinstance(value, numbers) or isinstance(value, bool) != (shape is bool):
            raise _wrong(where, shape.__name__, value)


def _check_names(value: object, shape: dict[str, Any], where: str) -> None:
    if not isinstance(value, dict):
        raise _wrong(where, "an object", value)
    if "*" in shape:
        shape = dict.fromkeys(value, shape["*"])
    known = {name.rstrip("?") for name in shape}
    missing = sorted(name for name in shape if not name.endswith("?") and name not in value)
    foreign = sorted(set(value) - known)
    if missing or foreign:
        names = ", ".join([*(f"no {name}" for name in missing), *(f"a {name}" for name in foreign)])
        raise ArgumentError(f"A benchmark's report of {SCHEMA} was expected; {where} has {names}.")
    for name, kind in shape.items():
        if name.rstrip("?") in value:
            _check(value[name.rstrip("?")], kind, f"{where}.{name.rstrip('?')}")


def _wrong(where: str, expected: str, value: object) -> ArgumentError:
    return ArgumentError(
        f"A benchmark's report of {SCHEMA} was expected; {where} is {expected}, got {value!r:.60}."
    )
