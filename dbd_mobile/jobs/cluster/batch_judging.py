"""A batch of listed photos in, on whichever machine; the table of their records out.

Nothing of an engine is in it: Ray calls it, and so may Dask or Spark.
"""

import io
import os
import pickle
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import InputError, sentence_of
from dbd_mobile.jobs.cluster.file_system import explained, file_system_of
from dbd_mobile.jobs.cluster.listed_photo import ListedPhoto
from dbd_mobile.jobs.cluster.record_table import table_of
from dbd_mobile.jobs.library.library_scan import PhotoJudge, photo_judge
from dbd_mobile.jobs.library.record import Record
from dbd_mobile.strictness import Strictness

MAX_BYTES = 2**30
"""A larger file is not fetched from a storage: a worker has it in its memory."""

_PHOTOS = pa.schema([("place", pa.binary()), ("bytes", pa.int64()), ("mtime_s", pa.float64())])


def pickled_judge(
    detector: BlurDetector, *, at_width: int | None = None, strictness: str | Strictness = "pixel"
) -> bytes:
    """Give what :func:`judge_batch` judges by, as it is sent to a worker.

    Args:
        detector: Says which models judge, and by how many threads each. A model that is a file must
            be at the same path where a batch is judged.
        at_width: As for :meth:`BlurDetector.judge <dbd_mobile.BlurDetector.judge>`.
        strictness: As there.
    """
    return pickle.dumps(photo_judge(detector, strictness, at_width))


def batches_of(photos: Sequence[ListedPhoto], size: int) -> list[pa.Table]:
    """Cut photos into batches of so many, as tables that :func:`judge_batch` takes."""
    return [_batch_of(photos[start : start + size]) for start in range(0, len(photos), size)]


def _batch_of(photos: Sequence[ListedPhoto]) -> pa.Table:
    columns = {
        # A file's name may hold bytes that are no text.
        "place": [os.fsencode(photo.place) for photo in photos],
        "bytes": [photo.bytes for photo in photos],
        "mtime_s": [photo.mtime_s for photo in photos],
    }
    return pa.table(columns, _PHOTOS)


def judge_batch(batch: pa.Table, judge: bytes) -> pa.Table:
    """Judge one photo after another; at a time one is in memory.

    Args:
        batch: One of :func:`batches_of`.
        judge: Of :func:`pickled_judge`. The process opens its models once, however many batches
            come.

    Returns:
        A row a photo, in the order of the batch; one that cannot be judged has an ``error``.
    """
    opened = opened_judge(judge)
    photos = [ListedPhoto(os.fsdecode(row.pop("place")), **row) for row in batch.to_pylist()]
    return table_of(_record_of(photo, opened) for photo in photos)


@lru_cache(maxsize=1)
def opened_judge(judge: bytes) -> PhotoJudge:
    """Open a pickled judge's models, once a process."""
    opened: PhotoJudge = pickle.loads(judge)
    return opened


def _record_of(photo: ListedPhoto, judge: PhotoJudge) -> Record:
    record = Record(
        photo=photo.name,
        bytes=photo.bytes,
        mtime_s=photo.mtime_s,
        judged_by=judge.judged_by,
    )
    try:
        if "://" not in photo.place:
            return judge(Path(photo.place))
        return judge.fill(record, _fetched(photo))
    except Exception as error:
        # Millions of photos must not wait for one; a scan that is gone on with tries it again.
        said = str(error) if isinstance(error, InputError) else sentence_of(error)
        return Record(**{**vars(record), "error": said})


def _fetched(photo: ListedPhoto) -> io.BytesIO:
    if photo.bytes is not None and photo.bytes > MAX_BYTES:
        raise InputError(
            f"{photo.name} has {photo.bytes} bytes: no more than {MAX_BYTES} are fetched."
        )
    file_system, path = file_system_of(photo.place)
    with explained(photo.name):
        file = io.BytesIO(file_system.cat_file(path))
    # What messages call it.
    file.name = photo.name
    return file
