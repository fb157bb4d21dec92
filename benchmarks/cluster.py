"""A model in; how many photos a second a cluster of two nodes judges, beside one process, out.

Each node is one of this machine with one CPU, so it says what an engine costs and not what a
network does. Both judge the same JPEGs, by turns: other programs slow both down.
"""

import os
import re
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ray
from PIL import Image
from ray.cluster_utils import Cluster

from benchmarks.verdicts.row import Row
from dbd_mobile import BlurDetector
from dbd_mobile.errors import InputError
from dbd_mobile.jobs.cluster import listed_photos, open_parquet
from dbd_mobile.jobs.cluster.ray_scan import scan_on_ray
from dbd_mobile.jobs.library import Record, photos_in, scan_photos
from dbd_mobile.machine import usable_cores
from evaluation.chatter import without_chatter

NODES = 2

_SCENE = Path(__file__).parents[1] / "docs" / "scene.jpg"
_SIZE_WH = (4000, 3000)
_QUALITY = 92
_NODE = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
_MEASURE = f"a cluster of {NODES} nodes with a CPU each, JPEGs of {_SIZE_WH[0]}x{_SIZE_WH[1]}"


@dataclass(frozen=True)
class _Turn:
    """How long a scan took.

    Attributes:
        photos_per_s: From the first record that came to the last.
        first_s: From the start to that record.
        total_s: Of all of it.
    """

    photos_per_s: float
    first_s: float
    total_s: float


def measure_cluster(
    model: str, *, photos: int, turns: int, on_photo: Callable[[], None] = lambda: None
) -> list[Row]:
    """Time scans by one process and by the cluster, in turn.

    Args:
        model: A bundled model's id, or the path of a .tflite file.
        photos: So many in each scan, at least 50.
        turns: Scans by each, after one that is not counted.
        on_photo: Called after each photo, for a progress display.

    Raises:
        InputError: This machine has fewer cores than the cluster has nodes.
        DBDError: The model cannot be used.
    """
    if usable_cores() < NODES:
        raise InputError(f"{NODES} cores are needed, this machine has {usable_cores()}.")
    alone: list[_Turn] = []
    together: list[_Turn] = []
    with (
        without_chatter(),
        TemporaryDirectory() as folder,
        BlurDetector(model, threads=1) as detector,
        _cluster(),
    ):
        library = Path(folder, "photos")
        _write(library, photos)
        for turn in range(turns + 1):
            by_one = scan_photos(photos_in([library]), detector, jobs=1)
            with closing(by_one):
                alone.append(_timed(by_one, on_photo))
            with (
                open_parquet(Path(folder, f"focus{turn}")) as store,
                closing(scan_on_ray(listed_photos([library]), detector, store=store)) as by_all,
            ):
                together.append(_timed(by_all, on_photo))
        memory_mb = _largest_worker_mb()
    # The first turn starts the processes and reads the files from the disk.
    return _rows(alone[1:], together[1:], memory_mb)


@contextmanager
def _cluster() -> Iterator[None]:
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster = Cluster(initialize_head=True, head_node_args={**_NODE, "include_dashboard": False})
    try:
        for _ in range(NODES - 1):
            cluster.add_node(**_NODE)
        ray.init(cluster.address, log_to_driver=False, logging_level="CRITICAL")
        yield
    finally:
        ray.shutdown()
        cluster.shutdown()


def _write(library: Path, photos: int) -> None:
    library.mkdir()
    first = library / "0.jpg"
    with Image.open(_SCENE) as scene:
        scene.resize(_SIZE_WH, Image.Resampling.BICUBIC).save(first, quality=_QUALITY)
    for number in range(1, photos):
        # Another name for the same file.
        os.link(first, library / f"{number}.jpg")


def _timed(records: Iterable[Record], on_photo: Callable[[], None]) -> _Turn:
    times_s = [time.perf_counter()]
    for record in records:
        if record.error is not None:
            raise InputError(record.error)
        times_s.append(time.perf_counter())
        on_photo()
    start_s, first_s, end_s = times_s[0], times_s[1], times_s[-1]
    # Records of a task come together: those of the first were judged before.
    later = [moment for moment in times_s[1:] if moment > first_s + 0.05]
    return _Turn(
        photos_per_s=len(later) / (end_s - first_s),
        first_s=first_s - start_s,
        total_s=end_s - start_s,
    )


def _rows(alone: list[_Turn], together: list[_Turn], memory_mb: float | None) -> list[Row]:
    ratios = [
        many.photos_per_s / one.photos_per_s for one, many in zip(alone, together, strict=True)
    ]

    def row(what: str, values: list[float], unit: str, **target: float) -> Row:
        spread = f" ({min(values):.3g}-{max(values):.3g})" if len(values) > 1 else ""
        return Row(
            measure=_MEASURE,
            what=f"{what}{spread}",
            value=statistics.median(values),
            unit=unit,
            count=len(values),
            **target,
        )

    rows = [
        row("one process", [turn.photos_per_s for turn in alone], "photos/s"),
        row("the cluster", [turn.photos_per_s for turn in together], "photos/s"),
        row("the cluster, of one process", ratios, "times", at_least=1.6),
        row("first record of the cluster", [turn.first_s for turn in together], "s"),
    ]
    if memory_mb is not None:
        rows.append(row("memory at the peak of a worker", [memory_mb], "MB"))
    return rows


def _largest_worker_mb() -> float | None:
    """What the largest of Ray's workers had at its peak; None where Linux does not tell."""
    peaks: list[Any] = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            name = (status.parent / "cmdline").read_bytes()
            peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        except OSError:
            # It has ended.
            continue
        if name.startswith(b"ray::") and peak is not None:
            peaks.append(int(peak[1]) / 1024)
    return max(peaks, default=None)
