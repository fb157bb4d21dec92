"""A model that measures blur and photos in; its errors at known radii, with their target, out."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from evaluation.radius import DISC_RADII, RadiusAccuracy, measure_radius
from evaluation.tile_measurer import open_tile_measurer
from numpy.typing import NDArray

from benchmarks.verdicts.row import Row
from data.native_photos import NativePhoto
from dbd_mobile import BlurDetector
from evaluation.predictors import SUFFIXES
from evaluation.scoring import with_progress

MEASURE = "radius"
RADII = (*DISC_RADII, 8.0, 10.0, 12.0)
"""Radii of the discs in pixels where photos are measured at several scales."""
MOST_OFF = 0.08
"""Of log2 of the radius, median."""


def measure_model_radius(model: str, photos: Sequence[NativePhoto]) -> list[Row]:
    """Measure a model: as the runtime runs it where it can, else at one scale.

    Args:
        model: The detail model's bundled id, or the path of a TFLite file, of an ONNX file of
            ``python -m export``, or of weights.
        photos: Soft ones are left out.

    Raises:
        DBDError: If the model or a photo cannot be used.
    """
    path = Path(model)
    if path.suffix.lower() not in SUFFIXES or path.suffix.lower() == ".tflite":
        with BlurDetector(detail=model) as detector:
            return measure_runtime_radius(detector, photos)
    return radius_rows(measure_radius(open_tile_measurer(path), _pixels(photos)))


def measure_runtime_radius(detector: BlurDetector, photos: Sequence[NativePhoto]) -> list[Row]:
    """Measure what ``BlurDetector.measure`` gives its users.

    Args:
        detector: What measures.
        photos: Soft ones are left out.

    Raises:
        DBDError: If a photo cannot be used.
    """
    return radius_rows(measure_radius(detector.measure, _pixels(photos), RADII))


def radius_rows(accuracy: RadiusAccuracy) -> list[Row]:
    """An accuracy as rows; all radii together have a target."""
    rows = []
    for row in accuracy.rows:
        what = f"median error at {row.disc_px:g} px"
        if row.measured_px is not None:
            low, middle, high = row.measured_px
            what += f" (measures {low:.2f}, {middle:.2f}, {high:.2f})"
        if row.undecided:
            what += f"; {row.undecided} more boxes undecided"
        rows.append(Row(measure=MEASURE, what=what, value=row.error, unit="log2", count=row.boxes))
    boxes = sum(row.boxes for row in accuracy.rows)
    rows.append(
        Row(
            measure=MEASURE,
            what="median error at all of these radii",
            value=accuracy.error,
            unit="log2",
            count=boxes,
            at_most=MOST_OFF,
        )
    )
    return rows


def _pixels(photos: Sequence[NativePhoto]) -> Iterable[NDArray[np.uint8]]:
    sharp = [photo for photo in photos if not photo.soft]
    return (photo.read() for photo in with_progress(sharp, "Measuring photos of known blur"))
