"""``dbd-mobile bench``: a model in; how fast it is on this machine, as tables and JSON, out."""

import argparse
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import numpy as np
import PIL

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.bench_report import BENCH_SCHEMA, report_name, shareable
from dbd_mobile.cli.options import add_model, whole_number
from dbd_mobile.cli.screen import counting, say
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError
from dbd_mobile.latency import PHOTO_WH, measure_latency, synthetic_photo
from dbd_mobile.load import LoadWatch
from dbd_mobile.machine import peak_memory_bytes, read_heat, read_machine
from dbd_mobile.path_text import text_of
from dbd_mobile.photo_file import MAX_PIXELS
from dbd_mobile.version import __version__


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "bench",
        help="measure how fast a model is on this machine",
        description="Measure on this machine, with a photo made of noise: the cold start "
        "(import of the interpreter and loading the model), then for each number of threads "
        "loading, the first photo, and, once warm, percentiles by stage over more photos.",
    )
    add_model(parser)
    parser.add_argument(
        "--threads",
        type=_thread_counts,
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
    parser.add_argument(
        "--warm-up",
        type=whole_number,
        metavar="N",
        help="photos to run before these; default: until they no longer get faster, at least 10",
    )
    parser.add_argument(
        "--size",
        type=_size,
        default=PHOTO_WH,
        metavar="WxH",
        help="the photo's size in pixels; default: 1000x1000",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write a report there")
    parser.add_argument(
        "--share",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="FILE",
        help="also write a report that can be given to others: without the name or path of a "
        "model of your own; prints what is in it, and how to send it; default: a file in the "
        "current folder, named after the device",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Measure, print the tables and write the reports."""
    _check_files(options)
    report = _measure(options)
    _say_circumstances(report)
    for latency in report["latencies"]:
        _say_table(latency)
    if options.json is not None:
        _write(options.json, report)
    if options.share is not None:
        shared = shareable(report)
        path = Path(report_name(shared)) if options.share == Path() else options.share
        _say_shared(shared, path)
        _write(path, shared)
    return 0


def _measure(options: argparse.Namespace) -> dict[str, Any]:
    """Measure and give the report."""
    machine = read_machine()
    heat_before = read_heat()
    watch = LoadWatch()
    start = time.perf_counter()
    with BlurDetector(options.model) as detector:
        cold_start_ms = (time.perf_counter() - start) * 1e3
    backend = detector.backend
    photo = synthetic_photo(options.size)
    with counting(len(options.threads) * options.runs, "runs") as advance:
        latencies = [
            measure_latency(
                options.model,
                threads=threads,
                runs=options.runs,
                photo=photo,
                warm_up_runs=options.warm_up,
                on_run=advance,
            )
            for threads in options.threads
        ]
    return {
        "schema": BENCH_SCHEMA,
        "time_utc": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "versions": {
            "dbd-mobile": __version__,
            "numpy": np.__version__,
            "pillow": PIL.__version__,
            backend.name: backend.version,
        },
        "backend": backend.name,
        "model": {
            "name": text_of(detector.model_name),
            "sha256": detector.model_sha256,
            "precision": detector.model_facts.precision,
        },
        "machine": asdict(machine),
        "heat_before": asdict(heat_before),
        "heat_after": asdict(read_heat()),
        "load": asdict(watch.end()),
        "photo": dict(zip(("width", "height"), options.size, strict=True)),
        "cold_start_ms": cold_start_ms,
        "peak_memory_bytes": peak_memory_bytes(),
        "latencies": [asdict(latency) for latency in latencies],
    }


def _thread_counts(text: str) -> list[int]:
    """Read numbers of threads; one that comes twice is measured once, as a report has it."""
    return list(dict.fromkeys(whole_number(part) for part in text.split(",")))


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    try:
        size = whole_number(width), whole_number(height)
    except argparse.ArgumentTypeError:
        raise argparse.ArgumentTypeError(
            f"expected a size such as 4000x3000, got {text!r}"
        ) from None
    if size[0] * size[1] > MAX_PIXELS:
        raise argparse.ArgumentTypeError(f"expected at most {MAX_PIXELS} pixels, got {text!r}")
    return size


def _say_circumstances(report: Mapping[str, Any]) -> None:
    machine, before, after = report["machine"], report["heat_before"], report["heat_after"]
    parts = [
        machine["board"],
        machine["cpu"],
        f"{machine['usable_cores']} of {machine['cores']} cores",
        machine["governor"] and f"governor {machine['governor']}",
        machine["system"],
    ]
    say(", ".join(part for part in parts if part))
    if machine["features"]:
        say(f"has {' '.join(machine['features'])}")
    if before["temperature_c"] is not None and after["temperature_c"] is not None:
        say(f"{before['temperature_c']:.0f} °C before, {after['temperature_c']:.0f} °C after")
    if after["throttling"]:
        say(f"throttling: {', '.join(after['throttling'])}")
    if report["load"]["others_share"] is not None:
        say(f"others took {report['load']['others_share']:.0%} of all cores' time")
    backend, model = report["backend"], report["model"]
    say(
        f"{backend} {report['versions'][backend]}, "
        f"model {model['name']} (sha256 {model['sha256'][:12]}), "
        f"{model['precision'] or 'another precision'}, cold start {report['cold_start_ms']:.0f} ms"
    )
    if report["peak_memory_bytes"] is not None:
        say(f"peak memory {report['peak_memory_bytes'] / 2**20:.0f} MiB")
    say(f"a photo of {report['photo']['width']}x{report['photo']['height']}")


def _say_table(latency: Mapping[str, Any]) -> None:
    threads = f"{latency['threads']} thread{'s' if latency['threads'] > 1 else ''}"
    say(
        f"{threads}: load {latency['load_ms']:.1f} ms, first {latency['first_run_ms']:.1f} ms, "
        f"then {latency['warm_up_runs']} to warm up"
    )
    say(f"  {'stage, ms':12}{'p50':>9}{'p90':>9}{'p99':>9}")
    for stage, ms in latency["stages_ms"].items():
        say(f"  {stage:12}{ms['p50']:9.2f}{ms['p90']:9.2f}{ms['p99']:9.2f}")


def _say_shared(report: Mapping[str, Any], path: Path) -> None:
    say("")
    say("To be shared, beside the times above, is this and no more:")
    for line in _lines({key: value for key, value in report.items() if key != "latencies"}):
        say(f"  {line}")
    say(f"It goes into {path}; nothing is sent by itself.")
    say("To send it, open an issue of the project's repository with the form")
    say('"Benchmark of a device" and paste the file into it.')


def _lines(value: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for key, part in value.items():
        if isinstance(part, Mapping):
            yield from _lines(part, f"{above}{key}.")
        else:
            yield f"{above}{key}: {json.dumps(part, ensure_ascii=False)}"


def _check_files(options: argparse.Namespace) -> None:
    """Refuse files that cannot be written: better said now than after a minute of measuring."""
    if options.json is not None:
        _check_file(options.json)
    if options.share == Path():
        _check_access(options.share)
    elif options.share is not None:
        _check_file(options.share)
        if options.json is not None and options.json.resolve() == options.share.resolve():
            raise ArgumentError(
                f"--json and --share write reports that differ, both to {options.share}: name two "
                f"files."
            )


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise ArgumentError(f"{path} is a folder: name a file.")
    if not path.parent.is_dir():
        raise ArgumentError(f"There is no folder for {path}.")
    # A file is replaced by one beside it; a device is written to.
    _check_access(path.parent if path.is_file() or not path.exists() else path)


def _check_access(path: Path) -> None:
    if not os.access(path, os.W_OK):
        raise ArgumentError(f"{path.absolute()} cannot be written to: name a file elsewhere.")


def _write(path: Path, report: Mapping[str, Any]) -> None:
    try:
        with atomic_file(path) as file:
            file.write(f"{json.dumps(report, indent=2)}\n".encode())
    except OSError as error:
        raise ArgumentError(f"{path} cannot be written: {error.strerror}.") from error
