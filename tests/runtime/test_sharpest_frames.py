"""The sharpest frames of a video, spread over its time."""

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dbd_mobile import ArgumentError, BlurDetector
from dbd_mobile.jobs.video import VideoError, sharpest_frames

from .videos import write_video

pytest.importorskip("av")


@pytest.fixture(scope="module")
def detector():
    with BlurDetector("nano", threads=1) as detector:
        yield detector


@pytest.fixture(scope="module")
def texture():
    """Fine texture, 300 pixels wide: a camera can pan over it."""
    rng = np.random.default_rng(5)
    coarse = Image.fromarray(rng.integers(0, 256, (40, 75, 3), dtype=np.uint8))
    fine = coarse.resize((300, 160), Image.Resampling.BICUBIC)
    return Image.fromarray(
        np.clip(np.asarray(fine) + rng.normal(0, 25, (160, 300, 1)), 0, 255).astype(np.uint8)
    )


def panned(texture, radii):
    """Frames of 192x160 along the texture, each blurred."""
    for number, radius in enumerate(radii):
        part = texture.crop((3 * number, 0, 3 * number + 192, 160))
        yield np.asarray(part.filter(ImageFilter.GaussianBlur(radius)))


def test_sharpest_of_each_span_is_chosen(detector, texture, tmp_path):
    radii = [3, 2, 0.5, 3, 3, 0.5, 2, 3, 2, 2, 3, 0.5]
    path = write_video(tmp_path / "clip.mp4", list(panned(texture, radii)))
    calls = []
    chosen = list(sharpest_frames(detector, path, 3, on_frame=lambda: calls.append(1)))
    assert [frame.index for frame in chosen] == [2, 5, 11]
    assert [frame.time_s for frame in chosen] == pytest.approx([2 / 25, 5 / 25, 11 / 25])
    assert len(calls) == 12
    (first, *_) = panned(texture, radii[:3])
    assert chosen[0].rgb.shape == first.shape
    assert all(frame.radius_px < 2 for frame in chosen)


def test_spans_are_of_time_and_not_of_frames(detector, texture, tmp_path):
    # Five frames at once, then one in each of four seconds.
    times_s = [0, 0.04, 0.08, 0.12, 0.16, 1.0, 2.0, 3.0]
    path = write_video(tmp_path / "clip.mp4", list(panned(texture, [1] * 8)), times_s=times_s)
    chosen = [frame.index for frame in sharpest_frames(detector, path, 4)]
    assert len(chosen) == 4
    assert chosen[0] < 5
    assert chosen[1:] == [5, 6, 7]


def test_more_spans_than_frames_give_each_frame_once(detector, texture, tmp_path):
    path = write_video(tmp_path / "clip.mp4", list(panned(texture, [1] * 4)))
    chosen = [frame.index for frame in sharpest_frames(detector, path, 50)]
    assert chosen == [0, 1, 2, 3]


def test_frame_that_is_shown_twice_is_chosen_once(detector, texture, tmp_path):
    frames = [frame for frame in panned(texture, [1] * 4) for _ in range(2)]
    path = write_video(tmp_path / "clip.mkv", frames, codec="ffv1", pixels="yuv444p")
    chosen = [frame.index for frame in sharpest_frames(detector, path, 8)]
    assert chosen == [0, 2, 4, 6]


def test_one_of_so_many_frames_is_measured(detector, texture, tmp_path):
    path = write_video(tmp_path / "clip.mp4", list(panned(texture, [1] * 9)))
    assert [frame.index for frame in sharpest_frames(detector, path, 9, every=4)] == [0, 4, 8]


def test_turned_frames_are_given_upright(detector, texture, tmp_path):
    (seen,) = panned(texture, [0.5])
    path = write_video(tmp_path / "clip.mp4", [np.rot90(seen, -1)], turned=90)
    (frame,) = sharpest_frames(detector, path, 1)
    assert np.abs(frame.rgb.astype(int) - seen).mean() < 25


def test_frames_without_texture_are_chosen_where_there_are_no_others(detector, tmp_path):
    path = write_video(tmp_path / "clip.mp4", [np.full((96, 128, 3), 90, np.uint8)] * 3)
    (frame,) = sharpest_frames(detector, path, 1)
    assert frame.radius_px is None


def test_of_a_video_that_is_cut_off_those_that_are_there_are_chosen(detector, texture, tmp_path):
    path = write_video(tmp_path / "clip.mkv", list(panned(texture, [1] * 36)), g="1")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    chosen = []
    with pytest.raises(VideoError, match="is cut off"):
        for frame in sharpest_frames(detector, path, 2, every=3):
            chosen.append(frame.index)
    assert len(chosen) == 2


@pytest.mark.parametrize(("count", "every"), [(0, 1), (1, 0), (1.5, 1), (True, 1)])
def test_numbers_are_whole_and_from_1(detector, tmp_path, count, every):
    with pytest.raises(ArgumentError, match="is a whole number from 1"):
        next(sharpest_frames(detector, tmp_path / "none.mp4", count, every=every))
