"""A photo's levels and tiles, as other languages make them too: by whole numbers."""

import numpy as np
import pytest
from PIL import Image

from dbd_mobile.photo import load_pixels
from dbd_mobile.pyramid import Cells, Pyramid, halved, levels_of


@pytest.mark.parametrize("size_wh", [(64, 64), (65, 131), (640, 2), (257, 300)])
@pytest.mark.parametrize("form", [np.asarray, Image.fromarray])
def test_halving_is_the_rounded_mean_of_two_by_two(size_wh, form):
    photo = np.random.default_rng(3).integers(0, 256, (*size_wh[::-1], 3), np.uint8)
    even = photo[: size_wh[1] // 2 * 2, : size_wh[0] // 2 * 2].astype(int)
    sums = even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]
    assert np.array_equal(np.asarray(halved(form(photo))), (sums + 2) >> 2)


def test_levels_end_where_the_shorter_side_would_be_under_64():
    assert levels_of((64, 5000)) == (1,)
    assert levels_of((127, 5000)) == (1,)
    assert levels_of((128, 128)) == (1, 2)
    assert levels_of((4000, 511)) == (1, 2, 4)
    assert levels_of((512, 512)) == (1, 2, 4, 8)
    # A photo that is too small for any has its own.
    assert levels_of((3, 3)) == (1,)


def test_tiles_cover_all_and_the_last_are_moved_back():
    assert Cells(0, 0, 3, 20).tiles((16, 16)) == [Cells(0, 0, 3, 16), Cells(0, 4, 3, 20)]
    assert Cells(5, 0, 37, 16).tiles((16, 16)) == [Cells(5, 0, 21, 16), Cells(21, 0, 37, 16)]


@pytest.mark.parametrize(
    ("cells", "around"),
    [
        (Cells(10, 10, 12, 12), Cells(3, 3, 19, 19)),  # a tile with the region in its middle
        (Cells(0, 0, 1, 1), Cells(0, 0, 16, 16)),  # at the photo's corner
        (Cells(39, 8, 40, 24), Cells(24, 6, 40, 26)),  # at its edge, and with a margin
        (Cells(0, 0, 40, 30), Cells(0, 0, 40, 30)),  # all of it
    ],
)
def test_region_is_seen_with_what_is_around_it(cells, around):
    assert cells.around(limits_wh=(40, 30), tile_wh=(16, 16)) == around


def test_tile_beyond_the_edge_repeats_the_last_pixels():
    photo = np.arange(70 * 100 * 3, dtype=np.uint32).reshape(70, 100, 3).astype(np.uint8)
    tile = Pyramid(load_pixels(photo), (1,)).tile(1, Cells(4, 3, 7, 5), tile_wh=(4, 4))
    assert tile.shape == (64, 64, 3)
    assert np.array_equal(tile[:22, :36], photo[48:, 64:])
    assert (tile[22:, :36] == photo[-1, 64:]).all()
    assert (tile[:22, 36:] == photo[48:, -1:]).all()
