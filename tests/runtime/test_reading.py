"""What a level says of its own pixels, in pixels of the photo."""

import numpy as np
import pytest

from dbd_mobile.pyramid import LEVELS
from dbd_mobile.radius_code import CRISP_PX, RADIUS_PX
from dbd_mobile.reading import in_photo


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("radius_px", [0.71, 1.0, CRISP_PX])
def test_crisp_is_crisp_on_every_level(level, radius_px):
    """A reduced photo is as crisp as one can be: its own pixels' blur does not grow with them."""
    assert in_photo(radius_px, level) == pytest.approx(radius_px)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("lens_blur_px", [0.5, 2.0, 6.0])
def test_what_the_lens_added_grows_with_the_level(level, lens_blur_px):
    seen = np.hypot(CRISP_PX, lens_blur_px)
    assert in_photo(seen, level) == pytest.approx(np.hypot(CRISP_PX, level * lens_blur_px))


@pytest.mark.parametrize("level", LEVELS)
def test_larger_radius_is_larger_in_the_photo(level):
    radii = [in_photo(float(radius), level) for radius in RADIUS_PX]
    assert (np.diff(radii) > 0).all()
    assert (radii >= RADIUS_PX * (1 - 1e-6)).all()


def test_finest_level_has_the_photos_own_pixels():
    for radius in RADIUS_PX.tolist():
        assert in_photo(radius, 1) == pytest.approx(radius)
