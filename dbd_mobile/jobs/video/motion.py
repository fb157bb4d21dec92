"""Two frames' brightness in; how the picture moved from one to the other, and maps moved so, out.

The motion is that of overlapping blocks, each by phase correlation (C. D. Kuglin, D. C. Hines, *The
phase correlation image alignment method*, 1975).
"""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 96
"""Frames are compared as squares of so many pixels a side, whatever their shape."""

Luma: TypeAlias = NDArray[np.float32]
"""(SIDE, SIDE) float32: brightness, 0 to 255."""

# Blocks are two steps a side.
_STEP = 16
_BLOCK = 2 * _STEP
_BLOCKS = SIDE // _STEP - 1
_STARTS = _STEP * np.arange(_BLOCKS)
_WINDOW = np.outer(np.hanning(_BLOCK), np.hanning(_BLOCK)).astype(np.float32)
# What moved farther than so many pixels from one frame to the next is not followed.
_FARTHEST = 12
# A block stays where it was, or goes with the others, unless its own way fits better by this share.
_BETTER = 0.9


@dataclass(frozen=True, kw_only=True)
class Motion:
    """How the picture moved between two frames.

    Attributes:
        moved_yx: (blocks, blocks, 2) float32: how far down and to the right each block moved, in
            pixels of the frames that were compared.
    """

    moved_yx: NDArray[np.float32]

    def carry(self, field: NDArray[np.float32], *, outside: float) -> NDArray[np.float32]:
        """Move what lies on the first frame to where that is in the second.

        Args:
            field: (h, w) float32, of the whole frame, at any size.
            outside: What comes from beyond the frame's edge.
        """
        if not self.moved_yx.any():
            return field
        height, width = field.shape
        # From the middles of the blocks to the frame's edges.
        corners = np.pad(self.moved_yx, ((1, 1), (1, 1), (0, 0)), mode="edge") / SIDE
        steps = np.arange(_BLOCKS + 2) / (_BLOCKS + 1)
        xs = width * (steps[None, :] - corners[:, :, 1])
        ys = height * (steps[:, None] - corners[:, :, 0])
        columns, rows = np.rint(width * steps), np.rint(height * steps)
        mesh = []
        for row in range(_BLOCKS + 1):
            for column in range(_BLOCKS + 1):
                box = columns[column], rows[row], columns[column + 1], rows[row + 1]
                # Upper left, lower left, lower right, upper right.
                ends = ((0, 0), (1, 0), (1, 1), (0, 1))
                from_xy = [
                    (float(xs[row + down, column + right]), float(ys[row + down, column + right]))
                    for down, right in ends
                ]
                quad = tuple(number for point in from_xy for number in point)
                mesh.append((tuple(int(side) for side in box), quad))
        moved = Image.fromarray(field).transform(
            (width, height),
            Image.Transform.MESH,
            mesh,
            Image.Resampling.BILINEAR,
            fillcolor=outside,
        )
        return np.asarray(moved)


def motion_between(before: Luma, after: Luma) -> Motion:
    """Find where each block of the first frame is in the second."""
    first, second = _blocks(before), _blocks(after)
    spectra = np.fft.rfft2(_tapered(first)).conj() * np.fft.rfft2(_tapered(second))
    spectra /= np.abs(spectra) + 1e-3
    surfaces = np.fft.irfft2(spectra, s=(_BLOCK, _BLOCK))
    # Zero motion in the middle.
    surfaces = np.fft.fftshift(surfaces, axes=(-2, -1))
    low, high = _STEP - _FARTHEST, _STEP + _FARTHEST + 1
    near = surfaces[..., low:high, low:high].reshape(_BLOCKS, _BLOCKS, -1)
    peak_y, peak_x = np.divmod(near.argmax(-1), high - low)
    own = np.stack([peak_y - _FARTHEST, peak_x - _FARTHEST], axis=-1)
    common = np.rint(np.median(own.reshape(-1, 2), axis=0)).astype(int)
    moved = np.zeros((_BLOCKS, _BLOCKS, 2), np.float32)
    least = np.abs(second - first).mean(axis=(-2, -1))
    for way in (np.broadcast_to(common, own.shape), own):
        differs = np.abs(second - _blocks_from(before, way)).mean(axis=(-2, -1))
        fits = differs < _BETTER * least
        moved[fits] = (way + _below_a_pixel(surfaces, way))[fits]
        least = np.where(fits, differs, least)
    return Motion(moved_yx=moved)


def _blocks(luma: Luma) -> NDArray[np.float32]:
    """(blocks, blocks, side, side): the blocks of a frame."""
    windows = np.lib.stride_tricks.sliding_window_view(luma, (_BLOCK, _BLOCK))
    return windows[::_STEP, ::_STEP]


def _blocks_from(luma: Luma, moved_yx: NDArray[np.int_]) -> NDArray[np.float32]:
    """The blocks that those of the next frame were, if they moved so; edges go on for ever."""
    within = np.arange(_BLOCK)
    rows = _STARTS[:, None, None] + within - moved_yx[..., :1]
    columns = _STARTS[None, :, None] + within - moved_yx[..., 1:]
    rows, columns = np.clip(rows, 0, SIDE - 1), np.clip(columns, 0, SIDE - 1)
    blocks: NDArray[np.float32] = luma[rows[..., :, None], columns[..., None, :]]
    return blocks


def _tapered(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Without their mean, and fading to their edges, which lie side by side in a spectrum."""
    tapered: NDArray[np.float32] = (blocks - blocks.mean(axis=(-2, -1), keepdims=True)) * _WINDOW
    return tapered


def _below_a_pixel(surfaces: NDArray[np.float64], way: NDArray[np.int_]) -> NDArray[np.float64]:
    """Where between pixels the peak at a whole motion lies: that of a parabola through three."""
    down, right = np.ogrid[:_BLOCKS, :_BLOCKS]
    y, x = way[..., 0] + _STEP, way[..., 1] + _STEP
    middle = surfaces[down, right, y, x]
    parts = []
    for before, after in (
        (surfaces[down, right, y - 1, x], surfaces[down, right, y + 1, x]),
        (surfaces[down, right, y, x - 1], surfaces[down, right, y, x + 1]),
    ):
        curve = 2 * middle - before - after
        slope = (after - before) / 2
        peaked = curve > np.abs(slope)
        parts.append(np.where(peaked, slope / np.where(peaked, curve, 1), 0))
    return np.stack(parts, axis=-1)
