"""Reports of ``dbd-mobile bench`` in, what files took on devices and under which conditions out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbd_mobile.errors import InputError

_SCHEMA = "dbd-mobile-bench/"


@dataclass(frozen=True, kw_only=True)
class DeviceTime:
    """How long a file takes on a device, with one number of threads.

    Attributes:
        sha256: Of the file.
        device: What the device calls itself.
        processor: Its processor, and how many cores could be used.
        runtime: The interpreter and its version.
        threads: How many; they ran on the processor.
        photo: Width and height of the photo, which the model sees reduced.
        p50_ms: Median of the model's own time for a photo.
        p90_ms: What nine of ten photos took at most.
        runs: How many photos that is of.
        warm_ups: How many went before, uncounted.
        heat: Temperature and throttling after the runs, "not readable" where the device hides it.
        date: Day of the measurement, UTC.
    """

    sha256: str
    device: str
    processor: str
    runtime: str
    threads: int
    photo: str
    p50_ms: float
    p90_ms: float
    runs: int
    warm_ups: int
    heat: str
    date: str


def read_device_times(folder: Path) -> list[DeviceTime]:
    """Read all reports of a folder.

    Args:
        folder: With ``*.json`` of ``dbd-mobile bench --json``.

    Returns:
        The times by device, file, photo and threads.

    Raises:
        InputError: If the folder is missing or a file is no such report.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}; give one with reports of dbd-mobile bench.")
    times: list[DeviceTime] = []
    for path in sorted(folder.glob("*.json")):
        try:
            report = json.loads(path.read_text(encoding="utf-8"))
            if not str(report["schema"]).startswith(_SCHEMA):
                raise ValueError(f"its schema is {report['schema']!r}")
            times += _times(report)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
            raise InputError(
                f"{path} is no report of dbd-mobile bench ({error}); leave it out of {folder}."
            ) from error
    return sorted(times, key=lambda time: (time.device, time.sha256, time.photo, time.threads))


def _times(report: Mapping[str, Any]) -> Iterator[DeviceTime]:
    machine, backend = report["machine"], report["backend"]
    processor = machine["cpu"] or "unknown processor"
    photo = f"{report['photo']['width']}x{report['photo']['height']}"
    for latency in report["latencies"]:
        model = latency["stages_ms"]["invoke"]
        yield DeviceTime(
            sha256=report["model"]["sha256"],
            device=machine["board"] or processor,
            processor=f"{processor}, {machine['usable_cores']} of {machine['cores']} cores",
            runtime=f"{backend} {report['versions'].get(backend, '')}".strip(),
            threads=latency["threads"],
            photo=photo,
            p50_ms=model["p50"],
            p90_ms=model["p90"],
            runs=model["runs"],
            warm_ups=latency["warm_up_runs"],
            heat=_heat(report["heat_after"]),
            date=report["time_utc"][:10],
        )


def _heat(heat: Mapping[str, Any]) -> str:
    known = []
    if heat["temperature_c"] is not None:
        known.append(f"{heat['temperature_c']:.0f} °C")
    if heat["throttling"] is not None:
        known.append(", ".join(heat["throttling"]) or "not throttled")
    return ", ".join(known) or "not readable"
