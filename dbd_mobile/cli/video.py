"""``dbd-mobile video``: a video in; overlay, a line of JSON a frame, or sharpest frames out."""

import argparse
import json
import os
import re
import select
import statistics
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, cast, get_args

from PIL import Image

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.cli.options import add_model, add_threads, whole_number
from dbd_mobile.cli.screen import complain, counting, say
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ArgumentError
from dbd_mobile.jobs.video import (
    FrameResult,
    RawReader,
    RawSink,
    Video,
    VideoError,
    detect_video,
    overlay_video,
    sharpest_frames,
)
from dbd_mobile.jobs.video.overlay import Overlay
from dbd_mobile.jobs.video.raw_video import RAW_RATE, PixelFormat
from dbd_mobile.jobs.video.reading import VideoReader

_SCHEMA = "dbd-mobile-video/1"
_PIPE = Path("-")
# Of frames to be measured by other programs.
_JPEG_QUALITY = 95

_EXIT_STATUS = (
    "Exit status: 0 all went well; 1 the video cannot be read, is damaged or cut off, what could "
    "be read is done; 2 nothing was done, because of the arguments, a model, the output or a "
    "missing package."
)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "video",
        help="find what is out of focus in a video",
        description="Look at each frame of a video, and print one line: its size, its frames and "
        "seconds, the share that is blurred on average, and how fast that was. With -o also write "
        "the video with what is out of focus drawn on it; times, rotation and colours are kept, "
        "and its sound is copied where the file can hold it. Or write its sharpest frames. "
        'Interrupted, it finishes the files. Needs PyAV: pip install "dbd-mobile[video]".',
        epilog=_EXIT_STATUS,
    )
    parser.add_argument(
        "video", type=Path, metavar="IN", help="a video; - for raw frames from stdin, see --raw"
    )
    parser.add_argument(
        "-o",
        dest="output",
        type=Path,
        metavar="OUT",
        help="video to write, .mp4, .m4v, .mov or .mkv, which is replaced if it is there; - for "
        "raw frames to stdout; with --sharpest a folder, made if missing",
    )
    parser.add_argument(
        "--overlay",
        choices=get_args(Overlay),
        help="what to draw: heat: what is blurred is the redder the more likely that is; mask: "
        "what is blurred is dark; peaking: edges in focus are green; default: heat",
    )
    parser.add_argument(
        "--jsonl",
        type=Path,
        metavar="FILE",
        help="write one JSON object a frame, each on a line; - for stdout",
    )
    parser.add_argument(
        "--judge",
        action="store_true",
        help="add to each object the verdict on the frame's subject as judge gives it, in the "
        "frame's own pixels; takes longer",
    )
    parser.add_argument(
        "--every",
        type=whole_number,
        default=1,
        metavar="N",
        help="look at every Nth frame, and at the first after a cut; those between keep the last "
        "map; default: 1",
    )
    parser.add_argument(
        "--no-smoothing",
        action="store_true",
        help="leave the maps' flicker from frame to frame",
    )
    parser.add_argument(
        "--sharpest",
        type=whole_number,
        metavar="N",
        help="cut the video's time into N equal spans and write the sharpest frame of each into "
        "the folder of -o, as STEM.frameINDEX.jpg; measured in the frame's own pixels",
    )
    parser.add_argument(
        "--png", action="store_true", help="write those frames as PNG, without loss"
    )
    parser.add_argument(
        "--raw",
        type=_raw,
        metavar="WxH[@FPS]",
        help="IN is frames without a file around them, as `ffmpeg -f rawvideo` writes them; "
        "default: 25 frames a second",
    )
    parser.add_argument(
        "--pixels",
        choices=get_args(PixelFormat),
        help="how the bytes of raw frames lie, of IN and of -o -; default: rgb24",
    )
    add_model(parser)
    add_threads(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look at the video; 1 if some of it could not be read, else 0."""
    _check(options)
    with BlurDetector(options.model, threads=options.threads) as detector:
        try:
            if options.sharpest is not None:
                _write_sharpest(options, detector)
            else:
                _look(options, detector)
        except VideoError as error:
            complain(f"dbd-mobile: {error}")
            return 1
    return 0


def _check(options: argparse.Namespace) -> None:
    """Refuse options that do not go together."""
    is_piped = options.video == _PIPE
    to_stdout = options.output == _PIPE
    is_drawn = options.output is not None and options.sharpest is None
    for is_wrong, sentence in (
        (is_piped and options.raw is None, "Frames from stdin are raw: say their size by --raw."),
        (options.overlay and not is_drawn, "--overlay is drawn on the video of -o: name one."),
        (options.judge and options.jsonl is None, "--judge adds to the lines of --jsonl FILE."),
        (
            options.pixels and options.raw is None and not to_stdout,
            "--pixels is of raw frames: it goes with --raw or -o -.",
        ),
        (
            to_stdout and options.jsonl == _PIPE,
            "One of -o - and --jsonl - can have stdout: name a file for the other.",
        ),
        (options.png and options.sharpest is None, "--png goes with --sharpest."),
    ):
        if is_wrong:
            raise ArgumentError(sentence)
    if options.sharpest is not None:
        if options.output is None or to_stdout:
            raise ArgumentError("--sharpest writes frames: name a folder by -o.")
        if options.raw is not None:
            raise ArgumentError("--sharpest reads a video twice: give a file that is one.")
        if options.jsonl is not None or options.no_smoothing:
            raise ArgumentError("--sharpest makes no maps: leave out --jsonl and --no-smoothing.")


def _look(options: argparse.Namespace, detector: BlurDetector) -> None:
    shares: list[float] = []
    with ExitStack() as stack:
        video = _video(options, stack)
        advance = stack.enter_context(_counting(video))
        write = stack.enter_context(_lines(options.jsonl))
        start = time.monotonic()
        # However it ends, the video is finished.
        results = stack.enter_context(closing(_results(options, detector, video)))
        problem = None
        try:
            for result in results:
                shares.append(result.blur_map.blurred_fraction)
                if write is not None:
                    write({"schema": _SCHEMA, **_facts(result, judge=options.judge)})
                advance()
        except VideoError as error:
            problem = error
    if shares and _PIPE not in (options.output, options.jsonl):
        rate = len(shares) / (time.monotonic() - start)
        say(_line(options.video, result, statistics.fmean(shares), rate))
    if problem is not None:
        raise problem


def _results(
    options: argparse.Namespace, detector: BlurDetector, video: Video
) -> Generator[FrameResult, None, None]:
    every, smooth = options.every, not options.no_smoothing
    if options.output is None:
        return detect_video(detector, video, every=every, smooth=smooth)
    output: Path | RawSink = options.output
    if output == _PIPE:
        output = RawSink(sys.stdout.buffer, options.pixels or "rgb24")
    overlay: Overlay = options.overlay or "heat"
    return overlay_video(
        detector,
        video,
        output,
        overlay=overlay,
        every=every,
        smooth=smooth,
    )


def _write_sharpest(options: argparse.Namespace, detector: BlurDetector) -> None:
    ending = ".png" if options.png else ".jpg"
    _make_folder(options.output)
    with ExitStack() as measuring:
        advance = measuring.enter_context(_counting(options.video))
        for frame in sharpest_frames(
            detector, options.video, options.sharpest, every=options.every, on_frame=advance
        ):
            # The video is read a second time now.
            measuring.close()
            path = options.output / f"{options.video.stem}.frame{frame.index:06}{ending}"
            with atomic_file(path) as file:
                Image.fromarray(frame.rgb).save(
                    file, "PNG" if options.png else "JPEG", quality=_JPEG_QUALITY
                )
            radius = "-" if frame.radius_px is None else f"{frame.radius_px:.1f} px"
            say(f"{path}  {frame.time_s:.3f} s  {radius}")


def _video(options: argparse.Namespace, stack: ExitStack) -> Video:
    """The video that is meant; a file of raw frames is open until the end of the stack."""
    if options.raw is None:
        path: Path = options.video
        return path
    size_wh, rate = options.raw
    pixels: PixelFormat = options.pixels or "rgb24"
    if options.video == _PIPE:
        return RawReader(_interruptible_stdin(), size_wh, rate=rate, pixels=pixels)
    try:
        file = stack.enter_context(options.video.open("rb"))
    except OSError as error:
        raise VideoError(f"{options.video} cannot be read: {error.strerror}.") from None
    return RawReader(file, size_wh, rate=rate, pixels=pixels, name=str(options.video))


def _interruptible_stdin() -> IO[bytes]:
    """Give stdin so that a signal ends a wait for it at once."""
    if sys.stdin is None:
        raise VideoError("stdin is closed: pipe raw frames into it, or name a video.")
    # select knows no pipes on Windows, where signals are not waited for either.
    return sys.stdin.buffer if os.name == "nt" else cast(IO[bytes], _AwaitedStdin())


class _AwaitedStdin:
    """Bytes of stdin that are waited for in short turns.

    Python handles a signal between two of its own steps: one that came just before a read would be
    handled after it, when the next bytes are there, if ever.
    """

    _TURN_S = 0.1

    def read(self, count: int) -> bytes:
        """Read what is there, up to ``count`` bytes; none at the end."""
        while not select.select([sys.stdin], [], [], self._TURN_S)[0]:
            pass
        return os.read(sys.stdin.fileno(), count)


def _counting(video: Video) -> AbstractContextManager[Callable[[], None]]:
    """Count frames; a pipe does not say of how many."""
    if isinstance(video, RawReader):
        return nullcontext(lambda: None)
    with VideoReader(video) as reader:
        expected = reader.frames_expected
    return nullcontext(lambda: None) if expected is None else counting(expected, "frames")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ArgumentError(
            f"The output folder {folder} cannot be made: {error.strerror}."
        ) from None


@contextmanager
def _lines(path: Path | None) -> Iterator[Callable[[dict[str, Any]], None] | None]:
    """Yield what writes a line of JSON, at once, for who reads along; None if none is wanted."""
    if path is None:
        yield None
    elif path == _PIPE:
        yield lambda facts: say(json.dumps(facts))
    else:
        with path.open("w", encoding="utf-8", buffering=1) as file:

            def write(facts: dict[str, Any]) -> None:
                file.write(f"{json.dumps(facts)}\n")

            yield write


def _facts(result: FrameResult, *, judge: bool) -> dict[str, Any]:
    facts = result.to_dict()
    return {**facts, "judged": result.judge().to_dict()} if judge else facts


def _line(video: Path, last: FrameResult, share: float, rate: float) -> str:
    width, height = last.blur_map.size_wh
    frames = last.index + 1
    return (
        f"{video}  {width}x{height}  {frames} frame{'s' * (frames != 1)}  {last.time_s:.1f} s  "
        f"{share:.1%} blurred  {rate:.0f} frames a second"
    )


def _raw(text: str) -> tuple[tuple[int, int], Fraction]:
    """Read WxH[@FPS], for argparse; the rate is a number or a fraction, e.g. 30000/1001."""
    found = re.fullmatch(r"(\d+)x(\d+)(?:@(\d+(?:\.\d+)?|\d+/\d+))?", text, re.ASCII)
    try:
        if found is None:
            raise ValueError
        rate = Fraction(found[3]) if found[3] else RAW_RATE
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(
            f"expected WIDTHxHEIGHT or WIDTHxHEIGHT@FPS, got {text!r}"
        ) from None
    return (int(found[1]), int(found[2])), rate
