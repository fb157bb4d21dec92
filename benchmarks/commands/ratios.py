"""``python -m benchmarks ratios``, or ``make bench``: what got worse since it was stored, out."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.progress import Progress

from benchmarks.commands.options import positive_numbers
from benchmarks.commands.results import print_json, write_json
from benchmarks.ratios.comparison import Change, compared
from benchmarks.ratios.measure import Plan, measure_ratios
from benchmarks.ratios.store import (
    RATIOS,
    entry_of,
    stored_ratios,
    this_kind,
    with_entry,
)
from dbd_mobile.cli.screen import say
from dbd_mobile.errors import InputError
from evaluation.screen import notes


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "ratios",
        help="ratios that matter, and what of them got worse since they were stored",
        description="Measures ratios that hardly depend on how fast the machine is, in turns, and "
        "says what got worse by more than the noise and by more than 2 % since they were stored "
        "for this kind of machine. Exit status: 0, whatever got worse; 2 if something could not "
        "be measured.",
    )
    parser.add_argument(
        "--store", action="store_true", help="keep them, in the place of those that were stored"
    )
    parser.add_argument(
        "--export", action="store_true", help="time an export of lite too, which takes minutes"
    )
    parser.add_argument(
        "--turns", type=int, default=5, help="how often each is measured (default: %(default)s)"
    )
    parser.add_argument(
        "--megapixels", default="12,108", metavar="SIZES",
        help="of the photos that are judged; the first is that of those that are scanned too "
        "(default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--photos", type=int, default=60, metavar="COUNT",
        help="of that size that are scanned (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--small-photos", type=int, default=2000, metavar="COUNT",
        help="that are scanned for the memory of a scan (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--file", type=Path, default=RATIOS, help="what was stored (default: %(default)s)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print ratios and what got worse."""
    for option, count in (
        ("--turns", options.turns),
        ("--photos", options.photos),
        ("--small-photos", options.small_photos),
    ):
        if count < 1:
            raise InputError(f"{option} must be at least 1, not {count}.")
    plan = Plan(
        megapixels=positive_numbers("--megapixels", options.megapixels, float),
        photos=options.photos,
        small_photos=options.small_photos,
        turns=options.turns,
        with_export=options.export,
    )
    kind = this_kind()
    # Before minutes are spent: the file may be damaged.
    stored = stored_ratios(options.file, kind)
    with Progress(console=notes, transient=True) as progress:
        task = progress.add_task("Measuring", total=plan.steps)
        ratios, was_busy = measure_ratios(plan, lambda: progress.advance(task))
    changes = compared(ratios, stored or {})
    say(f"{kind}:")
    for change in changes:
        say(_line(change))
    if was_busy:
        say(was_busy)
    entry = entry_of(kind, ratios, was_busy)
    if options.store:
        write_json(options.file, with_entry(options.file, entry))
        say(f"Stored in {options.file}.")
    elif stored is None:
        say(f"{options.file} has no ratios of this kind of machine ({kind}); --store would keep:")
        print_json(entry)
    else:
        for line in _worse(changes):
            say(line)
    return 0


def _line(change: Change) -> str:
    """What was measured, its number, and what there is to say of it."""
    ratio, watched = change.ratio, change.ratio.watched
    remarks = []
    if change.share is not None:
        remarks.append(f"was {change.before}: {100 * change.share:+.1f} %")
    if watched.target:
        remarks.append(f"target {watched.target}{'' if ratio.passed else ', missed'}")
    said = f" ({'; '.join(remarks)})" if remarks else ""
    return f"{watched.what}: {ratio.value} {watched.unit}{said}"


def _worse(changes: Sequence[Change]) -> list[str]:
    lines = [f"Worse: {_line(change)}" for change in changes if change.is_worse]
    return lines or ["Nothing got worse by more than the noise."]
