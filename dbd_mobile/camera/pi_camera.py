"""A Raspberry Pi's camera, by picamera2, as a :class:`~dbd_mobile.camera.Camera`."""

import math
from collections.abc import Mapping
from importlib import import_module
from types import TracebackType
from typing import Any

from dbd_mobile.camera.device import Frame, Shot
from dbd_mobile.camera.luma import luma_of
from dbd_mobile.errors import ArgumentError, CameraError, sentence_of
from dbd_mobile.photo import load_pixels

_INSTALL = (
    "picamera2 is not there: `sudo apt install python3-picamera2` installs it on Raspberry Pi OS, "
    "and a virtual environment finds it if it was made by `python3 -m venv --system-site-packages`."
)

_NUMPY = (
    " Raspberry Pi OS bookworm has it for numpy 1: there run `pip install 'numpy<2'` in the "
    "virtual environment."
)

# libcamera's controls.AfModeEnum.Manual, which only libcamera's own package could be asked for.
_MANUAL = 0

# By how much the shapes, width over height, of frames and photos may differ.
_SAME_SHAPE = 0.02


class PiCamera:
    """A camera that streams photos ("main") and small grey frames ("lores") side by side.

    Both come of the same exposures, so that no photo needs another mode of the sensor. It is
    started when it is made; :meth:`close` it in the end, or use it in a ``with`` block.

    Args:
        number: Which camera, from 0.
        photo_wh: (width, height) of the photos in pixels. The default is Camera Module 3's mode of
            half its width; at (4608, 2592) frames come more slowly.
        frame_wh: (width, height) of the frames in pixels, in the photos' shape. Larger ones show
            less blur, smaller ones are scored faster.

    Attributes:
        picamera2: picamera2's own ``Picamera2``, for all else that it can do.

    Raises:
        ArgumentError: Frames and photos differ in shape.
        CameraError: picamera2 is not installed or cannot be loaded, the camera cannot be opened, or
            its lens cannot be moved.
    """

    def __init__(
        self,
        number: int = 0,
        *,
        photo_wh: tuple[int, int] = (2304, 1296),
        frame_wh: tuple[int, int] = (1152, 648),
    ) -> None:
        shape, of_frames = photo_wh[0] / photo_wh[1], frame_wh[0] / frame_wh[1]
        if abs(shape / of_frames - 1) > _SAME_SHAPE:
            raise ArgumentError(
                "Frames and photos have one shape, got frames of {}x{} and photos of {}x{}.".format(
                    *frame_wh, *photo_wh
                )
            )
        try:
            package = import_module("picamera2")
        except Exception as error:
            # A ValueError, where what it loads was built for another numpy.
            if isinstance(error, ModuleNotFoundError) and error.name == "picamera2":
                raise CameraError(_INSTALL) from None
            hint = _NUMPY if "numpy" in str(error) else ""
            raise CameraError(f"picamera2 cannot be loaded: {sentence_of(error)}{hint}") from error
        try:
            self.picamera2: Any = package.Picamera2(number)
        except Exception as error:
            # A RuntimeError or, where there is none of this number, an IndexError.
            raise CameraError(
                f"Camera {number} cannot be opened: {sentence_of(error)} "
                f"`rpicam-hello --list-cameras` says which there are."
            ) from error
        try:
            self._start(number, photo_wh, frame_wh)
        except BaseException:
            self.picamera2.close()
            raise

    def _start(self, number: int, photo_wh: tuple[int, int], frame_wh: tuple[int, int]) -> None:
        controls: Mapping[str, Any] = self.picamera2.camera_controls
        if "LensPosition" not in controls:
            raise CameraError(
                f"Camera {number} has no lens that can be moved; Camera Module 3 has one."
            )
        lowest, highest = controls["LensPosition"][:2]
        self._lens_range = float(lowest), float(highest)
        try:
            self.picamera2.configure(
                self.picamera2.create_video_configuration(
                    main={"size": photo_wh, "format": "RGB888"},
                    lores={"size": frame_wh, "format": "YUV420"},
                    controls={"AfMode": _MANUAL},
                )
            )
            self._frame_wh: tuple[int, int] = tuple(
                self.picamera2.stream_configuration("lores")["size"]
            )
            self.picamera2.start()
        except RuntimeError as error:
            raise CameraError(f"Camera {number} cannot be started: {sentence_of(error)}") from error

    @property
    def lens_range_dioptres(self) -> tuple[float, float]:
        """How far and how near the lens can focus, in dioptres: (smallest, largest)."""
        return self._lens_range

    @property
    def frame_wh(self) -> tuple[int, int]:
        """(width, height) of the frames in pixels."""
        return self._frame_wh

    def move_lens(self, dioptres: float) -> None:
        """Send the lens somewhere, without waiting until it is there."""
        self.picamera2.set_controls({"AfMode": _MANUAL, "LensPosition": float(dioptres)})

    def hold_exposure(self, held: bool) -> None:
        """Leave exposure and gain as they are, or let the camera choose them again."""
        self.picamera2.set_controls({"AeEnable": not held})

    def next_frame(self) -> Frame:
        """Wait for a frame: the luma of the "lores" stream, without its padding."""
        array, metadata = self._captured("lores")
        return Frame(luma=luma_of(array, self._frame_wh), **_facts(metadata))

    def take_photo(self) -> Shot:
        """Wait for a photo of the "main" stream."""
        array, metadata = self._captured("main")
        # What picamera2 calls RGB888 has blue first.
        return Shot(pixels=load_pixels(array, channels="BGR"), **_facts(metadata))

    def close(self) -> None:
        """Stop the camera and let go of it; may be called again."""
        self.picamera2.stop()
        self.picamera2.close()

    def __enter__(self) -> "PiCamera":
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _captured(self, stream: str) -> tuple[Any, Mapping[str, Any]]:
        request = self.picamera2.capture_request()
        try:
            return request.make_array(stream), request.get_metadata()
        finally:
            # There are only a few; the camera needs it for its next frames.
            request.release()


def _facts(metadata: Mapping[str, Any]) -> dict[str, float]:
    """Give lens and times of a frame by libcamera's metadata.

    ``SensorTimestamp`` is nanoseconds, ``ExposureTime`` and ``FrameDuration`` microseconds. As the
    timestamp is taken when the first row is read out, the exposure began before it.
    """
    read_ms = metadata["SensorTimestamp"] / 1e6
    return {
        # Missing from a frame that was under way before the lens was first spoken to.
        "lens_dioptres": metadata.get("LensPosition", math.nan),
        "start_ms": read_ms - metadata["ExposureTime"] / 1e3,
        "end_ms": read_ms + metadata["FrameDuration"] / 1e3,
    }
