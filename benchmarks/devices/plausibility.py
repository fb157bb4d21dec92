"""A report that has the schema in; a refusal of numbers that no clock gave, out."""

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from benchmarks.devices.measurement import states
from benchmarks.devices.released_models import released_models
from dbd_mobile.errors import InputError
from dbd_mobile.machine import HIGHEST_C, LOWEST_C

_PERCENTILES = ("p50", "p90", "p99")
# Of what a clock gives: a stage's mean is rounded, and a phone reads the clock between stages.
_TOLERANCE = 0.01
_BOUND = 1e15


def check_plausible(report: Mapping[str, Any]) -> None:
    """Check that a report's numbers can be.

    Args:
        report: As the schema says.

    Raises:
        InputError: They cannot; the message says which, what was expected and what came.
    """
    for problem in _problems(report):
        raise InputError(f"Its numbers cannot be: {problem}.")


def _problems(report: Mapping[str, Any]) -> Iterator[str]:
    yield from _unusable(report, "")
    try:
        datetime.fromisoformat(report["time_utc"])
    except ValueError:
        yield f"time_utc is a time as ISO 8601 has it, got {report['time_utc']!r:.60}"
    machine, memory = report["machine"], report["peak_memory_bytes"]
    if machine["usable_cores"] > machine["cores"]:
        yield f"{machine['usable_cores']} usable cores of {machine['cores']}"
    if machine["memory_bytes"] is not None and machine["memory_bytes"] < 2**20:
        yield f"a machine has a megabyte of memory at least, got {machine['memory_bytes']} bytes"
    if memory is not None and not 2**20 <= memory <= (machine["memory_bytes"] or math.inf):
        yield f"the peak of memory is from a megabyte to what the machine has, got {memory} bytes"
    for heat in _heats(report):
        degrees = heat["temperature_c"]
        if degrees is not None and not LOWEST_C <= degrees <= HIGHEST_C:
            yield f"a temperature is from {LOWEST_C} to {HIGHEST_C} °C, got {degrees:g}"
    if report["cold_start_ms"] == 0:
        yield "cold_start_ms is above 0, got 0"
    known = released_models().get(report["model"]["sha256"])
    if known is not None and known.precision != report["model"]["precision"]:
        yield (
            f"{known.id} {known.version} computes in {known.precision}, the report says "
            f"{report['model']['precision']}"
        )
    measured = set()
    for latency in report["latencies"]:
        key = (latency["threads"], latency.get("delegate"), "frame" in latency)
        if key in measured:
            yield f"every number of threads once was expected, got {_threads(latency)} twice"
        measured.add(key)
        for problem in _latency_problems(latency):
            yield f"{_threads(latency)}, {problem}"
    if all("frame" in latency for latency in report["latencies"]):
        yield "the photo's times were expected, got only those of camera frames"
    turns = [latency["turn"] for latency in report["latencies"] if "turn" in latency]
    if turns and sorted(turns) != list(range(1, len(report["latencies"]) + 1)):
        yield f"each row has a turn of its own, got {turns}"
    for number, minute in enumerate(report.get("sustained", {}).get("minutes", []), start=1):
        for problem in _minute_problems(minute):
            yield f"minute {number}, {problem}"


def _heats(report: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every temperature's place."""
    yield from (report["heat_before"], report["heat_after"])
    for latency in report["latencies"]:
        yield from states(latency)
    if "sustained" in report:
        yield report["sustained"]["before"]
        yield from (minute["after"] for minute in report["sustained"]["minutes"])


def _minute_problems(minute: Mapping[str, Any]) -> Iterator[str]:
    total, rate = minute["total_ms"], minute["frames_per_second"]
    yield from _order_problems("total", total)
    # The last photo ends after the minute does, and the next one starts then.
    if total["runs"] * (1 + _TOLERANCE) < 60 * rate:
        yield f"{total['runs']} photos at {rate:g} a second are less than a minute"
    yield from _rate_problems(rate, total)


def _rate_problems(rate: float, total: Mapping[str, float]) -> Iterator[str]:
    if not 0 < rate * total["mean"] <= 1000 * (1 + _TOLERANCE):
        yield f"{rate:g} photos a second, with a mean of {total['mean']:g} ms"


def _threads(latency: Mapping[str, Any]) -> str:
    return f"{latency['threads']} thread{'s' if latency['threads'] > 1 else ''}"


def _latency_problems(latency: Mapping[str, Any]) -> Iterator[str]:
    for name in ("load_ms", "first_run_ms"):
        if latency[name] == 0:
            yield f"{name} is above 0, got 0"
    stages = latency["stages_ms"]
    total = stages["total"]
    for name, ms in stages.items():
        if ms["runs"] != total["runs"]:
            yield f"{name} has {ms['runs']} runs, total {total['runs']}"
        yield from _order_problems(name, ms)
        for key in ("mean", *_PERCENTILES):
            if ms[key] > total[key] * (1 + _TOLERANCE):
                yield f"{key} of {name} is {ms[key]:g} ms, of total only {total[key]:g}"
    parts = sum(ms["mean"] for name, ms in stages.items() if name != "total")
    if len(stages) > 1 and not math.isclose(parts, total["mean"], rel_tol=_TOLERANCE):
        yield f"the stages take {parts:g} ms in the mean, total {total['mean']:g}"
    if "frames_per_second" in latency:
        yield from _rate_problems(latency["frames_per_second"], total)


def _order_problems(name: str, ms: Mapping[str, float]) -> Iterator[str]:
    if not all(ms[key] > 0 for key in ("mean", *_PERCENTILES)):
        yield f"{name} is above 0 ms, got {min(ms[key] for key in ('mean', *_PERCENTILES)):g}"
    if not ms["p50"] <= ms["p90"] <= ms["p99"]:
        yield (
            f"p50 <= p90 <= p99 was expected of {name}, got {ms['p50']:g}, {ms['p90']:g} and "
            f"{ms['p99']:g} ms"
        )
    # Half of the runs, and the tenth part of them, took at least so long.
    if ms["mean"] < max(ms["p50"] / 2, ms["p90"] / 10) * (1 - _TOLERANCE):
        yield f"{name} has a mean of {ms['mean']:g} ms with a p50 of {ms['p50']:g}"


def _unusable(value: Any, place: str) -> Iterator[str]:
    """What JSON can hold and no page can show: numbers beyond all bounds, control characters."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _unusable(key, place)
            yield from _unusable(part, f"{place}.{key}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _unusable(part, f"{place}[{index}]")
    elif isinstance(value, str) and not value.isprintable():
        yield f"{place[1:]!a} is a text on one line, got {value!a:.60}"
    elif isinstance(value, int | float) and not abs(value) < _BOUND:
        yield f"{place[1:]} is a number below {_BOUND:g}, got {value!s:.60}"
