"""Focus a camera's lens by what its frames show, and take photos that are sharp.

Raspberry Pi's cameras by picamera2, others by what :class:`Camera` says:

    >>> from dbd_mobile import BlurDetector
    >>> from dbd_mobile.camera import Autofocus, PiCamera
    >>> with PiCamera() as camera:  # doctest: +SKIP
    ...     autofocus = Autofocus(camera)
    ...     print(autofocus.focus().reason)
    ...     photo = autofocus.capture_sharp(BlurDetector())
    In focus at 3.42 dioptres.

Nothing else of the package imports it.
"""

from dbd_mobile.camera.autofocus import Autofocus, FoundFocus, Scored, SharpShot, Watched
from dbd_mobile.camera.device import Camera, Frame, Shot
from dbd_mobile.camera.focus_score import FocusScore, focus_score
from dbd_mobile.camera.luma import luma_of
from dbd_mobile.camera.pi_camera import PiCamera

__all__ = [
    "Autofocus",
    "Camera",
    "FocusScore",
    "FoundFocus",
    "Frame",
    "PiCamera",
    "Scored",
    "SharpShot",
    "Shot",
    "Watched",
    "focus_score",
    "luma_of",
]
