"""What the three channels of the ``detail`` network's output stand for, each a number in [0, 1].

``radius``: log2 of the radius of the circle of confusion in pixels, from -0.5 to 4.5. It is 1
where pixels are as sharp as pixels can be; a camera's own blur r0 and the lens's r add up as
``sqrt(r0 ** 2 + r ** 2)``. ``spread``: log2 of the standard deviation of that logarithm, from -5
to 1. ``motion``: probability that the blur is one of motion.

In a file of 8 bit the code k, 0 to 255, is the number k / 256. The tables say what each stands for.
"""

import math

import numpy as np
from numpy.typing import NDArray

LOG2_RADIUS = (-0.5, 4.5)
"""What 0 and 1 of the first channel mean."""

LOG2_SPREAD = (-5.0, 1.0)
"""What 0 and 1 of the second channel mean."""

CRISP_PX = 1.3
"""What a crisp photo measures, whatever its size: so much do cameras blur their own pixels."""

TOLERANCE = 0.5
"""A radius counts as right where its log2 is off by no more than this: a factor of 1.41."""

_CODES = 256


def _table(values: list[float]) -> NDArray[np.float32]:
    table = np.array(values, np.float32)
    table.flags.writeable = False
    return table


def _between(ends: tuple[float, float], code: int) -> float:
    return ends[0] + (ends[1] - ends[0]) * code / _CODES


def _confidence(code: int) -> float:
    spread: float = 2.0 ** _between(LOG2_SPREAD, code)
    return math.erf(TOLERANCE / (spread * math.sqrt(2)))


RADIUS_PX = _table([2.0 ** _between(LOG2_RADIUS, code) for code in range(_CODES)])
"""(256,) float32: the radius in pixels that each code of the first channel stands for."""

CONFIDENCE = _table([_confidence(code) for code in range(_CODES)])
"""(256,) float32: by code of the second channel, the probability that the radius is right."""

MOTION = _table([code / _CODES for code in range(_CODES)])
"""(256,) float32: by code of the third channel, the probability that the blur is one of motion."""


def to_codes(output: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.uint8]:
    """Give a network's output as codes: uint8 as it is, float32 in [0, 1] as the nearest ones."""
    if output.dtype == np.uint8:
        return output.astype(np.uint8, copy=False)
    codes: NDArray[np.uint8] = np.clip(np.rint(output * _CODES), 0, _CODES - 1).astype(np.uint8)
    return codes
