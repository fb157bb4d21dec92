"""``dbd-mobile bench``: a model in; how fast it is on this machine, as tables and JSON, out."""

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from rich.progress import Progress
from rich.table import Table

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.chatter import without_chatter
from dbd_mobile.cli.options import add_model, whole_number
from dbd_mobile.cli.screen import notes, results, say
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError
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
    with without_chatter(), BlurDetector(options.model) as detector:
        cold_start_ms = (time.perf_counter() - start) * 1e3
    backend = detector.backend
    photo = synthetic_photo()
    latencies = []
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Measuring", total=len(options.threads) * options.runs)
        for threads in options.threads:
            latencies.append(
                measure_latency(
                    options.model,
                    threads=threads,
                    runs=options.runs,
                    photo=photo,
                    on_run=lambda: progress.advance(task),
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
        results.print(_table(latency))
    if peak is not None:
        say(f"peak memory {peak / 2**20:.0f} MiB")
    if options.json is not None:
        report = {
            "schema": _SCHEMA,
            "time_utc": datetime.now(timezone.utc).isoformat(timespec="seconds"),
            "versions": {
                "dbd-mobile": __version__,
                "numpy": version("numpy"),
                "pillow": version("pillow"),
                backend.name: backend.version,
            },
            "backend": backend.name,
            "model": {"name": detector.model_name, "sha256": detector.model_sha256},
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


def _table(latency: Latency) -> Table:
    threads = f"{latency.threads} thread{'s' if latency.threads > 1 else ''}"
    table = Table(
        title=f"{threads}: load {latency.load_ms:.1f} ms, first {latency.first_run_ms:.1f} ms"
    )
    table.add_column("stage, ms")
    for name in ("p50", "p90", "p99"):
        table.add_column(name, justify="right")
    for stage, values in latency.stages_ms.items():
        table.add_row(stage, f"{values.p50:.2f}", f"{values.p90:.2f}", f"{values.p99:.2f}")
    return table


def _write(path: Path, report: Mapping[str, object]) -> None:
    try:
        with atomic_file(path) as file:
            file.write(f"{json.dumps(report, indent=2)}\n".encode())
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written: {error.strerror}.") from error
