"""A detector and the folder of data sets in, every measure of its verdicts with its target out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.radius import measure_runtime_radius, radius_rows
from benchmarks.verdicts.cost import measure_cost
from benchmarks.verdicts.focal_stacks import measure_focal_stacks
from benchmarks.verdicts.row import Row
from benchmarks.verdicts.sharp_boxes import measure_sharp_boxes
from benchmarks.verdicts.subjects import measure_subjects
from benchmarks.verdicts.undecidable import measure_undecidable
from benchmarks.verdicts.viewing_sizes import measure_viewing_sizes
from data.blur_dataset import BlurDataset
from data.native_photos import NativePhoto, held_out, list_native_photos
from dbd_mobile import BlurDetector
from dbd_mobile.catalogue import load_detail
from dbd_mobile.errors import InputError
from dbd_mobile.interpreter import find_backend
from dbd_mobile.machine import read_machine


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is judged, and with what.

    Attributes:
        model: Bundled id, or path of a TFLite file, of the blur-map model.
        detail: That of the detail model.
        data: Folder of the data sets: ``native``, ``cuhk`` and ``lfsd`` below it.
        everything: Whether native photos that training sees are measured too.
        threads: Of the interpreters, but where the cost is measured; None as users have them.
    """

    model: str
    detail: str
    data: Path
    everything: bool
    threads: int | None

    def native_photos(self) -> list[NativePhoto]:
        """The native photos that are measured."""
        photos = list_native_photos(self.data / "native")
        return photos if self.everything else held_out(photos)


_Measure = Callable[[Judged, BlurDetector], list[Row]]

MEASURES: dict[str, _Measure] = {
    "radius": lambda judged, detector: radius_rows(
        measure_runtime_radius(detector, judged.native_photos())
    ),
    "sharp": lambda judged, detector: measure_sharp_boxes(detector, judged.native_photos()),
    "undecidable": lambda judged, detector: measure_undecidable(detector),
    # Scenes' sizes are compared with themselves: it does not matter here what training saw.
    "sizes": lambda judged, detector: measure_viewing_sizes(
        detector, list_native_photos(judged.data / "native")
    ),
    "subjects": lambda judged, detector: measure_subjects(
        detector, BlurDataset.from_folder(judged.data / "cuhk", Path("test100.txt"))
    ),
    "stacks": lambda judged, detector: measure_focal_stacks(detector, judged.data / "lfsd"),
    "cost": lambda judged, detector: measure_cost(judged.model, judged.detail),
}
"""By the names that ``--only`` takes, in the order in which they are done."""


def measure_verdicts(
    judged: Judged, names: Sequence[str], on_rows: Callable[[Sequence[Row]], None]
) -> dict[str, Any]:
    """Do measures one after the other.

    Args:
        judged: What is judged.
        names: Of ``MEASURES``.
        on_rows: Given the rows of each measure when it is done.

    Returns:
        What the README's table is made from; JSON-serialisable.

    Raises:
        DBDError: If a measure is unknown, or a model or a photo cannot be used.
    """
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        raise InputError(f"There is no measure {unknown[0]!r}; expected {', '.join(MEASURES)}.")
    rows: list[Row] = []
    with BlurDetector(judged.model, detail=judged.detail, threads=judged.threads) as detector:
        for name in names:
            measured = MEASURES[name](judged, detector)
            on_rows(measured)
            rows += measured
    machine = read_machine()
    backend, _ = find_backend()
    return {
        "model": Path(judged.model).name,
        "detail": Path(judged.detail).name,
        "detail_sha256": load_detail(judged.detail).sha256,
        "cpu": machine.board or machine.cpu,
        "backend": f"{backend.name} {backend.version}",
        "photos": "all" if judged.everything else "held out",
        "rows": [row.to_dict() for row in rows],
    }
