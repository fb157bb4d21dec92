"""``dbd-mobile video``: what it prints and writes, through pipes too, and how it ends."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dbd_mobile.cli import main

from .videos import bright, read_video, write_video

pytest.importorskip("av")

TINY = Path(__file__).parent / "data" / "tiny_int8.tflite"
COMMAND = (sys.executable, "-m", "dbd_mobile", "video")

posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


def run(*arguments):
    return main(["video", *(str(argument) for argument in arguments), "--model", str(TINY)])


@pytest.fixture
def clip(tmp_path):
    return write_video(tmp_path / "clip.mp4", [bright(96, 64)] * 10)


@pytest.fixture
def cut_off(tmp_path):
    rng = np.random.default_rng(3)
    path = write_video(tmp_path / "cut.mkv", list(rng.integers(0, 256, (30, 64, 96, 3), np.uint8)))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


def objects(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_line_sums_up_the_video(clip, capsys):
    assert run(clip) == 0
    said = capsys.readouterr()
    assert said.err == ""
    (line,) = said.out.splitlines()
    path, size, frames, seconds, share, rate = line.split("  ")
    assert (path, size, frames, seconds) == (str(clip), "96x64", "10 frames", "0.4 s")
    assert 40 < float(share.removesuffix("% blurred")) < 60
    assert rate.endswith(" frames a second")


def test_each_frame_is_a_line_of_json(clip, tmp_path):
    lines = tmp_path / "lines.jsonl"
    assert run(clip, "--jsonl", lines, "--every", 3) == 0
    found = objects(lines)
    assert [frame["frame"] for frame in found] == list(range(10))
    assert [frame["time_s"] for frame in found] == pytest.approx([i / 25 for i in range(10)])
    assert [frame["frame"] for frame in found if frame["is_detected"]] == [0, 3, 6, 9]
    assert all(frame["schema"] == "dbd-mobile-video/1" for frame in found)
    assert all(0.4 < frame["blurred_fraction"] < 0.6 for frame in found)
    assert "judged" not in found[0]


def test_lines_have_the_verdict_where_it_is_asked_for(tmp_path):
    path = write_video(tmp_path / "clip.mp4", [bright(320, 240)] * 2)
    assert run(path, "--jsonl", tmp_path / "lines.jsonl", "--judge") == 0
    for frame in objects(tmp_path / "lines.jsonl"):
        assert frame["judged"]["verdict"] in ("sharp", "soft", "blurred", "undecidable")
        assert frame["judged"]["reason"]


def test_lines_may_go_to_stdout_and_nothing_else_then(clip, capsys):
    assert run(clip, "--jsonl", "-") == 0
    assert [json.loads(line)["frame"] for line in capsys.readouterr().out.splitlines()] == list(
        range(10)
    )


def test_maps_are_smoothed_unless_it_is_said(tmp_path):
    levels = [90 + 15 * (number % 2) for number in range(12)]
    path = write_video(tmp_path / "clip.mp4", [bright(96, 64, level=level) for level in levels])
    changes = []
    for options in ([], ["--no-smoothing"]):
        assert run(path, "--jsonl", tmp_path / "lines.jsonl", *options) == 0
        sharpness = [frame["sharpness"] for frame in objects(tmp_path / "lines.jsonl")]
        changes.append(np.abs(np.diff(sharpness[4:])).mean())
    assert changes[0] < 0.6 * changes[1]


@pytest.mark.parametrize("overlay", [[], ["--overlay", "mask"], ["--overlay", "peaking"]])
def test_overlay_is_written(clip, tmp_path, overlay, capsys):
    assert run(clip, "-o", tmp_path / "out.mp4", *overlay) == 0
    assert len(read_video(tmp_path / "out.mp4").frames) == 10
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_what_could_be_read_is_done_before_status_1(cut_off, tmp_path, capsys):
    output, lines = tmp_path / "out.mp4", tmp_path / "lines.jsonl"
    assert run(cut_off, "-o", output, "--jsonl", lines) == 1
    said = capsys.readouterr()
    assert said.err.startswith(f"dbd-mobile: {cut_off} is cut off: ")
    assert len(said.err.splitlines()) == len(said.out.splitlines()) == 1
    assert len(read_video(output).frames) == len(objects(lines)) >= 5


@pytest.mark.parametrize("content", [None, b"no video"])
def test_what_is_no_video_is_one_sentence_and_status_1(tmp_path, capsys, content):
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    assert run(path, "-o", tmp_path / "out.mp4") == 1
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert str(path) in line
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-"], "say their size by --raw"),
        (["clip.mp4", "--overlay", "heat"], "name one"),
        (["clip.mp4", "--judge"], "--judge adds to the lines of --jsonl FILE."),
        (["clip.mp4", "--pixels", "rgb24"], "it goes with --raw or -o -."),
        (["clip.mp4", "-o", "-", "--jsonl", "-"], "can have stdout"),
        (["clip.mp4", "--png"], "--png goes with --sharpest."),
        (["clip.mp4", "--sharpest", "3"], "name a folder by -o."),
        (["-", "--raw", "4x4", "--sharpest", "3", "-o", "out"], "reads a video twice"),
        (["clip.mp4", "--sharpest", "3", "-o", "out", "--overlay", "mask"], "name one"),
        (["clip.mp4", "--sharpest", "3", "-o", "out", "--jsonl", "a"], "makes no maps"),
        (["clip.mp4", "-o", "out.txt"], "A video is written to a path that ends in .mp4"),
        (["-", "--raw", "5x4", "--pixels", "yuv420p"], "even ones for yuv420p"),
        (["clip.mp4", "--jsonl", "none/lines"], "No such file or directory."),
    ],
)
def test_impossible_arguments_are_one_sentence_and_status_2(
    clip, monkeypatch, capsys, arguments, sentence
):
    monkeypatch.chdir(clip.parent)
    assert run(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.endswith(".")
    assert sentence in line
    assert [path.name for path in clip.parent.iterdir()] == [clip.name]


@pytest.mark.parametrize("raw", ["640", "640x", "0x0@", "640x480@0/0", "640x480@fast", "axb"])
def test_size_of_raw_frames_is_checked(raw, capsys):
    with pytest.raises(SystemExit):
        run("-", "--raw", raw)
    assert "expected WIDTHxHEIGHT" in capsys.readouterr().err


def test_without_pyav_it_is_said_how_to_install_it(clip, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    assert run(clip) == 2
    assert 'pip install "dbd-mobile[video]"' in capsys.readouterr().err


@pytest.mark.parametrize(("options", "ending"), [([], ".jpg"), (["--png"], ".png")])
def test_sharpest_frames_are_written(tmp_path, half_sharp, capsys, options, ending):
    frames = [np.roll(half_sharp, 4 * number, axis=1) for number in range(6)]
    path = write_video(tmp_path / "clip.mp4", frames)
    assert run(path, "--sharpest", 3, "-o", tmp_path / "out", *options) == 0
    lines = capsys.readouterr().out.splitlines()
    files = sorted((tmp_path / "out").iterdir())
    assert [line.split("  ")[0] for line in lines] == [str(file) for file in files]
    assert len(files) == 3
    for file in files:
        stem, index = file.stem.split(".frame")
        assert (stem, file.suffix) == ("clip", ending)
        with Image.open(file) as image:
            difference = np.asarray(image, int) - frames[int(index)]
        assert np.abs(difference).mean() < 20


def test_folder_that_cannot_be_made_is_one_sentence(clip, tmp_path, capsys):
    assert run(clip, "--sharpest", 1, "-o", clip) == 2
    assert f"The output folder {clip} cannot be made" in capsys.readouterr().err


def piped(*arguments, content=b"", **options):
    return subprocess.run(
        [*COMMAND, *(str(argument) for argument in arguments), "--model", str(TINY)],
        input=content,
        capture_output=True,
        timeout=120,
        **options,
    )


@pytest.mark.parametrize("pixels", ["rgb24", "yuv420p"])
def test_raw_frames_go_through_pipes(pixels):
    frames = np.stack([bright(96, 64, level=200)] * 4)
    content = frames.tobytes()
    if pixels == "yuv420p":
        planes = np.full((4, 96, 96), 128, np.uint8)
        planes[:, :64] = np.where(np.arange(96) < 48, 16, 180)
        content = planes.tobytes()
    done = piped("-", "--raw", "96x64@30", "--pixels", pixels, "-o", "-", content=content)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(done.stdout) == len(content)
    if pixels == "rgb24":
        drawn = np.frombuffer(done.stdout, np.uint8).reshape(frames.shape).astype(int)
        assert np.abs(drawn - frames)[:, :, :40].mean() < 6
        red, _, blue = drawn[:, :, 56:].mean(axis=(0, 1, 2))
        assert red > blue + 80


def test_raw_frames_that_are_cut_off_are_done_first():
    content = bright(96, 64).tobytes() * 2 + b"\0" * 100
    done = piped("-", "--raw", "96x64", "-o", "-", content=content)
    assert done.returncode == 1
    assert done.stderr.startswith(b"dbd-mobile: stdin ends within a frame: 2 whole ones")
    assert len(done.stdout) == 2 * 96 * 64 * 3


def test_frames_of_ffmpeg_are_read_and_written_back(clip, tmp_path):
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        pytest.skip("ffmpeg is not installed")
    decode = [ffmpeg, "-v", "error", "-i", clip, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    content = subprocess.run(decode, capture_output=True, check=True).stdout
    done = piped("-", "--raw", "96x64@25", "--pixels", "yuv420p", "-o", "-", content=content)
    size = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "96x64", "-r", "25"]
    encode = [ffmpeg, "-v", "error", *size, "-i", "-", str(tmp_path / "out.mp4")]
    subprocess.run(encode, input=done.stdout, check=True)
    assert len(read_video(tmp_path / "out.mp4").frames) == 10


def test_raw_file_is_read_and_a_video_written(tmp_path, capsys):
    raw = tmp_path / "frames.rgb"
    raw.write_bytes(bright(96, 64).tobytes() * 5)
    assert run(raw, "--raw", "96x64@10", "-o", tmp_path / "out.mp4") == 0
    assert read_video(tmp_path / "out.mp4").times_s == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])


@posix
def test_reader_that_leaves_ends_it_quietly(clip):
    with subprocess.Popen(
        [*COMMAND, str(clip), "-o", "-", "--model", str(TINY)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.read(10)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1


@posix
@pytest.mark.parametrize(("name", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_interrupted_it_finishes_the_video(tmp_path, name, status):
    """Frames come through a pipe that stays open, so it is in the middle for certain."""
    output, lines = tmp_path / "out.mp4", tmp_path / "lines.jsonl"
    with subprocess.Popen(
        [*COMMAND, "-", "--raw", "96x64", "-o", output, "--jsonl", lines, "--model", str(TINY)],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A background job ignores SIGINT, and what it starts does so too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        for number in range(30):
            process.stdin.write(bright(96, 64, from_column=40 + number).tobytes())
            process.stdin.flush()
        while not lines.exists() or len(lines.read_text().splitlines()) < 30:
            assert process.poll() is None
        process.send_signal(getattr(signal, name))
        assert process.wait(timeout=60) == status
        assert process.stderr.read() == b"dbd-mobile: interrupted.\n"
        process.stdin.close()
    assert len(read_video(output).frames) == 30
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lines.jsonl", "out.mp4"]
