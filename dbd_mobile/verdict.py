"""One measured radius of blur in; as it is seen at a width, and whether that is sharp, out."""

import math
from typing import Literal, TypeAlias

from dbd_mobile.radius_code import CRISP_PX

Verdict: TypeAlias = Literal["sharp", "soft", "blurred", "undecidable"]
"""Sharp enough; up to twice the radius that is; more than that; nothing there to judge by."""

SOFT_FACTOR = 2.0
"""What is not sharp is soft up to so many times the largest sharp radius."""


def lens_blur(radius_px: float) -> float:
    """Give what the lens added to a measured radius, in the same pixels; 0 for a crisp one."""
    return math.sqrt(max(radius_px**2 - CRISP_PX**2, 0))


def verdict_on(
    radius_px: float, *, width: int, at_width: int | None, max_radius_px: float
) -> Verdict:
    """Judge one measured radius.

    Args:
        radius_px: In the photo's own pixels.
        width: The photo's width in pixels.
        at_width: Width in pixels that it is viewed at; None for its own.
        max_radius_px: Largest radius that is sharp, in pixels as they are viewed.
    """
    return verdict_at(viewed(lens_blur(radius_px), width, at_width), max_radius_px)


def viewed(lens_blur_px: float, width: int, at_width: int | None) -> float:
    """Give the radius that is seen of what the lens added, in a photo that is viewed at a width."""
    return math.hypot(CRISP_PX, lens_blur_px * (at_width or width) / width)


def verdict_at(radius_px: float, max_radius_px: float) -> Verdict:
    """Judge a radius as it is seen."""
    if radius_px <= max_radius_px:
        return "sharp"
    return "soft" if radius_px <= SOFT_FACTOR * max_radius_px else "blurred"
