"""Accuracy and latency of models, and the README's tables: ``python -m benchmarks --help``."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from benchmarks import readme
from benchmarks.accuracy import accuracy_table, find_model, measure_accuracy
from benchmarks.android import find_phone, measure_phone, phone_table
from benchmarks.latency import compare_latency, latency_table
from dbd_mobile import DBDError, __version__
from dbd_mobile.catalogue import bundled_ids
from training.datasets import BlurDataset
from training.errors import InputError

ROOT = Path(__file__).parent.parent


def main() -> int:
    """Run one command; the exit status is 0, 2 after bad input, 130 after an interruption."""
    options = _parser().parse_args()
    console = Console(stderr=True)
    try:
        options.run(options)
    except (InputError, DBDError) as error:
        console.print(f"[red]error:[/red] {error}", soft_wrap=True)
        return 2
    except KeyboardInterrupt:
        console.print("Interrupted.")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    accuracy = commands.add_parser("accuracy", help="accuracy by every protocol")
    accuracy.add_argument("--model", required=True, help="bundled id, or model file")
    accuracy.add_argument("--data", type=Path, required=True, help="folder with image/ and mask/")
    accuracy.add_argument("--list", type=Path, help="text file with one photo a line")
    accuracy.add_argument(
        "--white-in-focus", action="store_true", help="the masks are white where in focus"
    )
    accuracy.add_argument("--json", action="store_true", help="print JSON instead of a table")
    accuracy.set_defaults(run=_accuracy)

    latency = commands.add_parser("latency", help="precisions and thread counts side by side")
    latency.add_argument(
        "files", type=Path, nargs="+", help="TFLite files named STEM.PRECISION.tflite"
    )
    latency.add_argument("--threads", default="1,2", help="thread counts (default: 1,2)")
    latency.add_argument("--runs", type=int, default=100, help="timed runs of each (default: 100)")
    latency.add_argument("--json", type=Path, metavar="FILE", help="also write the result there")
    latency.set_defaults(run=_latency)

    android = commands.add_parser("android", help="latency of an attached phone, by the demo app")
    android.add_argument(
        "--apk", type=Path, help="the app to install (default: that of make apk, in dist/)"
    )
    android.add_argument("--serial", help="which device, where several are attached")
    android.add_argument("--models", default=",".join(bundled_ids()), help="default: %(default)s")
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

    tables = commands.add_parser("readme", help="rewrite the README's tables")
    tables.set_defaults(run=lambda options: readme.update())
    return parser


def _accuracy(options: argparse.Namespace) -> None:
    model = find_model(options.model)
    dataset = BlurDataset.from_folder(
        options.data, options.list, white_in_focus=options.white_in_focus
    )
    accuracy = measure_accuracy(model, dataset)
    if options.json:
        sys.stdout.write(json.dumps(dataclasses.asdict(accuracy), indent=1) + "\n")
    else:
        Console().print(accuracy_table(options.model, options.data.name, accuracy))


def _latency(options: argparse.Namespace) -> None:
    try:
        threads = [int(count) for count in options.threads.split(",")]
    except ValueError:
        raise InputError(
            f"--threads takes thread counts such as 1,2,4, not {options.threads!r}."
        ) from None
    # STEM.int8.tflite -> int8
    files = {Path(file.stem).suffix.lstrip(".") or file.stem: file for file in options.files}
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("Timing", total=options.runs * len(files) * len(threads))
        result = compare_latency(files, threads, options.runs, lambda: progress.advance(task))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    Console().print(latency_table(result))


def _android(options: argparse.Namespace) -> None:
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
    console = Console(stderr=True)
    console.print(f"Installing {apk.name} on {phone.serial}")
    phone.run("install", "-r", str(apk))
    reports = measure_phone(
        phone,
        options.models.split(","),
        kernels=options.kernels,
        threads=options.threads,
        runs=options.runs,
        folder=options.out,
        timeout_s=options.timeout,
        on_news=console.print,
    )
    Console().print(phone_table(reports))
    console.print(f"The reports are in {options.out}.")


if __name__ == "__main__":
    sys.exit(main())
