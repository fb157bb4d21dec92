"""One scene at several sizes in; how far apart their scores for the same viewing width are out."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.verdicts.row import Row, share
from benchmarks.verdicts.scene import SUBJECT, render_sharp
from data.known_blur import blurred_by
from data.native_photos import NativePhoto
from dbd_mobile import BlurDetector
from evaluation.scoring import with_progress
from evaluation.textured_boxes import textured_boxes

MEASURE = "same scene, other size"
WIDTHS = (4000, 2000, 1000, 640)
AT_WIDTHS = (640, 1000, 1920)
_SIGMAS = (0.0, 1.0, 2.0, 4.0, 6.0, 8.0)
_RADII = (0.0, 2.0, 4.0, 8.0)
_FILTERS = (Image.Resampling.LANCZOS, Image.Resampling.BOX)
# Of the large photo's width: what has no such neighbourhood would be a few pixels at 640.
_LEAST_BOX = 0.12

Place = tuple[float, float, float, float]
"""A box as shares of a photo's width and height."""


def measure_viewing_sizes(
    detector: BlurDetector,
    photos: Sequence[NativePhoto],
    scene_wh: tuple[int, int] = (4000, 3000),
) -> list[Row]:
    """Judge the rendered scene and whole photos, blurred and then reduced.

    Only sizes at least as wide as the viewing width are compared: what is not in a smaller photo
    cannot be seen in it.

    Args:
        detector: What judges.
        photos: Crops and soft ones are left out.
        scene_wh: Size that the scene is rendered at.

    Raises:
        DBDError: If a photo cannot be used.
    """
    whole = [photo for photo in photos if not photo.is_crop and not photo.soft]
    drifts: dict[tuple[str, int], list[float]] = {}
    undecidable = []
    for name, large, place in with_progress(
        _large_photos(whole, scene_wh), "Judging one scene at all sizes"
    ):
        for at_width in AT_WIDTHS:
            judged = _scores(detector, large, place, at_width)
            scores = [score for score in judged if score is not None]
            undecidable += [score is None for score in judged]
            if len(scores) > 1:
                drifts.setdefault((name, at_width), []).append(max(scores) - min(scores))
    return [
        Row(
            measure=MEASURE,
            what=f"{name}, largest drift of the score at {at_width} pixels",
            value=max(values),
            unit="score",
            count=len(values),
        )
        for (name, at_width), values in sorted(drifts.items())
    ] + [share(MEASURE, "undecidable, so without a score", undecidable)]


def _large_photos(
    photos: Sequence[NativePhoto], scene_wh: tuple[int, int]
) -> Iterator[tuple[str, NDArray[np.uint8], Place]]:
    """What it is, its pixels at the largest size, and where to look."""
    scene = render_sharp(scene_wh)
    for sigma in _SIGMAS:
        blurred = np.asarray(cv2.GaussianBlur(scene, (0, 0), sigma), np.uint8) if sigma else scene
        yield "rendered scene", blurred, SUBJECT
    for photo in photos:
        pixels = photo.read()
        place = _textured_place(pixels)
        if place is not None:
            for radius in _RADII:
                yield "whole photos", blurred_by(pixels, radius), place


def _textured_place(photo: NDArray[np.uint8]) -> Place | None:
    """Around the crisp box that is nearest to the middle; None where there is none."""
    height, width = photo.shape[:2]
    centres = [((x0 + x1) / 2, (y0 + y1) / 2) for x0, y0, x1, y1 in textured_boxes(photo)]
    if not centres:
        return None
    x, y = min(centres, key=lambda at: np.hypot(at[0] - width / 2, at[1] - height / 2))
    half = _LEAST_BOX * width / 2
    x, y = np.clip(x, half, width - half), np.clip(y, half, height - half)
    return (x - half) / width, (y - half) / height, (x + half) / width, (y + half) / height


def _scores(
    detector: BlurDetector, large: NDArray[np.uint8], place: Place, at_width: int
) -> list[float | None]:
    """Of every size that is wide enough, by every filter; None where it is undecidable."""
    image = Image.fromarray(large)
    widths = [image.width, *(width for width in WIDTHS if width < image.width)]
    scores: list[float | None] = []
    for width in widths:
        if width < at_width:
            continue
        size_wh = (width, round(image.height * width / image.width))
        box = tuple(share * side for share, side in zip(place, (*size_wh, *size_wh), strict=True))
        for method in _FILTERS if width < image.width else _FILTERS[:1]:
            small = image if width == image.width else image.resize(size_wh, method)
            scores.append(detector.judge(small, box, at_width=at_width).score)
    return scores
