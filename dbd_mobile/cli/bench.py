"""``dbd-mobile bench``: a model in; how fast it is on this machine, as tables and JSON, out."""

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import PIL

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.cli.options import add_model, whole_number
from dbd_mobile.cli.screen import counting, say
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError
from dbd_mobile.facts import text_of
from dbd_mobile.latency import PHOTO_WH, Latency, measure_latency, synthetic_photo
from dbd_mobile.machine import Heat, Machine, peak_memory_bytes, read_heat, read_machine
from dbd_mobile.version import __version__

# Of schemas/bench_report.schema.json, which says what each part of a report is.
_SCHEMA = "dbd-mobile-bench/1"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "bench",
        help="measure how fast a model is on this machine",
        description="Measure on this machine, with a 1000x1000 photo made of noise: the cold start "
        "(import of the interpreter and loading the model), then for each number of threads "
        "loading, the first photo, and percentiles by stage over the photos after it.",
    )
    add_model(parser)
    parser.add_argument(
        "--threads",
        type=_whole_numbers,
        default=[1, 2, 4],
        metavar="N,N,..",
        help="numbers of threads to measure; default: 1,2,4",
    )
    parser.add_argument(
        "--runs",
        type=whole_number,
        default=100,
        metavar="N",
        help="photos to measure per number of threads; default: 100",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results there")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure, print the tables and write the JSON file."""
    if options.json is not None and not options.json.resolve().parent.is_dir():
        raise ArgumentError(f"There is no folder for {options.json}.")
    machine = read_machine()
    heat_before = read_heat()
    start = time.perf_counter()
    with BlurDetector(options.model) as detector:
        cold_start_ms = (time.perf_counter() - start) * 1e3
    backend = detector.backend
    photo = synthetic_photo()
    latencies = []
    with counting(len(options.threads) * options.runs, "runs") as advance:
        for threads in options.threads:
            latencies.append(
                measure_latency(
                    options.model,
                    threads=threads,
                    runs=options.runs,
                    photo=photo,
                    on_run=advance,
                )
            )
    heat_after = read_heat()
    peak = peak_memory_bytes()
    _say_machine(machine, heat_before, heat_after)
    say(
        f"{backend}, "
        f"model {detector.model_name} (sha256 {detector.model_sha256[:12]}), "
        f"cold start {cold_start_ms:.0f} ms"
    )
    for latency in latencies:
        _say_table(latency)
    if peak is not None:
        say(f"peak memory {peak / 2**20:.0f} MiB")
    if options.json is not None:
        report = {
            "schema": _SCHEMA,
            "time_utc": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "versions": {
                "dbd-mobile": __version__,
                "numpy": np.__version__,
                "pillow": PIL.__version__,
                backend.name: backend.version,
            },
            "backend": backend.name,
            "model": {"name": text_of(detector.model_name), "sha256": detector.model_sha256},
            "machine": asdict(machine),
            "heat_before": asdict(heat_before),
            "heat_after": asdict(heat_after),
            "photo": {"width": PHOTO_WH[0], "height": PHOTO_WH[1]},
            "cold_start_ms": cold_start_ms,
            "peak_memory_bytes": peak,
            "latencies": [asdict(latency) for latency in latencies],
        }
        _write(options.json, report)
    return 0


def _whole_numbers(text: str) -> list[int]:
    return [whole_number(part) for part in text.split(",")]


def _say_machine(machine: Machine, before: Heat, after: Heat) -> None:
    parts = [
        machine.board,
        machine.cpu,
        f"{machine.usable_cores} of {machine.cores} cores",
        machine.governor and f"governor {machine.governor}",
        machine.system,
    ]
    say(", ".join(part for part in parts if part))
    if before.temperature_c is not None and after.temperature_c is not None:
        say(f"{before.temperature_c:.0f} °C before, {after.temperature_c:.0f} °C after")
    if after.throttling:
        say(f"throttling: {', '.join(after.throttling)}")


def _say_table(latency: Latency) -> None:
    threads = f"{latency.threads} thread{'s' if latency.threads > 1 else ''}"
    say(f"{threads}: load {latency.load_ms:.1f} ms, first {latency.first_run_ms:.1f} ms")
    say(f"  {'stage, ms':12}{'p50':>9}{'p90':>9}{'p99':>9}")
    for stage, ms in latency.stages_ms.items():
        say(f"  {stage:12}{ms.p50:9.2f}{ms.p90:9.2f}{ms.p99:9.2f}")


def _write(path: Path, report: Mapping[str, object]) -> None:
    try:
        with atomic_file(path) as file:
            file.write(f"{json.dumps(report, indent=2)}\n".encode())
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written: {error.strerror}.") from error
