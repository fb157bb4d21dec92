"""Crisp camera photos in; tiles whose blur is known in pixels out, as a camera would write them.

What ``networks.detail`` learns from; no mask is needed. A tile is blurred in linear light by a
disc, a polygon, a Gaussian or a path of motion, then goes through what cameras do after the lens:
mosaic, noise, denoising, sharpening, resampling, JPEG.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from data.synthesis import aperture_kernel, blur_all, decode_srgb, encode_srgb
from dbd_mobile.pyramid import CELL

MAX_RADIUS = 14.0
"""Largest radius of the circle of confusion that a tile is blurred by, in pixels."""

_MIN_RADIUS = 0.4
# What blur and camera may draw on beyond the tile's edge, on each side.
_MARGIN = 32
# Of the ratio in ``crispness``: crisp beside the photo's own best edges, and crisp at all.
_CRISP_SHARE, _CRISP_RATIO = 0.82, 1.25
_EDGE_GRADIENT, _FLAT_GRADIENT = 10.0, 3.0
# Only what is crisper than cameras make it is mosaicked: the others have been once. It blurs as a
# disc of this radius does, by the measure of ``_Crispest``.
_CRISPER_THAN_CAMERAS, _MOSAIC_BLUR = 1.15, 0.6


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A photo's tile and what is known of it.

    Attributes:
        rgb: (S, S, 3) uint8.
        log2_radius: (S / 16, S / 16) float32: log2 of sqrt(r0 ** 2 + r ** 2), r being the radius
            of the circle of confusion in pixels, or that of the disc that spreads light as far as
            the motion does, and r0 what the photo had before: 1 where a pixel is as sharp as can
            be.
        motion: (S / 16, S / 16) float32: 1 where the blur is one of motion.
        known: (S / 16, S / 16) bool: False where the tile does not say.
    """

    rgb: NDArray[np.uint8]
    log2_radius: NDArray[np.float32]
    motion: NDArray[np.float32]
    known: NDArray[np.bool_]


def crispness(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Say of each cell whether it can be taken for sharp.

    Cameras differ in how sharp their pixels are, so edges are compared with the photo's own best.

    Args:
        photo: (H, W, 3) uint8.

    Returns:
        (H // 16, W // 16) uint8: 2 crisp, 1 plain (nothing that could be sharp or not), 0 neither.
    """
    steepest, ratio = _edges(photo)
    edges = steepest > _EDGE_GRADIENT
    best = np.percentile(ratio[edges], 90) if edges.any() else 0.0
    crisp = edges & (ratio > max(_CRISP_RATIO, _CRISP_SHARE * best))
    state: NDArray[np.uint8] = np.where(crisp, 2, steepest < _FLAT_GRADIENT).astype(np.uint8)
    return state


def _edges(photo: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The steepest gradient of each cell in levels a pixel, and how much of it is lost by a
    Gaussian of one pixel: the sharper an edge was, the more it loses by being blurred once more.
    """
    luma = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32)
    before = _steepest(luma)
    after = _steepest(np.asarray(cv2.GaussianBlur(luma, (0, 0), 1.0), np.float32))
    return before, before / np.maximum(after, 1e-3)


def _steepest(image: NDArray[np.float32]) -> NDArray[np.float32]:
    gradient = np.hypot(np.gradient(image, axis=0), np.gradient(image, axis=1))
    rows, columns = image.shape[0] // CELL, image.shape[1] // CELL
    cells = gradient[: rows * CELL, : columns * CELL].reshape(rows, CELL, columns, CELL)
    steepest: NDArray[np.float32] = np.percentile(cells, 97, axis=(1, 3)).astype(np.float32)
    return steepest


class _Crispest:
    """Tells how sharp a photo is at its sharpest, by drawn images whose blur is known."""

    _RADII = (0.0, 0.5, 0.7, 1.0, 1.3, 1.6, 2.0, 2.5, 3.0)

    def __init__(self, drawn: Sequence[NDArray[np.uint8]]) -> None:
        ratios = [
            float(np.mean([self._ratio(blurred_by(image, radius)) for image in drawn]))
            for radius in self._RADII
        ]
        self._ratios = np.minimum.accumulate(ratios)[::-1]
        self._logarithms = np.log2(np.hypot(1, self._RADII))[::-1]

    def radius(self, photo: NDArray[np.uint8]) -> float:
        """Radius of the blur of the photo's sharp edges in pixels, 1 to about 3."""
        return float(2 ** np.interp(self._ratio(photo), self._ratios, self._logarithms))

    @staticmethod
    def _ratio(photo: NDArray[np.uint8]) -> float:
        steepest, ratio = _edges(photo)
        edges = steepest > _EDGE_GRADIENT
        return float(np.percentile(ratio[edges], 75)) if edges.any() else np.inf


def blurred_by(photo: NDArray[np.uint8], radius: float) -> NDArray[np.uint8]:
    """Put a photo out of focus all over.

    Args:
        photo: (H, W, 3) uint8.
        radius: Of the circle of confusion, a disc, in pixels; 0 leaves the photo as it is.

    Returns:
        (H, W, 3) uint8, blurred in linear light.
    """
    return blur_all(photo, fine_kernel(radius, 0, 0.0)) if radius else photo


@dataclass(frozen=True, kw_only=True)
class _Source:
    """A crisp photo; ``base`` is the radius of its own blur at each of ``_SCALES``."""

    photo: NDArray[np.uint8]
    states: NDArray[np.uint8]
    base: tuple[float, ...]


_SCALES = (0.5, 0.65, 0.8, 1.0)


class KnownBlur:
    """Makes tiles.

    Args:
        photos: (H, W, 3) uint8 each, crisp where they are sharp at all.
        sharp: Of each, whether it is sharp all over; where not, ``crispness`` says where.
        side: Side of a tile in pixels, a multiple of 32.
        seed: Of every choice: the same for the same tile.
    """

    def __init__(
        self,
        photos: Sequence[NDArray[np.uint8]],
        side: int,
        seed: int,
        sharp: Sequence[bool],
    ) -> None:
        self._side, self._seed = side, seed
        rng = np.random.default_rng([seed, 0])
        self._drawn = [_dead_leaves(512, rng) for _ in range(_DRAWN)]
        crispest = _Crispest(self._drawn[:8])
        self._sources = [
            _Source(
                photo=photo,
                states=np.full((1, 1), 2, np.uint8) if all_sharp else crispness(photo),
                base=tuple(crispest.radius(_reduced(photo, scale)) for scale in _SCALES),
            )
            for photo, all_sharp in zip(photos, sharp, strict=True)
        ]

    def __getitem__(self, index: int) -> Tile:
        rng = np.random.default_rng([self._seed, 1, index])
        sharp, state, base = self._sharp(rng)
        light = _relight(decode_srgb(sharp), rng)
        blur, other = _random_blur(rng), _random_blur(rng)
        image = blur.apply(light)
        share = np.zeros(light.shape[:2], np.float32)
        if rng.random() < 0.2:
            share = _soft_division(light.shape[0], rng)
            image += share[..., None] * (other.apply(light) - image)
        plain = state is None
        if base < _CRISPER_THAN_CAMERAS and rng.random() < 0.4:
            image, base = _mosaicked(image, rng), math.hypot(base, _MOSAIC_BLUR)
        image, zoom = _camera(image, plain, rng)
        rgb = encode_srgb(image)
        rgb = _developed(rgb, plain, rng)
        radii = tuple(_zoomed(math.hypot(base, b.radius), zoom) for b in (blur, other))
        motion = (blur.motion, other.motion)
        return self._cut(rgb, share, state, radii, motion, rng)

    def _sharp(
        self, rng: np.random.Generator
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8] | None, float]:
        """A sharp square with margins, its cells' states, and the radius of its own blur. Without
        states everything in it is known."""
        side = self._side + 2 * _MARGIN
        kind = rng.random()
        if kind < 0.28:
            return _plain(side, rng), None, 1.0
        if kind < 0.48:
            drawn = self._drawn[rng.integers(len(self._drawn))]
            top, left = rng.integers(0, drawn.shape[0] - side + 1, 2)
            return drawn[top : top + side, left : left + side], np.full((1, 1), 2, np.uint8), 1.0
        source = self._sources[rng.integers(len(self._sources))]
        photo, states = source.photo, source.states
        scale = 1.0 if rng.random() < 0.4 else rng.uniform(0.5, 1)
        wanted = min(round(side / scale), *photo.shape[:2])
        top = int(rng.integers(0, (photo.shape[0] - wanted) // CELL + 1)) * CELL
        left = int(rng.integers(0, (photo.shape[1] - wanted) // CELL + 1)) * CELL
        sharp = photo[top : top + wanted, left : left + wanted]
        cells = states
        if states.size > 1:
            cells = states[
                top // CELL : -(-(top + wanted) // CELL), left // CELL : -(-(left + wanted) // CELL)
            ]
        if wanted != side:
            sharp = np.asarray(cv2.resize(sharp, (side, side), interpolation=cv2.INTER_AREA))
        turn, mirror = int(rng.integers(4)), bool(rng.integers(2))
        sharp, cells = np.rot90(sharp, turn), np.rot90(cells, turn)
        if mirror:
            sharp, cells = sharp[:, ::-1], cells[:, ::-1]
        return (
            np.ascontiguousarray(sharp),
            cells,
            float(np.interp(side / wanted, _SCALES, source.base)),
        )

    def _cut(
        self,
        rgb: NDArray[np.uint8],
        share: NDArray[np.float32],
        state: NDArray[np.uint8] | None,
        radii: tuple[float, ...],
        motion: tuple[bool, bool],
        rng: np.random.Generator,
    ) -> Tile:
        spare = rgb.shape[0] - self._side
        top, left = rng.integers(spare // 2 - 8, spare // 2 + 9, 2)
        places = np.s_[top : top + self._side, left : left + self._side]
        count = self._side // CELL
        cells = share if share.shape == rgb.shape[:2] else _resized(share, rgb.shape[0])
        low, high = (
            reduce(cells[places].reshape(count, CELL, count, CELL), axis=(1, 3))
            for reduce in (np.min, np.max)
        )
        known = (high < 0.03) | (low > 0.97)
        if state is not None:
            fine = np.asarray(
                cv2.resize(state, rgb.shape[1::-1], interpolation=cv2.INTER_NEAREST), np.uint8
            )
            known &= fine[places].reshape(count, CELL, count, CELL).min(axis=(1, 3)) > 0
        second = low > 0.5
        return Tile(
            rgb=np.ascontiguousarray(rgb[places]),
            log2_radius=np.log2(np.where(second, radii[1], radii[0])).astype(np.float32),
            motion=np.where(second, motion[1], motion[0]).astype(np.float32),
            known=known,
        )


@dataclass(frozen=True, kw_only=True)
class _Blur:
    """Of a lens or of motion; ``radius`` as in ``Tile``."""

    radius: float
    motion: bool
    apply: Callable[[NDArray[np.float32]], NDArray[np.float32]]


def _random_blur(rng: np.random.Generator) -> _Blur:
    kind = rng.random()
    if kind < 0.16:
        length = math.exp(rng.uniform(math.log(3), math.log(32)))
        # A line of this length spreads light as far as a disc does whose diameter is 0.8 of it.
        return _Blur(
            radius=length / math.sqrt(6),
            motion=True,
            apply=_convolution(motion_kernel(length, rng)),
        )
    if kind < 0.30:
        return _Blur(radius=0.0, motion=False, apply=np.copy)
    radius = math.exp(rng.uniform(math.log(_MIN_RADIUS), math.log(MAX_RADIUS)))
    return _Blur(radius=radius, motion=False, apply=defocus(radius, rng))


def defocus(
    radius: float, rng: np.random.Generator
) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    """A disc, a polygon or a Gaussian of this radius in pixels, to convolve linear light with."""
    shape = int(rng.choice([0, 0, 5, 6, 7, 8, -1]))
    if shape < 0:
        # Its light spreads as far as the disc's: half the radius along each axis.
        return lambda light: np.asarray(
            cv2.GaussianBlur(light, (0, 0), radius / 2, borderType=cv2.BORDER_REFLECT_101)
        )
    # A polygon of the same second moment is larger than the disc around it is.
    grown = radius if shape == 0 else radius * _polygon_growth(shape)
    return _convolution(fine_kernel(grown, shape, rng.uniform(0, 2 * math.pi)))


def _polygon_growth(corners: int) -> float:
    """Circumradius of the polygon that spreads light as far as a disc of radius 1."""
    # Polar second moment over area, of a regular polygon: R^2 (2 + cos(2 pi / n)) / 6.
    return math.sqrt(0.5 * 6 / (2 + math.cos(2 * math.pi / corners)))


def fine_kernel(radius: float, corners: int, rotation: float) -> NDArray[np.float32]:
    """``aperture_kernel`` drawn four times as fine and averaged: right for radii under two pixels.

    Returns:
        (k, k) float32 with odd k and sum 1.
    """
    if radius > 6:
        return aperture_kernel(radius, corners, rotation)
    fine = aperture_kernel(radius * 5, corners, rotation)
    half = math.ceil((len(fine) // 2 - 2) / 5)
    side = 5 * (2 * half + 1)
    padded = np.zeros((side, side), np.float32)
    start = side // 2 - len(fine) // 2
    if start < 0:
        half += 1
        side += 10
        padded = np.zeros((side, side), np.float32)
        start = side // 2 - len(fine) // 2
    padded[start : start + len(fine), start : start + len(fine)] = fine
    kernel: NDArray[np.float32] = padded.reshape(2 * half + 1, 5, 2 * half + 1, 5).sum(axis=(1, 3))
    return kernel / kernel.sum()


def motion_kernel(length: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Point spread function of a camera or subject that moves along a slightly bent path.

    Args:
        length: Of the path in pixels.
        rng: Chooses direction and bend.

    Returns:
        (k, k) float32 with odd k and sum 1.
    """
    half = math.ceil(length / 2) + 1
    steps = np.linspace(-length / 2, length / 2, 8 * half)
    angle = rng.uniform(0, math.pi) + rng.normal(0, 0.25) * steps / length
    x, y = steps * np.cos(angle), steps * np.sin(angle)
    x, y = x - x.mean(), y - y.mean()
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, below = x - left, y - top
    for dx, dy, weight in (
        (0, 0, (1 - right) * (1 - below)),
        (1, 0, right * (1 - below)),
        (0, 1, (1 - right) * below),
        (1, 1, right * below),
    ):
        inside = (np.abs(left + dx) <= half) & (np.abs(top + dy) <= half)
        np.add.at(kernel, ((top + dy + half)[inside], (left + dx + half)[inside]), weight[inside])
    return kernel / kernel.sum()


def _convolution(
    kernel: NDArray[np.float32],
) -> Callable[[NDArray[np.float32]], NDArray[np.float32]]:
    return lambda light: np.asarray(
        cv2.filter2D(light, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    )


def _relight(light: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Another exposure, white balance and contrast."""
    gain = np.exp(rng.normal(0, 0.35) + rng.normal(0, 0.1, 3)).astype(np.float32)
    mean = light.mean(axis=(0, 1))
    contrast = np.float32(rng.uniform(0.4, 1.1))
    return np.clip((mean + (light - mean) * contrast) * gain, 0, 1)


def _soft_division(side: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """(side, side) float32 from 0 to 1 across a line through the middle half."""
    angle, place = rng.uniform(0, 2 * math.pi), rng.uniform(-0.25, 0.25)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32) / side - 0.5
    across = math.cos(angle) * x + math.sin(angle) * y - place
    return np.clip(across * side / rng.uniform(2, 40) + 0.5, 0, 1).astype(np.float32)


def _camera(
    light: NDArray[np.float32], plain: bool, rng: np.random.Generator
) -> tuple[NDArray[np.float32], float]:
    """Noise and resampling: linear light -> linear light, and by how much it was enlarged."""
    # In levels of 255 at middle grey.
    strongest = 16.0 if plain else 7.0
    level = 0.0 if rng.random() < 0.15 else strongest * rng.random() ** 2
    read, shot = level * rng.uniform(0.1, 0.5), level * rng.uniform(0.5, 1)
    slope = 0.6  # of linear light over sRGB at middle grey
    deviation = slope / 255 * np.sqrt(read**2 + shot**2 * np.clip(light, 0, 1) / 0.2)
    light = light + deviation * rng.standard_normal(light.shape, np.float32)
    zoom = 1.0
    if rng.random() < 0.2:
        zoom = rng.uniform(0.85, 1.3)
        side = round(light.shape[0] * zoom)
        method = (
            cv2.INTER_AREA if zoom < 1 else int(rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
        )
        light = np.asarray(cv2.resize(light, (side, side), interpolation=method))
    return light, zoom


def _zoomed(radius: float, zoom: float) -> float:
    """A radius after resampling: reduced pixels are crisp again, enlarged ones are blurred."""
    if zoom >= 1:
        return zoom * radius
    return math.sqrt(1 + zoom**2 * (radius**2 - 1))


def _reduced(photo: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    size_wh = round(scale * photo.shape[1]), round(scale * photo.shape[0])
    return np.asarray(cv2.resize(photo, size_wh, interpolation=cv2.INTER_AREA))


def _mosaicked(light: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    # In a gamma of 2, where 16 bits are more than enough.
    values = (np.sqrt(np.clip(light, 0, 1)) * 65535).astype(np.uint16)
    raw = np.empty(values.shape[:2], np.uint16)
    raw[0::2, 0::2], raw[0::2, 1::2] = values[0::2, 0::2, 0], values[0::2, 1::2, 1]
    raw[1::2, 0::2], raw[1::2, 1::2] = values[1::2, 0::2, 1], values[1::2, 1::2, 2]
    code = cv2.COLOR_BayerRGGB2RGB_EA if rng.random() < 0.7 else cv2.COLOR_BayerRGGB2RGB
    roots = np.asarray(cv2.demosaicing(raw, code)).astype(np.float32) / np.float32(65535)
    return roots * roots


def _developed(rgb: NDArray[np.uint8], plain: bool, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Denoising, sharpening and JPEG: sRGB bytes -> sRGB bytes."""
    if rng.random() < (0.4 if plain else 0.2):
        rgb = np.asarray(
            cv2.bilateralFilter(rgb, 5, rng.uniform(8, 30), rng.uniform(1, 2))
            if rng.random() < 0.7
            else cv2.medianBlur(rgb, 3)
        )
    if rng.random() < 0.4:
        image = rgb.astype(np.float32)
        halo = image - np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.7, 2)))
        rgb = np.clip(image + rng.uniform(0.2, 1.2) * halo + 0.5, 0, 255).astype(np.uint8)
    if rng.random() < 0.7:
        quality = int(rng.integers(60, 99))
        sampling = (
            cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420
            if rng.random() < 0.6
            else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
        )
        _, content = cv2.imencode(
            ".jpg",
            rgb[..., ::-1],
            [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling],
        )
        rgb = np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), np.uint8)[..., ::-1]
    return rgb


def _resized(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(values, (side, side), interpolation=cv2.INTER_LINEAR))


# Images that are drawn rather than photographed.

_DRAWN = 40


def _plain(side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """What has nothing to focus on: a wall, a gradient, clouds, the night."""
    kind = rng.random()
    base = rng.uniform(0, 255, 3) * rng.uniform(0.1, 1)
    if rng.random() < 0.5:
        base = base.mean() + rng.normal(0, 8, 3)
    if kind < 0.3:
        image = np.broadcast_to(base, (side, side, 3))
        if rng.random() < 0.3:
            image = np.full((side, side, 3), float(rng.choice([0, 255])))
    elif kind < 0.5:
        angle = rng.uniform(0, 2 * math.pi)
        y, x = np.mgrid[0:side, 0:side] / side - 0.5
        ramp = math.cos(angle) * x + math.sin(angle) * y
        if rng.random() < 0.5:
            ramp = np.hypot(x - rng.uniform(-1, 1), y - rng.uniform(-1, 1))
        image = base + ramp[..., None] * rng.normal(0, 40, 3)
    else:
        image = base + rng.uniform(3, 45) * _cloud(side, rng.uniform(1.5, 3), rng)[..., None]
    return np.clip(image + 0.5, 0, 255).astype(np.uint8)


def _cloud(side: int, steepness: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """(side, side) noise whose amplitude falls with frequency to this power; deviation 1."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None])
    frequency[0, 0] = np.inf
    noise = np.fft.rfft2(rng.standard_normal((side, side))) * frequency**-steepness
    cloud: NDArray[np.float64] = np.fft.irfft2(noise, (side, side))
    return cloud / cloud.std()


def _dead_leaves(side: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Shapes over shapes, from large to small areas, as photos have them: dead leaves.

    Discs, polygons, lines and letters with sizes of a power law (Lee, Mumford & Huang, "Occlusion
    models for natural images", IJCV 2001), drawn twice as large and averaged.
    """
    big = 2 * side
    image: NDArray[np.uint8] = np.empty((big, big, 3), np.uint8)
    image[:] = rng.integers(0, 256, 3)
    palette = rng.integers(0, 256, (12, 3))
    for _ in range(int(rng.integers(400, 2500))):
        radius = 4 * rng.random() ** (-1 / 1.6)
        centre = rng.uniform(-20, big + 20, 2)
        color = np.clip(palette[rng.integers(12)] + rng.normal(0, 20, 3), 0, 255).tolist()
        shape = rng.random()
        if shape < 0.35:
            cv2.circle(
                image, centre.astype(int).tolist(), max(1, round(min(radius, 300))), color, -1
            )
        elif shape < 0.8:
            angles = np.sort(rng.uniform(0, 2 * math.pi, int(rng.integers(3, 7))))
            stretch = np.exp(rng.normal(0, 0.5))
            points = np.stack([np.cos(angles) * stretch, np.sin(angles) / stretch], axis=1)
            corners = centre + min(radius, 300) * 1.4 * points
            cv2.fillPoly(image, [corners.astype(np.int32)], color)
        elif shape < 0.93:
            end = centre + rng.normal(0, 4 * min(radius, 80), 2)
            thickness = int(rng.integers(1, 5))
            cv2.line(image, centre.astype(int).tolist(), end.astype(int).tolist(), color, thickness)
        else:
            text = "".join(chr(c) for c in rng.integers(48, 123, int(rng.integers(2, 9))))
            cv2.putText(
                image, text, centre.astype(int).tolist(), int(rng.integers(0, 5)),
                rng.uniform(0.7, 2), color, int(rng.integers(1, 4)),
            )  # fmt: skip
    if rng.random() < 0.6:
        texture = _cloud(big, rng.uniform(0.3, 1.2), rng)[..., None] * rng.uniform(2, 14)
        image = np.clip(image + texture, 0, 255).astype(np.uint8)
    return np.asarray(cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA))
