"""Accuracy and latency of models, and the README's tables: ``python -m benchmarks --help``."""

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.progress import Progress

from benchmarks import readme
from benchmarks.android import find_phone, measure_phone, phone_table
from benchmarks.judge import MEASURES, Judged, measure_verdicts
from benchmarks.latency import compare_latency, latency_table
from benchmarks.memory import measure_memory
from benchmarks.overhead import measure_overhead
from benchmarks.radius import is_near_enough, measure_model_radius, radius_table
from benchmarks.verdicts.row import Row, table
from benchmarks.video import STEPS, measure_smoothing, measure_speed
from data.blur_dataset import BlurDataset, data_root
from data.native_photos import held_out, list_native_photos
from dbd_mobile import __version__
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.catalogue import bundled_ids
from dbd_mobile.cli.screen import complain, run_command, say
from dbd_mobile.errors import InputError
from evaluation.camera_jpegs import measure_short_cuts, short_cuts_table
from evaluation.composites import composites_table, measure_composites
from evaluation.mappers import FolderMapper, open_mapper
from evaluation.scoring import accuracy_table, measure
from evaluation.screen import notes, results
from evaluation.worst import draw_worst

ROOT = Path(__file__).parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What follows ``python -m benchmarks``; None takes it from ``sys.argv``.

    Returns:
        The exit status: 0, 1 if what was measured is worse than it may be, 2 after bad input, 130
        after an interruption.
    """
    options = _parser().parse_args(arguments)
    return run_command(lambda: options.run(options), error_prefix="error: ")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    accuracy = commands.add_parser("accuracy", help="accuracy by every protocol")
    source = accuracy.add_mutually_exclusive_group(required=True)
    source.add_argument("--model", help="bundled id, or model file")
    source.add_argument("--maps", type=Path, help="folder of maps from 'python -m training label'")
    _add_data(accuracy)
    accuracy.add_argument("--json", action="store_true", help="print JSON instead of a table")
    accuracy.set_defaults(run=_accuracy)

    worst = commands.add_parser("worst", help="draw the photos that a model gets most wrong")
    worst.add_argument("--model", required=True, help="bundled id, or model file")
    _add_data(worst)
    worst.add_argument("--count", type=int, default=15, help="how many (default: 15)")
    worst.add_argument("-o", "--output", type=Path, required=True, help="PNG file to write")
    worst.set_defaults(run=_worst)

    composites = commands.add_parser("composites", help="errors on defocus made with known blur")
    composites.add_argument("--model", required=True, help="bundled id, or model file")
    composites.add_argument(
        "--data", type=Path, required=True, help="folder with image/ and mask/ (white = object)"
    )
    composites.add_argument("--json", action="store_true", help="print JSON instead of a table")
    composites.set_defaults(run=_composites)

    camera = commands.add_parser(
        "camera", help="what the runtime's short cuts for camera-sized JPEGs cost in accuracy"
    )
    camera.add_argument("--model", required=True, help="bundled id, or TFLite file")
    _add_data(camera)
    camera.add_argument(
        "--long-side", type=int, default=4000, metavar="PIXELS",
        help="what the photos are enlarged to (default: %(default)s)",
    )  # fmt: skip
    camera.add_argument("--json", action="store_true", help="print JSON instead of a table")
    camera.set_defaults(run=_camera)

    radius = commands.add_parser("radius", help="errors of the measured blur at known radii")
    radius.add_argument(
        "--model", default="detail",
        help="bundled id or TFLite file, run as users run it; or weights or an ONNX file, at one "
        "scale (default: %(default)s)",
    )  # fmt: skip
    radius.add_argument(
        "--data", type=Path, required=True, help="folder of native photos, with list.csv"
    )
    _add_everything(radius)
    radius.add_argument("--json", action="store_true", help="print JSON instead of a table")
    radius.set_defaults(run=_radius)

    judge = commands.add_parser("judge", help="whether the verdicts on photos can be trusted")
    judge.add_argument("--model", default="lite", help="bundled id, or TFLite file")
    judge.add_argument("--detail", default="detail", help="bundled id, or TFLite file")
    judge.add_argument(
        "--data", type=Path, default=data_root(),
        help="folder of the data sets: native, cuhk and lfsd (default: %(default)s)",
    )  # fmt: skip
    judge.add_argument(
        "--only", default=",".join(MEASURES), metavar="MEASURES", help="default: %(default)s"
    )
    _add_everything(judge)
    judge.add_argument(
        "--threads", type=int, help="of the interpreters, but for the cost (default: as users')"
    )
    judge.add_argument("--json", type=Path, metavar="FILE", help="also write the result there")
    judge.set_defaults(run=_judge)

    latency = commands.add_parser("latency", help="files and thread counts side by side")
    latency.add_argument("files", type=Path, nargs="+", help="TFLite files")
    latency.add_argument("--threads", default="1,2", help="thread counts (default: 1,2)")
    latency.add_argument("--runs", type=int, default=100, help="timed runs of each (default: 100)")
    latency.add_argument("--json", type=Path, metavar="FILE", help="also write the result there")
    latency.set_defaults(run=_latency)

    overhead = commands.add_parser(
        "overhead", help="what detect takes beside the bare interpreter, and beside decoding"
    )
    overhead.add_argument("--model", default="lite", help="bundled id, or TFLite file")
    overhead.add_argument("--threads", default="1,2", help="thread counts (default: 1,2)")
    overhead.add_argument("--runs", type=int, default=100, help="timed runs of each (default: 100)")
    overhead.set_defaults(run=_overhead)

    video = commands.add_parser(
        "video", help="what smoothing over time does to maps of videos, and how fast videos go"
    )
    video.add_argument("--model", default="nano", help="bundled id, or TFLite file")
    video.add_argument(
        "--frames", type=int, default=200, help="of the video that is timed (default: 200)"
    )
    video.add_argument(
        "--threads", type=int, help="of the interpreter (default: the usable cores, at most 4)"
    )
    video.add_argument(
        "--only", choices=("smoothing", "speed"), help="measure this alone (default: both)"
    )
    video.set_defaults(run=_video)

    memory = commands.add_parser(
        "memory", help="growth of the memory over many detections, and over many loads"
    )
    memory.add_argument("--model", default="nano", help="bundled id, or TFLite file")
    memory.add_argument(
        "--detections", type=int, default=20_000, metavar="COUNT", help="default: %(default)s"
    )
    memory.add_argument(
        "--loads", type=int, default=2_000, metavar="COUNT", help="default: %(default)s"
    )
    memory.set_defaults(run=_memory)

    android = commands.add_parser("android", help="latency of an attached phone, by the demo app")
    android.add_argument(
        "--apk", type=Path, help="the app to install (default: that of make apk, in dist/)"
    )
    android.add_argument("--serial", help="which device, where several are attached")
    android.add_argument(
        "--models", default=",".join(bundled_ids("blur-map")), help="default: %(default)s"
    )
    android.add_argument(
        "--kernels", default="xnnpack", help="xnnpack, cpu, gpu if packed (default: %(default)s)"
    )
    android.add_argument("--threads", default="1,2,4", help="thread counts (default: %(default)s)")
    android.add_argument("--runs", type=int, default=100, help="timed runs of each (default: 100)")
    android.add_argument(
        "--timeout", type=float, default=600, help="seconds for each model (default: 600)"
    )
    android.add_argument(
        "-o", "--out", type=Path, default=Path("out/android"), help="folder for the reports"
    )
    android.set_defaults(run=_android)

    tables = commands.add_parser("readme", help="rewrite the tables of the READMEs")
    tables.set_defaults(run=_readme)
    return parser


def _add_data(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, required=True, help="folder with image/ and mask/")
    command.add_argument("--list", type=Path, help="text file with one photo a line")
    command.add_argument(
        "--white-in-focus", action="store_true", help="the masks are white where in focus"
    )


def _add_everything(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--all", action="store_true", help="native photos that training sees too, not held-out only"
    )


def _dataset(options: argparse.Namespace) -> BlurDataset:
    return BlurDataset.from_folder(
        options.data, options.list, white_in_focus=options.white_in_focus
    )


def _accuracy(options: argparse.Namespace) -> int:
    mapper = FolderMapper(options.maps) if options.maps else open_mapper(options.model)
    accuracy = measure(mapper, _dataset(options))
    if options.json:
        _print_json(dataclasses.asdict(accuracy))
    else:
        name = options.model or str(options.maps)
        results.print(accuracy_table(name, options.data.name, accuracy))
    return 0


def _worst(options: argparse.Namespace) -> int:
    if options.count < 1:
        raise InputError(f"--count must be at least 1, not {options.count}.")
    if options.output.suffix.lower() != ".png":
        raise InputError(f"-o must name a .png file, not {options.output}.")
    mapper = open_mapper(options.model)
    for line in draw_worst(mapper, _dataset(options), options.count, options.output):
        say(line)
    return 0


def _composites(options: argparse.Namespace) -> int:
    errors = measure_composites(open_mapper(options.model), options.data)
    if options.json:
        _print_json(dataclasses.asdict(errors))
    else:
        results.print(composites_table(options.model, errors))
    return 0


def _camera(options: argparse.Namespace) -> int:
    cost = measure_short_cuts(options.model, _dataset(options), options.long_side)
    if options.json:
        _print_json(
            {
                **dataclasses.asdict(cost),
                "fmax_loss": cost.fmax_loss,
                "mae_rise": cost.mae_rise,
                "passed": cost.passed,
            }
        )
    else:
        results.print(short_cuts_table(options.model, cost))
    return 0 if cost.passed else 1


def _print_json(result: dict[str, Any]) -> None:
    for line in json.dumps(result, indent=1).splitlines():
        say(line)


def _write_json(path: Path, result: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as file:
        file.write(f"{json.dumps(result, indent=1)}\n".encode())


def _radius(options: argparse.Namespace) -> int:
    photos = list_native_photos(options.data)
    if not options.all:
        photos = held_out(photos)
    accuracy = measure_model_radius(options.model, photos)
    if options.json:
        _print_json(dataclasses.asdict(accuracy))
    else:
        results.print(radius_table(options.model, accuracy))
    return 0 if is_near_enough(accuracy) else 1


def _judge(options: argparse.Namespace) -> int:
    judged = Judged(
        model=options.model,
        detail=options.detail,
        data=options.data,
        everything=options.all,
        threads=options.threads,
    )
    result = measure_verdicts(
        judged, options.only.split(","), lambda rows: results.print(table(rows))
    )
    if options.json:
        _write_json(options.json, result)
    return 0 if all(Row.from_dict(row).passed for row in result["rows"]) else 1


def _thread_counts(options: argparse.Namespace) -> list[int]:
    try:
        return [int(count) for count in options.threads.split(",")]
    except ValueError:
        raise InputError(
            f"--threads takes thread counts such as 1,2,4, not {options.threads!r}."
        ) from None


def _overhead(options: argparse.Namespace) -> int:
    threads = _thread_counts(options)
    if options.runs < 1:
        raise InputError(f"--runs must be at least 1, not {options.runs}.")
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Timing", total=options.runs * len(threads))
        rows = measure_overhead(
            options.model, threads, options.runs, lambda: progress.advance(task)
        )
    for start in range(0, len(rows), len(rows) // len(threads)):
        results.print(table(rows[start : start + len(rows) // len(threads)]))
    return 0 if all(row.passed for row in rows) else 1


def _video(options: argparse.Namespace) -> int:
    if options.frames < 10:
        raise InputError(f"--frames must be at least 10, not {options.frames}.")
    rows: list[Row] = []
    if options.only != "speed":
        with Progress(console=notes, transient=True) as progress:
            task = progress.add_task("Looking", total=STEPS)
            rows += measure_smoothing(options.model, lambda: progress.advance(task))
    if options.only != "smoothing":
        rows += measure_speed(options.model, options.frames, options.threads)
    for _, group in groupby(rows, key=lambda row: row.measure):
        results.print(table(list(group)))
    return 0 if all(row.passed for row in rows) else 1


def _memory(options: argparse.Namespace) -> int:
    for option, count in (("--detections", options.detections), ("--loads", options.loads)):
        if count < 4:
            raise InputError(f"{option} must be at least 4, not {count}.")
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Looking", total=options.detections + options.loads)
        rows = measure_memory(
            options.model,
            detections=options.detections,
            loads=options.loads,
            on_run=lambda: progress.advance(task),
        )
    results.print(table(rows))
    return 0 if all(row.passed for row in rows) else 1


def _latency(options: argparse.Namespace) -> int:
    threads = _thread_counts(options)
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Timing", total=options.runs * len(options.files) * len(threads))
        result = compare_latency(
            options.files, threads, options.runs, lambda: progress.advance(task)
        )
    if options.json:
        _write_json(options.json, result)
    results.print(latency_table(result))
    return 0


def _android(options: argparse.Namespace) -> int:
    apk = options.apk or ROOT / "dist" / f"dbd-demo-{__version__}.apk"
    if not apk.is_file():
        raise InputError(f"There is no app {apk}: make it with 'make apk', or name one by --apk.")
    try:
        options.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder {options.out} cannot be made: {error.strerror}; choose another by --out."
        ) from None
    phone = find_phone(options.serial)
    complain(f"Installing {apk.name} on {phone.serial}")
    phone.run("install", "-r", str(apk))
    reports = measure_phone(
        phone,
        options.models.split(","),
        kernels=options.kernels,
        threads=options.threads,
        runs=options.runs,
        folder=options.out,
        timeout_s=options.timeout,
        on_news=complain,
    )
    results.print(phone_table(reports))
    complain(f"The reports are in {options.out}.")
    return 0


def _readme(options: argparse.Namespace) -> int:
    readme.update()
    return 0


if __name__ == "__main__":
    sys.exit(main())
