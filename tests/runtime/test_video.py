"""Videos: their frames' maps and times, overlays drawn on them, and what is damaged."""

import os
import sys
from contextlib import closing
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from dbd_mobile import ArgumentError, BlurDetector, BlurMap, DBDError, InputError
from dbd_mobile.jobs.video import RawReader, RawSink, VideoError, detect_video, overlay_video

from .videos import bright, read_video, write_video

pytest.importorskip("av")

# To it bright is blurred.
TINY = Path(__file__).parent / "data" / "tiny_int8.tflite"
UNEVEN_S = [0, 0.01, 0.2, 0.25, 0.9, 1.0]


@pytest.fixture(scope="module")
def detector():
    with BlurDetector(TINY, threads=1) as detector:
        yield detector


@pytest.fixture
def clip(tmp_path):
    """Six frames of 96x64 at uneven times, the right half of each blurred."""
    return write_video(tmp_path / "clip.mp4", [bright(96, 64)] * 6, times_s=UNEVEN_S)


def halves(blur_map):
    """Mean probability of blur of the left and the right half."""
    width = blur_map.size_wh[0]
    left = blur_map.probability[:, : width // 2 - 4]
    return float(left.mean()), float(blur_map.probability[:, width // 2 + 4 :].mean())


def test_each_frame_has_its_map_and_its_time(clip, detector):
    found = list(detect_video(detector, clip))
    assert [result.index for result in found] == list(range(6))
    assert [result.time_s for result in found] == pytest.approx(UNEVEN_S, abs=1e-4)
    for result in found:
        assert isinstance(result.blur_map, BlurMap)
        assert result.blur_map.size_wh == (96, 64)
        assert (result.is_detected, result.is_cut) == (True, False)
        left, right = halves(result.blur_map)
        assert left < 0.2 < 0.8 < right


def test_frame_is_given_with_its_result(clip, detector):
    frames = [result.to_array() for result in detect_video(detector, clip)]
    assert frames[0].shape == (64, 96, 3)
    assert np.abs(frames[0].astype(int) - bright(96, 64)).mean() < 6


def test_result_is_what_json_can_hold(clip, detector):
    result = next(detect_video(detector, clip))
    facts = result.to_dict()
    assert (facts["frame"], facts["time_s"], facts["is_detected"]) == (0, 0.0, True)
    assert facts.items() >= result.blur_map.to_dict().items()


@pytest.mark.parametrize(("turned", "flipped"), [(90, 0), (180, 0), (-90, 0), (0, 1), (90, 1)])
def test_frames_are_looked_at_as_they_are_seen(tmp_path, detector, turned, flipped):
    seen = bright(64, 96)
    # A player mirrors what it has turned.
    stored = np.rot90(seen[:, ::-1] if flipped else seen, -turned // 90)
    path = write_video(tmp_path / "clip.mp4", [stored] * 2, turned=turned, flipped=flipped)
    result = next(detect_video(detector, path))
    assert result.blur_map.size_wh == (64, 96)
    left, right = halves(result.blur_map)
    assert left < 0.2 < 0.8 < right
    assert np.abs(result.to_array().astype(int) - seen).mean() < 6


def test_frames_between_keep_the_map(tmp_path, detector):
    levels = range(40, 220, 20)
    path = write_video(tmp_path / "clip.mp4", [bright(96, 64, level=level) for level in levels])
    found = list(detect_video(detector, path, every=4))
    assert [result.is_detected for result in found] == [
        True,
        *[False] * 3,
        True,
        *[False] * 3,
        True,
    ]
    assert found[3].blur_map is found[0].blur_map


def test_first_frame_of_a_scene_is_looked_at_and_begins_anew(tmp_path, detector):
    other = bright(96, 64)[:, ::-1]
    path = write_video(tmp_path / "clip.mp4", [bright(96, 64)] * 5 + [other] * 4)
    for every in (1, 8):
        found = list(detect_video(detector, path, every=every))
        assert [result.index for result in found if result.is_cut] == [5]
        assert found[5].is_detected
        left, right = halves(found[5].blur_map)
        assert right < 0.2 < 0.8 < left


def test_wide_frames_are_seen_in_squares(tmp_path, detector):
    path = write_video(tmp_path / "clip.mp4", [bright(240, 64, from_column=120)])
    result = next(detect_video(detector, path))
    whole = detector.detect(bright(240, 64, from_column=120))
    assert result.blur_map.model_probability.shape == whole.model_probability.shape
    assert np.abs(result.blur_map.probability - whole.probability).mean() < 0.05


@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_video_that_is_cut_off_gives_what_is_there_first(tmp_path, detector, ending):
    rng = np.random.default_rng(3)
    frames = list(rng.integers(0, 256, (40, 64, 96, 3), np.uint8))
    whole = write_video(tmp_path / f"whole.{ending}", frames, movflags="faststart")
    if ending == "mp4":
        whole = with_index_first(whole)
    content = whole.read_bytes()
    path = tmp_path / f"cut.{ending}"
    path.write_bytes(content[: len(content) // 2])
    found = []
    with pytest.raises(VideoError, match=rf"^{path} is \S.*: \d+ frames could be read, .* s\.$"):
        for result in detect_video(detector, path, every=8):
            found.append(result)
    assert 5 <= len(found) < 35


def with_index_first(path):
    """Rewrite an MP4 file so that what follows a cut is missing, and not everything."""
    import av

    moved = path.with_name("moved.mp4")
    with (
        av.open(str(path)) as source,
        av.open(str(moved), "w", options={"movflags": "faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    return moved


def test_damaged_video_gives_what_can_be_read_first(tmp_path, detector):
    rng = np.random.default_rng(3)
    frames = list(rng.integers(0, 256, (30, 64, 96, 3), np.uint8))
    path = write_video(tmp_path / "clip.mkv", frames)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 6000] = rng.integers(0, 256, 6000, np.uint8).tobytes()
    path.write_bytes(content)
    found = []
    with pytest.raises(VideoError, match=r"damaged|cut off"):
        for result in detect_video(detector, path, every=8):
            found.append(result)
    assert len(found) >= 10


@pytest.mark.parametrize("content", [None, b"", b"no video" * 100])
def test_what_is_no_video_is_one_sentence(tmp_path, detector, content):
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VideoError) as error:
        list(detect_video(detector, path))
    assert str(path) in str(error.value)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_folder_is_no_video(tmp_path, detector):
    with pytest.raises(VideoError, match="is a folder"):
        list(detect_video(detector, tmp_path))


def test_without_pyav_it_is_said_how_to_install_it(clip, detector, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(InputError, match=r'pip install "dbd-mobile\[video\]"'):
        list(detect_video(detector, clip))


@pytest.mark.parametrize("every", [0, -1, 1.5, True, "2"])
def test_every_is_a_whole_number_from_1(clip, detector, every):
    with pytest.raises(ArgumentError, match="every is a whole number from 1"):
        detect_video(detector, clip, every=every)


def drawn(detector, path, output, **options):
    found = list(overlay_video(detector, path, output, **options))
    return found, read_video(output)


def test_overlay_keeps_times_and_turn(tmp_path, detector):
    path = write_video(tmp_path / "in.mp4", [bright(96, 64)] * 6, times_s=UNEVEN_S, turned=90)
    found, content = drawn(detector, path, tmp_path / "out.mp4")
    before = read_video(path)
    assert content.times_s == before.times_s
    assert content.rotation == before.rotation == 90
    assert len(found) == len(content.frames) == 6


def test_overlay_keeps_the_shape_of_pixels(tmp_path, detector):
    path = write_video(tmp_path / "in.mp4", [bright(96, 64)] * 2, pixel_aspect=Fraction(4, 3))
    _, content = drawn(detector, path, tmp_path / "out.mp4")
    assert content.pixel_aspect == Fraction(4, 3)


@pytest.mark.skipif(os.name == "nt", reason="no such names on Windows")
def test_name_may_look_like_that_of_a_protocol(tmp_path, detector, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_video(Path("in.mp4"), [bright(96, 64)] * 2).rename("at 12:30.mp4")
    drawn(detector, "at 12:30.mp4", "concat:12.mp4")
    assert Path("concat:12.mp4").exists()


def test_overlay_keeps_mirrored_turns(tmp_path, detector):
    path = write_video(tmp_path / "in.mp4", [bright(96, 64)] * 2, turned=90, flipped=True)
    drawn(detector, path, tmp_path / "out.mp4")
    seen = [next(detect_video(detector, p)).to_array() for p in (path, tmp_path / "out.mp4")]
    # Where it is in focus nothing is drawn.
    dark = seen[0].max(-1) < 50
    assert np.abs(seen[0].astype(int) - seen[1])[dark].mean() < 6


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv"])
def test_overlay_copies_sound(tmp_path, detector, ending):
    frames = [bright(96, 64)] * 10
    path = write_video(tmp_path / "in.mp4", frames, sound="aac")
    _, content = drawn(detector, path, tmp_path / f"out.{ending}")
    assert content.sound == read_video(path).sound
    assert len(content.sound) > 10


def test_sound_that_the_file_cannot_hold_is_left_out(tmp_path, detector):
    path = write_video(tmp_path / "in.mkv", [bright(96, 64)] * 10, sound="tta")
    _, content = drawn(detector, path, tmp_path / "out.mp4")
    assert (len(content.frames), content.sound) == (10, [])


def test_what_is_blurred_is_redder_with_heat(tmp_path, detector):
    path = write_video(tmp_path / "in.mp4", [bright(96, 64, level=200)] * 3)
    _, content = drawn(detector, path, tmp_path / "out.mp4", overlay="heat")
    before, after = read_video(path).frames[1].astype(int), content.frames[1].astype(int)
    assert np.abs(after - before)[:, :40].mean() < 4
    red, green, blue = after[:, 56:].mean(axis=(0, 1))
    assert red > 200 > 130 > green > blue


def test_what_is_blurred_is_dark_with_mask(tmp_path, detector):
    path = write_video(tmp_path / "in.mp4", [bright(96, 64, level=200)] * 3)
    _, content = drawn(detector, path, tmp_path / "out.mp4", overlay="mask")
    before, after = read_video(path).frames[1].astype(int), content.frames[1].astype(int)
    assert np.abs(after - before)[:, :40].mean() < 4
    assert after[:, 56:].mean() < 70


def test_edges_in_focus_are_green_with_peaking(tmp_path, detector):
    frame = bright(96, 64, level=200)
    # A mark on either side.
    frame[28:36, 20:22] = 90
    frame[28:36, 76:78] = 255
    path = write_video(tmp_path / "in.mp4", [frame] * 3)
    _, content = drawn(detector, path, tmp_path / "out.mp4", overlay="peaking")
    red, green, _ = np.moveaxis(content.frames[1].astype(int), -1, 0)
    is_green = green > red + 80
    assert is_green[28:36, 18:24].mean() > 0.5
    assert not is_green[:, 56:].any()
    assert not is_green[:24, :40].any()


@pytest.mark.parametrize(
    ("pixels", "codec"),
    [("yuvj420p", "libx264"), ("yuv422p", "libx264"), ("yuv444p", "libx264"), ("gray", "ffv1")],
)
def test_brightness_is_kept_whatever_way_it_is_stored(tmp_path, detector, pixels, codec):
    # Dark enough to be in focus.
    ramp = np.broadcast_to(np.linspace(0, 100, 96)[None, :, None], (64, 96, 3)).astype(np.uint8)
    path = write_video(tmp_path / "in.mkv", [ramp] * 3, pixels=pixels, codec=codec)
    _, content = drawn(detector, path, tmp_path / "out.mkv", overlay="mask")
    difference = content.frames[1].astype(int) - read_video(path).frames[1]
    assert np.abs(difference).mean() < 3


def test_odd_last_row_and_column_are_left_out(tmp_path, detector):
    path = write_video(tmp_path / "in.mkv", [bright(97, 65)] * 3, pixels="yuv444p")
    found, content = drawn(detector, path, tmp_path / "out.mp4")
    assert found[0].blur_map.size_wh == (97, 65)
    assert content.frames[0].shape == (64, 96, 3)


def test_video_is_whole_when_the_reader_leaves(clip, tmp_path, detector):
    output = tmp_path / "out.mp4"
    with closing(overlay_video(detector, clip, output)) as results:
        for result in results:
            if result.index == 2:
                break
        assert not output.exists()
    assert len(read_video(output).frames) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4", "out.mp4"]


def test_video_of_what_could_be_read_is_whole(tmp_path, detector):
    rng = np.random.default_rng(3)
    path = write_video(tmp_path / "in.mkv", list(rng.integers(0, 256, (30, 64, 96, 3), np.uint8)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    output = tmp_path / "out.mp4"
    found = []
    with pytest.raises(VideoError, match="is cut off"):
        for result in overlay_video(detector, path, output, every=4):
            found.append(result)
    assert len(read_video(output).frames) == len(found) >= 5


def test_earlier_video_stays_until_the_new_one_is_whole(clip, tmp_path, detector):
    output = tmp_path / "out.mp4"
    output.write_bytes(b"earlier")
    results = overlay_video(detector, clip, output)
    next(results)
    assert output.read_bytes() == b"earlier"
    results.close()
    assert len(read_video(output).frames) == 1


def test_video_that_is_read_is_never_replaced(clip, detector):
    before = clip.read_bytes()
    with pytest.raises(ArgumentError, match="is the video that is read"):
        list(overlay_video(detector, clip, clip.parent / "." / clip.name))
    assert clip.read_bytes() == before
    assert [path.name for path in clip.parent.iterdir()] == [clip.name]


@pytest.mark.parametrize(
    ("output", "options", "sentence"),
    [
        ("out.txt", {}, r"ends in \.mp4, \.m4v, \.mov, \.mkv, got .*out\.txt\.$"),
        ("out.mp4", {"overlay": "red"}, "overlay is one of heat, mask, peaking, got 'red'"),
        ("out.mp4", {"every": 0}, "every is a whole number"),
        ("none/out.mp4", {}, r"none/out\.mp4 cannot be written: No such file or directory\.$"),
    ],
)
def test_impossible_output_is_one_sentence(clip, detector, output, options, sentence):
    with pytest.raises(DBDError, match=sentence):
        list(overlay_video(detector, clip, clip.parent / output, **options))
    assert [path.name for path in clip.parent.iterdir()] == [clip.name]


def raw_clip(count=3):
    """Raw frames of 96x64, one after the other, the right half bright."""
    return BytesIO(bright(96, 64).tobytes() * count)


def test_raw_frames_are_timed_by_their_rate(detector):
    found = list(
        detect_video(detector, RawReader(raw_clip(), (96, 64), rate=Fraction(30000, 1001)))
    )
    assert [result.time_s for result in found] == pytest.approx([0, 0.033367, 0.066733], abs=1e-6)
    left, right = halves(found[0].blur_map)
    assert left < 0.2 < 0.8 < right
    assert np.array_equal(found[0].to_array(), bright(96, 64))


def test_raw_frames_of_yuv420p_are_read(detector):
    planes = np.full((96, 96), 128, np.uint8)
    planes[:64] = np.where(np.arange(96) < 48, 16, 235)
    found = list(
        detect_video(detector, RawReader(BytesIO(planes.tobytes()), (96, 64), pixels="yuv420p"))
    )
    left, right = halves(found[0].blur_map)
    assert left < 0.2 < 0.8 < right


def test_raw_frames_are_read_from_what_gives_them_in_pieces(detector):
    class Pieces(BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 1000))

    found = detect_video(detector, RawReader(Pieces(raw_clip().getvalue()), (96, 64)))
    assert len(list(found)) == 3


def test_raw_frame_that_is_cut_off_is_said_last(detector):
    file = BytesIO(raw_clip().getvalue()[:-100])
    found = []
    with pytest.raises(VideoError, match=r"^stdin ends within a frame: 2 whole ones of 96x64"):
        for result in detect_video(detector, RawReader(file, (96, 64))):
            found.append(result)
    assert len(found) == 2
    with pytest.raises(VideoError, match="holds no frame"):
        list(detect_video(detector, RawReader(BytesIO(), (96, 64))))


@pytest.mark.parametrize(
    "options",
    [
        {"size_wh": (0, 4)},
        {"size_wh": (5, 4), "pixels": "yuv420p"},
        {"size_wh": (4, 4), "pixels": "rgb"},
        {"size_wh": (4, 4), "rate": 0},
    ],
)
def test_impossible_raw_frames_are_refused(options):
    with pytest.raises(ArgumentError):
        RawReader(BytesIO(), **options)


@pytest.mark.parametrize("pixels", ["rgb24", "yuv420p"])
def test_raw_frames_come_out_as_large_as_they_went_in(detector, pixels):
    out = BytesIO()
    sink = RawSink(out, pixels)
    list(overlay_video(detector, RawReader(raw_clip(), (96, 64)), sink, overlay="mask"))
    if pixels == "rgb24":
        after = np.frombuffer(out.getvalue(), np.uint8).reshape(3, 64, 96, 3)
        assert after[1, :, :40].max() < 12
        assert after[1, :, 56:].mean() < 75
    assert len(out.getvalue()) == 3 * 64 * 96 * (3 if pixels == "rgb24" else 1.5)
