"""A model that measures blur and photos in; its errors at known radii, with their target, out."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from benchmarks.verdicts.row import Row
from data.native_photos import NativePhoto
from dbd_mobile import BlurDetector
from evaluation.radius import DISC_RADII, RadiusAccuracy, measure_radius
from evaluation.scoring import with_progress
from evaluation.tile_measurer import open_tile_measurer
from networks.weights import PYTORCH_SUFFIXES

MEASURE = "radius"
RADII = (*DISC_RADII, 8.0, 10.0, 12.0)
"""Radii of the discs in pixels where photos are measured at several scales."""
MOST_OFF = 0.08
"""How far log2 of the radius may be off, as a median."""

# What the runtime does not run.
_AT_ONE_SCALE = (".safetensors", *PYTORCH_SUFFIXES, ".onnx")


def measure_model_radius(model: str, photos: Sequence[NativePhoto]) -> RadiusAccuracy:
    """Measure a model: as the runtime runs it where it can, else at one scale.

    Args:
        model: The detail model's bundled id, or the path of a TFLite file, of an ONNX file of
            ``python -m export``, or of weights.
        photos: Soft ones are left out.

    Raises:
        DBDError: If the model or a photo cannot be used.
    """
    path = Path(model)
    if path.suffix.lower() in _AT_ONE_SCALE:
        return measure_radius(open_tile_measurer(path), _pixels(photos))
    with BlurDetector(detail=model) as detector:
        return measure_runtime_radius(detector, photos)


def measure_runtime_radius(detector: BlurDetector, photos: Sequence[NativePhoto]) -> RadiusAccuracy:
    """Measure what ``BlurDetector.measure`` gives its users.

    Args:
        detector: What measures.
        photos: Soft ones are left out.

    Raises:
        DBDError: If a photo cannot be used.
    """
    return measure_radius(detector.measure, _pixels(photos), RADII)


def is_near_enough(accuracy: RadiusAccuracy) -> bool:
    """Whether the target is reached."""
    return accuracy.error is not None and accuracy.error <= MOST_OFF


def radius_table(model: str, accuracy: RadiusAccuracy) -> Table:
    """The errors by radius, for the screen."""
    table = Table(
        title=f"{model} on {accuracy.photos} photos blurred by discs",
        caption=f"Median error of log2 at all radii: {_shown(accuracy.error)}; at most "
        f"{MOST_OFF:g} is allowed: {'held' if is_near_enough(accuracy) else 'NOT held'}.",
        box=None,
    )
    for heading in ("radius", "boxes", "undecided", "error", "10 %", "measured", "90 %"):
        table.add_column(heading, justify="right")
    for row in accuracy.rows:
        measured = row.measured_px or (None, None, None)
        table.add_row(
            f"{row.disc_px:g} px",
            str(row.boxes),
            str(row.undecided),
            _shown(row.error),
            *(_shown(radius, 2) for radius in measured),
        )
    return table


def radius_rows(accuracy: RadiusAccuracy) -> list[Row]:
    """The errors as rows beside those of other measures; all radii together have a target."""
    measured = sum(row.boxes for row in accuracy.rows)
    undecided = sum(row.undecided for row in accuracy.rows)
    boxes = measured + undecided
    return [
        *(
            Row(
                measure=MEASURE,
                what=f"median error at {row.disc_px:g} px",
                value=row.error,
                unit="log2",
                count=row.boxes,
            )
            for row in accuracy.rows
        ),
        Row(
            measure=MEASURE,
            what="median error at all of these radii",
            value=accuracy.error,
            unit="log2",
            count=measured,
            at_most=MOST_OFF,
        ),
        Row(
            measure=MEASURE,
            what="undecided, so without an error",
            value=undecided / boxes if boxes else None,
            unit="share",
            count=boxes,
        ),
    ]


def _shown(value: float | None, digits: int = 3) -> str:
    return "none" if value is None else f"{value:.{digits}f}"


def _pixels(photos: Sequence[NativePhoto]) -> Iterable[NDArray[np.uint8]]:
    sharp = [photo for photo in photos if not photo.soft]
    return (photo.read() for photo in with_progress(sharp, "Measuring photos of known blur"))
