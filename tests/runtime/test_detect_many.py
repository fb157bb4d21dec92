"""``BlurDetector.detect_many``: photos decoded ahead in threads; and ``detect`` in asyncio."""

import asyncio
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import ArgumentError, BlurDetector, BlurMap, ClosedError, ImageError, load_pixels

TINY = Path(__file__).parent / "data" / "tiny_int8.tflite"


@pytest.fixture
def detector():
    """The tiny model: bright is blurred."""
    with BlurDetector(TINY, threads=1) as detector:
        yield detector


@pytest.fixture
def photos():
    """Twelve photos, the later the brighter."""
    return [np.full((32, 48 + i, 3), 20 * i, np.uint8) for i in range(12)]


def own_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("dbd-mobile")]


@pytest.fixture(autouse=True)
def no_thread_is_left():
    yield
    assert own_threads() == []


@pytest.mark.parametrize("jobs", [None, 1, 3, 20, np.int64(2)])
def test_maps_come_in_the_order_of_the_photos(detector, photos, jobs):
    found = list(detector.detect_many(photos, jobs=jobs))
    assert found == [detector.detect(photo) for photo in photos]
    assert [blur_map.size_wh[0] for blur_map in found] == list(range(48, 60))


def test_slow_photo_does_not_lose_its_place(detector, photos, monkeypatch):
    detect = BlurDetector.detect

    def slow_first(self, photo, **given):
        if photo is photos[0]:
            time.sleep(0.1)
        return detect(self, photo, **given)

    monkeypatch.setattr(BlurDetector, "detect", slow_first)
    found = list(detector.detect_many(photos, jobs=4))
    assert [blur_map.size_wh[0] for blur_map in found] == list(range(48, 60))


def test_order_of_channels_is_that_of_all_arrays(detector):
    rng = np.random.default_rng(0)
    frame = rng.integers(0, 256, (32, 48, 4), np.uint8) | np.uint8([0, 0, 0, 255])
    found = list(detector.detect_many([frame, frame[..., :3]], channels="BGRA"))
    assert found[0] == detector.detect(frame, channels="BGRA")
    assert isinstance(found[1], ImageError)


def test_unreadable_photo_is_an_error_in_its_place_and_the_others_go_on(detector, photos, tmp_path):
    (tmp_path / "broken.jpg").write_bytes(b"no photo")
    given = [photos[0], tmp_path / "broken.jpg", photos[1], tmp_path / "none.jpg", 7, photos[2]]
    found = list(detector.detect_many(given, jobs=2))
    assert [type(one) for one in found] == [
        BlurMap, ImageError, BlurMap, ImageError, ImageError, BlurMap,
    ]  # fmt: skip
    assert "no photo" in str(found[3])
    assert found[5] == detector.detect(photos[2])


def test_error_that_is_kept_holds_no_frames(detector, tmp_path):
    path = tmp_path / "cut.jpg"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 90, 3), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:2000])
    (error,) = detector.detect_many([path])
    while error is not None:
        assert error.__traceback__ is None
        error = error.__context__


def test_no_photos_are_no_maps(detector):
    assert list(detector.detect_many([])) == []


def taken_from(photos, taken):
    for index, photo in enumerate(photos):
        taken.append(index)
        yield photo


@pytest.mark.parametrize("jobs", [1, 3])
def test_no_more_photos_are_taken_ahead_than_jobs(detector, photos, jobs):
    taken = []
    found = detector.detect_many(taken_from(photos, taken), jobs=jobs)
    assert taken == []
    for done, _ in enumerate(found, start=1):
        assert len(taken) <= done + jobs


def test_closed_generator_stops_taking_photos_and_ends_its_threads(detector, photos):
    taken = []
    found = detector.detect_many(taken_from(photos, taken), jobs=3)
    next(found)
    assert own_threads()
    found.close()
    assert own_threads() == []
    assert len(taken) <= 4
    assert list(found) == []


def test_loop_that_is_left_ends_the_threads(detector, photos):
    for _ in detector.detect_many(photos, jobs=3):
        break
    assert own_threads() == []


def test_generator_that_is_never_asked_starts_no_thread(detector, photos):
    found = detector.detect_many(photos)
    assert own_threads() == []
    found.close()


def test_error_of_the_photos_own_generator_is_raised(detector, photos):
    def breaking():
        yield photos[0]
        raise OSError("the card was pulled out")

    with pytest.raises(OSError, match="pulled out"):
        list(detector.detect_many(breaking(), jobs=1))


def test_detector_that_is_closed_meanwhile_is_no_error_of_a_photo(photos):
    with BlurDetector(TINY, threads=1) as detector:
        found = detector.detect_many(photos, jobs=1)
        next(found)
    with pytest.raises(ClosedError, match="closed"):
        list(found)


@pytest.mark.parametrize(
    "single",
    ["photo.jpg", Path("photo.jpg"), Image.new("RGB", (8, 8)), np.zeros((8, 8, 3), np.uint8),
     load_pixels(np.zeros((8, 8, 3), np.uint8))],
)  # fmt: skip
def test_single_photo_is_refused_at_once(detector, single):
    with pytest.raises(ArgumentError, match=r"takes a list of photos.*call detect"):
        detector.detect_many(single)


def test_photos_may_be_one_array(detector, photos):
    batch = np.stack([photo[:, :48] for photo in photos])
    assert len(list(detector.detect_many(batch))) == 12


@pytest.mark.parametrize("jobs", [0, 257, 1.5, "2", True])
def test_impossible_number_of_jobs_is_refused_at_once(detector, photos, jobs):
    with pytest.raises(ArgumentError, match="jobs is a whole number from 1 to 256"):
        detector.detect_many(photos, jobs=jobs)


def test_detect_can_be_awaited_in_a_thread(detector, photos):
    async def detect_all():
        return await asyncio.gather(
            *(asyncio.to_thread(detector.detect, photo) for photo in photos)
        )

    assert asyncio.run(detect_all()) == [detector.detect(photo) for photo in photos]
