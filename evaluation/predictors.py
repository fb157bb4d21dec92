"""A network or its file (ONNX, TFLite) in, a function from photo at its input size to map out.

Every form is run by the runtime that its users run it with: PyTorch, onnxruntime, LiteRT with
XNNPACK.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
import torch
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

from dbd_mobile import Quantization
from dbd_mobile.errors import InputError
from dbd_mobile.tflite.model_file import INPUT_QUANTIZATION, read_as_probability
from evaluation.chatter import without_chatter
from networks import BlurNetwork, Network, NetworkContract
from networks.weights import PYTORCH_SUFFIXES, load_weights

SUFFIXES = (".safetensors", *PYTORCH_SUFFIXES, ".onnx", ".tflite")
"""Of the files that ``open_predictor`` opens."""


class Predictor(Protocol):
    """A model that is ready to run."""

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of the photo that it takes."""

    @property
    def channels(self) -> int:
        """How many numbers it gives for each place: 1 of a blur map, 3 of ``networks.Detail``."""

    def predict(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Compute what the model gives for one photo.

        Args:
            photo: (H, W, 3) uint8 RGB of size ``size_wh``.

        Returns:
            A blur map, (h, w) float32 probability in [0, 1], 1 = blurred; or (h, w, 3) float32 in
            [0, 1], which ``evaluation.measured_cells`` reads.
        """


def open_predictor(path: Path, kind: type[Network] = BlurNetwork) -> Predictor:
    """Open a model file.

    Args:
        path: A checkpoint that ``networks.weights`` reads (.safetensors, .pth, .pt), or an ONNX
            or TFLite file from ``python -m export``.
        kind: What its network must be: ``BlurNetwork`` or ``Detail``.

    Raises:
        InputError: If the file is missing, damaged or of another kind, or its network is.
    """
    openers: dict[str, Callable[[Path], Predictor]] = {
        ".onnx": OnnxPredictor,
        ".tflite": TflitePredictor,
    }
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{path} is no model file of a known kind; expected {', '.join(SUFFIXES)}."
        )
    if not path.is_file():
        raise InputError(f"There is no model file {path}.")
    if suffix not in openers:
        return TorchPredictor(load_weights(path, kind).network)
    predictor = openers[suffix](path)
    if predictor.channels != kind.channels:
        raise InputError(
            f"{path} gives {predictor.channels} numbers for each place, not {kind.channels}; "
            f"expected a file of a network that gives {kind.gives}."
        )
    return predictor


def read_output(
    values: NDArray[np.uint8] | NDArray[np.float32], quantization: Quantization | None
) -> NDArray[np.float32]:
    """A model's raw output as ``Predictor.predict`` gives it.

    Args:
        values: (h, w, C) uint8 or float32.
        quantization: How integers are stored; None for float32.

    Returns:
        (h, w) float32 where C is 1, read as the device reads a blur map; else (h, w, C).
    """
    is_map = values.shape[-1] == 1
    if quantization is not None:
        read = read_as_probability(quantization) if is_map else quantization
        values = read.dequantise(values)
    given: NDArray[np.float32] = (values[..., 0] if is_map else values).astype(
        np.float32, copy=False
    )
    return given


class TorchPredictor:
    """Runs a network in PyTorch, in float32, on the device that it is on.

    Args:
        network: In eval mode.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._device = next(network.parameters()).device
        self.size_wh = (network.contract.width, network.contract.height)
        self.channels = network.channels

    def predict(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        pixels = torch.tensor(photo, device=self._device).permute(2, 0, 1)[None].float()
        with torch.inference_mode():
            probability = self._network(self._network.contract.normalise(pixels))
        return read_output(probability[0].permute(1, 2, 0).cpu().numpy(), None)


class OnnxPredictor:
    """Runs an ONNX file in onnxruntime, normalising as the file's metadata says.

    Raises:
        InputError: If the file is damaged or was not written by ``python -m export``.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._session = open_session(path)
            metadata = self._session.get_modelmeta().custom_metadata_map
            (image,) = self._session.get_inputs()
            _, _, height, width = image.shape
            (given,) = self._session.get_outputs()
            self.channels = int(given.shape[1])
            self._contract = NetworkContract(
                width=width,
                height=height,
                mean=float(metadata["mean"]),
                scale=float(metadata["scale"]),
            )
        except Exception as error:
            # onnxruntime's exceptions have no common base but Exception.
            raise InputError(
                f"{path} cannot be used as an ONNX blur model ({error}); give a file written by "
                "'python -m export'."
            ) from error
        self._input = image.name
        self.size_wh = (width, height)

    def predict(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        image = self._contract.normalise(photo.astype(np.float32)).transpose(2, 0, 1)[None]
        (probability,) = self._session.run(None, {self._input: image})
        return unrounded(read_output(probability[0].transpose(1, 2, 0), None))


_ROUNDING = 2.0**-22
"""Two steps of float32 at 1."""


def unrounded(probability: NDArray[np.float32]) -> NDArray[np.float32]:
    """A map of onnxruntime, brought back into [0, 1] if it left it by rounding alone.

    Its sigmoid gives one float32 step more than 1 for some logits near 18.
    """
    within: NDArray[np.float32] = probability.clip(0, 1)
    return within if np.abs(within - probability).max() < _ROUNDING else probability


def open_session(file: Path | bytes) -> onnxruntime.InferenceSession:
    """An ONNX file or its content in onnxruntime on the CPU; raises whatever onnxruntime does."""
    options = onnxruntime.SessionOptions()
    # What it would log is in its exceptions too.
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(file, options, ["CPUExecutionProvider"])


class TflitePredictor:
    """Runs a TFLite file in LiteRT on one thread.

    Args:
        path: A file with uint8 input and output (fed with the photo's bytes), or with float32
            (fed as the device feeds it).

    Raises:
        InputError: If the file is damaged or takes no photo.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._interpreter = open_interpreter(path)
            self._output = self._interpreter.get_output_details()[0]
            _, height, width, _ = (
                int(n) for n in self._interpreter.get_input_details()[0]["shape"]
            )
        except (ValueError, RuntimeError) as error:
            raise InputError(f"{path} cannot be used as a TFLite blur model ({error}).") from error
        self.size_wh = (width, height)
        self.channels = int(self._output["shape"][-1])

    def predict(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        run_photo(self._interpreter, photo)
        values = self._interpreter.get_tensor(self._output["index"])[0]
        if values.dtype == np.float32:
            return read_output(values, None)
        scale, zero_point = self._output["quantization"]
        return read_output(values, Quantization(scale=scale, zero_point=zero_point))


def open_interpreter(path: Path, *, show_all_tensors: bool = False) -> Interpreter:
    """A LiteRT interpreter with its tensors allocated.

    Args:
        path: The file.
        show_all_tensors: Keep what lies between the layers too, without XNNPACK, which does not.

    Raises:
        ValueError, RuntimeError: If LiteRT refuses the file.
    """
    kernels = (
        OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        if show_all_tensors
        else OpResolverType.AUTO
    )
    with without_chatter():
        interpreter = Interpreter(
            str(path),
            num_threads=1,
            experimental_op_resolver_type=kernels,
            experimental_preserve_all_tensors=show_all_tensors,
        )
        interpreter.allocate_tensors()
    return interpreter


def run_photo(interpreter: Interpreter, photo: NDArray[np.uint8]) -> None:
    """Run a TFLite file on a photo, fed with its bytes or as the device normalises them.

    Args:
        interpreter: From ``open_interpreter``.
        photo: (H, W, 3) uint8 RGB of its input's size.
    """
    taken = interpreter.get_input_details()[0]
    image: NDArray[np.uint8] | NDArray[np.float32] = photo
    if taken["dtype"] != np.uint8:
        image = INPUT_QUANTIZATION.dequantise(photo)
    interpreter.set_tensor(taken["index"], image[None])
    interpreter.invoke()
