"""A photo and what belongs to its pixels in, a varied part of them at the network's size out."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import squash


def crop_and_flip(
    planes: Sequence[NDArray[np.uint8]], side: int, share: float, rng: np.random.Generator
) -> list[NDArray[np.uint8]]:
    """Random crop of a photo's shape, squashed to a square, mirrored half of the time.

    It is resized once, by the method that whole photos are resized by in use: a network that
    learns from photos that were resized twice meets sharper ones than it knows.

    Args:
        planes: A photo (H, W, 3) uint8 and what belongs to its pixels, (H, W) uint8.
        side: Output side in pixels.
        share: Height and width of the crop as a share of the photo's, in (0, 1].
        rng: Source of every choice.

    Returns:
        The same part of each, (side, side, 3) and (side, side) uint8.
    """
    shape = planes[0].shape[:2]
    height, width = (max(1, round(length * share)) for length in shape)
    top = rng.integers(0, shape[0] - height + 1)
    left = rng.integers(0, shape[1] - width + 1)
    window = (slice(top, top + height), slice(left, left + width))
    crops = [squash(plane[window], (side, side)) for plane in planes]
    if rng.random() < 0.5:
        crops = [crop[:, ::-1] for crop in crops]
    return [np.ascontiguousarray(crop) for crop in crops]


def jitter_colour(photo: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Vary exposure, contrast, saturation and white balance, as cameras differ.

    Args:
        photo: (H, W, 3) uint8.
        rng: Source of every choice.

    Returns:
        (H, W, 3) uint8.
    """
    values = photo.astype(np.float32)
    saturation = 0.0 if rng.random() < 0.05 else rng.uniform(0.6, 1.4)
    grey = values @ np.array([0.299, 0.587, 0.114], np.float32)
    values = grey[..., None] + saturation * (values - grey[..., None])
    balance = rng.uniform(0.7, 1.3) * rng.uniform(0.93, 1.07, 3)
    values = values * balance.astype(np.float32)
    mean = values.mean()
    values = mean + rng.uniform(0.7, 1.3) * (values - mean)
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)


def degrade(photo: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Add sensor noise, then JPEG artefacts: both come after the lens, so they stay sharp.

    Args:
        photo: (H, W, 3) uint8.
        rng: Source of every choice.

    Returns:
        (H, W, 3) uint8.
    """
    deviation = rng.uniform(0, 5)
    noise = rng.standard_normal(photo.shape, dtype=np.float32) * np.float32(deviation)
    noisy = np.clip(photo + noise + 0.5, 0, 255).astype(np.uint8)
    quality = int(rng.integers(50, 96))
    _, encoded = cv2.imencode(".jpg", noisy[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[..., ::-1])
