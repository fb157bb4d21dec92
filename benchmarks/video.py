"""A model in; what smoothing over time does to its maps of videos, and how fast videos go, out.

Focus is pulled through the rendered scene by a thin lens; noise is added frame by frame. Speed is
that of a video of 1280x720 from file to file with an overlay; PyAV is needed for that.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.verdicts.row import Row
from benchmarks.verdicts.scene import MIDDLE_BALL, circles_of_confusion, render_sharp
from data.synthesis import blur_ramp
from dbd_mobile import BlurDetector
from dbd_mobile.jobs.video.frame_maps import FrameMapper
from dbd_mobile.jobs.video.overlaying import overlay_video
from dbd_mobile.jobs.video.pyav import Picture, pyav
from dbd_mobile.jobs.video.reading import VideoReader
from dbd_mobile.jobs.video.writing import VideoSink
from dbd_mobile.photo import load_pixels
from evaluation.chatter import without_chatter

Frame = NDArray[np.uint8]

_SIZE_WH = (480, 320)
_RATE = 30
_NOISE = 6.0
# Where focus lies: from the middle ball to behind the farthest one, in steps of lens movement.
_NEAR, _FAR = 4.0, 12.0
_PULL_FRAMES, _HELD_FRAMES, _STILL_FRAMES = 10, 6, 24
# The first maps of a scene are not smooth yet.
_SETTLED = 4
# Of so much difference the eye sees nothing.
_SAME = 0.05
_VIDEO_WH = (1280, 720)


def measure_smoothing(model: str, on_step: Callable[[], None] = lambda: None) -> list[Row]:
    """Measure flicker, lag and cuts, with smoothing and without.

    Args:
        model: A bundled model's id, or the path of a .tflite file.
        on_step: Called after each of :data:`STEPS` videos, for a progress display.

    Raises:
        DBDError: If the model cannot be used.
    """
    sharp = render_sharp(_SIZE_WH)
    inverse = np.linspace(1 / _NEAR, 1 / _FAR, _PULL_FRAMES + 1)
    pull = [
        blur_ramp(sharp, np.minimum(circles_of_confusion(_SIZE_WH, 1 / lens), 12.5), 0, 0.0)
        for lens in inverse
    ]
    near, far = pull[0], pull[-1]
    away = [near] * _HELD_FRAMES + pull + [far] * _HELD_FRAMES
    cut = [near] * _HELD_FRAMES + [np.ascontiguousarray(far[::-1, ::-1])] * _HELD_FRAMES
    rows: list[Row] = []

    def row(measure: str, what: str, value: float, unit: str, count: int, **target: float) -> None:
        rows.append(
            Row(
                measure=f"{measure}, {model}",
                what=what,
                value=value,
                unit=unit,
                count=count,
                **target,
            )
        )

    with without_chatter(), BlurDetector(model) as detector:
        raw, smooth = (_flicker(maps) for maps in _both(detector, [near] * _STILL_FRAMES))
        on_step()
        measure = f"flicker of a still scene with noise of {_NOISE:g}"
        row(measure, "without smoothing", 100 * raw, "% of the scale", _STILL_FRAMES)
        row(measure, "with it", 100 * smooth, "% of the scale", _STILL_FRAMES)
        row(measure, "with it, of that", smooth / raw, "times", _STILL_FRAMES, at_most=0.5)
        for what, frames, sign in (("away", away, 1), ("onto it", away[::-1], -1)):
            crossings = [
                _crossing(sign * (_in_box(maps) - 0.5)) for maps in _both(detector, frames)
            ]
            on_step()
            lag = crossings[1] - crossings[0]
            row("lag in a pull of focus", what, lag, "frames", len(frames), at_most=2)
        raw_maps, maps = _both(detector, cut)
        on_step()
        apart = np.abs(maps - raw_maps).mean(axis=(1, 2))[_HELD_FRAMES:]
        late = float(np.argmax(apart < _SAME)) if (apart < _SAME).any() else float(_HELD_FRAMES)
        row("cut", "until the map is that of the new scene", late, "frames", 1, at_most=1)
    return rows


STEPS = 4


def measure_speed(model: str, frames: int, threads: int | None = None) -> list[Row]:
    """Time an overlay of a video from file to file, and what it cannot do without.

    Args:
        model: A bundled model's id, or the path of a .tflite file.
        frames: Of the video, at least 10.
        threads: Of the interpreter; None uses the usable cores, at most 4.

    Raises:
        DBDError: If the model cannot be used, or PyAV is not installed.
    """
    with TemporaryDirectory() as folder, without_chatter():
        path, output = Path(folder, "in.mp4"), Path(folder, "out.mp4")
        _write(path, frames)
        with BlurDetector(model, threads=threads) as detector:
            network_wh = detector.model_facts.input.size_wh
            small = load_pixels(np.zeros((*network_wh[::-1], 3), np.uint8))
            detector.detect(small)
            network = _taken(lambda: [detector.detect(small) for _ in range(frames)])
            whole = _taken(lambda: deque(overlay_video(detector, path, output), maxlen=0))
        pictures: list[Picture] = []
        with VideoReader(path) as reader:
            decode = _taken(lambda: pictures.extend(frame.picture for frame in reader.frames()))
            encode = _taken(lambda: _encode(pictures, VideoSink(output, reader)))
    parts = decode + network + encode
    threads_said = f", {threads} thread{'s' * (threads != 1)}" if threads else ""
    measure = "overlay of a video of {}x{}, {}{}".format(*_VIDEO_WH, model, threads_said)

    def row(what: str, value: float, unit: str, **target: float) -> Row:
        return Row(measure=measure, what=what, value=value, unit=unit, count=frames, **target)

    return [
        row("decode, a frame", 1000 * decode[0] / frames, "ms"),
        row("detect without a decode, a frame", 1000 * network[0] / frames, "ms"),
        row("encode, a frame", 1000 * encode[0] / frames, "ms"),
        row("all of it, a frame", 1000 * whole[0] / frames, "ms"),
        row("all of it, of those three", whole[0] / parts[0], "times"),
        row("processor time of all of it, a frame", 1000 * whole[1] / frames, "ms"),
        row("processor time of all of it, of those three", whole[1] / parts[1], "times"),
        row("frames a second", frames / whole[0], "frames", at_least=30),
    ]


def _taken(work: Callable[[], object]) -> NDArray[np.float64]:
    """Seconds that some work takes: on the clock, and of the processor."""
    start = np.array([time.perf_counter(), time.process_time()])
    work()
    return np.array([time.perf_counter(), time.process_time()]) - start


def _encode(pictures: Sequence[Picture], sink: VideoSink) -> None:
    for picture in pictures:
        sink.write(picture.to_ndarray(), picture)
    sink.close(keep=True)


def _both(
    detector: BlurDetector, frames: Sequence[Frame]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The maps of noisy frames (frames, h, w), as they are and smoothed."""
    rng = np.random.default_rng(0)
    mappers = [FrameMapper(detector, smooth=smooth) for smooth in (False, True)]
    found: tuple[list[NDArray[np.float32]], ...] = ([], [])
    for number, frame in enumerate(frames):
        noisy = np.clip(frame + rng.normal(0, _NOISE, frame.shape), 0, 255).astype(np.uint8)
        small = load_pixels(noisy).squash(mappers[0].wanted_wh(_SIZE_WH))
        for maps, mapper in zip(found, mappers, strict=True):
            looked = mapper.map_of(small, _SIZE_WH, number / _RATE)
            maps.append(looked.blur_map.model_probability)
    return np.array(found[0]), np.array(found[1])


def _flicker(maps: NDArray[np.float32]) -> float:
    """Mean absolute change from one map to the next."""
    return float(np.abs(np.diff(maps[_SETTLED:], axis=0)).mean())


def _in_box(maps: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean of each map over the middle ball."""
    rows, columns = maps.shape[1:]
    left, top, right, bottom = MIDDLE_BALL
    part = maps[:, int(top * rows) : int(bottom * rows), int(left * columns) : int(right * columns)]
    return part.mean(axis=(1, 2), dtype=np.float64)


def _crossing(values: NDArray[np.float64]) -> float:
    """Where numbers first rise through 0, between frames."""
    place = int(np.argmax(values >= 0))
    if place == 0:
        raise ValueError("the map of the ball does not change with the focus")
    return place - float(values[place] / (values[place] - values[place - 1]))


def _write(path: Path, count: int) -> None:
    """A pan over the scene with noise."""
    av = pyav()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=_RATE, options={"crf": "20"})
        stream.width, stream.height = _VIDEO_WH
        stream.pix_fmt = "yuv420p"
        for frame in _panned(count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        container.mux(stream.encode(None))


def _panned(count: int) -> Iterator[Frame]:
    rng = np.random.default_rng(0)
    scene = Image.fromarray(render_sharp(_SIZE_WH)).resize((1500, 1000), Image.Resampling.BICUBIC)
    width, height = _VIDEO_WH
    noise = rng.normal(0, 3, (2 * height, width, 1))
    for number in range(count):
        x = number % (scene.width - width)
        part = np.asarray(scene.crop((x, 140, x + width, 140 + height)))
        row = int(rng.integers(height))
        yield np.clip(part + noise[row : row + height], 0, 255).astype(np.uint8)
