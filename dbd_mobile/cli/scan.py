"""``dbd-mobile scan``: folders in; a record of each photo out, on stdout or in a store."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import get_args

from dbd_mobile.cli.judging import add_detector, add_strictness, detector_of, strictness_named
from dbd_mobile.cli.options import EXIT_STATUS, add_at_width, whole_number
from dbd_mobile.cli.screen import complain, counting, say
from dbd_mobile.cli.signals import Ended
from dbd_mobile.errors import ArgumentError, InputError
from dbd_mobile.jobs.library import (
    FIELDS,
    Record,
    StoreKind,
    condition_of,
    open_store,
    photos_in,
    refuse_foreign_page,
    scan_photos,
    write_report,
    write_sidecar,
)
from dbd_mobile.strictness import checked_width
from dbd_mobile.verdict import Verdict

_KINDS = get_args(StoreKind)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "scan",
        help="judge the photos of a library, and go on where it was stopped",
        description="Judge the subject of each photo in folders. What was found goes to stdout, a "
        "JSON object a photo, each on a line; or with --jsonl, --csv or --sqlite into a file, "
        "which is whole at any moment, however the command ends, and which --resume goes on with. "
        "What is hidden is left out unless it is named, and so is what is no photo by its name; "
        "links to files are followed once, links to folders only where they are named. A photo "
        "that cannot be read has an error in the place of a verdict. Photos are never written to.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="FOLDER", help="a folder of photos, or a photo"
    )
    parser.add_argument(
        "--recursive", action="store_true", help="look into the folders within the folders too"
    )
    parser.add_argument(
        "--jobs",
        type=whole_number,
        metavar="N",
        help="photos that are judged at a time; default: the usable cores, at most 4",
    )
    stores = parser.add_mutually_exclusive_group()
    for kind, what in zip(_KINDS, ("JSON lines", "comma-separated values", "SQLite"), strict=True):
        stores.add_argument(
            f"--{kind}", type=Path, metavar="FILE", help=f"keep what was found there, as {what}"
        )
    parser.add_argument(
        "--resume",
        action="store_true",
        help="go on with the file that is there, if one is: judge the photos that it lacks, those "
        "that could not be read, and those whose size, time, models or strictness have changed; a "
        "new record takes the place of the old one (of several lines for a photo, as there may be "
        "after a crash, the last one counts)",
    )
    parser.add_argument(
        "--where",
        metavar="CONDITION",
        help="print the photos for which this holds, e.g. 'verdict == \"blurred\" and score < .2'; "
        "a file gets all photos. It compares (== != < <= > >= in) fields, numbers and texts, with "
        f"and, or, not and brackets; the fields are {', '.join(FIELDS)}",
    )
    parser.add_argument(
        "--xmp",
        action="store_true",
        help="write the verdict into the sidecar of each photo, or of those that --where chooses, "
        "for darktable, digiKam and Lightroom: rating and label (3 Green sharp, 2 Yellow soft, 1 "
        "Red blurred), where nobody else gave some, and dbd: fields; all else in it is kept. A new "
        "one is PHOTO.JPG.xmp, and PHOTO.xmp beside a raw file, of which alone Lightroom reads any",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="FILE.html",
        help="write a page of those photos, which needs nothing but a browser: thumbnails by "
        "verdict, what is blurred hatched, bursts with their best shot",
    )
    add_at_width(parser, default="as --strictness says")
    add_strictness(parser)
    # The cores have several photos at a time: threads for one would wait for each other.
    add_detector(parser, threads=1)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge the photos; 1 if some failed, else 0."""
    holds = None if options.where is None else condition_of(options.where)
    strictness = strictness_named(options.strictness)
    at_width = None if options.at_width is None else checked_width(options.at_width)
    found: Counter[str] = Counter()
    chosen: list[tuple[Path, Record]] = []
    has_failed = False

    def leave_out(error: InputError) -> None:
        nonlocal has_failed
        has_failed = True
        complain(f"dbd-mobile: {error}")

    kind, path = _store_named(options)
    if options.report is not None:
        refuse_foreign_page(options.report)
    with (
        nullcontext() if kind is None else open_store(path, kind, resume=options.resume) as store,
        detector_of(options) as detector,
    ):
        photos = photos_in(options.paths, recursive=options.recursive, on_unreadable=leave_out)
        records = scan_photos(
            photos,
            detector,
            store=store,
            at_width=at_width,
            strictness=strictness,
            jobs=options.jobs,
        )
        with (
            _said_how_to_go_on(kind, path, found),
            closing(records),
            counting(len(photos), "photos") as advance,
        ):
            for photo, record in zip(photos, records, strict=True):
                found[record.verdict or "not read"] += 1
                if record.error is not None:
                    has_failed = True
                    complain(f"dbd-mobile: {_naming(record.error, record.photo)}")
                is_chosen = holds is None or holds(record)
                if is_chosen and (store is None or holds is not None):
                    say(json.dumps(record.to_dict()))
                if is_chosen and options.report is not None:
                    chosen.append((photo, record))
                if is_chosen and options.xmp:
                    try:
                        write_sidecar(photo, record)
                    except InputError as error:
                        leave_out(error)
                advance()
        if options.report is not None:
            with counting(len(chosen), "thumbnails") as advance:
                write_report(options.report, chosen, detector, advance)
    if store is not None and holds is None:
        say(f"{_summary(found)}; in {path}")
    return int(has_failed)


def _store_named(options: argparse.Namespace) -> tuple[StoreKind | None, Path]:
    """Give the kind and the path of the store; None where none was asked for."""
    for kind in _KINDS:
        if (path := getattr(options, kind)) is not None:
            return kind, path
    if options.resume:
        raise ArgumentError("--resume goes on with a file: name it by --jsonl, --csv or --sqlite.")
    return None, Path()


@contextmanager
def _said_how_to_go_on(
    kind: StoreKind | None, path: Path, found: Mapping[str, int]
) -> Iterator[None]:
    """Say after an interruption what there is and how to go on."""
    try:
        yield
    except (KeyboardInterrupt, Ended):
        if kind is not None:
            complain(
                f"dbd-mobile: {sum(found.values())} photos are in {path}: the same command with "
                f"--resume goes on."
            )
        raise


def _naming(error: str, photo: str) -> str:
    return error if photo in error else f"{photo}: {error}"


def _summary(found: Mapping[str, int]) -> str:
    counts = [f"{found[name]} {name}" for name in (*get_args(Verdict), "not read") if found[name]]
    total = sum(found.values())
    return f"{total} photo{'' if total == 1 else 's'}: {', '.join(counts) or 'none'}"
