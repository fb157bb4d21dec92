"""Which interpreter runs a model, and what is said when none can."""

import importlib.metadata
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from dbd_mobile import Backend, BackendError, BlurDetector, ModelError
from dbd_mobile.interpreter import find_backend
from dbd_mobile.runtimes import RUNTIMES

TINY = Path(__file__).parent / "data" / "tiny_int8.tflite"


class FakeInterpreter:
    """Takes any model and gives a map of zeros."""

    def __init__(self, model_content, num_threads):
        self.num_threads = num_threads

    def allocate_tensors(self):
        pass

    def get_input_details(self):
        return [{"index": 0}]

    def get_output_details(self):
        return [{"index": 1}]

    def set_tensor(self, index, tensor):
        pass

    def invoke(self):
        pass

    def get_tensor(self, index):
        return np.zeros((1, 16, 24, 1), np.uint8)


class RefusingInterpreter(FakeInterpreter):
    def allocate_tensors(self):
        raise RuntimeError("no such operator")


class FailingInterpreter(FakeInterpreter):
    def invoke(self):
        raise RuntimeError("out of memory")


@pytest.fixture
def install(monkeypatch, without_interpreters):
    """Install a fake package of one of the interpreters' names, and no other."""

    def install(name, interpreter, version="9.9"):
        (runtime,) = (runtime for runtime in RUNTIMES if runtime.package == name)
        module = ModuleType(runtime.module)
        module.Interpreter = interpreter
        monkeypatch.setitem(sys.modules, runtime.module.partition(".")[0], ModuleType("parent"))
        monkeypatch.setitem(sys.modules, runtime.module, module)
        without_interpreters[name] = version

    return install


def test_newest_interpreter_is_preferred(install):
    install("tensorflow", FakeInterpreter)
    install("ai-edge-litert", FakeInterpreter)
    assert find_backend()[0].name == "ai-edge-litert"


def test_fallback_runs_where_it_is_the_only_one(install):
    install("tensorflow", FakeInterpreter)
    with BlurDetector(TINY, threads=3) as detector:
        assert detector.backend == Backend(name="tensorflow", version="9.9")
        assert str(detector.backend) == "tensorflow 9.9"
        assert repr(detector).endswith("threads=3, backend='tensorflow 9.9')")
        assert detector.threads == 3
        assert detector.detect(np.zeros((4, 4, 3), np.uint8)).blurred_fraction == 0


@pytest.mark.skipif(np.__version__.startswith("1."), reason="it works with numpy 1")
def test_tflite_runtime_is_not_tried_with_numpy_2(install):
    install("tflite-runtime", FakeInterpreter, "2.14.0")
    with pytest.raises(BackendError, match=r"numpy 1 only.*pip install ai-edge-litert"):
        find_backend()


def test_package_that_cannot_be_imported_is_passed_over(install, without_interpreters, monkeypatch):
    without_interpreters["ai-edge-litert"] = "9.9"
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    install("tensorflow", FakeInterpreter)
    assert find_backend()[0].name == "tensorflow"


def test_interpreter_without_its_metadata_is_found(monkeypatch):
    def version(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    with BlurDetector(TINY) as detector:
        assert detector.backend.version == "unknown"
        assert detector.detect(np.zeros((4, 4, 3), np.uint8)).blurred_fraction == 0


def test_no_interpreter_names_the_line_to_run(without_interpreters):
    with pytest.raises(BackendError, match="run `pip install ai-edge-litert`"):
        BlurDetector(TINY)


def test_model_that_the_interpreter_refuses_is_a_model_error(install):
    install("ai-edge-litert", RefusingInterpreter)
    with pytest.raises(ModelError, match=r"ai-edge-litert 9\.9 refuses.*no such operator"):
        BlurDetector(TINY)


def test_interpreter_that_fails_is_a_backend_error(install):
    install("ai-edge-litert", FailingInterpreter)
    detector = BlurDetector(TINY)
    with pytest.raises(BackendError, match=r"failed to run.*out of memory"):
        detector.detect(np.zeros((4, 4, 3), np.uint8))


@pytest.mark.filterwarnings("ignore:.*tf.lite.Interpreter is deprecated")
@pytest.mark.parametrize("package", [runtime.package for runtime in RUNTIMES])
def test_every_installed_interpreter_gives_the_same_map(package, without_interpreters):
    """In the runtime's environment that is one; the converters' environment has all three."""
    if package not in INSTALLED:
        pytest.skip(f"{package} is not installed")
    photo = np.random.default_rng(3).integers(0, 256, (32, 48, 3), np.uint8)
    without_interpreters[package] = INSTALLED[package]
    with BlurDetector(TINY, threads=1) as detector:
        assert detector.backend == Backend(name=package, version=INSTALLED[package])
        probability = detector.detect(photo).model_probability
    brightness = (photo.mean(axis=2).reshape(16, 2, 24, 2).mean(axis=(1, 3)) - 127) / 128
    # Three quantised stages of at most half a step of their range each.
    assert np.abs(probability - 1 / (1 + np.exp(-6 * brightness))).max() < 0.03


INSTALLED = {runtime.package: runtime.version for runtime in RUNTIMES if runtime.version}
