"""``python -m benchmarks collect``: reports of devices in; those that can be, stored and shown."""

import argparse
from pathlib import Path

from benchmarks import readme
from benchmarks.devices import store
from dbd_mobile.cli.screen import complain, say
from dbd_mobile.errors import InputError


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "collect", help="store reports of devices; rewrite the tables and plots"
    )
    parser.add_argument(
        "files", type=Path, nargs="+",
        help="reports of 'dbd-mobile bench', of 'latency' and 'android', or that people sent",
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Say of each what became of it; 1 if one was refused, the others are stored."""
    kept = store.Store(store.FOLDER)
    refused = 0
    for file in options.files:
        try:
            path, is_new, measurement = kept.add(file)
        except InputError as error:
            refused += 1
            complain(f"error: {file}: {error}")
            continue
        said = "stored" if is_new else "there already"
        marks = "".join(f", {mark}" for mark in measurement.marks)
        say(f"{file}: {said} as {path.name}: {measurement.device}, {measurement.model}{marks}")
    if refused < len(options.files):
        readme.update()
    return int(refused > 0)
