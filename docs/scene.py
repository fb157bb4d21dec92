"""Renders ``scene.jpg``, the photo-like picture of the demo: ``python docs/scene.py``.

Balls on a paved yard before a brick wall, ray-traced through a thin lens that is focused on the
middle ball, so its blur is optical and no photograph or licence is needed. Takes a minute; needs
numpy and Pillow.
"""

from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 1200, 800
FOCAL_LENGTH = 1.9  # in half heights of the picture
FOCUS_DISTANCE = 4.2
APERTURE_RADIUS = 0.13
LENS_SAMPLES = 128
SUN = np.array([-0.55, 0.75, -0.45]) / np.linalg.norm([-0.55, 0.75, -0.45])
GROUND, WALL = -0.8, 13.0

# Centre, radius, two colours, pattern frequency.
BALLS = (
    ((0.35, -0.05, 4.2), 0.75, (0.75, 0.12, 0.08), (0.92, 0.85, 0.70), 9.0),
    ((1.75, -0.45, 4.7), 0.35, (0.08, 0.25, 0.60), (0.85, 0.88, 0.90), 7.0),
    ((-1.05, -0.50, 1.75), 0.30, (0.85, 0.60, 0.08), (0.25, 0.15, 0.05), 6.0),
    ((-2.6, 0.10, 8.5), 0.90, (0.10, 0.45, 0.20), (0.80, 0.85, 0.55), 5.0),
    ((5.4, -0.20, 9.5), 0.60, (0.80, 0.35, 0.55), (0.95, 0.90, 0.85), 5.0),
)

_rng = np.random.default_rng(7)
_NOISE = _rng.random((256, 256))


def noise(u, v, octaves=5):
    """Fractal value noise in about [0, 1] at coordinates of any shape."""
    total, weight, scale = np.zeros_like(u), 0.0, 1.0
    for _ in range(octaves):
        x, y = u * scale, v * scale
        column, row = np.floor(x).astype(int), np.floor(y).astype(int)
        fx, fy = x - column, y - row
        top = (
            _NOISE[row % 256, column % 256] * (1 - fx) + _NOISE[row % 256, (column + 1) % 256] * fx
        )
        row += 1
        low = (
            _NOISE[row % 256, column % 256] * (1 - fx) + _NOISE[row % 256, (column + 1) % 256] * fx
        )
        total += (top * (1 - fy) + low * fy) / scale
        weight, scale = weight + 1 / scale, scale * 2.03
    return total / weight


def tiles(u, v, width, height, joint):
    """Offset rows of bricks: mask of the joints and a random number for each brick."""
    row = np.floor(v / height).astype(int)
    along = u / width + 0.5 * (row % 2)
    column = np.floor(along).astype(int)
    in_joint = (along % 1 * width < joint) | (v % height < joint)
    return in_joint, _NOISE[(row * 7) % 256, (column * 13 + row * 5) % 256]


def ground_colour(x, z):
    joint, tint = tiles(x, z, 0.42, 0.30, 0.018)
    grain = noise(x * 30, z * 30)
    stone = (0.26 + 0.22 * tint + 0.35 * (grain - 0.5))[:, None] * np.array([1.0, 0.93, 0.82])
    return np.where(joint[:, None], 0.10, stone)


def wall_colour(x, y):
    joint, tint = tiles(x, y, 0.75, 0.26, 0.03)
    grain = noise(x * 14, y * 14)
    brick = (0.6 + 0.5 * tint + 0.5 * (grain - 0.5))[:, None] * np.array([0.42, 0.19, 0.13])
    colour = np.where(joint[:, None], 0.38, brick)
    u, v = (x + 40) % 4.2, y
    frame = (u > 1.0) & (u < 2.8) & (v > 1.2) & (v < 4.2)
    glass = (u > 1.15) & (u < 2.65) & (v > 1.35) & (v < 4.05) & (np.abs(u - 1.9) > 0.06)
    colour[frame] = (0.80, 0.79, 0.74)
    colour[glass] = (0.05, 0.09, 0.13)
    return colour


def ball_colour(normal, first, second, frequency):
    longitude = np.arctan2(normal[:, 0], -normal[:, 2]) / np.pi
    latitude = np.arcsin(np.clip(normal[:, 1], -1, 1)) / np.pi
    wobble = 0.12 * noise(longitude * 8 + 50, latitude * 8 + 50)
    stripes = np.sin((latitude + wobble + 0.35 * longitude) * np.pi * frequency * 2) > 0
    grain = 0.55 + 0.9 * noise(longitude * 90 + 90, latitude * 90 + 90, 4)
    return np.where(stripes[:, None], first, second) * grain[:, None]


def hit_ball(origin, direction, centre, radius):
    """Distance along unit rays to a ball, infinite where they miss it."""
    offset = origin - np.array(centre)
    half_b = np.sum(offset * direction, axis=-1)
    root = half_b**2 - np.sum(offset**2, axis=-1) + radius**2
    distance = -half_b - np.sqrt(np.maximum(root, 0))
    return np.where((root > 0) & (distance > 1e-3), distance, np.inf)


def trace(origin, direction):
    """Linear-light colour (N, 3) of unit rays (N, 3)."""
    with np.errstate(divide="ignore"):
        to_ground = (GROUND - origin[:, 1]) / direction[:, 1]
    to_ground = np.where(to_ground > 0, to_ground, np.inf)
    to_wall = (WALL - origin[:, 2]) / direction[:, 2]
    distances = [to_ground, to_wall, *(hit_ball(origin, direction, b[0], b[1]) for b in BALLS)]
    nearest = np.argmin(distances, axis=0)
    point = origin + direction * np.min(distances, axis=0)[:, None]
    colour, normal = np.zeros_like(point), np.zeros_like(point)
    for number in range(len(distances)):
        here = nearest == number
        at = point[here]
        if number == 0:
            normal[here] = (0, 1, 0)
            colour[here] = ground_colour(at[:, 0], at[:, 2])
        elif number == 1:
            normal[here] = (0, 0, -1)
            colour[here] = wall_colour(at[:, 0], at[:, 1])
        else:
            centre, radius, first, second, frequency = BALLS[number - 2]
            normal[here] = (at - centre) / radius
            colour[here] = ball_colour(normal[here], first, second, frequency)
    # A sun of some width softens the shadows; one sample a ray is enough over the lens samples.
    sun = SUN + 0.04 * _rng.standard_normal(point.shape)
    sun /= np.linalg.norm(sun, axis=1, keepdims=True)
    lit = np.clip(np.sum(normal * sun, axis=1), 0, None)
    for centre, radius, *_ in BALLS:
        lit[np.isfinite(hit_ball(point + 1e-3 * normal, sun, centre, radius))] = 0
    above = np.clip((point[:, 1] - GROUND) * 1.5, 0, 1)
    ambient = 0.22 + 0.12 * above + 0.12 * normal[:, 1]
    return colour * (ambient + 1.15 * lit)[:, None]


def render():
    """The picture as (HEIGHT, WIDTH, 3) uint8 sRGB."""
    light = np.zeros((HEIGHT * WIDTH, 3))
    for sample in range(LENS_SAMPLES):
        row, column = np.mgrid[0:HEIGHT, 0:WIDTH]
        x = (column + _rng.random(column.shape) - WIDTH / 2) / (HEIGHT / 2)
        y = (HEIGHT / 2 - row - _rng.random(row.shape)) / (HEIGHT / 2)
        in_focus = np.stack([x.ravel(), y.ravel(), np.full(x.size, FOCAL_LENGTH)], axis=1)
        in_focus *= FOCUS_DISTANCE / FOCAL_LENGTH
        # A spiral covers the lens evenly; turning it at random for each pixel avoids rings.
        angle = sample * 2.39996 + 2 * np.pi * _rng.random(x.size)
        reach = APERTURE_RADIUS * np.sqrt((sample + _rng.random(x.size)) / LENS_SAMPLES)
        origin = np.stack([reach * np.cos(angle), reach * np.sin(angle), np.zeros(x.size)], axis=1)
        direction = in_focus - origin
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        light += trace(origin, direction)
    light = np.clip(1.25 * light / LENS_SAMPLES, 0, 1)
    srgb = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    grain = 1.5 * _rng.standard_normal(srgb.shape)
    return np.clip(srgb * 255 + grain + 0.5, 0, 255).astype(np.uint8).reshape(HEIGHT, WIDTH, 3)


if __name__ == "__main__":
    Image.fromarray(render()).save(Path(__file__).with_name("scene.jpg"), quality=92)
