"""TFLite files and photos in; how far what each runtime gives is from what LiteRT gives out.

A file meets other kernels elsewhere: old interpreters, interpreters without XNNPACK. In int8 their
rounding differs at edges, so a single pixel may move far; a whole map must not.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from dbd_mobile.runtimes import LITERT, TENSORFLOW, TFLITE_RUNTIME, Runtime
from dbd_mobile.tflite.model_file import SIGMOID_QUANTIZATION
from evaluation.predictors import read_output
from export.kinds import Kind
from export.kinds.kind import Difference, Tolerance
from export.proving.precision import PRECISIONS
from networks.device_input import device_contract

PHOTOS = 4
"""How many are run; the kernels are the same for all."""

_WORKER = Path(__file__).with_name("runtime_worker.py")


@dataclass(frozen=True)
class Kernels:
    """A runtime with one choice of its kernels, and what is known of these.

    Attributes:
        runtime: The package.
        resolver: Name of its ``OpResolverType``; with "AUTO" it may use XNNPACK.
        int8_in_xnnpack: Whether int8 then goes through XNNPACK.
    """

    runtime: Runtime
    resolver: str
    int8_in_xnnpack: bool

    def tolerance(self, kind: Kind, precision: str) -> Tolerance:
        """How what it gives may differ from what LiteRT gives with XNNPACK."""
        promised = PRECISIONS[precision]
        # In float, other kernels only add in another order.
        if promised.rounds_alike and (self.int8_in_xnnpack or not promised.takes_bytes):
            return kind.same_kernels
        return kind.other_kernels


LITERT_XNNPACK = Kernels(LITERT, "AUTO", True)
"""What all others are compared with."""
LITERT_PLAIN = Kernels(LITERT, "BUILTIN_WITHOUT_DEFAULT_DELEGATES", False)
OTHERS = (LITERT_PLAIN, Kernels(TFLITE_RUNTIME, "AUTO", False), Kernels(TENSORFLOW, "AUTO", True))
"""Of every runtime that users may have."""

OLDEST_PYTHON = Path(__file__).parents[2] / ".venv-oldest" / "bin" / "python"
"""Of the environment with the oldest runtimes, which no Python has that the converters have."""


@dataclass(frozen=True, kw_only=True)
class RuntimeCheck:
    """A file in one runtime.

    Attributes:
        runtime: Package and version, and whether without XNNPACK.
        difference: From LiteRT with XNNPACK; None if it could not run the file.
        failures: Sentences on what is wrong.
        warnings: Sentences on what its users should know.
    """

    runtime: str
    difference: Difference | None
    failures: list[str]
    warnings: list[str] = field(default_factory=list)


def check_runtimes(
    kind: Kind,
    files: Mapping[str, Path],
    expected: Mapping[str, Sequence[NDArray[np.float32]]],
    photos: Sequence[NDArray[np.uint8]],
    progress: Callable[[int, int], None],
) -> dict[str, list[RuntimeCheck]]:
    """Run files in every runtime, each in a process of its own.

    Args:
        kind: Of their network.
        files: By the name of their precision.
        expected: What LiteRT with XNNPACK gives for each.
        photos: (H, W, 3) uint8.
        progress: Called with the runtimes done and their total after each.

    Returns:
        The checks by precision, in every runtime that is there.
    """
    if not files:
        return {}
    checks: dict[str, list[RuntimeCheck]] = {name: [] for name in files}
    for done, kernels in enumerate(OTHERS):
        progress(done, len(OTHERS))
        python = python_with(kernels.runtime)
        if python is None:
            continue
        described = f"{kernels.runtime.package} {_version(python, kernels.runtime)}"
        described += "" if kernels.resolver == "AUTO" else " without XNNPACK"
        outputs, reasons = run_files(python, kernels, files, photos)
        for name in files:
            difference = None
            failures: list[str] = []
            warnings: list[str] = []
            if name in outputs:
                difference = kind.compare(expected[name], outputs[name])
                failures = [
                    f"In {described}: {sentence}"
                    for sentence in kernels.tolerance(kind, name).violations(difference, None, None)
                ]
            else:
                is_expected = (
                    kernels.runtime == TFLITE_RUNTIME and PRECISIONS[name].is_for_new_runtimes
                )
                refused = warnings if is_expected else failures
                refused.append(f"{described} cannot run it: {reasons[name]}.")
            checks[name].append(
                RuntimeCheck(
                    runtime=described, difference=difference, failures=failures, warnings=warnings
                )
            )
    progress(len(OTHERS), len(OTHERS))
    return checks


def python_with(runtime: Runtime) -> str | None:
    """The interpreter of an environment that has a runtime; None if there is none."""
    if runtime != TFLITE_RUNTIME:
        return sys.executable
    # The mark that it is whole: an installation may have been broken off.
    is_whole = (OLDEST_PYTHON.parents[1] / "installed").exists()
    return str(OLDEST_PYTHON) if is_whole else None


def untried_runtimes() -> list[str]:
    """Sentences on the runtimes in which files are not tried."""
    return [
        f"{kernels.runtime.package} was not tried: 'make oldest' installs it."
        for kernels in OTHERS
        if python_with(kernels.runtime) is None
    ]


def run_files(
    python: str,
    kernels: Kernels,
    files: Mapping[str, Path],
    photos: Sequence[NDArray[np.uint8]],
) -> tuple[dict[str, list[NDArray[np.float32]]], dict[str, str]]:
    """Run files in one runtime.

    A file that crashes it takes no other along: where a process with several dies, each gets its
    own.

    Args:
        python: The interpreter of an environment that has it.
        kernels: The runtime, and which of its kernels.
        files: By any name.
        photos: (H, W, 3) uint8.

    Returns:
        What each file that ran gives, as ``Predictor.predict`` does, and why each other did not.
    """
    with TemporaryDirectory() as folder:
        device = device_contract(photos[0].shape[1], photos[0].shape[0])
        given, got = Path(folder, "photos.npy"), Path(folder, "outputs.npz")
        np.save(given, np.stack(photos))
        task = {
            "module": kernels.runtime.module,
            "kernels": kernels.resolver,
            "mean": device.mean,
            "scale": device.scale,
            "photos": str(given),
            "outputs": str(got),
            "files": {name: str(file.resolve()) for name, file in files.items()},
        }
        done = subprocess.run(
            [python, str(_WORKER), json.dumps(task)],
            cwd=folder,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            if len(files) == 1:
                return {}, dict.fromkeys(files, f"it ended with status {done.returncode}: {last}")
            outputs: dict[str, list[NDArray[np.float32]]] = {}
            reasons: dict[str, str] = {}
            for name, file in files.items():
                ran, refused = run_files(python, kernels, {name: file}, photos)
                outputs |= ran
                reasons |= refused
            return outputs, reasons
        with np.load(got) as stored:
            outputs = {name: [_read(raw) for raw in stored[name]] for name in stored}
        said = json.loads(done.stdout.splitlines()[-1])
        return outputs, {name: _in_one_line(reason) for name, reason in said.items()}


def _version(python: str, runtime: Runtime) -> str:
    """Of a runtime, in the environment that has it."""
    if python == sys.executable:
        return str(runtime.version)
    ask = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
    done = subprocess.run(
        [python, "-c", ask, runtime.package], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _in_one_line(reason: str) -> str:
    """What an interpreter says, whose sentences end in line breaks, before a full stop."""
    return " ".join(reason.split()).rstrip(".")


def _read(raw: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    # What is uint8 is a sigmoid's, or the file has not passed.
    return read_output(raw, SIGMOID_QUANTIZATION if raw.dtype == np.uint8 else None)
