"""Blur maps of frame after frame in; the same without their flicker out.

A mean over the frames that weighs older ones less and goes along with the picture's motion. It is
short where the picture is not what it was, and where the map changes for good rather than to and
fro, as focus does: there it follows at once (the idea of the "1 euro filter", G. Casiez, N.
Roussel, D. Vogel, CHI 2012).
"""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dbd_mobile.jobs.video.cuts import CELLS, cells_of
from dbd_mobile.jobs.video.motion import SIDE, Luma, motion_between

# Seconds in which the weight of a frame falls to 1/e, where nothing moves or changes.
_MEMORY_S = 0.25
# How a change of the map that goes on counts: from here on, and how much.
_STEADY, _FOLLOW = 0.03, 5.0
# Share of the last change in what goes on.
_INERTIA = 0.7
# Difference of brightness, of 255, beyond the noise, from which on the picture is not what it was,
# and where it is another one.
_OTHER_FROM, _OTHER_TO = 4.0, 16.0


class MapSmoother:
    """Takes the flicker out of the maps of one scene, frame after frame."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Begin anew, as after a cut."""
        self._luma: Luma | None = None
        self._time_s = 0.0
        self._map: NDArray[np.float32] = np.zeros((SIDE, SIDE), np.float32)
        # Changes that go on.
        self._change = np.zeros((CELLS, CELLS), np.float32)

    def smooth(
        self, probability: NDArray[np.float32], luma: Luma, time_s: float
    ) -> NDArray[np.float32]:
        """Smooth the next map.

        Args:
            probability: (h, w) float32 in 0..1.
            luma: The frame's brightness.
            time_s: When the frame is shown, in seconds.

        Returns:
            (h, w) float32 in 0..1.
        """
        # The mean is kept at the size at which motion is known; what is finer is the new map's own.
        small = _sized(probability, (SIDE, SIDE), Image.Resampling.BOX)
        if self._luma is None:
            smoothed = small
        else:
            smoothed = self._blended(small, self._luma, luma, time_s - self._time_s)
        self._luma, self._time_s, self._map = luma, time_s, smoothed
        correction = _sized(smoothed - small, probability.shape, Image.Resampling.BILINEAR)
        corrected: NDArray[np.float32] = np.clip(probability + correction, 0, 1)
        return corrected

    def _blended(
        self, probability: NDArray[np.float32], before: Luma, luma: Luma, passed_s: float
    ) -> NDArray[np.float32]:
        motion = motion_between(before, luma)
        carried = motion.carry(self._map, outside=-1)
        expected = motion.carry(before, outside=-1)
        is_known = expected >= 0
        change = np.where(is_known, probability - carried, 0)
        self._change = _INERTIA * self._change + (1 - _INERTIA) * _spread(cells_of(change))
        weight = 1 - math.exp(-max(passed_s, 0) / _MEMORY_S)
        weights = weight + _FOLLOW * np.maximum(np.abs(self._change) - _STEADY, 0)
        differs = cells_of(np.where(is_known, np.abs(luma - expected), 0))
        beyond = differs - np.median(differs) - _OTHER_FROM
        weights = np.clip(np.maximum(weights, beyond / (_OTHER_TO - _OTHER_FROM)), 0, 1)
        fine: NDArray[np.float32] = weights.astype(np.float32, copy=False)
        smoothed = carried + _sized(fine, (SIDE, SIDE), Image.Resampling.BILINEAR) * change
        return np.where(is_known, smoothed, probability)


def luma_of(rgb: NDArray[np.uint8]) -> Luma:
    """Give the brightness of an (h, w, 3) uint8 frame, reduced to what is compared."""
    gray = Image.fromarray(rgb).convert("L")
    return np.asarray(gray.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32)


def _spread(cells: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means over three by three cells: what changes for good does so in more than one."""
    padded = np.pad(cells, 1, mode="edge")
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    spread: NDArray[np.float32] = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9
    return spread


def _sized(
    field: NDArray[np.float32], shape: tuple[int, ...], resampling: Image.Resampling
) -> NDArray[np.float32]:
    """Bring values to another size."""
    height, width = shape
    image = Image.fromarray(field.astype(np.float32, copy=False))
    return np.asarray(image.resize((width, height), resampling))
