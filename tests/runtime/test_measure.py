"""``BlurDetector.measure`` and ``RadiusMap``: by how many pixels each cell is blurred."""

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import ArgumentError, BlurDetector, ClosedError, ImageError, RadiusMap, load_pixels
from dbd_mobile.reading import MIN_CONFIDENCE, in_photo


def close(radius_px):
    """Reds are 4 % apart at most."""
    return pytest.approx(radius_px, rel=0.05)


@pytest.mark.parametrize("size_wh", [(64, 64), (100, 133), (256, 64), (321, 577)])
def test_map_has_a_cell_for_every_16_pixels_begun(told_detector, told, size_wh):
    radii = told_detector.measure(told.flat(*size_wh, 2.0))
    assert radii.size_wh == size_wh
    shape = -(-size_wh[1] // 16), -(-size_wh[0] // 16)
    assert radii.radius_px.shape == radii.confidence.shape == radii.motion.shape == shape
    assert radii.cell_px == 16
    assert radii.radius_px == close(np.full(shape, 2.0))


def test_each_cell_has_the_radius_of_its_own_place(told_detector, told):
    """Tiles meet and the last are moved back: no cell may end up beside its place."""
    rng = np.random.default_rng(7)
    cells = rng.uniform(1, 5, (17, 23))
    reds = np.vectorize(told.red)(cells).astype(np.uint8)
    photo = np.zeros((17 * 16, 23 * 16, 3), np.uint8)
    photo[..., 0] = reds.repeat(16, axis=0).repeat(16, axis=1)
    whole = told_detector.measure(photo)
    assert whole.radius_px == close(cells)
    # Cut within the last cells, which are filled up with their own last pixels.
    cut = told_detector.measure(photo[:-9, :-3])
    assert np.array_equal(cut.radius_px, whole.radius_px)


def test_array_image_and_file_give_the_same_radii(told_detector, tmp_path):
    photo = np.random.default_rng(1).integers(0, 256, (301, 403, 3), np.uint8)
    photo[..., 1] //= 2
    Image.fromarray(photo).save(tmp_path / "photo.png")
    maps = [
        told_detector.measure(form)
        for form in (photo, Image.fromarray(photo), tmp_path / "photo.png", load_pixels(photo))
    ]
    assert all(np.array_equal(maps[0].radius_px, other.radius_px) for other in maps[1:])
    assert all(np.array_equal(maps[0].confidence, other.confidence) for other in maps[1:])


def test_radius_beyond_the_reliable_is_that_of_the_coarsest_level(told_detector, told):
    # Every level of one colour says 8 of its own pixels.
    assert told_detector.measure(told.flat(512, 512, 8.0)).radius_px == close(
        np.full((32, 32), in_photo(8.0, 8))
    )
    # Of 128 pixels there are levels 1 and 2 only.
    assert told_detector.measure(told.flat(128, 128, 8.0)).radius_px == close(
        np.full((8, 8), in_photo(8.0, 2))
    )


def test_coarser_level_measures_where_the_finest_is_not_sure(told_detector, told):
    photo = told.flat(256, 256, 3.0)
    told.dot(photo, 1, told.UNSURE)
    radii = told_detector.measure(photo)
    assert radii.radius_px == close(np.full((16, 16), in_photo(3.0, 2)))
    assert (radii.confidence > 0.9).all()


def test_finest_level_wins_where_all_are_sure(told_detector, told):
    photo = told.flat(256, 256, 1.0)
    told.dot(photo, 0, told.red(4.0))
    assert told_detector.measure(photo).radius_px == close(np.full((16, 16), 4.0))


def test_crisp_on_a_coarse_level_alone_is_not_measured(told_detector, told):
    """It says no more than that the radius is below that level's pixel."""
    photo = told.flat(256, 256, 1.0)
    told.dot(photo, 1, told.UNSURE)
    radii = told_detector.measure(photo)
    assert (radii.confidence < MIN_CONFIDENCE).all()
    assert radii.radius_px == close(np.ones((16, 16)))


def test_unsure_everywhere_has_little_confidence(told_detector, told):
    radii = told_detector.measure(told.flat(128, 128, 2.0, green=told.UNSURE))
    assert (radii.confidence < 0.3).all()


def test_motion_is_a_probability_of_each_cell(told_detector, told):
    photo = told.flat(128, 64, 3.0)
    photo[:, 64:, 2] = 255
    motion = told_detector.measure(photo).motion
    assert (motion[:, :4] < 0.05).all()
    assert (motion[:, 4:] > 0.95).all()


def test_small_or_reduced_photo_is_refused(told_detector, tmp_path):
    with pytest.raises(ImageError, match=r"64 pixels at least.*got 400x63"):
        told_detector.measure(np.zeros((63, 400, 3), np.uint8))
    path = tmp_path / "large.jpg"
    Image.new("RGB", (1200, 800)).save(path)
    with pytest.raises(ImageError, match="1200x800, got 150x100"):
        told_detector.measure(load_pixels(path, needed_wh=(48, 48)))


def test_closed_detector_says_so(told):
    with BlurDetector(threads=1) as detector:
        pass
    with pytest.raises(ClosedError, match="closed"):
        detector.measure(told.flat(64, 64))


def made(shape=(2, 3), size_wh=(40, 32), **changed):
    cells = {
        name: np.full(shape, 0.5, np.float32) for name in ("radius_px", "confidence", "motion")
    }
    return RadiusMap(**{**cells, **changed}, size_wh=size_wh)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"radius_px": np.ones((3, 2), np.float32)}, r"radius_px is \(2, 3\) float32.*40x32"),
        ({"confidence": np.ones((2, 3))}, "confidence .*got .* float64"),
        ({"motion": np.full((2, 3), 1.5, np.float32)}, "motion is from 0 to 1"),
        ({"radius_px": np.full((2, 3), np.nan, np.float32)}, "radius_px is from 0"),
        ({"radius_px": np.full((2, 3), np.inf, np.float32)}, "radius_px is from 0"),
        ({"size_wh": (64, 32)}, "64x32"),
    ],
)
def test_what_does_not_fit_together_is_refused(changed, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        made(**changed)


def test_arrays_are_the_maps_own_and_cannot_be_changed():
    mine = np.full((2, 3), 0.5, np.float32)
    radii = made(radius_px=mine)
    mine[:] = 9
    assert (radii.radius_px == 0.5).all()
    for array in (radii.radius_px, radii.confidence, radii.motion):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1


def test_repr_tells_sizes_and_how_much_is_known(told_detector, told):
    radii = told_detector.measure(told.flat(100, 70, 2.0))
    assert repr(radii) == "RadiusMap(size_wh=(100, 70), cells_wh=(7, 5), confident=1.000)"
    assert set(radii.timings_ms) == {"decode", "measure"}
