"""A video's display matrix in; arrays turned upright, and back as they are stored, out."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

_Array = TypeVar("_Array", bound=np.generic)

# Numbers of a display matrix (libavutil/display.h): where x and y of a stored pixel are shown is
# a x + c y and b x + d y, the matrix's rows being (a, b, _), (c, d, _) and a shift.
_PLAIN = (1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)


@dataclass(frozen=True)
class Orientation:
    """How the frames of a video are turned and flipped to be seen.

    Attributes:
        matrix: The nine numbers of the display matrix; a turn that is none of quarters is taken
            for the nearest.
    """

    matrix: tuple[int, ...] = _PLAIN

    @property
    def swaps_sides(self) -> bool:
        """Whether what is stored as a row is seen as a column."""
        return abs(self.matrix[0]) < abs(self.matrix[1])

    @property
    def is_plain(self) -> bool:
        """Whether frames are seen as they are stored."""
        return not (self.swaps_sides or any(self._flips))

    def upright_wh(self, stored_wh: tuple[int, int]) -> tuple[int, int]:
        """Turn a (width, height); the way back is the same."""
        width, height = stored_wh
        return (height, width) if self.swaps_sides else (width, height)

    def upright(
        self, stored: "np.ndarray[tuple[int, ...], np.dtype[_Array]]"
    ) -> "np.ndarray[tuple[int, ...], np.dtype[_Array]]":
        """Turn rows and columns, an array's first axes, as they are seen; a view."""
        turned = stored.swapaxes(0, 1) if self.swaps_sides else stored
        return turned[self._steps]

    def stored(
        self, upright: "np.ndarray[tuple[int, ...], np.dtype[_Array]]"
    ) -> "np.ndarray[tuple[int, ...], np.dtype[_Array]]":
        """Undo :meth:`upright`; a view."""
        flipped = upright[self._steps]
        return flipped.swapaxes(0, 1) if self.swaps_sides else flipped

    @property
    def _flips(self) -> tuple[bool, bool]:
        """Whether rows and columns, as they are seen, run backwards."""
        across, down = self.matrix[0:2], self.matrix[3:5]
        if self.swaps_sides:
            return across[1] < 0, down[0] < 0
        return down[1] < 0, across[0] < 0

    @property
    def _steps(self) -> tuple[slice, slice]:
        rows, columns = (slice(None, None, -1 if flip else 1) for flip in self._flips)
        return rows, columns


def orientation_of(matrix: bytes | None) -> Orientation:
    """Read a display matrix: nine int32 in the machine's order; None is a plain one."""
    if matrix is None or len(matrix) < 36:
        return Orientation()
    numbers = tuple(int(number) for number in np.frombuffer(matrix[:36], np.int32))
    return Orientation(numbers) if any(numbers[:2]) and any(numbers[3:5]) else Orientation()
