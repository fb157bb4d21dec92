"""Photos in, blur maps and verdicts out: a detector, and functions for one photo."""

import os
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Any

from numpy.typing import ArrayLike

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.burst import Ranked, rank
from dbd_mobile.catalogue import load_model
from dbd_mobile.coarse_to_fine import look_everywhere
from dbd_mobile.detail import Detail
from dbd_mobile.errors import ArgumentError, ClosedError, ImageError, ModelError
from dbd_mobile.focus import Focus
from dbd_mobile.forking import Lock, renew_cached_properties_in_children
from dbd_mobile.interpreter import Backend, Interpreter
from dbd_mobile.judgement import focus_on, focus_on_subject, radius_to_compare
from dbd_mobile.machine import usable_cores
from dbd_mobile.panorama import is_long, joined, strip_of
from dbd_mobile.photo import Photo, Pixels, is_one_photo, load_pixels
from dbd_mobile.photo_array import Channels
from dbd_mobile.photo_file import MAX_PIXELS, checked_max_pixels
from dbd_mobile.pyramid import SMALLEST_SIDE, Pyramid, levels_of
from dbd_mobile.radius_map import RadiusMap
from dbd_mobile.regions import Box, box_region, clip_box, region_of
from dbd_mobile.strictness import Strictness, checked_width, strictness_of
from dbd_mobile.tflite.model_file import ModelFacts
from dbd_mobile.timing import StageTimer
from dbd_mobile.whole_number import whole_number

_MAX_JOBS = 256


class BlurDetector:
    """Finds which parts of photos are out of focus; keeps the models ready between photos.

    Safe to use from several threads: photos are decoded and resized side by side, each
    interpreter runs one at a time. And in a process that is forked, at any time: there the models
    are made ready anew when they are first used. Copied or sent to another process, it opens its
    models there anew, by the same ids and paths.

    Args:
        model: A bundled model's id, or the path of a .tflite file that takes one
            [1, H, W, 3] uint8 or float32 photo and gives one [1, h, w, 1] blur map.
        detail: The model that :meth:`judge` and :meth:`measure` measure blur with, loaded when one
            of them is first called: a bundled model's id, or the path of a .tflite file that takes
            one [1, H, W, 3] photo and gives [1, H/16, W/16, 3].
        threads: Threads of the interpreter; None uses the usable cores, at most 4.
        max_pixels: A photo's file with more pixels is refused before it is decoded.

    Raises:
        ArgumentError: ``threads`` is not a whole number from 1 to 256, ``max_pixels`` none from 1,
            or ``model`` no id or path.
        BackendError: No TFLite interpreter is installed.
        ModelError: The model is unknown, damaged or of another kind.

    Examples:
        >>> import numpy as np
        >>> with BlurDetector(threads=1) as detector:
        ...     blur_map = detector.detect(np.zeros((60, 80, 3), np.uint8))
        >>> blur_map.size_wh
        (80, 60)
    """

    def __init__(
        self,
        model: str | os.PathLike[str] = "lite",
        *,
        detail: str | os.PathLike[str] = "detail",
        threads: int | None = None,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        self._max_pixels = checked_max_pixels(max_pixels)
        loaded = load_model(model)
        self._name = loaded.name
        self._sha256 = loaded.sha256
        self._facts = loaded.facts
        self._interpreter: Interpreter | None = Interpreter(
            loaded.content, name=loaded.name, threads=threads
        )
        self._backend = self._interpreter.backend
        self._threads = self._interpreter.threads
        self._lock = Lock()
        renew_cached_properties_in_children(BlurMap)
        self._detail_model = detail
        self._detail: Detail | None = None
        self._detail_lock = Lock()

    @property
    def model_name(self) -> str:
        """The bundled model's id, or the model file's path as it was given."""
        return self._name

    @property
    def model_sha256(self) -> str:
        """SHA-256 of the model file, 64 hexadecimal digits."""
        return self._sha256

    @property
    def model_facts(self) -> ModelFacts:
        """What goes into the model and comes out of it: names, sizes, dtypes, quantisation."""
        return self._facts

    @property
    def detail_name(self) -> str:
        """The id of the bundled model that measures blur, or the file's path as it was given."""
        return os.fspath(self._detail_model)

    @property
    def detail_sha256(self) -> str:
        """SHA-256 of the file that measures blur, 64 hexadecimal digits; loads it.

        Raises:
            DBDError: As :meth:`measure` does.
        """
        return self._ready_detail().sha256

    @property
    def backend(self) -> Backend:
        """The package that runs the model."""
        return self._backend

    @property
    def threads(self) -> int:
        """Threads that the interpreter uses."""
        return self._threads

    @property
    def max_pixels(self) -> int:
        """So many pixels may the file of a photo have."""
        return self._max_pixels

    def detect(self, image: Photo | Pixels, *, channels: Channels | None = None) -> BlurMap:
        """Find which parts of a photo are out of focus.

        Args:
            image: Path, open file, a file's bytes, PIL image or array of pixels, of any size from
                1x1; :func:`~dbd_mobile.load_pixels` says what each may hold. EXIF orientation and
                ICC profiles are applied; transparent pixels are laid over white.
            channels: What an array's last axis holds, where it is not grey, RGB or RGBA: e.g. "BGR"
                for OpenCV's images, "BGRA" for picamera2's "XRGB8888".

        Returns:
            The map, for the photo as it is seen upright.

        Raises:
            ArgumentError: There are no such ``channels``.
            ImageError: The photo is missing, damaged, too large or not of an accepted kind, or the
                package that reads it is not installed.
            BackendError: The interpreter failed.
            ModelError: The model gave something that is not a probability.
            ClosedError: The detector was closed.
        """
        if self._interpreter is None:
            raise _closed()
        timer = StageTimer()
        with timer.stage("decode"):
            pixels = self._load(image, channels, needed_wh=self._facts.input.size_wh)
        return self._map_of(pixels, timer)

    def detect_many(
        self,
        photos: Iterable[Photo | Pixels],
        *,
        channels: Channels | None = None,
        jobs: int | None = None,
    ) -> Generator[BlurMap | ImageError, None, None]:
        """Find what is out of focus in photo after photo, decoding ahead in threads.

        ``zip(photos, detector.detect_many(photos))`` has each photo with its map. At most ``jobs``
        photos are in memory at a time, and so many are taken from ``photos`` ahead. Closed, or no
        longer referred to, the generator starts no more photos and leaves no thread behind.

        Args:
            photos: Any number of photos, as :meth:`detect` takes them; a generator will do.
            channels: Of those photos that are arrays, as :meth:`detect` takes it.
            jobs: Threads, 1 to 256; None takes the usable cores, at most 4.

        Yields:
            For each photo, in the order of ``photos``, its map; or, where :meth:`detect` raises an
            :class:`ImageError` for it, that error, and the others go on.

        Raises:
            ArgumentError: ``photos`` is a single photo, or ``jobs`` not a whole number from 1 to
                256; at once.
            DBDError: As :meth:`detect` does, but for ``ImageError``; when that photo's turn comes.

        Examples:
            >>> import numpy as np
            >>> photos = [np.zeros((60, 80, 3), np.uint8), "none.jpg"]
            >>> with BlurDetector(threads=1) as detector:
            ...     for found in detector.detect_many(photos):
            ...         print(found.size_wh if isinstance(found, BlurMap) else found)
            (80, 60)
            There is no photo none.jpg.
        """
        if is_one_photo(photos):
            raise ArgumentError(
                f"detect_many takes a list of photos, got a single {type(photos).__name__}: put it "
                f"into a list, or call detect."
            )
        number = min(4, usable_cores()) if jobs is None else whole_number(jobs)
        if number is None or not 1 <= number <= _MAX_JOBS:
            raise ArgumentError(f"jobs is a whole number from 1 to {_MAX_JOBS}, got {jobs!r}.")
        return self._detected(iter(photos), channels, number)

    def _detected(
        self, photos: Iterator[Photo | Pixels], channels: Channels | None, jobs: int
    ) -> Generator[BlurMap | ImageError, None, None]:
        detect = partial(self.detect, channels=channels)
        ahead: deque[Future[BlurMap]] = deque()
        pool = ThreadPoolExecutor(jobs, thread_name_prefix="dbd-mobile")
        try:
            ahead.extend(pool.submit(detect, photo) for photo in islice(photos, jobs))
            while ahead:
                found: BlurMap | ImageError
                try:
                    found = ahead.popleft().result()
                except ImageError as error:
                    found = _without_frames(error)
                ahead.extend(pool.submit(detect, photo) for photo in islice(photos, 1))
                yield found
        finally:
            pool.shutdown(cancel_futures=True)

    def measure(self, photo: Photo | Pixels, *, channels: Channels | None = None) -> RadiusMap:
        """Measure by how many pixels each cell of 16 x 16 pixels of a photo is blurred.

        All of the photo is looked at, at its own size and reduced by 2, 4 and 8: a photo of 12
        megapixels takes some 260 tiles. :meth:`judge` is much faster where a verdict is enough.

        Args:
            photo: As :meth:`detect` takes it, with sides of 64 pixels at least.
            channels: As there.

        Returns:
            The radii, with how sure each is.

        Raises:
            ArgumentError: There are no such ``channels``.
            ImageError: The photo is missing, damaged, not of an accepted kind, too small or too
                large, or was decoded at a reduced size.
            BackendError: The interpreter failed.
            ModelError: The detail model is unknown, damaged or of another kind.
            ClosedError: The detector was closed.
        """
        detail = self._ready_detail()
        timer = StageTimer()
        with timer.stage("decode"):
            pixels = self._load(photo, channels)
        _refuse_small(pixels)
        _refuse_reduced(pixels, width=None)
        with timer.stage("measure"):
            pyramid = Pyramid(pixels, levels_of(pixels.size_wh))
            measured = look_everywhere(detail, pyramid)
        return RadiusMap(
            radius_px=measured.radius_px,
            confidence=measured.confidence,
            motion=measured.motion,
            size_wh=pixels.size_wh,
            timings_ms=timer.ms,
        )

    def judge(
        self,
        photo: Photo | Pixels,
        box_xyxy: Box | None = None,
        *,
        polygon: ArrayLike | None = None,
        mask: ArrayLike | None = None,
        points: ArrayLike | None = None,
        at_width: int | None = None,
        strictness: str | Strictness = "pixel",
        blur_map: BlurMap | None = None,
        channels: Channels | None = None,
    ) -> Focus:
        """Say how sharp a photo's subject or a region is: sharp, soft, blurred or undecidable.

        The blur is measured in the photo's own pixels, so that a focus that is slightly off shows,
        and judged as it is seen at the width that the photo is viewed at. A JPEG file that is
        viewed at half its width or less may be decoded at a half, a quarter or an eighth: the
        radius is then 1.3 pixels of that at least, and less blur is not seen.

        Args:
            photo: As :meth:`detect` takes it, with sides of 64 pixels at least.
            box_xyxy: Look at this box, (left, top, right, bottom) in the photo's pixels; it is cut
                to the photo. At most one of this and the next three; without any it is the
                subject that is looked at: what is in focus and near the middle by the blur map.
            polygon: Or within these corners, (N, 2) x and y.
            mask: Or where this is not 0, (H, W) of the photo's size.
            points: Or at these points, (N, 2) x and y, e.g. eyes.
            at_width: Width in pixels that the photo is viewed at; None takes the strictness's own.
            strictness: What counts as sharp: "pixel" (at 100 %), "web" (1920 pixels wide), "print"
                (3508 pixels wide, A4 at 300 dpi), or your own.
            blur_map: The photo's map, if :meth:`detect` was called before: spares a second time.
            channels: As :meth:`detect` takes them.

        Returns:
            The verdict with its reason and numbers.

        Raises:
            ArgumentError: An argument is not as said above.
            ImageError: The photo is missing, damaged, not of an accepted kind, too small or too
                large, or was decoded at less than the width that it is judged at.
            BackendError: An interpreter failed.
            ModelError: The detail model is unknown, damaged or of another kind.
            ClosedError: The detector was closed.

        Examples:
            >>> import numpy as np
            >>> photo = np.full((300, 400, 3), 128, np.uint8)
            >>> with BlurDetector(threads=1) as detector:
            ...     focus = detector.judge(photo, (100, 100, 300, 200))
            >>> focus.verdict, focus.reason
            ('undecidable', 'no texture in the box that could be sharp or not')
        """
        asked = strictness_of(strictness)
        width = asked.at_width if at_width is None else checked_width(at_width)
        detail = self._ready_detail()
        timer = StageTimer()
        with timer.stage("decode"):
            needed_wh = None if width is None else self._facts.input.size_wh
            pixels = self._load(photo, channels, needed_wh=needed_wh, at_least_wide=width or 1)
            _refuse_small(pixels)
            size_wh = pixels.size_wh
            region = region_of(
                size_wh, box_xyxy=box_xyxy, polygon=polygon, mask=mask, points=points
            )
            if region is not None and _is_small_in(pixels, region.box_xyxy):
                pixels = self._load(photo, channels)
        _refuse_reduced(pixels, width=width)
        if region is not None:
            return focus_on(detail, pixels, region, strictness=asked, at_width=width, timer=timer)
        if blur_map is None:
            blur_map = self._map_of(pixels, timer)
        elif blur_map.size_wh != size_wh:
            raise ArgumentError(
                "The blur map is of another photo: it is for {}x{}, got {}x{}.".format(
                    *blur_map.size_wh, *size_wh
                )
            )
        return focus_on_subject(
            detail,
            pixels,
            blur_map.model_probability,
            strictness=asked,
            at_width=width,
            timer=timer,
        )

    def best_of(
        self,
        photos: Sequence[Photo | Pixels],
        box_xyxy: Box | None = None,
        *,
        channels: Channels | None = None,
    ) -> list[Ranked]:
        """Sort shots of one scene, the sharpest first.

        They are compared by the radius of blur in the same region, at their own size. Shots of
        different sizes, but one shape, are compared as if they had one size.

        Args:
            photos: One shot or more, as :meth:`judge` takes them.
            box_xyxy: (left, top, right, bottom) in the first shot's pixels; None takes the subject
                of the shot whose own subject is the sharpest.
            channels: As :meth:`detect` takes them.

        Returns:
            All shots; those in which there is nothing to compare are last.

        Raises:
            ArgumentError: There is no shot, the box is empty or outside, or the shots differ in
                shape.
            DBDError: As :meth:`judge` does.
        """
        return rank(self, photos, box_xyxy, channels=channels)

    def radius_to_compare(
        self, photo: Photo | Pixels, box_xyxy: Box, *, channels: Channels | None = None
    ) -> float | None:
        """Measure a box of one of several shots of a scene, with less certainty than a verdict.

        Args:
            photo: As :meth:`measure` takes it.
            box_xyxy: As :meth:`judge` takes it.
            channels: As :meth:`detect` takes them.

        Returns:
            The radius of blur in the photo's own pixels; None if there is nothing to compare.

        Raises:
            ArgumentError: The box is empty or outside.
            DBDError: As :meth:`measure` does.
        """
        detail = self._ready_detail()
        pixels = self._load(photo, channels)
        _refuse_small(pixels)
        _refuse_reduced(pixels, width=None)
        region = box_region(clip_box(box_xyxy, pixels.size_wh), name="box")
        return radius_to_compare(detail, pixels, region)

    def _load(
        self,
        photo: Photo | Pixels,
        channels: Channels | None,
        *,
        needed_wh: tuple[int, int] | None = None,
        at_least_wide: int = 1,
    ) -> Pixels:
        return load_pixels(
            photo,
            needed_wh=needed_wh,
            at_least_wide=at_least_wide,
            channels=channels,
            max_pixels=self._max_pixels,
        )

    def _map_of(self, pixels: Pixels, timer: StageTimer) -> BlurMap:
        """Run the network on a photo, or on the squares of a long one."""
        width, height = pixels.decoded_wh
        output = self._facts.output
        if is_long(pixels.size_wh):
            axis = int(width > height)
            strip = strip_of((width, height), output.width if axis else output.height)
            parts = [
                pixels.crop(
                    (start, 0, start + strip.length_px, height)
                    if axis
                    else (0, start, width, start + strip.length_px)
                )
                for start in strip.starts_px
            ]
        else:
            strip, parts = None, [pixels]
        with timer.stage("preprocess"):
            tensors = [
                self._facts.input_tensor(part.squash(self._facts.input.size_wh)) for part in parts
            ]
        with self._lock:
            # Another thread may have closed the detector while this one decoded.
            if self._interpreter is None:
                raise _closed()
            with timer.stage("invoke"):
                maps = [
                    self._interpreter.run(tensor).reshape(output.height, output.width)
                    for tensor in tensors
                ]
        try:
            return BlurMap(
                maps[0] if strip is None else joined(maps, strip, axis=axis),
                size_wh=pixels.size_wh,
                quantization=output.quantization,
                timings_ms=timer.ms,
                judge=self.judge,
            )
        except ArgumentError as error:
            raise ModelError(f"The model {self._name} gave no blur map: {error}") from error

    def _ready_detail(self) -> Detail:
        with self._detail_lock:
            if self._interpreter is None:
                raise _closed()
            if self._detail is None:
                self._detail = Detail(self._detail_model, threads=self._threads)
            return self._detail

    def close(self) -> None:
        """Let go of the interpreters and their memory; may be called again."""
        with self._lock:
            self._interpreter = None
        with self._detail_lock:
            if self._detail is not None:
                self._detail.close()

    def __enter__(self) -> "BlurDetector":
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __reduce__(self) -> tuple[Any, ...]:
        if self._interpreter is None:
            raise _closed()
        detector = partial(
            type(self),
            self._name,
            detail=self._detail_model,
            threads=self._threads,
            max_pixels=self._max_pixels,
        )
        return detector, ()

    def __repr__(self) -> str:
        return f"BlurDetector({self._name!r}, threads={self._threads}, backend='{self._backend}')"


def detect_blur(
    image: Photo,
    *,
    channels: Channels | None = None,
    model: str | os.PathLike[str] = "lite",
    threads: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> BlurMap:
    """Find which parts of one photo are out of focus.

    Loads the model anew each time: for several photos keep a :class:`BlurDetector`.

    Args:
        image: Path, open file, a file's bytes, PIL image or array of pixels; see
            :meth:`BlurDetector.detect`.
        channels: As there.
        model: A bundled model's id, or the path of a .tflite file.
        threads: Threads of the interpreter; None uses the usable cores, at most 4.
        max_pixels: As for :class:`BlurDetector`.

    Returns:
        The map, for the photo as it is seen upright.

    Raises:
        DBDError: As :class:`BlurDetector` and :meth:`BlurDetector.detect` do.

    Examples:
        >>> import numpy as np
        >>> blur_map = detect_blur(np.zeros((60, 80, 3), np.uint8))
        >>> blur_map.probability.shape
        (60, 80)
    """
    with BlurDetector(model, threads=threads, max_pixels=max_pixels) as detector:
        return detector.detect(image, channels=channels)


def best_of(
    photos: Sequence[Photo | Pixels],
    box_xyxy: Box | None = None,
    *,
    channels: Channels | None = None,
    model: str | os.PathLike[str] = "lite",
    detail: str | os.PathLike[str] = "detail",
    threads: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> list[Ranked]:
    """Sort shots of one scene, the sharpest first.

    Loads the models anew each time: for several bursts keep a :class:`BlurDetector`.

    Args:
        photos: One shot or more; see :meth:`BlurDetector.best_of`.
        box_xyxy: As there.
        channels: As there.
        model: As for :class:`BlurDetector`; so are ``detail``, ``threads`` and ``max_pixels``.
        detail: As there.
        threads: As there.
        max_pixels: As there.

    Returns:
        All shots; those in which there is nothing to compare are last.

    Raises:
        DBDError: As :class:`BlurDetector` and :meth:`BlurDetector.best_of` do.
    """
    with BlurDetector(model, detail=detail, threads=threads, max_pixels=max_pixels) as detector:
        return detector.best_of(photos, box_xyxy, channels=channels)


def _refuse_small(pixels: Pixels) -> None:
    if min(pixels.size_wh) < SMALLEST_SIDE:
        raise ImageError(
            f"A photo has sides of {SMALLEST_SIDE} pixels at least to be judged, "
            f"got {pixels.size_wh[0]}x{pixels.size_wh[1]}."
        )


def _refuse_reduced(pixels: Pixels, *, width: int | None) -> None:
    """Refuse what was decoded at less than a width in pixels; None is the photo's own."""
    own, decoded = pixels.size_wh[0], pixels.decoded_wh[0]
    needed = own if width is None else min(width, own)
    if decoded < needed:
        raise ImageError(
            "Blur is measured in pixels of the photo at a width of {} at least: it is {}x{}, "
            "got {}x{}.".format(needed, *pixels.size_wh, *pixels.decoded_wh)
        )


def _is_small_in(pixels: Pixels, box_xyxy: tuple[int, int, int, int]) -> bool:
    """Say whether the photo was reduced so much that too little of a region is left."""
    left, top, right, bottom = box_xyxy
    reduced = pixels.size_wh[0] / pixels.decoded_wh[0]
    return reduced > 1 and min(right - left, bottom - top) < SMALLEST_SIDE * reduced


def _without_frames(error: ImageError) -> ImageError:
    """Let go of what the functions that failed held: an error that is kept is no photo that is."""
    cause: BaseException | None = error
    while cause is not None:
        cause.__traceback__ = None
        cause = cause.__context__
    return error


def _closed() -> ClosedError:
    return ClosedError("This BlurDetector was closed: make a new one.")
