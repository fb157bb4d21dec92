"""``dbd-mobile doctor``: nothing in; what is installed, whether it runs and how to fix it out."""

import argparse

import numpy as np
import PIL

from dbd_mobile.catalogue import bundled_ids, load_card
from dbd_mobile.cli.screen import say
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import BackendError, DBDError
from dbd_mobile.interpreter import INSTALL_LINE, find_backend
from dbd_mobile.latency import synthetic_photo
from dbd_mobile.machine import read_machine
from dbd_mobile.runtimes import RUNTIMES, Runtime
from dbd_mobile.version import __version__


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command's arguments."""
    parser = commands.add_parser(
        "doctor",
        help="say whether photos can be analysed here, and what to do if not",
        description="Say which TFLite interpreters are installed, whether the bundled models run, "
        "and what to do if not. Exit status 1 if they do not.",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what was found; 1 if no photo can be analysed here, else 0."""
    machine = read_machine()
    say(f"dbd-mobile {__version__}")
    say(f"Python {machine.python}, {'64' if machine.is_64_bit else '32'}-bit; {machine.system}")
    # By item: one that is too old must not hide the other.
    numpy_below = "" if machine.is_64_bit else ",<2"
    new_enough = all(
        [
            _is_new_enough("numpy", np.__version__, (1, 26), numpy_below),
            _is_new_enough("pillow", PIL.__version__, (11, 0)),
        ]
    )
    for runtime in RUNTIMES:
        say(f"{runtime.package}: {_state(runtime)}")
    try:
        find_backend()
    except BackendError:
        say(f"Fix: {INSTALL_LINE}")
        if not machine.is_64_bit:
            say(
                "That needs a 64-bit Python: install a 64-bit operating system first; or, on 32-bit"
            )
            say("ARM with Python 3.10 or 3.11: pip install tflite-runtime 'numpy<2'")
        return 1
    # By id: a model whose card is damaged must not hide the others.
    runs = all([_runs(model_id) for model_id in bundled_ids()])
    return int(not (new_enough and runs))


def _is_new_enough(package: str, version: str, oldest: tuple[int, int], below: str = "") -> bool:
    """Say a package's version, and what to do where it is older than the package requires.

    Installed without its requirements, as 32-bit ARM may need it, it finds the system's.
    """
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers >= oldest:
        say(f"{package} {version}")
        return True
    wanted = f"{package}>={oldest[0]}.{oldest[1]}{below}"
    say(f"{package} {version}, too old; fix: pip install '{wanted}'")
    return False


def _state(runtime: Runtime) -> str:
    if runtime.version is None:
        return "not installed"
    try:
        runtime.load()
    except BackendError as error:
        return f"{runtime.version}, not usable: {error}"
    return f"{runtime.version}, usable"


def _runs(model_id: str) -> bool:
    try:
        is_map = load_card(model_id)["kind"] == "blur-map"
        detector = BlurDetector(model_id) if is_map else BlurDetector(detail=model_id)
        with detector:
            if is_map:
                ms = detector.detect(synthetic_photo()).timings_ms["invoke"]
            else:
                ms = detector.measure(synthetic_photo()).timings_ms["measure"]
    except DBDError as error:
        say(f"model {model_id}: {error}")
        return False
    say(
        f"model {model_id}: runs, {ms:.0f} ms with {detector.threads} threads of {detector.backend}"
    )
    return True
