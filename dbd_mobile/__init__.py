"""Find, on the device, which parts of a photo are out of focus.

A photo in, a blur map out: 1 = blurred, 0 = in focus.

    >>> from dbd_mobile import detect_blur
    >>> blur_map = detect_blur("photo.jpg")  # doctest: +SKIP
    >>> blur_map.blurred_fraction  # doctest: +SKIP
    0.62
"""

from dbd_mobile.blur_map import BlurMap
from dbd_mobile.catalogue import (
    AccuracyCard,
    CalibrationCard,
    InputCard,
    ModelCard,
    OutputCard,
    bundled_models,
)
from dbd_mobile.detector import BlurDetector, detect_blur
from dbd_mobile.errors import (
    ArgumentError,
    BackendError,
    ClosedError,
    DBDError,
    ImageError,
    ModelError,
)
from dbd_mobile.interpreter import Backend
from dbd_mobile.quantization import Quantization
from dbd_mobile.tflite.model_file import ModelFacts, TensorFacts
from dbd_mobile.version import __version__

__all__ = [
    "AccuracyCard",
    "ArgumentError",
    "Backend",
    "BackendError",
    "BlurDetector",
    "BlurMap",
    "CalibrationCard",
    "ClosedError",
    "DBDError",
    "ImageError",
    "InputCard",
    "ModelCard",
    "ModelError",
    "ModelFacts",
    "OutputCard",
    "Quantization",
    "TensorFacts",
    "__version__",
    "bundled_models",
    "detect_blur",
]
