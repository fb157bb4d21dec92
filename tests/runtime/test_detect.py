"""``detect_blur`` and ``BlurDetector`` with the bundled model."""

import threading

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import (
    ArgumentError,
    BlurDetector,
    ClosedError,
    ImageError,
    ModelError,
    detect_blur,
)


@pytest.fixture(scope="module")
def detector():
    with BlurDetector(threads=1) as detector:
        yield detector


def test_blurred_half_is_called_blurred_and_sharp_half_in_focus(half_sharp):
    probability = detect_blur(half_sharp).probability
    assert probability[:, 200:].mean() > 0.8
    assert probability[:, :120].mean() < 0.2


def test_map_has_the_size_and_range_of_a_probability(detector, half_sharp):
    blur_map = detector.detect(half_sharp)
    assert blur_map.probability.shape == half_sharp.shape[:2]
    assert blur_map.probability.dtype == np.float32
    assert 0 <= blur_map.probability.min() <= blur_map.probability.max() <= 1
    assert blur_map.size_wh == (320, 240)


def test_array_pil_image_and_lossless_file_give_the_same_map(detector, half_sharp, tmp_path):
    Image.fromarray(half_sharp).save(tmp_path / "photo.png")
    maps = [
        detector.detect(photo).probability
        for photo in (half_sharp, Image.fromarray(half_sharp), tmp_path / "photo.png")
    ]
    assert np.array_equal(maps[0], maps[1])
    assert np.array_equal(maps[0], maps[2])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_is_applied_once(detector, half_sharp, tmp_path, orientation):
    path = tmp_path / "turned.png"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(half_sharp).save(path, exif=exif)
    turns = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }  # fmt: skip
    upright = Image.fromarray(half_sharp)
    if turns[orientation] is not None:
        upright = upright.transpose(turns[orientation])
    blur_map = detector.detect(path)
    assert blur_map.size_wh == upright.size
    assert np.array_equal(blur_map.probability, detector.detect(upright).probability)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16"])
def test_every_common_mode_is_taken(detector, mode):
    grey = np.tile(np.arange(64, dtype=np.uint8) * 4, (48, 1))
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    else:
        image = Image.fromarray(grey).convert("RGB").convert(mode)
    assert detector.detect(image).size_wh == (64, 48)


def test_sixteen_bit_grey_is_scaled_and_not_cut(detector):
    grey = np.random.default_rng(1).integers(0, 256, (64, 64), dtype=np.uint8)
    eight = detector.detect(Image.fromarray(grey)).probability
    sixteen = detector.detect(Image.fromarray(grey.astype(np.uint16) * 257)).probability
    assert np.array_equal(eight, sixteen)


def test_large_jpeg_decoded_at_reduced_scale_hardly_changes_the_map(detector, half_sharp, tmp_path):
    large = Image.fromarray(half_sharp).resize((2560, 1920), Image.Resampling.BICUBIC)
    large.save(tmp_path / "large.jpg", quality=95)
    whole = detector.detect(np.asarray(Image.open(tmp_path / "large.jpg"))).model_probability
    reduced = detector.detect(tmp_path / "large.jpg")
    assert reduced.size_wh == (2560, 1920)
    assert np.abs(reduced.model_probability - whole).mean() < 0.02


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 500, 3), (700, 3, 3)])
def test_extreme_shapes_are_handled(detector, shape):
    blur_map = detector.detect(np.zeros(shape, np.uint8))
    assert blur_map.probability.shape == shape[:2]


def test_array_that_is_not_contiguous_gives_the_same_map(detector, half_sharp):
    view = half_sharp[:, ::-1]
    copied = detector.detect(np.ascontiguousarray(view)).probability
    assert np.array_equal(detector.detect(view).probability, copied)


def test_several_threads_get_the_maps_of_their_own_photos(detector, half_sharp):
    photos = [np.roll(half_sharp, 40 * i, axis=1) for i in range(6)]
    expected = [detector.detect(photo).probability for photo in photos]
    found = [None] * len(photos)

    def work(index):
        for _ in range(3):
            found[index] = detector.detect(photos[index]).probability

    workers = [threading.Thread(target=work, args=(i,)) for i in range(len(photos))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(np.array_equal(a, b) for a, b in zip(expected, found, strict=True))


def test_closed_detector_says_so(half_sharp):
    with BlurDetector() as detector:
        pass
    with pytest.raises(ClosedError, match="closed"):
        detector.detect(half_sharp)


@pytest.mark.parametrize("threads", [0, -1, 1.5, "2", True, np.True_, 10_000])
def test_impossible_thread_count_is_refused(threads):
    with pytest.raises(ArgumentError, match="threads"):
        BlurDetector(threads=threads)


def test_thread_count_may_be_a_whole_number_of_numpys():
    with BlurDetector(threads=np.int64(2)) as detector:
        assert detector.threads == 2
        assert type(detector.threads) is int


def _write(path, content):
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: folder / "none.jpg", "no photo"),
        (lambda folder: folder, "is a folder"),
        (lambda folder: _write(folder / "x.jpg", b"not a photo at all"), "not a photo"),
        (lambda folder: _write(folder / "empty.jpg", b""), "not a photo"),
        (lambda folder: np.full((10, 10, 3), 255, np.float32), "from 0 to 1, got 255.0"),
        (lambda folder: np.zeros((0, 10, 3), np.uint8), "H and W at least 1"),
        (lambda folder: Image.new("F", (8, 8)), "mode F"),
        (lambda folder: 7, "got int"),
    ],
)
def test_unusable_photo_is_refused_in_a_sentence(detector, tmp_path, make, sentence):
    with pytest.raises(ImageError, match=sentence):
        detector.detect(make(tmp_path))


def test_truncated_photo_is_refused(detector, photo_file):
    content = photo_file.read_bytes()
    photo_file.write_bytes(content[: len(content) // 2])
    with pytest.raises(ImageError, match="cannot be read"):
        detector.detect(photo_file)


@pytest.mark.parametrize(
    ("model", "sentence"),
    [("heavy", "no model 'heavy'.*'lite'"), ("nowhere.tflite", "no model file nowhere.tflite")],
)
def test_unknown_model_is_named(model, sentence):
    with pytest.raises(ModelError, match=sentence):
        BlurDetector(model)
