"""Everything dbd_mobile raises for what a caller can put right.

    DBDError
    ├── ArgumentError   (also a ValueError)
    ├── BackendError
    ├── CameraError
    ├── ClosedError
    ├── ImageError
    ├── InputError
    └── ModelError

Each message is one sentence or two: what was expected, what came, what to do.
"""


class DBDError(Exception):
    """The root: catch this to catch everything that dbd_mobile raises on purpose."""


class ArgumentError(DBDError, ValueError):
    """An option has a value that it cannot have, e.g. ``threads=0`` or ``threshold=2``."""


class BackendError(DBDError):
    """No TFLite interpreter is installed, or the one that is failed; says what to install."""


class CameraError(DBDError):
    """A camera is not there, has no lens that can be moved, or does not do what it was asked."""


class ClosedError(DBDError):
    """A :class:`~dbd_mobile.BlurDetector` was used after :meth:`~dbd_mobile.BlurDetector.close`."""


class ImageError(DBDError):
    """A photo is missing, damaged, of a kind that is not handled, or of the wrong size."""


class InputError(DBDError):
    """A file that holds no photo or model, a folder, option or recipe cannot be used."""


class ModelError(DBDError):
    """A model is unknown, damaged, or does not take a photo and give a blur map."""


# What another package says may quote all of a damaged file; a screen has room for so much.
_LONGEST = 200


def sentence_of(error: Exception) -> str:
    """Give what another package's error says as one line that ends with one full stop.

    It has 201 characters at most, and none that a screen would take for a command.
    """
    words = error.args[0] if error.args else ""
    # Bytes are what rawpy says.
    text = words.decode(errors="replace") if isinstance(words, bytes) else str(error)
    line = " ".join(text.split()) or type(error).__name__
    said = "".join(letter if letter.isprintable() else "?" for letter in line)
    return f"{said[:_LONGEST].rstrip('.')}."
