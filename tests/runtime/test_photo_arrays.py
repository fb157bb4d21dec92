"""Pixels in whatever holds them: kinds of numbers, orders of channels, strides, other packages."""

import array
import mmap
import tracemalloc

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import ArgumentError, ImageError, load_pixels

ORDERS = {"RGB": [0, 1, 2], "BGR": [2, 1, 0], "RGBA": [0, 1, 2, 3], "BGRA": [2, 1, 0, 3]}


@pytest.fixture(scope="module")
def rgb():
    return np.random.default_rng(3).integers(0, 256, (130, 170, 3), np.uint8)


@pytest.fixture(scope="module")
def opaque(rgb):
    return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])


class Holder:
    """An object of another package that gives an array when asked."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return self.values


class Capsule:
    """An object that shares its pixels by DLPack only."""

    def __init__(self, values):
        self.values = values

    def __dlpack__(self, **options):
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()


@pytest.mark.parametrize("channels", ORDERS)
def test_channels_in_any_order_give_the_same_photo(rgb, opaque, channels):
    given = np.ascontiguousarray(opaque[..., ORDERS[channels]])
    assert np.array_equal(load_pixels(given, channels=channels).to_array(), rgb)


@pytest.mark.parametrize(("count", "channels"), [(1, "GRAY"), (3, "RGB"), (4, "RGBA")])
def test_number_of_channels_says_which_they_are(opaque, count, channels):
    given = opaque[..., :count]
    assert np.array_equal(
        load_pixels(given).to_array(), load_pixels(given, channels=channels).to_array()
    )


def test_grey_is_grey_with_and_without_an_axis_for_it(rgb):
    grey = rgb[..., 0]
    expected = np.dstack([grey] * 3)
    for given in (grey, grey[..., None]):
        assert np.array_equal(load_pixels(given).to_array(), expected)


def test_camera_frame_of_four_bytes_a_pixel_is_looked_at_as_it_lies(told_detector, told):
    """picamera2's XRGB8888: blue, green, red and 255 in memory; rows may be padded."""
    photo = told.photo(640, 480, 3.0)
    memory = np.full((480, 656, 4), 255, np.uint8)
    frame = memory[:, :640]
    frame[..., :3] = photo[..., ::-1]
    assert np.shares_memory(load_pixels(frame, channels="BGRA").to_array(), memory)
    box = (100, 100, 300, 300)
    expected = told_detector.judge(photo, box)
    assert told_detector.judge(frame, box, channels="BGRA") == expected
    # The order is told by the verdict: red holds the radius.
    assert told_detector.judge(frame, box) != expected


def test_order_of_channels_reaches_every_function(told_detector, told):
    photo, blurred = told.photo(320, 240, 1.5), told.photo(320, 240, 5.0)
    bgr, blurred_bgr = photo[..., ::-1].copy(), blurred[..., ::-1].copy()
    box = (64, 64, 256, 192)
    assert told_detector.radius_to_compare(
        blurred_bgr, box, channels="BGR"
    ) == told_detector.radius_to_compare(blurred, box)
    assert np.array_equal(
        told_detector.measure(blurred_bgr, channels="BGR").radius_px,
        told_detector.measure(blurred).radius_px,
    )
    assert np.array_equal(
        told_detector.detect(bgr, channels="BGR").model_probability,
        told_detector.detect(photo).model_probability,
    )
    for region in (None, box):
        ranked = told_detector.best_of([blurred_bgr, bgr], region, channels="BGR")
        plain = told_detector.best_of([blurred, photo], region)
        assert [shot.radius_px for shot in ranked] == [shot.radius_px for shot in plain]


def test_see_through_pixels_are_laid_over_white_as_those_of_an_image(opaque):
    given = opaque.copy()
    given[..., 3] = np.random.default_rng(4).integers(0, 256, given.shape[:2], np.uint8)
    expected = load_pixels(Image.fromarray(given)).to_array()
    assert np.array_equal(load_pixels(given).to_array(), expected)
    assert np.array_equal(
        load_pixels(given[..., [2, 1, 0, 3]], channels="BGRA").to_array(), expected
    )


def test_frame_whose_fourth_channel_is_empty_is_refused_rather_than_white(rgb):
    frame = np.dstack([rgb, np.zeros_like(rgb[..., :1])])
    with pytest.raises(ImageError, match=r"see-through.*array\[\.\.\., :3\]"):
        load_pixels(frame, channels="BGRA")
    assert np.array_equal(load_pixels(frame[..., :3]).to_array(), rgb)


@pytest.mark.parametrize(
    "dtype", [np.float16, np.float32, np.float64, np.longdouble, ">f4", np.uint16, ">u2"]
)
@pytest.mark.parametrize("count", [1, 3, 4])
def test_other_numbers_give_the_pixels_of_eight_bits(opaque, dtype, count):
    expected = load_pixels(opaque[..., :count]).to_array()
    full = 65535 if np.dtype(dtype).kind == "u" else 1
    given = (opaque[..., :count].astype(np.float64) / 255 * full).astype(dtype)
    assert np.array_equal(load_pixels(given).to_array(), expected)


def test_truth_is_white(rgb):
    given = rgb[..., 0] > 127
    pixels = load_pixels(given).to_array()
    assert np.array_equal(pixels, np.dstack([given * np.uint8(255)] * 3))


@pytest.mark.parametrize(
    ("value", "said"), [(1.5, "got 0.0 to 1.5"), (-0.25, "got -0.25 to 0.0"), (np.nan, "nan")]
)
def test_floats_out_of_range_are_refused(value, said):
    given = np.zeros((100, 5, 3), np.float32)
    given[-1, -1] = value
    with pytest.raises(ImageError, match=f"from 0 to 1.*{said}"):
        load_pixels(given)


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.uint32, np.int64, complex, object, "U1"])
def test_numbers_without_a_known_range_are_refused(dtype):
    with pytest.raises(ImageError, match=r"is uint8, uint16, bool, or float from 0 to 1, got"):
        load_pixels(np.zeros((4, 5, 3), dtype))


@pytest.mark.parametrize("shape", [(), (0, 5), (4, 0, 3), (4, 5, 2), (3, 40, 50), (2, 4, 5, 3)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ImageError, match=r"A photo array is \(H, W\)"):
        load_pixels(np.zeros(shape, np.uint8))


@pytest.mark.parametrize(
    ("shape", "channels", "said"),
    [
        ((4, 5), "RGB", r"RGB is \(H, W, 3\), got \(4, 5\)"),
        ((4, 5, 4), "BGR", r"BGR is \(H, W, 3\)"),
        ((4, 5, 3), "BGRA", r"BGRA is \(H, W, 4\)"),
        ((4, 5, 3), "GRAY", r"GRAY is \(H, W\) or \(H, W, 1\)"),
    ],
)
def test_channels_that_are_not_there_are_refused(shape, channels, said):
    with pytest.raises(ImageError, match=said):
        load_pixels(np.zeros(shape, np.uint8), channels=channels)


@pytest.mark.parametrize("channels", ["bgr", "XRGB", 3, ["BGR"]])
def test_unknown_channels_are_refused_whatever_the_photo(channels, photo_file):
    with pytest.raises(ArgumentError, match=r"channels is one of RGB, BGR, RGBA, BGRA, GRAY"):
        load_pixels(photo_file, channels=channels)


@pytest.mark.parametrize("mask", [False, True])
def test_masked_arrays_are_refused(rgb, mask):
    masked = np.ma.array(rgb, mask=mask)
    for given in (masked, Holder(masked)):
        with pytest.raises(ImageError, match="masked array: fill it first"):
            load_pixels(given)
    assert np.array_equal(load_pixels(masked.filled(0)).to_array(), 0 * rgb if mask else rgb)


def test_any_holder_of_an_array_is_a_photo(rgb, tmp_path):
    np.save(tmp_path / "photo.npy", rgb)
    readonly = rgb.copy()
    readonly.flags.writeable = False
    holders = [
        memoryview(rgb),
        Holder(rgb),
        Capsule(rgb.copy()),
        readonly,
        np.load(tmp_path / "photo.npy", mmap_mode="r"),
        np.asfortranarray(rgb),
        np.ascontiguousarray(rgb[::-1, ::-1])[::-1, ::-1],
        np.repeat(rgb, 2, axis=1)[:, ::2],
    ]
    for given in holders:
        assert np.array_equal(load_pixels(given).to_array(), rgb)


def test_holder_that_cannot_give_its_array_is_a_sentence():
    class OnAnotherDevice:
        def __array__(self, dtype=None, copy=None):
            raise TypeError("can't convert a cuda tensor.\n  Use cpu() first.")

    said = r"OnAnotherDevice, cannot be read as an array: .* cuda tensor\. Use cpu\(\) first\.$"
    with pytest.raises(ImageError, match=said):
        load_pixels(OnAnotherDevice())


@pytest.mark.parametrize("given", [None, 7, [[1, 2], [3, 4]], {}, object()])
def test_what_holds_no_pixels_is_refused(given):
    with pytest.raises(ImageError, match=r"A photo is a path, .* got"):
        load_pixels(given)


@pytest.mark.parametrize(
    "view",
    [
        lambda rgb, opaque: rgb[::-1, ::-1],
        lambda rgb, opaque: rgb[..., ::-1],
        lambda rgb, opaque: opaque[..., 2::-1],
        lambda rgb, opaque: np.asfortranarray(rgb),
        lambda rgb, opaque: rgb[::3, 5:-7:2],
        lambda rgb, opaque: np.broadcast_to(rgb[..., :1], rgb.shape),
    ],
)
def test_strides_change_nothing(told_detector, rgb, opaque, view):
    given = view(rgb, opaque)
    copy = np.ascontiguousarray(given)
    from_view, from_copy = told_detector.detect(given), told_detector.detect(copy)
    assert np.array_equal(from_view.model_probability, from_copy.model_probability)
    if min(given.shape[:2]) >= 64:
        measured = told_detector.measure(given)
        assert np.array_equal(measured.radius_px, told_detector.measure(copy).radius_px)
    assert load_pixels(given).to_image().tobytes() == copy.tobytes()


@pytest.mark.parametrize("channels", ["BGR", "BGRA", "GRAY"])
def test_no_copy_of_the_photo_is_made(told_detector, channels):
    count = {"BGR": 3, "BGRA": 4, "GRAY": 1}[channels]
    photo = np.full((1500, 2000, count), 255, np.uint8)
    told_detector.detect(photo, channels=channels)
    tracemalloc.start()
    told_detector.detect(photo, channels=channels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < photo.shape[0] * photo.shape[1]


def in_array(content):
    return array.array("B", content)


def in_numpy(content):
    return np.frombuffer(content, np.uint8)


@pytest.mark.parametrize("hold", [bytes, bytearray, memoryview, in_array, in_numpy])
def test_one_dimensional_bytes_are_the_content_of_a_file(photo_file, hold):
    expected = load_pixels(photo_file).to_array()
    assert np.array_equal(load_pixels(hold(photo_file.read_bytes())).to_array(), expected)


def test_file_mapped_to_memory_is_its_content(photo_file):
    expected = load_pixels(photo_file).to_array()
    with (
        photo_file.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        assert np.array_equal(load_pixels(content).to_array(), expected)
