"""The blur that was measured in a region in; a verdict with a reason out."""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

import numpy as np
from PIL import Image

from dbd_mobile.coarse_to_fine import Look
from dbd_mobile.errors import ArgumentError
from dbd_mobile.focus_picture import scale_of, with_scale
from dbd_mobile.photo import Photo, Pixels, whole_pixels
from dbd_mobile.pyramid import CELL
from dbd_mobile.radius_code import CRISP_PX
from dbd_mobile.result_file import png_of, save_result
from dbd_mobile.strictness import MAX_RADIUS_PX, Strictness, checked_width
from dbd_mobile.verdict import Verdict, lens_blur, verdict_at, viewed

QUANTILE = 0.4
"""Of a region's radii, from small: a region holds some of what is behind its subject, ..."""

SUBJECT_QUANTILE = 0.2
"""... and what the blur map takes for the subject holds more of it."""

MIN_CELLS = 2
"""A region with fewer cells that are measured with confidence is undecidable, ..."""

MIN_SHARE = 0.03
"""... and so is one with a smaller share of them."""

SCORE_WIDTH = 1920
"""The width in pixels that ``score`` is for, unless ``at_width`` says another."""

HALF_SCORE_PX = 4.0
"""The radius of the lens's blur, at that width, that has half the score."""

SCORE_POWER = 2
"""How the score falls with the radius: of blur that cannot be seen, under a pixel, hardly."""

_IS_MOTION = 0.5

# Weights that differ by less than this share are equal: sums of them are rounded, and not alike in
# every language.
_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Focus:
    """Whether a region of a photo is in focus, and how that was found.

    Attributes:
        verdict: "sharp", "soft", "blurred" or "undecidable".
        reason: The verdict and the numbers in a sentence.
        blur_radius_px: Measured radius of the circle of confusion in the photo's own pixels; a
            crisp photo has 1 to 1.5. None if undecidable.
        lens_blur_px: Radius of what lens and motion added, in the photo's own pixels: 0 for a
            crisp photo. None if undecidable.
        sharp_width_px: The largest width, at most the photo's, at which the region looks sharp.
            None if undecidable.
        score: 1 = crisp to 0 = blurred, as seen at a width of ``at_width``, or else of 1920
            pixels, whatever size the photo has. None if undecidable.
        motion: The blur is one of motion rather than of focus.
        confidence: How sure the measurements are that count, 0 to 1: the probability that a radius
            is right to a factor of 1.41. 0 where none counts.
        box_xyxy: Where it looked: the region's bounding box in the photo's pixels.
        found_subject: No region was given: it looked for the subject.
        size_wh: The photo's (width, height) in pixels, upright.
        at_width: The width in pixels at which it was judged; None for the photo's own.
        max_radius_px: Largest radius that it was judged to be sharp by, in pixels as they are
            viewed.
        timings_ms: Milliseconds by stage; two that differ in nothing else are equal.

    Raises:
        ArgumentError: The values do not fit together.
    """

    verdict: Verdict
    reason: str
    blur_radius_px: float | None
    lens_blur_px: float | None
    sharp_width_px: int | None
    score: float | None
    motion: bool
    confidence: float
    box_xyxy: tuple[int, int, int, int]
    found_subject: bool
    size_wh: tuple[int, int]
    at_width: int | None
    max_radius_px: float
    timings_ms: Mapping[str, float] = field(compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.verdict not in get_args(Verdict):
            raise ArgumentError(
                f"verdict is one of {', '.join(get_args(Verdict))}, got {self.verdict!r}."
            )
        numbers = (self.blur_radius_px, self.lens_blur_px, self.sharp_width_px, self.score)
        is_missing = self.verdict == "undecidable"
        if any((number is None) != is_missing for number in numbers):
            raise ArgumentError(
                f"Radius, blur, width and score are None where and only where a photo is "
                f"undecidable, got {numbers} for {self.verdict!r}."
            )
        for name, share in (("score", self.score), ("confidence", self.confidence)):
            if share is not None and not 0 <= share <= 1:
                raise ArgumentError(f"{name} is from 0 to 1, got {share!r}.")
        left, top, right, bottom = self.box_xyxy
        width, height = self.size_wh
        if not (0 <= left < right <= width and 0 <= top < bottom <= height):
            raise ArgumentError(
                f"box_xyxy lies in the photo of {width}x{height}, got {self.box_xyxy}."
            )
        if self.at_width is not None:
            checked_width(self.at_width)
        if not CRISP_PX <= self.max_radius_px < math.inf:
            raise ArgumentError(
                f"max_radius_px is a number from {CRISP_PX}, got {self.max_radius_px!r}."
            )
        object.__setattr__(self, "timings_ms", dict(self.timings_ms))

    def radius_at(self, width: int | None) -> float | None:
        """Give the radius of blur that is seen when the photo is viewed at a width.

        Args:
            width: In pixels; None for the photo's own.

        Returns:
            In pixels as they are viewed, 1.3 = crisp; None if undecidable.
        """
        if self.lens_blur_px is None:
            return None
        return viewed(self.lens_blur_px, self.size_wh[0], width)

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as what JSON can hold."""
        values = asdict(self)
        return {**values, "box_xyxy": list(self.box_xyxy), "size_wh": list(self.size_wh)}

    def to_json(self) -> str:
        """Give :meth:`to_dict` as JSON, on one line."""
        return json.dumps(self.to_dict())

    def to_image(self) -> Image.Image:
        """Show the verdict and where the radius is on a scale, without the photo.

        Returns:
            PIL image of mode "RGB", 640 pixels wide.
        """
        return scale_of(self)

    def overlay(self, photo: Photo | Pixels) -> Image.Image:
        """Outline where it looked; :meth:`RadiusMap.picture` also shows the blur around that.

        Args:
            photo: The photo that was judged, in any form that ``judge`` takes.

        Returns:
            PIL image of mode "RGB": the photo with the region's box outlined, above
            :meth:`to_image`'s scale. It is as wide as the photo, 320 pixels at least.

        Raises:
            ImageError: The photo cannot be read, or has another size than the one that was judged.
        """
        image = whole_pixels(photo, size_wh=self.size_wh).to_image().copy()
        return with_scale(image, self, max_radius_px=self.max_radius_px, is_hatched=False)

    def save(self, path: str | os.PathLike[str], *, photo: Photo | Pixels | None = None) -> None:
        """Write it to a file, what of it by the path's ending; a file that is there is replaced.

        ``.json`` is :meth:`to_dict`. ``.png`` is :meth:`to_image`; with a photo ``.png`` and
        ``.jpg`` or ``.jpeg`` are its :meth:`overlay`, with the photo's EXIF and colour profile.

        Args:
            path: The file.
            photo: The photo that was judged, for a picture of it.

        Raises:
            ArgumentError: The path ends otherwise, or in ``.jpg`` without a photo.
            ImageError: The photo cannot be read, or has another size than the one that was judged.
            InputError: The file cannot be written.
        """
        save_result(self, path, photo=photo)

    def show(self, photo: Photo | Pixels | None = None) -> None:
        """Open :meth:`to_image`, or with a photo its :meth:`overlay`, in the system's viewer.

        Raises:
            ImageError: The photo cannot be read, or has another size than the one that was judged.
        """
        (self.to_image() if photo is None else self.overlay(photo)).show()

    def _repr_png_(self) -> bytes:
        """Be a picture in a notebook."""
        return png_of(self.to_image())


@dataclass(frozen=True, kw_only=True)
class Statistic:
    """What a region's cells come to.

    Attributes:
        radius_px: Measured radius in pixels of what was looked at; None if too little is known.
        motion: Most of what is blurred is blurred by motion.
        confidence: Mean confidence of the cells that count, 0 where none does.
        cells: Cells that the region has.
    """

    radius_px: float | None
    motion: bool
    confidence: float
    cells: int


def statistic_of(look: Look, *, cells: int, quantile: float) -> Statistic:
    """Sum up a look at a region.

    Args:
        look: What was found.
        cells: Cells that the region has.
        quantile: :data:`QUANTILE` or :data:`SUBJECT_QUANTILE`.

    Returns:
        The radius that this share of the region, among what is known of it, falls below.
    """
    measured = look.measured
    counts = measured.is_sure & (look.weight > 0)
    weight = look.weight[counts]
    known = float(weight.sum())
    least = MIN_SHARE * float(look.weight.sum()) * (1 - _ROUNDING)
    if len(weight) < MIN_CELLS or known < least:
        confidence = float(np.average(measured.confidence[counts], weights=weight)) if known else 0
        return Statistic(radius_px=None, motion=False, confidence=confidence, cells=cells)
    radii = measured.radius_px[counts]
    order = np.argsort(radii, kind="stable")
    enough = quantile * known * (1 - _ROUNDING)
    place = int(np.searchsorted(np.cumsum(weight[order]), enough))
    radius_px = float(radii[order][min(place, len(order) - 1)])
    blurred = radii > MAX_RADIUS_PX
    moved = float(weight[blurred & (measured.motion[counts] > _IS_MOTION)].sum())
    half = float(weight[blurred].sum()) / 2 * (1 + _ROUNDING)
    return Statistic(
        radius_px=radius_px,
        motion=radius_px > MAX_RADIUS_PX and moved > half,
        confidence=float(np.average(measured.confidence[counts], weights=weight)),
        cells=cells,
    )


def is_crisp(look: Look, share: float) -> bool:
    """Say whether so large a share of what was looked at, known or not, is crisp for certain."""
    measured = look.measured
    crisp = (look.weight > 0) & measured.is_sure & (measured.radius_px <= MAX_RADIUS_PX)
    enough = share * float(look.weight.sum())
    return bool(np.count_nonzero(crisp) >= MIN_CELLS and look.weight[crisp].sum() >= enough)


def focus_of(
    statistic: Statistic,
    *,
    strictness: Strictness,
    at_width: int | None,
    decoded_width: int,
    where: str,
    remark: str,
    box_xyxy: tuple[int, int, int, int],
    found_subject: bool,
    size_wh: tuple[int, int],
    timings_ms: Mapping[str, float],
) -> Focus:
    """Judge what a region's cells come to.

    Args:
        statistic: What they come to.
        strictness: What counts as sharp.
        at_width: Width in pixels that the photo is viewed at; None for its own.
        decoded_width: Width in pixels of what was looked at, at most the photo's.
        where: What to call the region, e.g. "box".
        remark: What the reason starts with, or "".
        box_xyxy: The region's bounding box.
        found_subject: No region was given.
        size_wh: The photo's (width, height).
        timings_ms: Milliseconds by stage.
    """
    width = size_wh[0]
    reduced = width / decoded_width
    if statistic.radius_px is None:
        if statistic.cells < MIN_CELLS:
            side = math.ceil(2 * CELL * reduced)
            said = f"the {where} is too small to judge: take one of {side} pixels a side or more"
        else:
            said = f"no texture in the {where} that could be sharp or not"
        return Focus(
            verdict="undecidable",
            reason=remark + said,
            blur_radius_px=None,
            lens_blur_px=None,
            sharp_width_px=None,
            score=None,
            motion=False,
            confidence=statistic.confidence,
            box_xyxy=box_xyxy,
            found_subject=found_subject,
            size_wh=size_wh,
            at_width=at_width,
            max_radius_px=strictness.max_radius_px,
            timings_ms=timings_ms,
        )
    added = lens_blur(statistic.radius_px) * reduced
    verdict = verdict_at(viewed(added, width, at_width), strictness.max_radius_px)
    most = lens_blur(strictness.max_radius_px)
    # Of a photo that was decoded at a fraction of its size no more than that is known.
    sharp_width = min(decoded_width, width * most / added) if added else decoded_width
    score_blur = added * (at_width or SCORE_WIDTH) / width
    at_full: Verdict | None = verdict_at(viewed(added, width, None), strictness.max_radius_px)
    radius_px = statistic.radius_px
    if decoded_width < width:
        # What is crisp in a reduced photo may be blurred by up to a pixel of that.
        radius_px = max(viewed(added, width, None), CRISP_PX * reduced)
        at_full = None if at_full == "sharp" else at_full
    return Focus(
        verdict=verdict,
        reason=remark + _reason(verdict, at_full, at_width, radius_px, statistic.motion),
        blur_radius_px=radius_px,
        lens_blur_px=added,
        sharp_width_px=max(int(sharp_width), 1),
        score=1 / (1 + (score_blur / HALF_SCORE_PX) ** SCORE_POWER),
        motion=statistic.motion,
        confidence=min(statistic.confidence, 1.0),
        box_xyxy=box_xyxy,
        found_subject=found_subject,
        size_wh=size_wh,
        at_width=at_width,
        max_radius_px=strictness.max_radius_px,
        timings_ms=timings_ms,
    )


def _reason(
    verdict: Verdict, at_full: Verdict | None, at_width: int | None, radius_px: float, motion: bool
) -> str:
    """Say it in a sentence; ``at_full`` is None where it is not known."""
    by_motion = " by motion" if motion else ""
    # Of a photo that was decoded at a fraction of its size no less can be said.
    at_most = " at most" if verdict == "sharp" and at_full is None else ""
    radius = f"blur radius {radius_px:.1f} px{at_most}"
    if at_width is None:
        said = verdict if verdict == "sharp" else f"{verdict}{by_motion}"
        return f"{said} at 100 %: {radius}"
    if verdict == "sharp":
        at_100 = f", {at_full}{by_motion} at 100 %"
        if at_full in ("sharp", None):
            at_100 = " and at 100 %" if at_full else ""
        return f"sharp to the eye at {at_width} pixels{at_100}: {radius}"
    return f"{verdict}{by_motion} at {at_width} pixels: {radius}"
