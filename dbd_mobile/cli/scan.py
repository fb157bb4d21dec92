"""``dbd-mobile scan``: folders in; a record of each photo out, on stdout or in a store."""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import get_args

from dbd_mobile.cli.judging import add_detector, add_strictness
from dbd_mobile.cli.options import EXIT_STATUS, add_at_width, whole_number
from dbd_mobile.cli.scan_engines import STORE_KINDS, engine_of
from dbd_mobile.cli.screen import complain, counting, say
from dbd_mobile.cli.signals import Ended
from dbd_mobile.errors import InputError
from dbd_mobile.jobs.library import (
    FIELDS,
    Record,
    condition_of,
    refuse_foreign_page,
    write_report,
    write_sidecar,
)
from dbd_mobile.verdict import Verdict


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
    parser.add_argument("paths", nargs="+", metavar="FOLDER", help="a folder of photos, or a photo")
    parser.add_argument(
        "--recursive", action="store_true", help="look into the folders within the folders too"
    )
    parser.add_argument(
        "--jobs",
        type=whole_number,
        metavar="N",
        help="photos that are judged at a time; default: the usable cores, at most 4, or the "
        "cluster's CPUs",
    )
    stores = parser.add_mutually_exclusive_group()
    for kind, what in zip(
        STORE_KINDS, ("JSON lines", "comma-separated values", "SQLite"), strict=True
    ):
        stores.add_argument(
            f"--{kind}", type=Path, metavar="FILE", help=f"keep what was found there, as {what}"
        )
    stores.add_argument(
        "--parquet",
        metavar="FOLDER",
        help="keep it there as Parquet, for --engine ray; it may be a URL. What the last minute "
        "found is lost if the command is killed, but not if it is interrupted",
    )
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="what has the photos judged: this process, or processes on all machines of a Ray "
        "cluster; then FOLDER may be a URL that fsspec opens, as s3://bucket/photos. It needs: pip "
        'install "dbd-mobile[ray]". Default: local',
    )
    parser.add_argument(
        "--ray-address",
        metavar="HOST:PORT",
        help="the cluster's head, or auto for the cluster that this machine is in; default: that "
        "of the environment variable RAY_ADDRESS, or else Ray is started on this machine alone",
    )
    parser.add_argument("--ray-log", action="store_true", help="let Ray say on stderr what it does")
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
    engine = engine_of(options)
    holds = None if options.where is None else condition_of(options.where)
    found: Counter[str] = Counter()
    chosen: list[tuple[Path, Record]] = []
    has_failed = False

    def leave_out(error: InputError) -> None:
        nonlocal has_failed
        has_failed = True
        complain(f"dbd-mobile: {error}")

    if options.report is not None:
        refuse_foreign_page(options.report)
    with engine(options, leave_out) as scan:
        with (
            _said_how_to_go_on(scan.kept_in, found),
            closing(scan.records),
            counting(scan.total, "photos") as advance,
        ):
            for place, record in scan.records:
                found[record.verdict or "not read"] += 1
                if record.error is not None:
                    has_failed = True
                    complain(f"dbd-mobile: {_naming(record.error, record.photo)}")
                is_chosen = holds is None or holds(record)
                if is_chosen and (scan.kept_in is None or holds is not None):
                    say(json.dumps(record.to_dict()))
                if is_chosen and options.report is not None:
                    chosen.append((Path(place), record))
                if is_chosen and options.xmp:
                    try:
                        write_sidecar(Path(place), record)
                    except InputError as error:
                        leave_out(error)
                advance()
        if options.report is not None:
            with counting(len(chosen), "thumbnails") as advance:
                write_report(options.report, chosen, scan.detector, advance)
    if scan.kept_in is not None and holds is None:
        say(f"{_summary(found)}; in {scan.kept_in}")
    return int(has_failed)


@contextmanager
def _said_how_to_go_on(kept_in: str | None, found: Mapping[str, int]) -> Iterator[None]:
    """Say after an interruption what there is and how to go on."""
    try:
        yield
    except (KeyboardInterrupt, Ended):
        if kept_in is not None:
            complain(
                f"dbd-mobile: {sum(found.values())} photos are in {kept_in}: the same command with "
                f"--resume goes on."
            )
        raise


def _naming(error: str, photo: str) -> str:
    return error if photo in error else f"{photo}: {error}"


def _summary(found: Mapping[str, int]) -> str:
    counts = [f"{found[name]} {name}" for name in (*get_args(Verdict), "not read") if found[name]]
    total = sum(found.values())
    return f"{total} photo{'' if total == 1 else 's'}: {', '.join(counts) or 'none'}"
