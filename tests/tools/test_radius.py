"""How far a measured radius is off, and how photos are measured tile by tile."""

import math

import numpy as np
import pytest
import skimage.data
import torch

from dbd_mobile.errors import InputError
from dbd_mobile.pyramid import CELL
from dbd_mobile.reading import MIN_CONFIDENCE
from evaluation.measured_cells import MeasuredCells, read_codes
from evaluation.predictors import open_predictor
from evaluation.radius import measure_radius
from evaluation.tile_measurer import TileMeasurer, open_tile_measurer
from networks import build
from networks.weights import save_weights

UNSURE = MIN_CONFIDENCE - 0.01


@pytest.fixture(scope="module")
def photo():
    """With crisp detail: every other pixel of a photo."""
    return np.ascontiguousarray(skimage.data.astronaut()[::2, ::2])


def even_cells(photo, radius, confidence=1.0):
    shape = (photo.shape[0] // CELL, photo.shape[1] // CELL)
    values = (np.full(shape, value, np.float32) for value in (radius, confidence, 0.0))
    return MeasuredCells(**dict(zip(("radius_px", "confidence", "motion"), values, strict=True)))


class Sequel:
    """Measures the first photo with one radius, the next with the next."""

    def __init__(self, radii, confidences=None):
        self.answers = iter(zip(radii, confidences or [1.0] * len(radii), strict=True))

    def __call__(self, photo):
        return even_cells(photo, *next(self.answers))


def test_measurer_that_adds_the_cameras_and_the_lenss_blur_is_right(photo):
    accuracy = measure_radius(
        Sequel([1.2, math.hypot(1.2, 2), math.hypot(1.2, 4)]), [photo], [2, 4]
    )
    assert accuracy.photos == 1
    assert [row.disc_px for row in accuracy.rows] == [2, 4]
    assert all(row.boxes > 0 and row.undecided == 0 for row in accuracy.rows)
    assert accuracy.error == pytest.approx(0, abs=1e-6)
    assert accuracy.rows[1].measured_px == pytest.approx((math.hypot(1.2, 4),) * 3)


def test_error_is_the_median_of_the_logarithms(photo):
    accuracy = measure_radius(
        Sequel([1.0, math.hypot(1, 2) * 2**0.25, math.hypot(1, 4) / 2**0.5]), [photo], [2, 4]
    )
    assert [row.error for row in accuracy.rows] == pytest.approx([0.25, 0.5], abs=1e-6)
    # As many boxes of either.
    assert accuracy.error == pytest.approx(0.375, abs=1e-6)


@pytest.mark.parametrize("confidences", [[UNSURE, 1.0], [1.0, UNSURE]], ids=["before", "after"])
def test_box_that_is_unsure_before_or_after_the_blur_is_undecided(photo, confidences):
    accuracy = measure_radius(Sequel([1.0, 2.0], confidences), [photo], [2])
    (row,) = accuracy.rows
    assert (row.boxes, row.error, row.measured_px, accuracy.error) == (0, None, None, None)
    assert row.undecided > 0


def test_even_photo_has_no_box_to_measure():
    grey = np.full((256, 256, 3), 128, np.uint8)
    (row,) = measure_radius(Sequel([1.0, 2.0]), [grey], [2]).rows
    assert (row.boxes, row.undecided) == (0, 0)


def test_codes_are_read_as_the_runtime_reads_them():
    codes = np.array([[[0.1, 0.0, 0.25], [0.5, 5 / 6, 1.0]]], np.float32)
    cells = read_codes(codes)
    np.testing.assert_allclose(cells.radius_px, [[1, 4]], rtol=1e-6)
    # Sixteen standard deviations, and a half of one.
    np.testing.assert_allclose(cells.confidence, [[1, 0.3829249]], rtol=1e-5)
    np.testing.assert_array_equal(cells.motion, [[0.25, 1.0]])


class MeanOfCells:
    """Codes are the cell's own mean, and 1 in every cell that sees the tile's edge."""

    size_wh = (256, 160)
    channels = 3

    def predict(self, photo):
        means = photo[..., 0].reshape(10, CELL, 16, CELL).mean(axis=(1, 3)) / 255
        codes = np.repeat(means[..., None], 3, axis=2).astype(np.float32)
        codes[..., 2] = 1
        codes[3:-3, 3:-3, 2] = 0
        return codes


@pytest.mark.parametrize("size_wh", [(256, 160), (272, 176), (700, 400)])
def test_every_cell_is_measured_once_and_where_it_can_away_from_a_tiles_edge(size_wh):
    columns, rows = size_wh[0] // CELL, size_wh[1] // CELL
    values = np.random.default_rng(0).integers(0, 256, (rows, columns), np.uint8)
    photo = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    photo[: rows * CELL, : columns * CELL] = values.repeat(CELL, 0).repeat(CELL, 1)[..., None]
    cells = TileMeasurer(MeanOfCells())(photo)
    np.testing.assert_allclose(cells.radius_px, np.exp2(values / 51.0 - 0.5), rtol=1e-4)
    assert not cells.motion[3:-3, 3:-3].any()


def test_photo_under_a_tile_is_one_sentence():
    with pytest.raises(InputError, match="100x300 pixels is smaller than a tile"):
        TileMeasurer(MeanOfCells())(np.zeros((300, 100, 3), np.uint8))


def test_weights_are_measured_with_and_no_blur_network_is(tmp_path, photo):
    torch.manual_seed(0)
    save_weights(tmp_path / "detail.safetensors", build("detail"), "detail", {})
    save_weights(tmp_path / "nano.safetensors", build("nano"), "nano", {})
    cells = open_tile_measurer(tmp_path / "detail.safetensors")(photo)
    assert cells.radius_px.shape == cells.confidence.shape == cells.motion.shape == (16, 16)
    with pytest.raises(InputError, match="expected a network that gives the radius"):
        open_tile_measurer(tmp_path / "nano.safetensors")
    with pytest.raises(InputError, match="expected a network that gives a blur map"):
        open_predictor(tmp_path / "detail.safetensors")
