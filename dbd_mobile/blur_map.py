"""A network's raw output for one photo in; blur probability, mask, scores and pictures out."""

import json
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from PIL import Image

from dbd_mobile.errors import ArgumentError
from dbd_mobile.focus import Focus
from dbd_mobile.outlines import polygons_above_zero
from dbd_mobile.photo import Photo, Pixels, whole_pixels
from dbd_mobile.quantization import Quantization
from dbd_mobile.regions import Box, clip_box, grid_box
from dbd_mobile.result_file import png_of, save_result
from dbd_mobile.strictness import Strictness
from dbd_mobile.subject import focus_grid, subjects
from dbd_mobile.timing import StageTimer

# From this probability on a pixel counts as blurred, unless a caller says otherwise.
BLUR_THRESHOLD = 0.5

_Part: TypeAlias = Literal["blurred", "sharp"]

# The longer side in pixels of the picture in a notebook.
_NOTEBOOK_PX = 640
# How far above the threshold a probability that equals it lies: what equals it is blurred.
_HAIR = 1e-7

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
    BILINEAR, and is then kept. ``numpy.asarray(blur_map)`` is :attr:`probability`, and libraries
    that take DLPack, ``torch.from_dlpack(blur_map)`` for one, get a copy of it. Two maps are equal
    if they hold the same of a photo of the same size, however long that took. Pickled, a map
    forgets its detector and what can be computed again.

    Where a method asks for the photo again and that is an array in another order than RGB, give it
    ``load_pixels(array, channels="BGR")``, which is not a copy.

    Args:
        raw: (h, w) uint8 or float32, the model's output at the model's own size. It is copied where
            it can be written to.
        size_wh: The photo's (width, height) in pixels, upright.
        quantization: What a uint8 ``raw`` means; None for float32.
        timings_ms: Milliseconds of the stages so far, by name.
        judge: What :meth:`judge` asks: the method of that name of the detector that made the map.

    Raises:
        ArgumentError: The values do not fit together, or are not probabilities.

    Examples:
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
        self._raw = _read_only(raw.copy() if raw.flags.writeable else raw)
        self._size_wh = int(size_wh[0]), int(size_wh[1])
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

    def __dlpack__(
        self,
        *,
        stream: object = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        """Give a copy of :attr:`probability` to who takes DLPack: the map itself is read-only."""
        if copy is False:
            raise BufferError("A BlurMap is read-only: by DLPack it has to be copied.")
        if dl_device not in (None, self.__dlpack_device__()):
            raise BufferError(f"A BlurMap is in the processor's memory, not on {dl_device}.")
        return self.probability.copy().__dlpack__()

    def __dlpack_device__(self) -> tuple[int, int]:
        """Say that it is in the processor's memory."""
        # DLPack's number of a processor, and which one.
        return 1, 0

    def mask(self, threshold: float = BLUR_THRESHOLD) -> NDArray[np.bool_]:
        """Say which pixels are blurred.

        Args:
            threshold: Probability from which on a pixel counts as blurred, 0 to 1.

        Returns:
            (H, W) bool at the photo's size, True = blurred: ``probability >= threshold``.

        Raises:
            ArgumentError: ``threshold`` is not a number from 0 to 1.
        """
        return self._is_blurred(np.asarray(self._full), _checked(threshold))

    def polygons(
        self, part: Literal["blurred", "sharp"] = "blurred", *, threshold: float = BLUR_THRESHOLD
    ) -> list[dict[str, Any]]:
        """Outline what is blurred, or what is not.

        From the model's own map, whose probability changes evenly from one place to the next: the
        outlines are those of :meth:`mask` to within a pixel of it or so, as few numbers.

        Args:
            part: "blurred", or "sharp" for all that is not.
            threshold: Probability from which on a place counts as blurred, 0 to 1.

        Returns:
            Geometries of GeoJSON, ``{"type": "Polygon", "coordinates": [outer, hole, ...]}``, the
            one with the largest outer ring first; each ring is a list of [x, y] in the photo's
            pixels, (0, 0) being the upper left corner of the first pixel, and ends where it starts.
            Outer rings turn to the right on the screen, holes to the left.

        Raises:
            ArgumentError: ``part`` or ``threshold`` is not as said above.

        Examples:
            >>> raw = np.array([[0, 255]], np.uint8)
            >>> blur_map = BlurMap(
            ...     raw, size_wh=(4, 2), quantization=Quantization(scale=1 / 255, zero_point=0)
            ... )
            >>> blur_map.polygons()[0]["coordinates"]
            [[[2.0, 0.0], [4.0, 0.0], [4.0, 2.0], [2.0, 2.0], [2.0, 0.0]]]
        """
        if part not in get_args(_Part):
            raise ArgumentError(f"part is 'blurred' or 'sharp', got {part!r}.")
        level = _checked(threshold)
        if self._quantization is None:
            heights = self._raw.astype(np.float64) - level
        else:
            # The 8-bit map at the photo's size is rounded: half a step under the first that is
            # blurred is blurred.
            heights = self._raw.astype(np.float64) - (self._first_level(level) - 0.5)
        heights += _HAIR
        return polygons_above_zero(heights if part == "blurred" else -heights, self._size_wh)

    def crop(self, box_xyxy: Box) -> "BlurMap":
        """Cut out the map of a box of the photo: the map for that part as a photo of its own.

        Args:
            box_xyxy: As for :meth:`sharpness`.

        Returns:
            A map whose :attr:`probability` is that part of this map's, an 8-bit one to two of its
            steps. Its scores are of exactly these pixels.

        Raises:
            ArgumentError: The box is empty or wholly outside the photo.
        """
        left, top, right, bottom = clip_box(box_xyxy, self._size_wh)
        rows, columns = self._raw.shape
        across, down = columns / self._size_wh[0], rows / self._size_wh[1]
        # Only this part is brought to the photo's size.
        part = Image.fromarray(self._raw).resize(
            (right - left, bottom - top),
            Image.Resampling.BILINEAR,
            box=(
                left * across,
                top * down,
                min(right * across, columns),
                min(bottom * down, rows),
            ),
        )
        return BlurMap(
            np.asarray(part),
            size_wh=part.size,
            quantization=self._quantization,
            judge=self._judge,
        )

    @cached_property
    def blurred_fraction(self) -> float:
        """Share of the photo with a probability of 0.5 or more, 0 to 1.

        Taken from the model's own map, as :meth:`sharpness` is: ``mask().mean()``, which makes the
        map at the photo's size, differs by .0007 on average.
        """
        is_blurred = self._is_blurred(self._raw, BLUR_THRESHOLD)
        return int(np.count_nonzero(is_blurred)) / is_blurred.size

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

        Examples:
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

    def focus_peaking(self, photo: Photo | Pixels, *, contrast: int = 48) -> Image.Image:
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

    def to_dict(self) -> dict[str, Any]:
        """Give sizes, scores and timings as what JSON can hold; the map itself is not among them.

        Returns:
            ``width`` and ``height`` of the photo, :attr:`blurred_fraction` and the ``threshold``
            that it is for, :meth:`sharpness`, :meth:`is_in_focus`, :attr:`subject_box_xyxy` and
            :attr:`timings_ms`, all from the model's own map.
        """
        box = self.subject_box_xyxy
        return {
            "width": self._size_wh[0],
            "height": self._size_wh[1],
            "blurred_fraction": self.blurred_fraction,
            "threshold": BLUR_THRESHOLD,
            "sharpness": self.sharpness(),
            "is_in_focus": self.is_in_focus(),
            "subject_box_xyxy": None if box is None else list(box),
            "timings_ms": self.timings_ms,
        }

    def to_json(self) -> str:
        """Give :meth:`to_dict` as JSON, on one line."""
        return json.dumps(self.to_dict())

    def save(self, path: str | os.PathLike[str], *, photo: Photo | Pixels | None = None) -> None:
        """Write it to a file, what of it by the path's ending; a file that is there is replaced.

        ``.json`` is :meth:`to_dict`. ``.png`` is :meth:`to_image`, from which the map can be read
        again; with a photo ``.png`` and ``.jpg`` or ``.jpeg`` are its :meth:`overlay`, with the
        photo's EXIF and colour profile.

        Args:
            path: The file.
            photo: The photo that the map was made from, for an overlay.

        Raises:
            ArgumentError: The path ends otherwise, or in ``.jpg`` without a photo.
            ImageError: The photo cannot be read, or has another size than the map.
            InputError: The file cannot be written.
        """
        save_result(self, path, photo=photo)

    def show(self, photo: Photo | Pixels | None = None) -> None:
        """Open :meth:`to_image`, or with a photo its :meth:`overlay`, in the system's viewer.

        Raises:
            ImageError: The photo cannot be read, or has another size than the map.
        """
        (self.to_image() if photo is None else self.overlay(photo)).show()

    def _repr_png_(self) -> bytes:
        """Be a picture in a notebook, of 640 pixels at most, from the model's own map."""
        shrunk = min(1.0, _NOTEBOOK_PX / max(self._size_wh))
        width, height = (max(1, round(shrunk * side)) for side in self._size_wh)
        levels = Image.fromarray(_scaled(self.model_probability, 255))
        return png_of(levels.resize((width, height), Image.Resampling.BILINEAR))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BlurMap):
            return NotImplemented
        return (
            self._size_wh == other._size_wh
            and self._quantization == other._quantization
            and self._raw.dtype == other._raw.dtype
            and np.array_equal(self._raw, other._raw)
        )

    def __hash__(self) -> int:
        return hash((self._size_wh, self._quantization, self._raw.tobytes()))

    def __getstate__(self) -> dict[str, Any]:
        # A map at the photo's size is a hundred times the model's.
        return {
            "raw": self._raw,
            "size_wh": self._size_wh,
            "quantization": self._quantization,
            "timings_ms": self.timings_ms,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Without its detector: that stays in its process.
        BlurMap.__init__(self, **state)

    def __repr__(self) -> str:
        # Of the model's own map: looking at a map must not compute the one at the photo's size.
        height, width = self._raw.shape
        return (
            f"BlurMap(size_wh={self.size_wh}, model_wh={(width, height)}, "
            f"sharpness={self.sharpness():.3f})"
        )

    def _is_blurred(self, values: NDArray[Any], threshold: float) -> NDArray[np.bool_]:
        """Compare values of the raw map, at any size, with a probability."""
        # The levels rise, so comparing an 8-bit map with one of them spares the float map.
        is_float = self._quantization is None
        first = np.float32(threshold) if is_float else self._first_level(threshold)
        blurred: NDArray[np.bool_] = values >= first
        return blurred

    def _first_level(self, threshold: float) -> int:
        """The first of the 256 that means so high a probability; 256 if none does."""
        return int(np.count_nonzero(self._levels < np.float32(threshold)))

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


def _checked(threshold: float) -> float:
    if not 0 <= threshold <= 1:
        raise ArgumentError(f"threshold is a number from 0 to 1, got {threshold!r}.")
    return threshold


def _scaled(probability: NDArray[np.float32], top: int) -> NDArray[np.uint8]:
    steps: NDArray[np.uint8] = np.rint(np.clip(probability, 0, 1) * top).astype(np.uint8)
    return steps


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array
