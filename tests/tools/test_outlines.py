"""A map's edges follow an object's outline where both agree, and nothing else changes."""

import numpy as np
import pytest

from training.outlines import follow_outline

SIDE = 128


def disc(radius, x=64, y=64):
    rows, columns = np.mgrid[:SIDE, :SIDE]
    return np.hypot(columns - x, rows - y) <= radius


def mask_of(shape):
    return np.where(shape, 255, 0).astype(np.uint8)


@pytest.mark.parametrize("inside", [0.05, 0.95])
def test_edge_beside_the_outline_moves_onto_it(inside):
    """Also of a blurred object before a sharp scene."""
    blur = np.where(disc(32), inside, 1 - inside).astype(np.float32)
    moved = follow_outline(blur, mask_of(disc(30)))
    assert moved.dtype == np.float32 and moved.shape == blur.shape
    np.testing.assert_array_equal(moved >= 0.5, disc(30) == (inside > 0.5))


@pytest.mark.parametrize(
    "blur",
    [
        np.full((SIDE, SIDE), 0.02, np.float32),  # The background is as sharp as the object.
        np.where(disc(12, 110, 20), 0.0, 1.0).astype(np.float32),  # Something else is sharp.
        np.where(np.mgrid[:SIDE, :SIDE][0] > 64, 0.0, 1.0).astype(np.float32),  # Half of both is.
        np.where(disc(30), 0.3, 0.7).astype(np.float32),  # It is not sure.
    ],
)
def test_map_that_does_not_end_at_the_object_stays(blur):
    moved = follow_outline(blur, mask_of(disc(30)))
    assert np.abs(moved - blur).mean() < 0.01


def test_edges_far_from_the_object_stay():
    blur = np.where(disc(32) | disc(12, 110, 20), 0.0, 1.0).astype(np.float32)
    moved = follow_outline(blur, mask_of(disc(30)))
    np.testing.assert_array_equal(moved[:35, 100:], blur[:35, 100:])


def test_photo_without_an_object_stays():
    blur = np.random.default_rng(0).random((SIDE, SIDE), np.float32)
    for empty in (0, 255):
        np.testing.assert_array_equal(
            follow_outline(blur, np.full((SIDE, SIDE), empty, np.uint8)), blur
        )
