"""The ``detail`` network and photos that it was not trained on in, how well it measures out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from data.known_blur import fine_kernel, motion_kernel
from data.synthesis import blur_all
from dbd_mobile.pyramid import CELL
from dbd_mobile.radius_code import LOG2_RADIUS
from dbd_mobile.reading import MIN_CONFIDENCE
from evaluation.measured_cells import MeasuredCells, read_codes
from evaluation.radius import measure_radius
from evaluation.textured_boxes import textured_boxes
from networks import Detail

_SEED = 0
_PLAIN_OF_A_KIND = 8
_MOTION_LENGTHS = (4.0, 8.0, 12.0)


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """How well a network measures what it was not trained on, at one scale.

    Attributes:
        radius_error: Median absolute error of log2 of the radius, as ``evaluation.radius`` measures
            it; the whole scale, 5, if it was sure of nothing.
        undecided: Share of the boxes that it was not sure of.
        plain_confident: Share of the cells of plain images that it was sure of, which tell nothing.
        motion_auc: Probability that a box blurred by motion is given a higher probability of
            motion than one that a disc blurred as much.
    """

    radius_error: float
    undecided: float
    plain_confident: float
    motion_auc: float


class NetworkMeasurer:
    """Measures whole photos with a network, on the device that it is on.

    Args:
        network: In eval mode.
    """

    def __init__(self, network: Detail) -> None:
        self._network = network
        self._device = next(network.parameters()).device

    def __call__(self, photo: NDArray[np.uint8]) -> MeasuredCells:
        """(H, W, 3) uint8 RGB -> its whole cells."""
        height, width = (side // CELL * CELL for side in photo.shape[:2])
        pixels = torch.tensor(photo[:height, :width], device=self._device)
        image = self._network.contract.normalise(pixels.permute(2, 0, 1)[None].float())
        with torch.inference_mode():
            codes = self._network(image)
        return read_codes(codes[0].permute(1, 2, 0).cpu().numpy())


def measure_held_out(network: Detail, photos: Sequence[NDArray[np.uint8]]) -> HeldOut:
    """Measure a network.

    Args:
        network: In eval mode.
        photos: (H, W, 3) uint8 RGB each, crisp where they are sharp at all.
    """
    measurer = NetworkMeasurer(network)
    accuracy = measure_radius(measurer, photos)
    undecided = sum(row.undecided for row in accuracy.rows)
    boxes = undecided + sum(row.boxes for row in accuracy.rows)
    lowest, highest = LOG2_RADIUS
    plain = [measurer(image).confidence >= MIN_CONFIDENCE for image in plain_images()]
    return HeldOut(
        radius_error=highest - lowest if accuracy.error is None else accuracy.error,
        undecided=undecided / boxes if boxes else 1.0,
        plain_confident=float(np.mean(plain)),
        motion_auc=_motion_auc(measurer, photos),
    )


def plain_images() -> Iterator[NDArray[np.uint8]]:
    """Images, (256, 256, 3) uint8, that nobody could say of whether they are in focus.

    Flat ones, gradients, noise and clouds; the same each time.
    """
    side = 256
    rng = np.random.default_rng(_SEED)
    ramp = np.linspace(-0.5, 0.5, side)
    for _ in range(_PLAIN_OF_A_KIND):
        grey = np.full((side, side, 3), rng.uniform(10, 245, 3))
        gradient = ramp[:, None, None] * rng.uniform(20, 120) + ramp[:, None] * rng.uniform(-90, 90)
        noise = rng.normal(0, rng.uniform(1, 12), (side, side, 3))
        coarse = rng.uniform(-40, 40, (6, 6)).astype(np.float32)
        clouds = np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC))
        for image in (grey, grey + gradient, grey + noise, grey + clouds[..., None]):
            yield np.clip(image + 0.5, 0, 255).astype(np.uint8)


def _motion_auc(measurer: NetworkMeasurer, photos: Sequence[NDArray[np.uint8]]) -> float:
    rng = np.random.default_rng(_SEED)
    moved: list[float] = []
    still: list[float] = []
    for photo in photos:
        boxes = textured_boxes(photo)
        for length in _MOTION_LENGTHS:
            kernels = motion_kernel(length, rng), fine_kernel(length / np.sqrt(6), 0, 0.0)
            for found, kernel in zip((moved, still), kernels, strict=True):
                motion = measurer(blur_all(photo, kernel)).motion
                for left, top, right, bottom in boxes:
                    part = motion[top // CELL : bottom // CELL, left // CELL : right // CELL]
                    found.append(float(part.mean()))
    if not moved:
        return 0.5
    # How many of the others each one is above, ties counting half.
    ranked = np.sort(still)
    below = np.searchsorted(ranked, moved, "left") + np.searchsorted(ranked, moved, "right")
    return float(below.mean() / 2 / len(ranked))
