"""Focal stacks in: one scene, focused near, in the middle and far; how often the slice that is
focused on a box is ranked first there out.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.verdicts.row import Row, share
from data.blur_dataset import list_photos, read_photo
from dbd_mobile import BlurDetector
from dbd_mobile.errors import InputError
from evaluation.scoring import with_progress
from evaluation.textured_boxes import Box

MEASURE = "focal stacks"
SIDE = 80
"""Side of a box in pixels."""
_SLICES = ("near", "mid", "far")
_RUNNER_UP = 0.7
# Blurred a little, so that noise and JPEG blocks do not pass for detail; then of levels of 255 a
# variance of the Laplacian below which there is none.
_SIGMA = 0.8
_LEAST_DETAIL = 15.0


def measure_focal_stacks(detector: BlurDetector, folder: Path) -> list[Row]:
    """Rank the slices of every stack in boxes where one slice has most detail by far.

    Args:
        detector: What judges.
        folder: With ``image/SCENE_near``, ``SCENE_mid`` and ``SCENE_far``.

    Raises:
        DBDError: If the folder is missing or a photo cannot be used.
    """
    first_by_rank, first_by_radius, undecided = [], [], []
    for paths in with_progress(_stacks(folder), "Ranking focal stacks"):
        slices = [read_photo(path) for path in paths]
        for box, sharpest in clear_boxes(slices):
            ranked = detector.best_of(slices, box)
            radii = {
                shot.index: shot.focus.blur_radius_px
                for shot in ranked
                if shot.focus.blur_radius_px is not None
            }
            # Without any the order says nothing, so it cannot be right by chance either.
            undecided.append(not radii)
            first_by_rank.append(bool(radii) and ranked[0].index == sharpest)
            first_by_radius.append(bool(radii) and min(radii, key=radii.__getitem__) == sharpest)
    return [
        share(MEASURE, "sharpest slice ranked first by best_of", first_by_rank, at_least=0.97),
        share(MEASURE, "sharpest slice has the least radius", first_by_radius, at_least=0.97),
        share(MEASURE, "undecidable in every slice", undecided),
    ]


def clear_boxes(slices: Sequence[NDArray[np.uint8]]) -> Iterator[tuple[Box, int]]:
    """Boxes in which one slice has most detail by far, and which one that is.

    Args:
        slices: (H, W, 3) uint8 each, of one size.
    """
    height, width = (min(photo.shape[axis] for photo in slices) for axis in (0, 1))
    edges = [_laplacian(photo) for photo in slices]
    for top in range(0, height - SIDE + 1, SIDE):
        for left in range(0, width - SIDE + 1, SIDE):
            detail = [edge[top : top + SIDE, left : left + SIDE].var() for edge in edges]
            *_, second, most = sorted(detail)
            if most >= _LEAST_DETAIL and second <= _RUNNER_UP * most:
                yield (left, top, left + SIDE, top + SIDE), int(np.argmax(detail))


def _laplacian(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    luma = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32)
    smooth = cv2.GaussianBlur(luma, (0, 0), _SIGMA)
    return np.asarray(cv2.Laplacian(smooth, cv2.CV_32F), np.float32)


def _stacks(folder: Path) -> list[list[Path]]:
    by_scene: dict[str, dict[str, Path]] = defaultdict(dict)
    for name in list_photos(folder / "image"):
        scene, _, focused = Path(name).stem.rpartition("_")
        by_scene[scene][focused] = folder / "image" / name
    stacks = [
        [slices[name] for name in _SLICES]
        for _, slices in sorted(by_scene.items())
        if slices.keys() >= set(_SLICES)
    ]
    if not stacks:
        raise InputError(
            f"{folder / 'image'} has no scene in three slices; expected SCENE_near, SCENE_mid and "
            "SCENE_far."
        )
    return stacks
