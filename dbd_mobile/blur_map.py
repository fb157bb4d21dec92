"""A network's raw output for one photo in; blur probability, mask, scores and pictures out."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from PIL import Image

from dbd_mobile.errors import ArgumentError
from dbd_mobile.focus import Focus
from dbd_mobile.photo import Photo, Pixels, whole_pixels
from dbd_mobile.quantization import Quantization
from dbd_mobile.regions import Box, clip_box, grid_box
from dbd_mobile.strictness import Strictness
from dbd_mobile.subject import focus_grid, subjects
from dbd_mobile.timing import StageTimer

# From this probability on a pixel counts as blurred, unless a caller says otherwise.
BLUR_THRESHOLD = 0.5

_OVERLAY_COLOR = (255, 48, 0)
# The highest opacity, of 255.
_OVERLAY_STEPS = 153
_PEAKING_COLOR = (0, 230, 118)
# Red, green and blue in 256ths of the brightness.
_LUMA = (77, 150, 29)
# A probability may leave 0..1 by this much through the rounding of a quantised model.
_RANGE_TOLERANCE = 0.01


class BlurMap:
    """How likely each pixel of one photo is to be out of focus: 1 = blurred, 0 = in focus.

    Made by :meth:`BlurDetector.detect <dbd_mobile.BlurDetector.detect>`. Of a photo whose longer
    side is more than twice the shorter it is joined from several outputs. Everything at the
    photo's own size is computed on first use, from the model's output brought to that size with
    BILINEAR, and is then kept. ``numpy.asarray(blur_map)`` is :attr:`probability`.

    Args:
        raw: (h, w) uint8 or float32, the model's output at the model's own size.
        size_wh: The photo's (width, height) in pixels, upright.
        quantization: What a uint8 ``raw`` means; None for float32.
        timings_ms: Milliseconds of the stages so far, by name.
        judge: What :meth:`judge` asks: the method of that name of the detector that made the map.

    Raises:
        ArgumentError: The values do not fit together, or are not probabilities.

    Example:
        >>> raw = np.array([[0, 255]], np.uint8)
        >>> blur_map = BlurMap(
        ...     raw, size_wh=(4, 2), quantization=Quantization(scale=1 / 256, zero_point=0)
        ... )
        >>> blur_map
        BlurMap(size_wh=(4, 2), model_wh=(2, 1), sharpness=0.502)
        >>> blur_map.mask()[0].tolist()
        [False, False, True, True]
    """

    def __init__(
        self,
        raw: NDArray[np.uint8] | NDArray[np.float32],
        *,
        size_wh: tuple[int, int],
        quantization: Quantization | None = None,
        timings_ms: Mapping[str, float] | None = None,
        judge: Callable[..., Focus] | None = None,
    ) -> None:
        if raw.ndim != 2 or not raw.size or raw.dtype not in (np.uint8, np.float32):
            raise ArgumentError(
                f"A raw blur map is (h, w) uint8 or float32, got {raw.shape} {raw.dtype}."
            )
        if (raw.dtype == np.uint8) != (quantization is not None):
            raise ArgumentError(
                "A uint8 blur map needs its quantization and a float32 one has none, "
                f"got {raw.dtype} with {quantization}."
            )
        if min(size_wh) < 1:
            raise ArgumentError(f"A photo's size is at least 1x1, got {size_wh}.")
        self._raw = raw
        self._size_wh = size_wh
        self._quantization = quantization
        self._timer = StageTimer(timings_ms)
        self._judge = judge
        levels = self._levels if quantization is not None else raw
        low, high = float(levels.min()), float(levels.max())
        if not (low >= -_RANGE_TOLERANCE and high <= 1 + _RANGE_TOLERANCE):
            raise ArgumentError(
                f"A blur map holds probabilities from 0 to 1, got values from {low:g} to {high:g}."
            )

    @property
    def size_wh(self) -> tuple[int, int]:
        """The photo's (width, height) in pixels, upright."""
        return self._size_wh

    @property
    def timings_ms(self) -> dict[str, float]:
        """Milliseconds by stage: a copy.

        ``decode``, ``preprocess`` and ``invoke`` by the detector, then, once they are computed,
        ``dequantise`` (:attr:`model_probability`), ``upscale`` (the map at the photo's size) and
        ``probability`` (that map as float32).
        """
        return self._timer.ms

    @cached_property
    def model_probability(self) -> NDArray[np.float32]:
        """(h, w) float32 in 0..1 at the model's own output size, read-only."""
        with self._timer.stage("dequantise"):
            return _read_only(self._dequantised(self._raw))

    @cached_property
    def probability(self) -> NDArray[np.float32]:
        """(H, W) float32 in 0..1 at the photo's size, 1 = blurred, read-only."""
        full = self._full
        with self._timer.stage("probability"):
            return _read_only(self._dequantised(np.asarray(full)))

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """Give :attr:`probability` to numpy, converted and copied as numpy 2 asks."""
        if copy is False and dtype is not None and np.dtype(dtype) != np.float32:
            raise ValueError(f"A BlurMap is float32: as {np.dtype(dtype)} it has to be copied.")
        return self.probability.astype(dtype or np.float32, copy=bool(copy))

    def mask(self, threshold: float = BLUR_THRESHOLD) -> NDArray[np.bool_]:
        """Say which pixels are blurred.

        Args:
            threshold: Probability from which on a pixel counts as blurred, 0 to 1.

        Returns:
            (H, W) bool at the photo's size, True = blurred: ``probability >= threshold``.

        Raises:
            ArgumentError: ``threshold`` is not a number from 0 to 1.
        """
        if not 0 <= threshold <= 1:
            raise ArgumentError(f"threshold is a number from 0 to 1, got {threshold!r}.")
        mask: NDArray[np.bool_]
        if self._quantization is None:
            mask = self.probability >= np.float32(threshold)
        else:
            # The levels rise, so comparing the 8-bit map with one of them spares the float map.
            first = int(np.count_nonzero(self._levels < np.float32(threshold)))
            mask = np.asarray(self._full) >= first
        return mask

    @cached_property
    def blurred_fraction(self) -> float:
        """Share of the photo's pixels with probability >= 0.5, 0 to 1: ``mask().mean()``."""
        return float(self.mask().mean())

    def sharpness(self, box_xyxy: Box | None = None) -> float:
        """Say how sharp a box of the photo is, or the whole photo.

        Taken from the model's own map, before it is brought to the photo's size, so that every
        device that shows the same map gives the same number.

        Args:
            box_xyxy: (left, top, right, bottom) in the photo's pixels, right and bottom exclusive;
                it is cut to whole pixels and to the photo. None for the whole photo.

        Returns:
            The mean, over the places of the model's map that the box touches, of the probability
            of being in focus: 0 = all blurred to 1 = all in focus.

        Raises:
            ArgumentError: The box is empty or wholly outside the photo.

        Example:
            >>> raw = np.array([[0, 128]], np.uint8)
            >>> blur_map = BlurMap(
            ...     raw, size_wh=(4, 2), quantization=Quantization(scale=1 / 256, zero_point=0)
            ... )
            >>> blur_map.sharpness((0, 0, 2, 2)), blur_map.sharpness((2, 0, 4, 2))
            (1.0, 0.5)
        """
        width, height = self._size_wh
        whole = (0, 0, width, height)
        left, top, right, bottom = whole if box_xyxy is None else clip_box(box_xyxy, self._size_wh)
        rows, columns = self._raw.shape
        part = self._raw[
            top * rows // height : -(-bottom * rows // height),
            left * columns // width : -(-right * columns // width),
        ]
        if self._quantization is None:
            blurred = float(part.mean(dtype=np.float64))
        else:
            mean = int(part.sum(dtype=np.int64)) / part.size
            blurred = (mean - self._quantization.zero_point) * self._quantization.scale
        return 1 - min(max(blurred, 0.0), 1.0)

    def is_in_focus(self, box_xyxy: Box | None = None) -> bool:
        """Say whether a box of the photo, or its subject, is in focus.

        Take the box within the subject: background in its corners counts too.

        Args:
            box_xyxy: As for :meth:`sharpness`; None for the subject that the map shows.

        Returns:
            ``sharpness(box_xyxy) >= 0.5``; without a box, whether there is a part in focus that
            can be the subject, as :attr:`subject_box_xyxy` says.

        Raises:
            ArgumentError: The box is empty or wholly outside the photo.
        """
        if box_xyxy is None:
            return self.subject_box_xyxy is not None
        return self.sharpness(box_xyxy) >= 1 - BLUR_THRESHOLD

    def is_mostly_in_focus(self) -> bool:
        """Say whether more of the photo, background and all, is in focus than not.

        Returns:
            ``sharpness() >= 0.5``.
        """
        return self.sharpness() >= 1 - BLUR_THRESHOLD

    @cached_property
    def subject_box_xyxy(self) -> tuple[int, int, int, int] | None:
        """Where the subject is, (left, top, right, bottom) in the photo's pixels.

        The box around what is in focus, hangs together and is near the middle; None where nothing
        is in focus. From the map alone, in squares of a fortieth of the photo.
        """
        found = subjects(focus_grid(self.model_probability), self._size_wh)
        return grid_box(found[0], self._size_wh) if found else None

    def judge(
        self,
        photo: Photo | Pixels,
        box_xyxy: Box | None = None,
        *,
        polygon: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        points: ArrayLike | None = None,
        at_width: int | None = None,
        strictness: str | Strictness = "pixel",
    ) -> Focus:
        """Say how sharp the subject, or a region, of the photo is, at its own pixels.

        Spares :meth:`BlurDetector.judge <dbd_mobile.BlurDetector.judge>`, which see, the map.

        Args:
            photo: The photo that the map was made from.
            box_xyxy: As there; so are ``polygon``, ``mask``, ``points``, ``at_width`` and
                ``strictness``.
            polygon: As there.
            mask: As there.
            points: As there.
            at_width: As there.
            strictness: As there.

        Raises:
            DBDError: As there.
            ArgumentError: The map was made by hand, so there is no detector to ask.
        """
        if self._judge is None:
            raise ArgumentError(
                "This map was not made by a detector: call "
                "BlurDetector().judge(photo, blur_map=blur_map)."
            )
        return self._judge(
            photo,
            box_xyxy,
            polygon=polygon,
            mask=mask,
            points=points,
            at_width=at_width,
            strictness=strictness,
            blur_map=self,
        )

    def to_image(self) -> Image.Image:
        """Give the map as a picture.

        Returns:
            PIL image of mode "L" at the photo's size: 255 x probability, 255 = blurred.
        """
        return self._in_steps_of(255)

    def heat_map(self) -> Image.Image:
        """Give the map as a picture to lay over the photo; :meth:`overlay` is the two together.

        Returns:
            PIL image of mode "RGBA" at the photo's size, not premultiplied: clear where in focus,
            the redder the more likely blurred.
        """
        image = Image.new("RGBA", self.size_wh, (*_OVERLAY_COLOR, 0))
        image.putalpha(self._in_steps_of(_OVERLAY_STEPS))
        return image

    def overlay(self, photo: Photo | Pixels) -> Image.Image:
        """Tint what is blurred, for a look at the result.

        Args:
            photo: The photo that the map was made from, in any form that ``detect`` takes.

        Returns:
            PIL image of mode "RGB" at the photo's size: in focus as it was, the more likely
            blurred the redder.

        Raises:
            ImageError: The photo cannot be read, or has another size than the map.
        """
        pixels = whole_pixels(photo, size_wh=self.size_wh)
        image = pixels.to_image()
        if photo is image or photo is pixels:
            image = image.copy()
        image.paste(_OVERLAY_COLOR, mask=self._in_steps_of(_OVERLAY_STEPS))
        return image

    def focus_peaking(self, photo: Photo, *, contrast: int = 48) -> Image.Image:
        """Mark the edges that are in focus, to lay over the photo.

        Args:
            photo: The photo that the map was made from, in any form that ``detect`` takes.
            contrast: Smallest difference in brightness, of 255, between the left and the right
                neighbour plus between the upper and the lower one, that counts as an edge: 1 to
                510.

        Returns:
            PIL image of mode "RGBA" at the photo's size: green where the probability of blur is
            under 0.5 and the photo has an edge, clear elsewhere.

        Raises:
            ArgumentError: ``contrast`` is out of range.
            ImageError: The photo cannot be read, or has another size than the map.
        """
        if not (hasattr(contrast, "__index__") and 1 <= contrast <= 510):
            raise ArgumentError(f"contrast is a whole number from 1 to 510, got {contrast!r}.")
        rgb = np.asarray(whole_pixels(photo, size_wh=self.size_wh).rgb)
        luma = (rgb @ np.array(_LUMA, np.int32)) >> 8
        # At the photo's edge a missing neighbour is the pixel itself.
        padded = np.pad(luma, 1, mode="edge")
        difference = np.abs(padded[1:-1, 2:] - padded[1:-1, :-2])
        difference += np.abs(padded[2:, 1:-1] - padded[:-2, 1:-1])
        marks = np.zeros((*luma.shape, 4), np.uint8)
        marks[(difference >= contrast) & ~self.mask()] = (*_PEAKING_COLOR, 255)
        return Image.fromarray(marks)

    def __getstate__(self) -> dict[str, Any]:
        # A detector has locks and an interpreter, which stay in their process.
        return {**self.__dict__, "_judge": None}

    def __repr__(self) -> str:
        # Of the model's own map: looking at a map must not compute the one at the photo's size.
        height, width = self._raw.shape
        return (
            f"BlurMap(size_wh={self.size_wh}, model_wh={(width, height)}, "
            f"sharpness={self.sharpness():.3f})"
        )

    @property
    def _levels(self) -> NDArray[np.float32]:
        """(256,) float32: what each uint8 value means, rising."""
        return self._dequantised(np.arange(256, dtype=np.uint8))

    def _dequantised(self, values: NDArray[Any]) -> NDArray[np.float32]:
        if self._quantization is None:
            return values
        return self._quantization.dequantise(values)

    @cached_property
    def _full(self) -> Image.Image:
        """The raw map at the photo's size, mode "L" or "F".

        Resized before it is dequantised: a quarter of the memory and less time, and the result
        is rounded to the steps that the model has anyway.
        """
        with self._timer.stage("upscale"):
            return Image.fromarray(self._raw).resize(self.size_wh, Image.Resampling.BILINEAR)

    def _in_steps_of(self, top: int) -> Image.Image:
        """The map at the photo's size, mode "L", 0..``top`` for probability 0..1."""
        if self._quantization is None:
            return Image.fromarray(_scaled(self.probability, top))
        return self._full.point(_scaled(self._levels, top).tolist())


def _scaled(probability: NDArray[np.float32], top: int) -> NDArray[np.uint8]:
    steps: NDArray[np.uint8] = np.rint(np.clip(probability, 0, 1) * top).astype(np.uint8)
    return steps


def _read_only(array: NDArray[np.float32]) -> NDArray[np.float32]:
    array.flags.writeable = False
    return array
