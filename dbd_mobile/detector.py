"""Photos in, blur maps out: a detector that keeps its interpreter, and a function for one photo."""

import os
from threading import Lock
from types import TracebackType

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.catalogue import load_model
from dbd_mobile.errors import ArgumentError, ClosedError, ModelError
from dbd_mobile.interpreter import Backend, Interpreter
from dbd_mobile.photo import Photo, Pixels, load_pixels
from dbd_mobile.tflite.model_file import ModelFacts
from dbd_mobile.timing import StageTimer


class BlurDetector:
    """Finds which parts of photos are out of focus; keeps the model ready between photos.

    Safe to use from several threads: photos are decoded and resized side by side, the
    interpreter runs one at a time.

    Args:
        model: A bundled model's id, or the path of a .tflite file that takes one
            [1, H, W, 3] uint8 or float32 photo and gives one [1, h, w, 1] blur map.
        threads: Threads of the interpreter; None uses the usable cores, at most 4.

    Raises:
        ArgumentError: ``threads`` is not a whole number from 1 to 256, or ``model`` no id or path.
        BackendError: No TFLite interpreter is installed.
        ModelError: The model is unknown, damaged or of another kind.

    Example:
        >>> import numpy as np
        >>> with BlurDetector(threads=1) as detector:
        ...     blur_map = detector.detect(np.zeros((60, 80, 3), np.uint8))
        >>> blur_map.size_wh
        (80, 60)
    """

    def __init__(self, model: str | os.PathLike[str] = "lite", *, threads: int | None = None):
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
    def backend(self) -> Backend:
        """The package that runs the model."""
        return self._backend

    @property
    def threads(self) -> int:
        """Threads that the interpreter uses."""
        return self._threads

    def detect(self, image: Photo | Pixels) -> BlurMap:
        """Find which parts of a photo are out of focus.

        Args:
            image: Path, PIL image, or (H, W, 3) uint8 RGB array, any size from 1x1. EXIF
                orientation is applied to files and PIL images; transparent pixels are laid over
                white; 16-bit grey is scaled to 8 bit.

        Returns:
            The map, for the photo as it is seen upright.

        Raises:
            ImageError: The photo is missing, damaged or not of an accepted kind.
            BackendError: The interpreter failed.
            ModelError: The model gave something that is not a probability.
            ClosedError: The detector was closed.
        """
        if self._interpreter is None:
            raise _closed()
        size_wh = self._facts.input.size_wh
        timer = StageTimer()
        with timer.stage("decode"):
            pixels = load_pixels(image, needed_wh=size_wh)
        with timer.stage("preprocess"):
            tensor = self._facts.input_tensor(pixels.squash(size_wh))
        with self._lock:
            # Another thread may have closed the detector while this one decoded.
            if self._interpreter is None:
                raise _closed()
            with timer.stage("invoke"):
                raw = self._interpreter.run(tensor)
        output = self._facts.output
        try:
            return BlurMap(
                raw.reshape(output.height, output.width),
                size_wh=pixels.size_wh,
                quantization=output.quantization,
                timings_ms=timer.ms,
            )
        except ArgumentError as error:
            raise ModelError(f"The model {self._name} gave no blur map: {error}") from error

    def close(self) -> None:
        """Let go of the interpreter and its memory; may be called again."""
        with self._lock:
            self._interpreter = None

    def __enter__(self) -> "BlurDetector":
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"BlurDetector({self._name!r}, threads={self._threads}, backend='{self._backend}')"


def detect_blur(
    image: Photo, *, model: str | os.PathLike[str] = "lite", threads: int | None = None
) -> BlurMap:
    """Find which parts of one photo are out of focus.

    Loads the model anew each time: for several photos keep a :class:`BlurDetector`.

    Args:
        image: Path, PIL image, or (H, W, 3) uint8 RGB array; see :meth:`BlurDetector.detect`.
        model: A bundled model's id, or the path of a .tflite file.
        threads: Threads of the interpreter; None uses the usable cores, at most 4.

    Returns:
        The map, for the photo as it is seen upright.

    Raises:
        DBDError: As :class:`BlurDetector` and :meth:`BlurDetector.detect` do.

    Example:
        >>> import numpy as np
        >>> blur_map = detect_blur(np.zeros((60, 80, 3), np.uint8))
        >>> blur_map.probability.shape
        (60, 80)
    """
    with BlurDetector(model, threads=threads) as detector:
        return detector.detect(image)


def _closed() -> ClosedError:
    return ClosedError("This BlurDetector was closed: make a new one.")
