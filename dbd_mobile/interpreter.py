"""A TFLite model's bytes in; a ready interpreter out, from whichever package is installed.

:mod:`dbd_mobile.runtimes` says which they are. Nothing is imported before an interpreter is wanted.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.errors import ArgumentError, BackendError, ModelError, sentence_of
from dbd_mobile.forking import leave_to_parent, renew_in_children
from dbd_mobile.machine import usable_cores
from dbd_mobile.runtimes import RUNTIMES
from dbd_mobile.whole_number import whole_number

INSTALL_LINE = "pip install ai-edge-litert"

_MAX_THREADS = 256

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Backend:
    """The package that runs a detector's model.

    Attributes:
        name: Its name on PyPI, e.g. "ai-edge-litert".
        version: Its installed version, e.g. "2.1.0"; "unknown" if nothing says it.
    """

    name: str
    version: str

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


def find_backend() -> tuple[Backend, Callable[..., Any]]:
    """Give the first runtime that can be imported, and its interpreter class.

    Raises:
        BackendError: There is none; the message says what to install.
    """
    failures = []
    for runtime in RUNTIMES:
        version = runtime.version
        if version is None:
            continue
        try:
            return Backend(name=runtime.package, version=version), runtime.load()
        except BackendError as error:
            _log.info("Passed over: %s", error)
            failures.append(str(error))
    raise BackendError(
        " ".join([*failures, f"No TFLite interpreter can be used: run `{INSTALL_LINE}`."])
    )


def default_threads() -> int:
    """Give the number of threads for ``threads=None``: the usable cores, at most 4.

    More than four rarely help a network of this size, and heat a small board.
    """
    return min(4, usable_cores())


class Interpreter:
    """One model in one interpreter. Not safe to use from several threads at once.

    Args:
        content: A TFLite file's bytes, checked by :func:`dbd_mobile.tflite.model_file.read_facts`.
        name: What to call the model in messages.
        threads: Number of threads, 1 to 256; None chooses by :func:`default_threads`.

    Attributes:
        backend: The package that runs the model.
        threads: The number of threads in use.

    Raises:
        ArgumentError: ``threads`` is not a whole number from 1 to 256.
        BackendError: No interpreter is installed.
        ModelError: The interpreter refuses the model.
    """

    def __init__(self, content: bytes, *, name: str, threads: int | None = None) -> None:
        self.threads = default_threads() if threads is None else _checked_threads(threads)
        self.backend, self._make = find_backend()
        self._name = name
        self._content = content
        self._interpreter: Any = None
        self._open()
        renew_in_children(self)

    def run(self, tensor: NDArray[Any]) -> NDArray[Any]:
        """Run the model once.

        Args:
            tensor: The input, of the shape and dtype that the model's facts say.

        Returns:
            A copy of the output tensor.

        Raises:
            BackendError: The interpreter failed.
            ModelError: In a forked child: the interpreter refuses the model.
        """
        if self._interpreter is None:
            self._open()
        try:
            self._interpreter.set_tensor(self._input, tensor)
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._output))
        except Exception as error:
            raise BackendError(
                f"{self.backend} failed to run the model {self._name}: {sentence_of(error)}"
            ) from error

    def renew(self) -> None:
        """In a forked child: leave the parent's interpreter alone; a new one is made if needed."""
        if self._interpreter is not None:
            leave_to_parent(self._interpreter)
            self._interpreter = None

    def _open(self) -> None:
        try:
            interpreter = self._make(model_content=self._content, num_threads=self.threads)
            interpreter.allocate_tensors()
            self._input = interpreter.get_input_details()[0]["index"]
            self._output = interpreter.get_output_details()[0]["index"]
        except Exception as error:
            raise ModelError(
                f"{self.backend} refuses the model {self._name}: {sentence_of(error)}"
            ) from error
        self._interpreter = interpreter
        _log.debug("%s is ready: %s, %d threads", self._name, self.backend, self.threads)


def _checked_threads(threads: object) -> int:
    number = whole_number(threads)
    if number is None:
        raise ArgumentError(f"threads is a whole number or None, got {threads!r}.")
    if not 1 <= number <= _MAX_THREADS:
        raise ArgumentError(f"threads is from 1 to {_MAX_THREADS}, got {number}.")
    return number
