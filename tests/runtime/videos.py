"""Small videos of our own making, and what is in a video file."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

TIME_BASE = Fraction(1, 12800)


def write_video(
    path,
    frames,
    *,
    times_s=None,
    turned=0,
    flipped=False,
    sound=None,
    codec="libx264",
    pixels="yuv420p",
    pixel_aspect=None,
    **options,
):
    """Write a file.

    Args:
        path: Its ending says the container.
        frames: (H, W, 3) uint8 RGB arrays, as they are stored.
        times_s: When each is shown; 25 a second if None.
        turned: Degrees by which players turn it, counterclockwise.
        flipped: Players mirror it.
        sound: Codec of two channels of a tone beside it.
        codec: Of the frames.
        pixels: How they are stored.
        pixel_aspect: Width over height that a pixel is shown with.
        options: Of the encoder.
    """
    import av

    times_s = [number / 25 for number in range(len(frames))] if times_s is None else times_s
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options={"crf": "12", **options})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixels
        if pixel_aspect:
            stream.codec_context.sample_aspect_ratio = pixel_aspect
        stream.time_base = stream.codec_context.time_base = TIME_BASE
        stream.set_display_rotation(turned, hflip=flipped)
        tone = container.add_stream(sound, rate=48000) if sound else None
        for rgb, time_s in zip(frames, times_s, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24")
            frame.pts, frame.time_base = round(time_s / TIME_BASE), TIME_BASE
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if tone:
            wave = 8000 * np.sin(np.arange(round(48000 * (times_s[-1] + 0.04))) / 20)
            samples = np.repeat(wave.astype(np.int16)[None], 2, axis=1)
            audio = av.AudioFrame.from_ndarray(samples, "s16", "stereo")
            audio.sample_rate, audio.pts = 48000, 0
            for packet in [*tone.encode(audio), *tone.encode(None)]:
                container.mux(packet)
    return path


@dataclass
class Content:
    """What is in a video file: frames as they are stored, their times, and the rest."""

    frames: list
    times_s: list
    rotation: int
    sound: list
    pixel_aspect: Fraction | None


def read_video(path):
    """Decode a file."""
    import av

    with av.open(f"file:{path}") as container:
        pictures = list(container.decode(video=0))
        frames = [picture.to_ndarray(format="rgb24") for picture in pictures]
        times_s = [picture.time for picture in pictures]
    sound = []
    with av.open(f"file:{path}") as container:
        if container.streams.audio:
            packets = container.demux(audio=0)
            sound = [bytes(packet) for packet in packets if packet.size]
        aspect = container.streams.video[0].codec_context.sample_aspect_ratio
    return Content(frames, times_s, pictures[0].rotation, sound, aspect or None)


def bright(width, height, *, from_column=None, level=255):
    """A dark frame that is bright from a column on: to the tiny model, blurred there."""
    frame = np.zeros((height, width, 3), np.uint8)
    frame[:, width // 2 if from_column is None else from_column :] = level
    return frame
