"""A library of photos on many machines: an engine has the photos judged, Parquet keeps the records.

It needs the extra ``ray``: ``pip install "dbd-mobile[ray]"``. Ray itself is loaded by ``ray_scan``
alone: what the workers of another engine run does without.

>>> from dbd_mobile import BlurDetector
>>> from dbd_mobile.jobs.cluster import listed_photos, open_parquet
>>> from dbd_mobile.jobs.cluster.ray_scan import scan_on_ray
>>> photos = listed_photos(["s3://bucket/photos"], recursive=True)  # doctest: +SKIP
>>> with BlurDetector(threads=1) as detector:  # doctest: +SKIP
...     with open_parquet("s3://bucket/focus", resume=True) as store:
...         for record in scan_on_ray(photos, detector, store=store):
...             print(record.photo, record.verdict)
"""

from dbd_mobile.jobs.cluster.batch_judging import batches_of, judge_batch, pickled_judge
from dbd_mobile.jobs.cluster.listed_photo import ListedPhoto, listed_photos
from dbd_mobile.jobs.cluster.parquet_store import ParquetStore, open_parquet
from dbd_mobile.jobs.cluster.record_table import TABLE_SCHEMA, records_of, table_of

__all__ = [
    "TABLE_SCHEMA",
    "ListedPhoto",
    "ParquetStore",
    "batches_of",
    "judge_batch",
    "listed_photos",
    "open_parquet",
    "pickled_judge",
    "records_of",
    "table_of",
]
