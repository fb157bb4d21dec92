"""Measurements of devices in, Markdown tables of them out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.bench_report import STAGES
from benchmarks.devices.measurement import Measurement, row_marks, state_marks
from dbd_mobile.latency import PHOTO_WH

_HEADINGS = {
    "preprocess": "pre-process",
    "invoke": "the model",
    "full_map": "full-size map",
    "overlay": "heat map",
}
_CAPTIONS = {
    "accuracy": "Latency against accuracy, each model with the number of threads that is the "
    "fastest; the bar goes from p50 to p90.",
    "threads": "By threads: p50 as a line, up to p90 and up to p99 as bands.",
    "photo_size": "By the photo's size, likewise, with the number of threads that is the fastest.",
    "sustained": "Minute by minute without a break: photos a second as a line, temperature dashed.",
}


USUAL_PHOTO = f"{PHOTO_WH[0]}x{PHOTO_WH[1]}"
"""The photo that every device is measured with."""


def latency_rows(measurements: Sequence[Measurement]) -> list[str]:
    """What a photo of the usual size takes with the best number of threads."""
    rows = _head(
        "device", "model", "threads", "first photo", "then a photo", "of it the model", "marks"
    )
    for measurement in measurements:
        if measurement.photo == USUAL_PHOTO:
            latency = measurement.fastest
            stages = latency["stages_ms"]
            rows.append(
                _row(
                    measurement.device,
                    measurement.model,
                    _threads(latency),
                    f"{latency['first_run_ms']:.1f}",
                    _p50_p90(stages["total"]),
                    _p50_p90(stages["invoke"]) if "invoke" in stages else "",
                    ", ".join(measurement.marks),
                )
            )
    return rows


def device_rows(measurements: Sequence[Measurement]) -> list[str]:
    """What the devices are."""
    rows = _head("device", "processor", "has", "cores", "memory", "governor", "system")
    newest: dict[str, Measurement] = {}
    for measurement in sorted(measurements, key=lambda m: str(m.report["time_utc"])):
        newest[measurement.device] = measurement
    for device, measurement in sorted(newest.items()):
        machine = measurement.report["machine"]
        memory = machine["memory_bytes"]
        rows.append(
            _row(
                device,
                machine["cpu"] or "",
                " ".join(machine["features"] or []),
                f"{machine['usable_cores']} of {machine['cores']}",
                "" if memory is None else f"{memory / 2**30:.1f} GiB",
                machine["governor"] or "",
                machine["system"],
            )
        )
    return rows


def stage_rows(measurements: Sequence[Measurement]) -> list[str]:
    """Every stage of every measurement."""
    headings = [_HEADINGS.get(stage, stage) for stage in STAGES]
    rows = _head("device", "model", "photo", "threads", "load", "first photo", *headings, "marks")
    for measurement in measurements:
        for latency in measurement.report["latencies"]:
            stages = latency["stages_ms"]
            rows.append(
                _row(
                    measurement.device,
                    measurement.model,
                    frame_words(latency["frame"]) if "frame" in latency else measurement.photo,
                    _threads(latency),
                    f"{latency['load_ms']:.1f}",
                    f"{latency['first_run_ms']:.1f}",
                    *(_all_percentiles(stages[s]) if s in stages else "" for s in STAGES),
                    ", ".join(row_marks(latency)),
                )
            )
    return rows


def circumstance_rows(measurements: Sequence[Measurement]) -> list[str]:
    """What else is to be known of every measurement."""
    rows = _head(
        "device", "model", "photo", "day", "dbd-mobile", "runs on", "cold start", "peak memory",
        "warm-up", "runs", "temperature", "others", "marks",
    )  # fmt: skip
    for measurement in measurements:
        report = measurement.report
        latencies, memory = report["latencies"], report["peak_memory_bytes"]
        rows.append(
            _row(
                measurement.device,
                measurement.model,
                measurement.photo,
                report["time_utc"][:10],
                report["versions"]["dbd-mobile"],
                ", compiled for ".join(filter(None, (measurement.backend, report.get("compiled")))),
                "" if report["cold_start_ms"] is None else f"{report['cold_start_ms']:.0f} ms",
                "" if memory is None else f"{memory / 2**20:.0f} MiB",
                _span([latency["warm_up_runs"] for latency in latencies]),
                _span([latency["stages_ms"]["total"]["runs"] for latency in latencies]),
                _heat(report),
                _others(report["load"]),
                ", ".join(measurement.marks),
            )
        )
    return rows


def sustained_rows(measurements: Sequence[Measurement]) -> list[str]:
    """What minutes without a break did to those that were measured so."""
    if not measurements:
        return ["No phone has been measured so yet."]
    rows = _head(
        "device", "model", "photo", "threads", "minutes", "photos a second, first minute", "last",
        "temperature", "headroom", "throttled", "marks",
    )  # fmt: skip
    for measurement in measurements:
        sustained = measurement.sustained
        assert sustained is not None
        minutes = sustained["minutes"]
        told = [sustained["before"], *(minute["after"] for minute in minutes)]
        first, last = (minutes[index]["frames_per_second"] for index in (0, -1))
        throttled = sum(1 for state in told[1:] if state["throttling"])
        rows.append(
            _row(
                measurement.device,
                measurement.model,
                frame_words(sustained["frame"]) if "frame" in sustained else measurement.photo,
                _threads(sustained),
                str(len(minutes)),
                f"{first:.1f}",
                f"{last:.1f} ({last / first - 1:+.0%})",
                _from_to(told, "temperature_c", "{:.0f}", " °C"),
                _from_to(told, "headroom", "{:.2f}", ""),
                f"{throttled} of {len(minutes)}" if throttled else "",
                ", ".join(state_marks(told)),
            )
        )
    return rows


def _from_to(told: Sequence[Mapping[str, Any]], key: str, form: str, unit: str) -> str:
    """The first and the last of some values that are told."""
    values = [form.format(state[key]) for state in told if state[key] is not None]
    return " to ".join(dict.fromkeys((values[0], values[-1]))) + unit if values else ""


def frame_words(frame: Mapping[str, Any]) -> str:
    """A camera's frame in a few words."""
    turn = f", turned by {frame['rotation']}°" if frame["rotation"] else ""
    return f"camera {frame['width']}x{frame['height']}{turn}"


def picture(name: str, folder: str) -> str:
    """The Markdown of a picture of ``plots.draw``."""
    return f"![{_CAPTIONS[name]}]({folder}/{name}.svg)"


def picture_rows(names: Iterable[str], folder: str) -> list[str]:
    """Pictures, each above its caption."""
    parts = [(picture(name, folder), "", f"*{_CAPTIONS[name]}*", "") for name in names]
    return [row for part in parts for row in part]


def plain(text: str) -> str:
    """A text that Markdown shows as it is: whoever sent a report chose it."""
    return re.sub(r"([\\`*\[\]<>|&$:@])", lambda found: f"&#{ord(found[0])};", text)


def _head(*headings: str) -> list[str]:
    return [f"| {' | '.join(headings)} |", "|---" * len(headings) + "|"]


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(plain, cells))} |"


def _threads(latency: Mapping[str, Any]) -> str:
    delegate = latency.get("delegate")
    return f"{latency['threads']}, {delegate}" if delegate else str(latency["threads"])


def _p50_p90(ms: Mapping[str, float]) -> str:
    return f"{ms['p50']:.1f} ({ms['p90']:.1f})"


def _all_percentiles(ms: Mapping[str, float]) -> str:
    return f"{ms['p50']:.1f} ({ms['p90']:.1f}, {ms['p99']:.1f})"


def _span(counts: Sequence[int]) -> str:
    low, high = min(counts), max(counts)
    return str(low) if low == high else f"{low} to {high}"


def _heat(report: Mapping[str, Any]) -> str:
    degrees = [report[key]["temperature_c"] for key in ("heat_before", "heat_after")]
    parts = [" to ".join(f"{c:.0f}" for c in degrees if c is not None)]
    parts = [f"{part} °C" for part in parts if part]
    return ", ".join([*parts, *(report["heat_after"]["throttling"] or [])])


def _others(load: Mapping[str, float | None]) -> str:
    if load["others_share"] is not None:
        return f"{load['others_share']:.0%} of all cores' time"
    return "" if load["average_before"] is None else f"load {load['average_before']:.1f} before"
