"""``python -m benchmarks android``: an attached phone in; its latencies, by the demo app, out."""

import argparse
import random
from pathlib import Path

from benchmarks.android import compile_app, find_phone, measure_phone
from benchmarks.devices.measurement import Measurement
from benchmarks.report_table import report_table, sustained_table
from dbd_mobile import __version__
from dbd_mobile.catalogue import bundled_ids
from dbd_mobile.cli.screen import complain
from dbd_mobile.errors import InputError
from evaluation.screen import results

_ROOT = Path(__file__).parent.parent.parent


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("android", help="latency of an attached phone, by the demo app")
    parser.add_argument(
        "--apk", type=Path, help="the app to install (default: that of make apk, in dist/)"
    )
    parser.add_argument("--serial", help="which device, where several are attached")
    parser.add_argument(
        "--models", default=",".join(bundled_ids("blur-map")), help="default: %(default)s"
    )
    parser.add_argument(
        "--kernels", default="xnnpack", help="xnnpack, cpu, gpu if packed (default: %(default)s)"
    )
    parser.add_argument("--threads", default="1,2,4", help="thread counts (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=100, help="timed runs of each (default: 100)")
    parser.add_argument(
        "--minutes",
        type=int,
        default=0,
        help="then go on so long without a break, to see what heat does (default: 0)",
    )
    parser.add_argument("--seed", type=int, help="of the order of the rows (default: any)")
    parser.add_argument(
        "--timeout",
        type=float,
        default=1200,
        help="seconds for each model, besides --minutes (default: 1200)",
    )
    parser.add_argument(
        "-o", "--out", type=Path, default=Path("out/android"), help="folder for the reports"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Install the app, measure, keep and print the reports."""
    apk = options.apk or _ROOT / "dist" / f"dbd-demo-{__version__}.apk"
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
    complain("Having Android compile it")
    compiled = compile_app(phone, complain)
    reports = measure_phone(
        phone,
        options.models.split(","),
        kernels=options.kernels,
        threads=options.threads,
        runs=options.runs,
        minutes=options.minutes,
        seed=random.randrange(2**31) if options.seed is None else options.seed,
        compiled=compiled,
        folder=options.out,
        timeout_s=options.timeout,
        on_news=complain,
    )
    results.print(report_table(reports))
    minutes = sustained_table(reports)
    if minutes is not None:
        results.print(minutes)
    for report in reports:
        marks = Measurement(report).marks
        if marks:
            complain(f"{report['model']['name']}: {', '.join(marks)}; see docs/benchmarks.md.")
    complain(f"The reports are in {options.out}.")
    return 0
