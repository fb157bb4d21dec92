"""A live camera's frames: the newest wins, nothing blocks, and errors reach who reads."""

import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from dbd_mobile import ArgumentError, BlurDetector, BlurMap, ClosedError, ImageError
from dbd_mobile.jobs.video import FrameStream


class SlowFakeDetector:
    """Stands in for a BlurDetector: looks at a frame for as long as the test wants.

    Its map is the frame's brightness.
    """

    model_facts = SimpleNamespace(input=SimpleNamespace(size_wh=(32, 32)))

    def __init__(self):
        self.has_begun = threading.Semaphore(0)
        self.may_end = threading.Semaphore(0)
        self.seen = []

    def detect(self, pixels):
        self.has_begun.release()
        assert self.may_end.acquire(timeout=30)
        level = float(pixels.rgb.mean())
        self.seen.append(round(level))
        if level > 200:
            raise ImageError("This frame is too bright.")
        return BlurMap(np.full((4, 4), level / 255, np.float32), size_wh=pixels.size_wh)

    def judge(self, photo):
        raise NotImplementedError


def frame(level):
    return np.full((48, 64, 3), level, np.uint8)


@pytest.fixture
def slow():
    detector = SlowFakeDetector()
    yield detector
    # Whatever a test left waiting.
    detector.may_end.release(100)


def wait_until(is_so):
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_newest_frame_wins_and_older_ones_are_counted(slow):
    with FrameStream(slow) as stream:
        stream.put(frame(10))
        slow.has_begun.acquire(timeout=30)
        # All of these come while the first is looked at.
        for level in (20, 30, 40):
            stream.put(frame(level))
        slow.may_end.release(2)
        results = iter(stream)
        found = [next(results)]
        if found[0].index == 0:
            found.append(next(results))
    assert slow.seen == [10, 40]
    assert found[-1].index == 3
    assert stream.dropped == 4 - len(found)


def test_put_never_waits(slow):
    with FrameStream(slow) as stream:
        stream.put(frame(10))
        slow.has_begun.acquire(timeout=30)
        for _ in range(1000):
            stream.put(frame(20))
        # It has not even been looked at.
        assert slow.seen == []
        assert stream.dropped == 999
        slow.may_end.release(2)


def test_result_that_nobody_took_gives_way_to_a_newer_one(slow):
    slow.may_end.release(2)
    with FrameStream(slow) as stream:
        stream.put(frame(10))
        wait_until(lambda: slow.seen == [10])
        stream.put(frame(20))
    (result,) = stream
    assert result.index == 1
    assert stream.dropped == 1


def test_result_has_its_frame_and_times_on_the_cameras_clock(slow):
    slow.may_end.release()
    with FrameStream(slow, smooth=False) as stream:
        stream.put(frame(51), captured_ms=5000.0)
        result = next(iter(stream))
    assert result.captured_ms == 5000.0
    assert 5000.0 < result.ready_ms < 35000.0
    assert result.blur_map.size_wh == (64, 48)
    assert result.blur_map.blurred_fraction == 0
    assert np.array_equal(result.pixels.to_array(), frame(51))


def test_time_is_taken_where_the_camera_gives_none(slow):
    slow.may_end.release()
    with FrameStream(slow) as stream:
        before_ms = 1000 * time.monotonic()
        stream.put(frame(51))
        result = next(iter(stream))
    assert before_ms <= result.captured_ms <= result.ready_ms <= 1000 * time.monotonic()


def test_newest_frame_is_finished_at_the_end(slow):
    slow.may_end.release(2)
    with FrameStream(slow) as stream:
        stream.put(frame(10))
        slow.has_begun.acquire(timeout=30)
        stream.put(frame(20))
    assert slow.seen == [10, 20]
    assert [result.index for result in stream] == [1]
    assert list(stream) == []


def test_reader_in_another_thread_ends_with_the_stream(slow):
    slow.may_end.release(100)
    found = []
    with FrameStream(slow) as stream:
        reader = threading.Thread(target=lambda: found.extend(stream))
        reader.start()
        for number in range(20):
            stream.put(frame(number))
            time.sleep(0.002)
    reader.join(timeout=30)
    assert not reader.is_alive()
    indices = [result.index for result in found]
    assert indices == sorted(set(indices))
    assert indices[-1] == 19
    assert stream.dropped == 20 - len(found)


def test_error_on_a_frame_reaches_the_reader(slow):
    slow.may_end.release(2)
    with FrameStream(slow) as stream:
        stream.put(frame(10))
        results = iter(stream)
        assert next(results).index == 0
        stream.put(frame(250))
        with pytest.raises(ImageError, match="too bright"):
            next(results)
        # The camera goes on, to no avail.
        stream.put(frame(10))
        assert stream.dropped == 1
        assert list(stream) == []


def test_frame_that_is_none_reaches_the_reader(slow):
    with FrameStream(slow) as stream:
        stream.put("none.jpg")
        with pytest.raises(ImageError, match=r"There is no photo none\.jpg"):
            next(iter(stream))


def test_callback_gets_every_result(slow):
    slow.may_end.release(3)
    got = []
    with FrameStream(slow, on_result=got.append) as stream:
        for number in range(3):
            stream.put(frame(number))
            wait_until(lambda number=number: len(got) > number)
        with pytest.raises(ArgumentError, match="on_result"):
            iter(stream)
    assert [result.index for result in got] == [0, 1, 2]
    assert stream.dropped == 0


def test_error_reaches_who_puts_where_there_is_a_callback(slow):
    slow.may_end.release()
    stream = FrameStream(slow, on_result=lambda result: None)
    stream.put(frame(250))
    slow.has_begun.acquire(timeout=30)
    with pytest.raises(ImageError, match="too bright"):
        while True:
            stream.put(frame(0))
            time.sleep(0.002)
    stream.close()


def test_error_of_a_callback_is_raised_at_the_end(slow):
    def refuse(result):
        raise ValueError("no screen")

    slow.may_end.release()
    with (
        pytest.raises(ValueError, match="no screen"),
        FrameStream(slow, on_result=refuse) as stream,
    ):
        stream.put(frame(10))


def test_error_of_the_block_is_not_hidden_by_one_of_the_work(slow):
    slow.may_end.release()
    with (
        pytest.raises(KeyError, match="mine"),
        FrameStream(slow, on_result=lambda result: None) as stream,
    ):
        stream.put(frame(250))
        raise KeyError("mine")


def test_stream_may_be_closed_from_its_own_callback(slow):
    slow.may_end.release()
    got = []

    def once(result):
        got.append(result)
        stream.close()

    with FrameStream(slow, on_result=once) as stream:
        stream.put(frame(10))
    assert len(got) == 1


def test_closed_stream_takes_no_frame_and_leaves_no_thread(slow):
    before = threading.active_count()
    stream = FrameStream(slow)
    assert threading.active_count() == before + 1
    stream.close()
    stream.close()
    assert threading.active_count() == before
    with pytest.raises(ClosedError, match="This FrameStream was closed"):
        stream.put(frame(10))
    assert list(stream) == []


def test_impossible_channels_are_refused_at_once(slow):
    with pytest.raises(ArgumentError, match="channels"):
        FrameStream(slow, channels="BRG")


def test_real_detector_gives_the_map_that_detect_gives(half_sharp):
    with BlurDetector("nano", threads=1) as detector:
        with FrameStream(detector, channels="BGR") as stream:
            stream.put(half_sharp[..., ::-1])
            result = next(iter(stream))
        alone = detector.detect(half_sharp)
        assert np.abs(result.blur_map.probability - alone.probability).mean() < 0.01
        assert result.blur_map.sharpness((0, 0, 140, 240)) > 0.8
        focus = result.blur_map.judge(result.pixels, (20, 20, 140, 220))
        assert focus.verdict == detector.judge(half_sharp, (20, 20, 140, 220)).verdict
