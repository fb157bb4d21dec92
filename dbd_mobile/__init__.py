"""Find, on the device, which parts of a photo are out of focus.

A photo in, a blur map out: 1 = blurred, 0 = in focus. And, measured in the photo's own pixels, a
verdict on its subject or on any region of it:

    >>> from dbd_mobile import BlurDetector
    >>> detector = BlurDetector()
    >>> detector.detect("photo.jpg").blurred_fraction  # doctest: +SKIP
    0.62
    >>> detector.judge("photo.jpg").reason  # doctest: +SKIP
    'sharp at 100 %: blur radius 1.3 px'
"""

import logging

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.burst import Ranked
from dbd_mobile.calibration import calibrate
from dbd_mobile.catalogue import (
    AccuracyCard,
    CalibrationCard,
    InputCard,
    ModelCard,
    OutputCard,
    bundled_models,
)
from dbd_mobile.detector import BlurDetector, best_of, detect_blur
from dbd_mobile.errors import (
    ArgumentError,
    BackendError,
    CameraError,
    ClosedError,
    DBDError,
    ImageError,
    InputError,
    ModelError,
)
from dbd_mobile.focus import Focus
from dbd_mobile.interpreter import Backend
from dbd_mobile.photo import Pixels, load_pixels
from dbd_mobile.quantization import Quantization
from dbd_mobile.radius_map import RadiusMap
from dbd_mobile.strictness import Strictness
from dbd_mobile.tflite.model_file import ModelFacts, TensorFacts
from dbd_mobile.version import __version__

# What the package logs is for those who ask for it.
logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = [
    "AccuracyCard",
    "ArgumentError",
    "Backend",
    "BackendError",
    "BlurDetector",
    "BlurMap",
    "CalibrationCard",
    "CameraError",
    "ClosedError",
    "DBDError",
    "Focus",
    "ImageError",
    "InputCard",
    "InputError",
    "ModelCard",
    "ModelError",
    "ModelFacts",
    "OutputCard",
    "Pixels",
    "Quantization",
    "RadiusMap",
    "Ranked",
    "Strictness",
    "TensorFacts",
    "__version__",
    "best_of",
    "bundled_models",
    "calibrate",
    "detect_blur",
    "load_pixels",
]
