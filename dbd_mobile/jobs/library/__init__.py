"""A library of photos: folders in; a record a photo out, kept in a store that can be gone on with.

>>> from dbd_mobile import BlurDetector
>>> from dbd_mobile.jobs.library import open_store, scan
>>> with BlurDetector(threads=1) as detector:  # doctest: +SKIP
...     with open_store("photos.jsonl", "jsonl", resume=True) as store:
...         for record in scan(["photos"], detector, store=store, where="score < .2"):
...             print(record.photo, record.verdict)
"""

from dbd_mobile.jobs.library.bursts import Burst, BurstShot, sort_bursts, undo_moves
from dbd_mobile.jobs.library.condition import condition_of
from dbd_mobile.jobs.library.library_scan import scan, scan_photos
from dbd_mobile.jobs.library.photo_walk import photos_in
from dbd_mobile.jobs.library.record import FIELDS, Record
from dbd_mobile.jobs.library.report import refuse_foreign_page, write_report
from dbd_mobile.jobs.library.store import Store, StoreKind, open_store
from dbd_mobile.jobs.library.xmp_sidecar import write_sidecar

__all__ = [
    "FIELDS",
    "Burst",
    "BurstShot",
    "Record",
    "Store",
    "StoreKind",
    "condition_of",
    "open_store",
    "photos_in",
    "refuse_foreign_page",
    "scan",
    "scan_photos",
    "sort_bursts",
    "undo_moves",
    "write_report",
    "write_sidecar",
]
