"""Sharp photos and object masks in, photos with thin-lens defocus and their blur maps out.

A lens images a point that is out of focus as a disc, or as its diaphragm's polygon, of light. So
the blur is a convolution in linear light, and a layer that is out of focus spreads over its
neighbours: colour and coverage are blurred together and composited back to front.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

# Radius in pixels at the network's input, from where a person begins to call a region blurred
# to where everybody does; the target rises from 0 to 1 between them.
BLUR_VISIBLE_FROM, BLUR_CERTAIN_FROM = 0.5, 1.25
_MIN_RADIUS, _MAX_RADIUS = 1.5, 13.0
_RAMP_RADII = (0.0, 0.8, 1.6, 3.2, 6.4, 12.8)


def decode_srgb(photo: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Bytes of sRGB -> linear light in [0, 1], float32 of the same shape (IEC 61966-2-1)."""
    return _SRGB_TO_LINEAR[photo]


def encode_srgb(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Linear light, clipped to [0, 1] -> sRGB bytes of the same shape."""
    # A table of 4096 steps would band in the shadows, so the root comes first: 8 bits suffice.
    steps = np.sqrt(np.clip(linear, 0, 1)) * (len(_ROOT_TO_SRGB) - 1) + 0.5
    return _ROOT_TO_SRGB[steps.astype(np.int32)]


def _srgb_tables() -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    encoded = np.arange(256) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    light = np.linspace(0, 1, 4096) ** 2
    srgb = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    return linear.astype(np.float32), (srgb * 255 + 0.5).astype(np.uint8)


_SRGB_TO_LINEAR, _ROOT_TO_SRGB = _srgb_tables()


def aperture_kernel(radius: float, blades: int, rotation: float) -> NDArray[np.float32]:
    """Point spread function of a lens out of focus.

    Args:
        radius: Radius of the circle of confusion in pixels, >= 0.
        blades: Corners of the diaphragm; 0 is a full circle.
        rotation: Angle of the first blade in radians.

    Returns:
        (k, k) float32 with odd k, anti-aliased edges and sum 1.
    """
    half = int(np.ceil(radius))
    y, x = np.mgrid[-half : half + 1, -half : half + 1].astype(np.float64)
    if blades == 0:
        distance, edge = np.hypot(x, y), radius
    else:
        angles = rotation + 2 * np.pi * np.arange(blades) / blades
        distance = np.max([x * np.cos(a) + y * np.sin(a) for a in angles], axis=0)
        edge = radius * np.cos(np.pi / blades)
    kernel = np.clip(edge + 0.5 - distance, 0, 1)
    return (kernel / kernel.sum()).astype(np.float32)


def _random_kernel(radius: float, rng: np.random.Generator) -> NDArray[np.float32]:
    blades = int(rng.choice([0, 0, 5, 6, 7, 8]))
    return aperture_kernel(radius, blades, rng.uniform(0, 2 * np.pi))


def _blur(image: NDArray[np.float32], kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    if len(kernel) == 1:
        return image
    blurred = cv2.filter2D(image, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    return blurred.astype(np.float32, copy=False)


def blur_target(radius: NDArray[np.float32] | float) -> NDArray[np.float32]:
    """Blur probability that a circle of confusion of this radius in pixels should be given."""
    span = BLUR_CERTAIN_FROM - BLUR_VISIBLE_FROM
    rise = np.clip((np.asarray(radius, np.float32) - BLUR_VISIBLE_FROM) / span, 0, 1)
    return rise * rise * (3 - 2 * rise)


def blur_all(photo: NDArray[np.uint8], kernel: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Blur a photo evenly.

    Args:
        photo: (H, W, 3) uint8, sharp.
        kernel: From ``aperture_kernel``.

    Returns:
        (H, W, 3) uint8.
    """
    return encode_srgb(_blur(decode_srgb(photo), kernel))


def blur_background(
    photo: NDArray[np.uint8], object_mask: NDArray[np.uint8], kernel: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Blur what lies behind an object of the photo.

    Args:
        photo: (H, W, 3) uint8, sharp.
        object_mask: (H, W) uint8, 255 = object.
        kernel: From ``aperture_kernel``.

    Returns:
        (H, W, 3) uint8. The object's own light does not spill over the background: the
        background is averaged over its own pixels only.
    """
    linear = decode_srgb(photo)
    cover = cv2.GaussianBlur(object_mask.astype(np.float32) / 255, (0, 0), 0.7)[..., None]
    # Pixels at the object's rim hold some of its light, so they do not count as background.
    behind = (cover < 1 / 255).astype(np.float32)
    weight = _blur(behind, kernel).reshape(behind.shape)
    background = _blur(linear * behind, kernel) / np.maximum(weight, 1e-3)
    return encode_srgb(cover * linear + (1 - cover) * background)


def blur_foreground(
    photo: NDArray[np.uint8],
    object_mask: NDArray[np.uint8],
    background: NDArray[np.uint8],
    kernel: NDArray[np.float32],
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Hold a photo's object, out of focus, before another, sharp photo.

    Args:
        photo: (H, W, 3) uint8 that the object is taken from.
        object_mask: (H, W) uint8, 255 = object.
        background: (H, W, 3) uint8, sharp.
        kernel: From ``aperture_kernel``.

    Returns:
        The composite (H, W, 3) uint8, and the object's coverage (H, W) float32 in [0, 1] after
        the blur: its soft rim lies over the background.
    """
    cover = (object_mask.astype(np.float32) / np.float32(255))[..., None]
    layer = _blur(np.concatenate([decode_srgb(photo) * cover, cover], axis=2), kernel)
    cover = np.clip(layer[..., 3:], 0, 1)
    return encode_srgb(layer[..., :3] + (1 - cover) * decode_srgb(background)), cover[..., 0]


def blur_ramp(
    photo: NDArray[np.uint8], radius: NDArray[np.float32], blades: int, rotation: float
) -> NDArray[np.uint8]:
    """Blur each pixel by its own circle of confusion, for depth that changes smoothly.

    Args:
        photo: (H, W, 3) uint8, sharp.
        radius: (H, W) float32 in pixels, at most 12.8.
        blades: As for ``aperture_kernel``.
        rotation: As for ``aperture_kernel``.

    Returns:
        (H, W, 3) uint8, interpolated between six levels of blur.
    """
    linear = decode_srgb(photo)
    levels = np.interp(radius, _RAMP_RADII, np.arange(len(_RAMP_RADII))).astype(np.float32)
    output = np.zeros_like(linear)
    for level, level_radius in enumerate(_RAMP_RADII):
        share = np.clip(1 - np.abs(levels - level), 0, 1)[..., None]
        if share.any():
            kernel = aperture_kernel(level_radius, blades, rotation)
            output += share * _blur(linear, kernel)
    return encode_srgb(output)


def synthesise(
    photo: NDArray[np.uint8],
    object_mask: NDArray[np.uint8],
    other: NDArray[np.uint8],
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Make one training photo with known blur.

    Blurred background, blurred foreground over a sharp background, a depth ramp, all sharp and
    all blurred come in the shares 30, 30, 12, 16 and 12 %.

    Args:
        photo: (H, W, 3) uint8, sharp everywhere.
        object_mask: (H, W) uint8, 255 = the photo's object.
        other: (H, W, 3) uint8, sharp, another scene.
        rng: Source of every choice.

    Returns:
        Photo (H, W, 3) uint8 and target (H, W) float32 in [0, 1], 1 = blurred.
    """
    kind = rng.choice(5, p=(0.30, 0.30, 0.12, 0.16, 0.12))
    radius = float(np.exp(rng.uniform(np.log(_MIN_RADIUS), np.log(_MAX_RADIUS))))
    height, width = object_mask.shape
    if kind == 0:
        blurred = blur_background(photo, object_mask, _random_kernel(radius, rng))
        return blurred, (object_mask < 128).astype(np.float32)
    if kind == 1:
        blurred, cover = blur_foreground(photo, object_mask, other, _random_kernel(radius, rng))
        return blurred, (cover >= 0.5).astype(np.float32)
    if kind == 2:
        blades, rotation = int(rng.choice([0, 5, 6, 8])), rng.uniform(0, 2 * np.pi)
        angle, focus = rng.uniform(0, 2 * np.pi), rng.uniform(-0.5, 0.5)
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        depth = np.cos(angle) * (x / width - 0.5) + np.sin(angle) * (y / height - 0.5)
        radii = np.minimum(np.abs(depth - focus) * radius * 1.5, _RAMP_RADII[-1])
        return blur_ramp(photo, radii.astype(np.float32), blades, rotation), blur_target(radii)
    if kind == 3:
        return photo, np.zeros((height, width), np.float32)
    return blur_all(photo, _random_kernel(radius, rng)), np.ones((height, width), np.float32)


def sharpness(photo: NDArray[np.uint8]) -> float:
    """How sharp a photo is all over, for picking photos that synthesis may start from.

    A photo with a blurred region has many cells without fine detail, so the score is the lower
    quartile, over a grid of 8 x 8 cells, of each cell's 95th percentile of the absolute
    Laplacian.

    Args:
        photo: (H, W, 3) uint8.

    Returns:
        Score in grey levels; larger is sharper.
    """
    grey = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)
    laplacian = np.abs(cv2.Laplacian(cv2.GaussianBlur(grey, (0, 0), 0.6), cv2.CV_32F))
    rows, columns = laplacian.shape[0] // 8, laplacian.shape[1] // 8
    cells = laplacian[: rows * 8, : columns * 8].reshape(8, rows, 8, columns)
    scores = np.percentile(cells.transpose(0, 2, 1, 3).reshape(64, -1), 95, axis=1)
    return float(np.percentile(scores, 25))
