"""``RadiusMap.overlay`` and ``RadiusMap.picture``: what is hatched, and that it can be seen."""

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import ArgumentError, Focus, ImageError, RadiusMap, Strictness
from dbd_mobile.reading import MIN_CONFIDENCE

CELL = RadiusMap.cell_px
LUMA = np.array([0.299, 0.587, 0.114])
COLORS = {
    "red": (255, 0, 0),
    "overlay's red": (255, 48, 0),
    "green": (0, 255, 0),
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "gray": (128, 128, 128),
}


def plain(color, size_wh=(320, 240)):
    return np.full((size_wh[1], size_wh[0], 3), color, np.uint8)


def radii(rows, size_wh=(320, 240), confidence=1.0):
    """A map whose rows of cells have radii by turns; ``rows`` is one radius, or several."""
    height, width = -(-size_wh[1] // CELL), -(-size_wh[0] // CELL)
    per_row = np.resize(np.array(rows, np.float32), height)
    return RadiusMap(
        radius_px=np.repeat(per_row[:, np.newaxis], width, axis=1),
        confidence=np.full((height, width), confidence, np.float32),
        motion=np.zeros((height, width), np.float32),
        size_wh=size_wh,
    )


def focus(size_wh=(320, 240), **values):
    given = {
        "verdict": "soft",
        "reason": "soft at 100 %: blur radius 2.0 px",
        "blur_radius_px": 2.0,
        "lens_blur_px": 1.7,
        "sharp_width_px": 200,
        "score": 0.5,
        "motion": False,
        "confidence": 0.9,
        "box_xyxy": (100, 60, 220, 180),
        "found_subject": False,
        "size_wh": size_wh,
        "at_width": None,
        "max_radius_px": 1.85,
        "timings_ms": {},
    }
    return Focus(**{**given, **values})


def undecidable():
    numbers = dict.fromkeys(("blur_radius_px", "lens_blur_px", "sharp_width_px", "score"))
    return focus(verdict="undecidable", confidence=0.0, **numbers)


def changed(picture, photo):
    """(H, W) bool: where the picture's luma differs from the photo's by 100 of 255 or more."""
    drawn = np.asarray(picture)[: photo.shape[0], : photo.shape[1]]
    return np.abs(drawn @ LUMA - photo @ LUMA) >= 100


def blocks(mask, side):
    """The shares of a mask that are set, in blocks of ``side`` pixels."""
    height, width = mask.shape[0] // side * side, mask.shape[1] // side * side
    cut = mask[:height, :width].reshape(height // side, side, width // side, side)
    return cut.mean(axis=(1, 3))


@pytest.mark.parametrize("color", COLORS.values(), ids=COLORS)
@pytest.mark.parametrize("radius", [2.5, 20])
def test_hatching_is_seen_on_every_color(color, radius):
    photo = plain(color)
    seen = changed(radii(radius).overlay(photo), photo)
    # In each cell of 16 pixels, and not so dense that the photo is gone.
    assert blocks(seen, CELL).min() >= 0.05
    assert seen.mean() <= 0.5


def test_what_is_blurred_is_hatched_twice_as_densely_as_what_is_soft():
    photo = plain(COLORS["red"])
    soft, blurred = (changed(radii(r).overlay(photo), photo).mean() for r in (2.5, 20))
    assert blurred == pytest.approx(2 * soft, rel=0.05)


@pytest.mark.parametrize(("radius", "confidence"), [(1.0, 1.0), (20, MIN_CONFIDENCE - 0.01)])
def test_what_is_sharp_or_not_known_is_left_as_it_is(half_sharp, radius, confidence):
    overlay = radii(radius, confidence=confidence).overlay(half_sharp)
    assert np.array_equal(np.asarray(overlay), half_sharp)


def test_only_the_cells_that_are_not_sharp_are_hatched():
    # 330x250 has cells that stick out.
    size_wh = (330, 250)
    photo = plain(COLORS["gray"], size_wh)
    overlay = radii([1, 20], size_wh).overlay(photo)
    assert overlay.size == size_wh
    seen = changed(overlay, photo)
    of_row = np.arange(250) // CELL
    assert not seen[of_row % 2 == 0].any()
    assert seen[of_row % 2 == 1].any(axis=1).all()


def test_strictness_and_width_say_what_is_hatched(half_sharp):
    measured = radii(2.5)

    def is_clear(**options):
        return np.array_equal(np.asarray(measured.overlay(half_sharp, **options)), half_sharp)

    assert not is_clear()
    assert is_clear(at_width=100)
    assert is_clear(strictness=Strictness(name="lax", max_radius_px=3))
    assert is_clear(strictness=Strictness(name="small", at_width=100))
    assert not is_clear(strictness=Strictness(name="small", at_width=100), at_width=320)


def test_hatching_grows_with_the_photo_so_that_a_screen_shows_it():
    size_wh = (3200, 2400)
    photo = plain(COLORS["red"], size_wh)
    small = radii(20, size_wh).overlay(photo).reduce(4)
    assert blocks(changed(small, plain(COLORS["red"], small.size)), 32).min() > 0


def test_photo_that_the_overlay_is_made_of_is_left_as_it_is(half_sharp):
    image = Image.fromarray(half_sharp)
    drawn = radii(20).overlay(image)
    assert np.array_equal(np.asarray(image), half_sharp)
    assert np.array_equal(np.asarray(drawn), np.asarray(radii(20).overlay(half_sharp)))


@pytest.mark.parametrize("color", COLORS.values(), ids=COLORS)
def test_region_is_outlined_on_every_color(color):
    photo = plain(color)
    seen = changed(radii(1).picture(photo, focus()), photo)
    columns, rows = np.flatnonzero(seen.any(axis=0)), np.flatnonzero(seen.any(axis=1))
    assert 100 <= columns[0] < 103
    assert 217 <= columns[-1] < 220
    assert 60 <= rows[0] < 63
    assert 177 <= rows[-1] < 180
    assert not seen[70:170, 110:210].any()


def test_picture_has_a_scale_under_the_photo(half_sharp):
    picture = radii(1).picture(half_sharp, focus())
    assert picture.width == 320
    assert picture.height > 240


def mark(shown):
    """Column of the scale's mark, where only that differs from the undecidable's picture."""
    photo = plain(COLORS["gray"])
    with_mark, without = (np.asarray(radii(1).picture(photo, f)) for f in (shown, undecidable()))
    assert with_mark.shape == without.shape
    # Words stand above the scale, the mark's tip ends in it.
    differs = (with_mark != without).any(axis=2)[240:].any(axis=1)
    tip = 240 + int(np.flatnonzero(differs)[-1])
    return float(np.flatnonzero((with_mark[tip] != without[tip]).any(axis=1)).mean())


def test_mark_is_farther_right_the_larger_the_radius():
    radii_px = [0.5, 1, 2, 4, 30, 500]
    columns = [mark(focus(blur_radius_px=radius)) for radius in radii_px]
    assert columns == sorted(columns)
    assert len(set(columns)) == len(columns)
    # A doubling is the same step everywhere.
    assert columns[2] - columns[1] == pytest.approx(columns[3] - columns[2], abs=1.5)
    assert 0 < columns[0] < 20
    assert 300 < columns[-1] < 320


@pytest.mark.parametrize("size_wh", [(64, 64), (64, 900), (2000, 64)])
def test_picture_is_drawn_for_every_shape(size_wh):
    shown = focus(size_wh, box_xyxy=(0, 0, 1, 1))
    picture = radii(20, size_wh).picture(plain(COLORS["red"], size_wh), shown)
    assert picture.width == max(size_wh[0], 320)


def test_other_photos_and_strictnesses_are_refused_in_one_sentence(half_sharp):
    measured = radii(1)
    with pytest.raises(ImageError, match="320x240, got 100x80"):
        measured.overlay(plain(COLORS["red"], (100, 80)))
    with pytest.raises(ArgumentError, match="of another photo: the map is for 320x240"):
        measured.picture(half_sharp, focus((640, 480)))
    with pytest.raises(ArgumentError, match="strictness is one of"):
        measured.overlay(half_sharp, strictness="harsh")
    with pytest.raises(ArgumentError, match="at_width is from 1"):
        measured.overlay(half_sharp, at_width=0)
