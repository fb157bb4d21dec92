"""A scan's options in; the photos' records, by this machine or by a cluster, out."""

import argparse
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from dbd_mobile.cli.chatter import without_words_of_threads
from dbd_mobile.cli.judging import detector_of, strictness_named
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError, InputError, sentence_of
from dbd_mobile.jobs.library import Record, StoreKind, open_store, photos_in, scan_photos
from dbd_mobile.strictness import checked_width

STORE_KINDS = get_args(StoreKind)

_ONLY_LOCAL = (*STORE_KINDS, "xmp", "report")
_ONLY_RAY = ("parquet", "ray_address", "ray_log")


@dataclass(frozen=True, kw_only=True)
class Scan:
    """A scan that is going on.

    Attributes:
        total: How many photos there are.
        records: Each photo's place and record.
        kept_in: Where records are kept; None if nowhere.
        detector: Judges them.
    """

    total: int
    records: Generator[tuple[str, Record], None, None]
    kept_in: str | None
    detector: BlurDetector


Engine = Callable[[argparse.Namespace, Callable[[InputError], None]], AbstractContextManager[Scan]]


def engine_of(options: argparse.Namespace) -> Engine:
    """Give what starts the scan that is asked for.

    Raises:
        ArgumentError: An option goes with another engine.
    """
    foreign = _ONLY_RAY if options.engine == "local" else _ONLY_LOCAL
    for name in foreign:
        if getattr(options, name):
            option = f"--{name.replace('_', '-')}"
            if options.engine == "local":
                raise ArgumentError(f"{option} goes with --engine ray.")
            raise ArgumentError(
                f"{option} does not go with --engine ray, which keeps its results in --parquet "
                f"FOLDER."
            )
    return _scan_here if options.engine == "local" else _scan_on_ray


@contextmanager
def _scan_here(
    options: argparse.Namespace, on_unreadable: Callable[[InputError], None]
) -> Iterator[Scan]:
    url = next((path for path in options.paths if "://" in path), None)
    if url is not None:
        raise ArgumentError(f"{url} is read with --engine ray.")
    kind, path = _store_named(options)
    strictness, at_width = strictness_named(options.strictness), _width_of(options)
    with (
        nullcontext() if kind is None else open_store(path, kind, resume=options.resume) as store,
        detector_of(options) as detector,
    ):
        photos = photos_in(options.paths, recursive=options.recursive, on_unreadable=on_unreadable)

        def records() -> Generator[tuple[str, Record], None, None]:
            scanned = scan_photos(
                photos,
                detector,
                store=store,
                at_width=at_width,
                strictness=strictness,
                jobs=options.jobs,
            )
            with closing(scanned):
                yield from zip(map(str, photos), scanned, strict=True)

        yield Scan(
            total=len(photos),
            records=records(),
            kept_in=None if kind is None else str(path),
            detector=detector,
        )


@contextmanager
def _scan_on_ray(
    options: argparse.Namespace, on_unreadable: Callable[[InputError], None]
) -> Iterator[Scan]:
    if options.resume and options.parquet is None:
        raise ArgumentError("--resume goes on with a folder: name it by --parquet.")
    # They are of an extra, and take a while to load.
    try:
        from dbd_mobile.jobs.cluster import listed_photos, open_parquet
        from dbd_mobile.jobs.cluster.ray_scan import scan_on_ray
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("dbd_mobile"):
            raise
        raise InputError(
            f'--engine ray needs the package {error.name}: `pip install "dbd-mobile[ray]"` '
            f"installs it."
        ) from None
    except ImportError as error:
        # Arrow refuses an older numpy so.
        raise InputError(f"--engine ray cannot be loaded: {sentence_of(error)}") from None
    strictness, at_width = strictness_named(options.strictness), _width_of(options)
    folder: str | None = options.parquet
    # Workers have folders of their own to be in.
    for name in ("model", "detail"):
        if Path(getattr(options, name)).is_file():
            setattr(options, name, os.path.abspath(getattr(options, name)))
    with (
        without_words_of_threads(to_stderr=options.ray_log),
        nullcontext() if folder is None else open_parquet(folder, resume=options.resume) as store,
        detector_of(options) as detector,
    ):
        photos = listed_photos(
            options.paths, recursive=options.recursive, on_unreadable=on_unreadable
        )

        def records() -> Generator[tuple[str, Record], None, None]:
            scanned = scan_on_ray(
                photos,
                detector,
                store=store,
                at_width=at_width,
                strictness=strictness,
                jobs=options.jobs,
                address=options.ray_address,
                log=options.ray_log,
            )
            with closing(scanned):
                yield from ((record.photo, record) for record in scanned)

        yield Scan(total=len(photos), records=records(), kept_in=folder, detector=detector)


def _width_of(options: argparse.Namespace) -> int | None:
    return None if options.at_width is None else checked_width(options.at_width)


def _store_named(options: argparse.Namespace) -> tuple[StoreKind | None, Path]:
    """Give the kind and the path of the store; None where none was asked for."""
    for kind in STORE_KINDS:
        if (path := getattr(options, kind)) is not None:
            return kind, path
    if options.resume:
        raise ArgumentError("--resume goes on with a file: name it by --jsonl, --csv or --sqlite.")
    return None, Path()
