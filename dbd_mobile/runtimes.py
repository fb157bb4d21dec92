"""The packages that run TFLite models: what each is called, what to import, whether it is here.

The one table of them: the runtime takes the first that can be used, the exporter tries its files in
all. Nothing is imported before an interpreter is wanted.
"""

import importlib
import importlib.metadata
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dbd_mobile.errors import BackendError, sentence_of


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """A package that runs TFLite models, installed or not.

    Attributes:
        package: Its name on PyPI.
        module: The module that its ``Interpreter`` is in.
        needs_numpy_1: It was built for numpy 1 and fails with numpy 2.
    """

    package: str
    module: str
    needs_numpy_1: bool = False

    @property
    def version(self) -> str | None:
        """The installed version, "unknown" if nothing says it; None where it is not installed."""
        try:
            return importlib.metadata.version(self.package)
        except importlib.metadata.PackageNotFoundError:
            # An application that brings its packages may bring their modules alone.
            found = importlib.util.find_spec(self.module.partition(".")[0])
            return None if found is None else "unknown"

    def load(self) -> Callable[..., Any]:
        """Import the package and return its interpreter class.

        Raises:
            BackendError: It is not installed, or cannot be used here.
        """
        if self.needs_numpy_1 and not np.__version__.startswith("1."):
            # It can be imported, and then fails or crashes at the first model.
            raise BackendError(
                f"{self.package} {self.version} works with numpy 1 only, here is {np.__version__}."
            )
        try:
            return importlib.import_module(self.module).Interpreter  # type: ignore[no-any-return]
        except Exception as error:
            # A half-installed package fails with ImportError, AttributeError or OSError.
            raise BackendError(
                f"{self.package} cannot be imported: {sentence_of(error)}"
            ) from error


LITERT = Runtime(package="ai-edge-litert", module="ai_edge_litert.interpreter")
TFLITE_RUNTIME = Runtime(
    package="tflite-runtime", module="tflite_runtime.interpreter", needs_numpy_1=True
)
TENSORFLOW = Runtime(package="tensorflow", module="tensorflow.lite.python.interpreter")

RUNTIMES = (LITERT, TFLITE_RUNTIME, TENSORFLOW)
"""In the order in which they are looked for."""
