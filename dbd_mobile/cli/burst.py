"""``dbd-mobile burst``: folders in; their bursts, best shot first, sorted into a folder, out."""

import argparse
import json
import shlex
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from dbd_mobile.cli.judging import add_detector, detector_of, focus_line
from dbd_mobile.cli.options import EXIT_STATUS, add_json
from dbd_mobile.cli.screen import complain, counting, say
from dbd_mobile.cli.signals import Ended
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError, InputError
from dbd_mobile.facts import focus_facts
from dbd_mobile.jobs.library import Burst, BurstShot, sort_bursts, undo_moves
from dbd_mobile.jobs.library.burst_groups import MAX_GAP_S, MIN_LIKENESS
from dbd_mobile.jobs.library.bursts import JOURNAL
from dbd_mobile.path_text import text_of

_SCHEMA = "dbd-mobile-burst/1"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "burst",
        help="find bursts among photos, and take all but the best shot of each out of the way",
        description="Find photos that were shot in a burst: by one camera, at one size, each "
        "right after the last and looking like it. Print the shots of each burst, best first, as "
        "`best` ranks them. With --move-to all shots but the best go to a folder, each with its "
        "raw file and sidecars; what is in no burst stays where it is, and so do photos that do "
        "not say when they were taken, exposure brackets, shots in which there is nothing to "
        "compare, and links. Nothing is moved before you say so by --apply, and nothing is ever "
        f"overwritten: a shot whose name is taken stays. {JOURNAL} in the folder lists what was "
        "moved; `dbd-mobile burst FOLDER --undo --apply` moves it back. Interrupted, or killed, "
        "the same command goes on.",
        epilog=EXIT_STATUS,
    )
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="FOLDER", help="a folder of photos, or a photo"
    )
    parser.add_argument(
        "--recursive",
        action="store_true",
        help="look into the folders within the folders too, but for the one to sort into, where "
        "shots lie in the same folders again",
    )
    targets = parser.add_mutually_exclusive_group()
    targets.add_argument(
        "--move-to", type=Path, metavar="DIR", help="move them there; made if missing"
    )
    targets.add_argument(
        "--link-to",
        type=Path,
        metavar="DIR",
        help="make symbolic links to them there instead, relative ones on one file system",
    )
    targets.add_argument(
        "--undo",
        action="store_true",
        help="move what was moved to FOLDER back to where it was",
    )
    parser.add_argument(
        "--best", action="store_true", help="with --link-to: the best shots instead of the others"
    )
    parser.add_argument(
        "--apply", action="store_true", help="do it; without it is only said what would be done"
    )
    parser.add_argument(
        "--gap",
        type=float,
        default=MAX_GAP_S,
        metavar="SECONDS",
        help=f"from the end of an exposure to the start of the next; default: {MAX_GAP_S:g}",
    )
    parser.add_argument(
        "--likeness",
        type=float,
        default=MIN_LIKENESS,
        metavar="0..1",
        help="how alike the next shot looks at least: 1 the same, 0 takes the time alone; default: "
        f"{MIN_LIKENESS:g}",
    )
    add_json(parser)
    add_detector(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Sort the bursts; 1 if some photos failed, else 0."""
    failed = False

    def fail(error: InputError) -> None:
        nonlocal failed
        failed = True
        complain(f"dbd-mobile: {error}")

    (_undo if options.undo else _sort)(options, fail)
    return int(failed)


def _sort(options: argparse.Namespace, fail: Callable[[InputError], None]) -> None:
    counts: Counter[str] = Counter()
    with detector_of(options) as detector, _progress() as progress:
        bursts = sort_bursts(
            options.paths,
            detector,
            recursive=options.recursive,
            max_gap_s=options.gap,
            min_likeness=options.likeness,
            move_to=options.move_to,
            link_to=options.link_to,
            best=options.best,
            apply=options.apply,
            on_problem=fail,
            on_note=lambda sentence: complain(f"dbd-mobile: {sentence}"),
            on_progress=progress,
        )
        with _said_where(options), closing(bursts):
            for number, burst in enumerate(bursts, 1):
                _say_burst(burst, number, options, detector)
                counts["bursts"] += 1
                counts["shots"] += len(burst.shots)
                for shot in burst.shots:
                    counts["going"] += bool(shot.moves)
                    counts["files"] += len(shot.moves)
    # What reads the objects has no use for it.
    (complain if options.json else say)(_summary(counts, options))


def _undo(options: argparse.Namespace, fail: Callable[[InputError], None]) -> None:
    if options.json or len(options.paths) > 1:
        raise ArgumentError("--undo takes one folder, and prints no JSON.")
    count = 0
    with closing(undo_moves(options.paths[0], apply=options.apply, on_problem=fail)) as moves:
        for move in moves:
            say(f"{move.target} -> {move.source}")
            count += 1
    if options.apply:
        say(f"{_files(count)} moved back.")
    else:
        say(f"Nothing was moved yet: --apply would move {_files(count)} back.")


def _say_burst(
    burst: Burst, number: int, options: argparse.Namespace, detector: BlurDetector
) -> None:
    if not options.json:
        first = min(shot.taken for shot in burst.shots).replace("T", " ")
        nothing = "" if burst.has_best else ": nothing in it that can be compared"
        say(f"Burst of {len(burst.shots)}, {first}{nothing}")
    for place, shot in enumerate(burst.shots, 1):
        if options.json:
            facts = focus_facts(_SCHEMA, shot.photos[0], shot.focus, detector)
            say(json.dumps({**facts, **_facts(shot, burst, number, place)}))
        else:
            line = focus_line(shot.photos[0], shot.focus, shot.radius_px)
            say(f"  {place}  {line}{_fate(shot)}")


def _facts(shot: BurstShot, burst: Burst, number: int, place: int) -> dict[str, Any]:
    return {
        "burst": number,
        "shots": len(burst.shots),
        "rank": place,
        "radius_px": shot.radius_px,
        "taken": shot.taken,
        "photos": [text_of(photo) for photo in shot.photos],
        "action": shot.action,
        "done": shot.is_done,
        "files": [
            {"from": text_of(move.source), "to": text_of(move.target)} for move in shot.moves
        ],
    }


def _fate(shot: BurstShot) -> str:
    if not shot.moves:
        return ""
    done = "moved to" if shot.action == "move" else "linked as"
    more = len(shot.moves) - 1
    others = f", with {_many(more, 'more file')}" if more else ""
    return f"  {'' if shot.is_done else 'would be '}{done} {shot.moves[-1].target}{others}"


def _summary(counts: Counter[str], options: argparse.Namespace) -> str:
    found = f"{_many(counts['bursts'], 'burst')}, {_many(counts['shots'], 'shot')} in all"
    folder = options.move_to or options.link_to
    if folder is None:
        return f"{found}."
    what = f"{_many(counts['going'], 'shot')} ({_files(counts['files'])})"
    if not counts["going"]:
        verb = "moved" if options.move_to else "linked"
        return f"{found}. None of them {'was' if options.apply else 'would be'} {verb}."
    if options.link_to:
        if options.apply:
            return f"{found}. Links to {what} are in {folder}."
        return f"{found}. Nothing was linked yet: --apply would make links to {what} in {folder}."
    if options.apply:
        return f"{found}. {what} moved to {folder}; {_undoing(folder)} moves them back."
    return f"{found}. Nothing was moved yet: --apply would move {what} to {folder}."


def _undoing(folder: Path) -> str:
    """The command that moves back, to be copied from the screen."""
    return f"`dbd-mobile burst {shlex.quote(str(folder))} --undo --apply`"


def _files(count: int) -> str:
    return _many(count, "file")


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Count along; how many photos there are is known once they are listed."""
    with ExitStack() as stack:
        advance: Callable[[], None] | None = None
        counted = 0

        def progress(done: int, total: int) -> None:
            nonlocal advance, counted
            if advance is None:
                advance = stack.enter_context(counting(total, "photos"))
            for _ in range(done - counted):
                advance()
            counted = done

        yield progress


@contextmanager
def _said_where(options: argparse.Namespace) -> Iterator[None]:
    """Say after an interruption where it is written what was moved, and how to go on."""
    try:
        yield
    except (KeyboardInterrupt, Ended):
        if options.apply and options.move_to and (options.move_to / JOURNAL).exists():
            complain(
                f"dbd-mobile: what was moved is listed in {options.move_to / JOURNAL}: the same "
                f"command goes on, and {_undoing(options.move_to)} moves it back."
            )
        raise
