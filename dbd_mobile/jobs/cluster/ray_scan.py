"""Listed photos in; Ray Data has them judged on a cluster; a record of each out, as they come."""

import logging
import warnings
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext

import pyarrow as pa
import ray
import ray.data
from ray.util.annotations import RayDeprecationWarning

from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError
from dbd_mobile.jobs.cluster.batch_judging import (
    batches_of,
    judge_batch,
    pickled_judge,
)
from dbd_mobile.jobs.cluster.listed_photo import ListedPhoto
from dbd_mobile.jobs.cluster.parquet_store import ParquetStore
from dbd_mobile.jobs.cluster.ray_cluster import check_nodes, connected, kept_interrupts
from dbd_mobile.jobs.cluster.record_table import records_of, table_of
from dbd_mobile.jobs.library.library_scan import photo_judge
from dbd_mobile.jobs.library.record import Record
from dbd_mobile.strictness import Strictness
from dbd_mobile.whole_number import whole_number

# Photos of a task: few, so that little is done twice when a node is lost and none waits for long in
# the end; many where there are millions, as each task costs the driver some milliseconds.
_MOST_A_TASK = 64
_TASKS_A_CPU = 16
# Of a task whose process or node died.
_RETRIES = 3
# More than the records of a task have.
_TABLE_BYTES = 2**20


def scan_on_ray(
    photos: Sequence[ListedPhoto],
    detector: BlurDetector,
    *,
    store: ParquetStore | None = None,
    at_width: int | None = None,
    strictness: str | Strictness = "pixel",
    jobs: int | None = None,
    address: str | None = None,
    log: bool = False,
) -> Generator[Record, None, None]:
    """Judge photos on a Ray cluster.

    Each is judged as :func:`~dbd_mobile.jobs.library.scan` does, by processes that have a detector
    each. What a node that is lost had in work is judged by another. A photo whose process died
    again and again, as of too little memory, gets a record that says so.

    Args:
        photos: Of :func:`~dbd_mobile.jobs.cluster.listed_photos`.
        detector: Says which models judge, and by how many threads each; it judges nothing itself.
            A model that is a file must be at the same path on every node.
        store: Every photo's record is put in. A photo whose record is there is not judged again,
            unless it could not be read, or its file's size or time, the models or what counts as
            sharp have changed.
        at_width: As for :meth:`BlurDetector.judge <dbd_mobile.BlurDetector.judge>`.
        strictness: As there.
        jobs: Photos that are judged at a time; None takes the cluster's CPUs.
        address: Of the cluster's head, "HOST:PORT"; "auto" for the one that this machine is a node
            of. None takes the environment variable ``RAY_ADDRESS``, and where that is not set
            starts a cluster of this machine alone. Where ``ray.init`` was called, that is used.
        log: Let Ray say on the screen what it does.

    Yields:
        A record of each photo: first those that the store has, then the others as they come.

    Raises:
        ArgumentError: An argument is not as said above.
        InputError: There is no such cluster, a node of it has other models or another version, or
            the store cannot be read or written.
    """
    number = None if jobs is None else whole_number(jobs)
    if jobs is not None and (number is None or number < 1):
        raise ArgumentError(f"jobs is a whole number from 1, got {jobs!r}.")
    judge = pickled_judge(detector, at_width=at_width, strictness=strictness)
    judged_by = photo_judge(detector, strictness, at_width).judged_by
    left = {photo.name: photo for photo in photos}
    replaces = False
    if store is not None:
        for record, is_done in _known(store, left, judged_by):
            replaces |= not is_done
            if is_done:
                del left[record.photo]
                yield record
    if not left:
        return
    with kept_interrupts() as raise_again, connected(address, number, log=log):
        check_nodes(judge, judged_by)
        # Those that are missing then had to do with the death of a process: each for itself.
        for most in (_MOST_A_TASK, 1):
            with closing(_judged(list(left.values()), judge, number, most, log=log)) as tables:
                for table in tables:
                    raise_again()
                    # Not even a cluster that loses nodes gives one twice.
                    records = [r for r in records_of(table) if left.pop(r.photo, None) is not None]
                    if store is not None:
                        store.add(table_of(records), replaces=replaces)
                    yield from records
    for photo in left.values():
        record = Record(
            photo=photo.name,
            bytes=photo.bytes,
            mtime_s=photo.mtime_s,
            judged_by=judged_by,
            error="The process that judged it died each time, as of too little memory.",
        )
        if store is not None:
            store.add(table_of([record]), replaces=replaces)
        yield record


def _known(
    store: ParquetStore, photos: dict[str, ListedPhoto], judged_by: str
) -> Generator[tuple[Record, bool], None, None]:
    """Give the records that the store has of these photos, and whether they still hold."""
    for table in store.tables():
        names = table["photo"].to_pylist()
        listed = table.filter(pa.array([name in photos for name in names], pa.bool_()))
        for record in records_of(listed):
            photo = photos[record.photo]
            is_same = (record.bytes, record.mtime_s) == (photo.bytes, photo.mtime_s)
            yield record, is_same and record.error is None and record.judged_by == judged_by


def _judged(
    photos: list[ListedPhoto], judge: bytes, jobs: int | None, most: int, *, log: bool
) -> Generator[pa.Table, None, None]:
    """Give tables of records as they come; of photos whose process died again and again none."""
    if not photos:
        return
    cpus = int(ray.cluster_resources().get("CPU", 1))
    size = min(most, max(1, len(photos) // (_TASKS_A_CPU * (jobs or cpus))))
    listed = ray.data.from_arrow(batches_of(photos, size))
    listed.context.enable_progress_bars = log
    # Before it has seen any, Ray Data takes what a task gives to be so large, and waits for room.
    listed.context.target_max_block_size = _TABLE_BYTES
    # What is lost with a process that dies each time is missed by who asked for it.
    listed.context.max_errored_blocks = -1
    with warnings.catch_warnings():
        # Of `max_retries`: it takes another name some day.
        warnings.simplefilter("ignore", RayDeprecationWarning)
        records = listed.map_batches(
            judge_batch,
            # What a task has is one batch; photos are read in it one by one.
            batch_size=None,
            batch_format="pyarrow",
            fn_kwargs={"judge": judge},
            compute=ray.data.TaskPoolStrategy(size=jobs),
            num_cpus=1,
            # Ray Data's own is without end, also for a photo that brings every process down.
            max_retries=_RETRIES,
        )
    with nullcontext() if log else _quiet():
        yield from records.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)


@contextmanager
def _quiet() -> Iterator[None]:
    """Ray Data's log goes to its file alone."""
    handlers = logging.getLogger("ray.data").handlers
    levels = {handler: handler.level for handler in handlers if _is_screen(handler)}
    for handler in levels:
        handler.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for handler, level in levels.items():
            handler.setLevel(level)


def _is_screen(handler: logging.Handler) -> bool:
    return isinstance(handler, logging.StreamHandler) and not isinstance(
        handler, logging.FileHandler
    )
