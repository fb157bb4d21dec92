"""An ONNX file of any origin in; the same network with this project's input and output out.

The file must take one RGB image and give one map; what else it does is its own affair. The result
looks as ``export.reading.onnx_file`` writes a network of our own: input ``image`` (1, 3, H, W)
float32 in the device's normalisation, output ``blur`` (1, 1, H, W).
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnx.compose
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from dbd_mobile.errors import InputError
from evaluation.predictors import open_session, unrounded
from export.kinds import BLUR_MAP
from export.reading.onnx_file import INPUT_NAME, set_metadata
from networks import BlurNetwork, NetworkContract
from networks.device_input import device_contract

ARCHITECTURE = "onnx"
"""What a report calls the architecture of a network that came as ONNX."""

# Up to the newest with which ``lite`` was seen to come through onnx2tf.
_OLDEST_OPSET, _NEWEST_OPSET = 9, 20


@dataclass(frozen=True)
class Normalisation:
    """How a pixel x of each channel is fed: ``(x - mean) / scale``.

    Attributes:
        mean: One value for R, G and B each.
        scale: The same.
    """

    mean: tuple[float, float, float]
    scale: tuple[float, float, float]


@dataclass(frozen=True)
class ForeignOnnx:
    """A checked ONNX file.

    Attributes:
        path: The file.
        model: Its content.
        size_wh: Width and height of its image.
        channels_last: Whether its input is (1, H, W, 3).
        normalisation: How its input is fed.
    """

    path: Path
    model: onnx.ModelProto
    size_wh: tuple[int, int]
    channels_last: bool
    normalisation: Normalisation

    @property
    def parameters(self) -> int:
        """Number of the values in its weights."""
        return sum(int(np.prod(weights.dims)) for weights in self.model.graph.initializer)

    def metadata(self, key: str) -> str | None:
        """What the file says of itself, e.g. ``model_author``."""
        return _metadata(self.model).get(key)

    def open(self) -> "ForeignPredictor":
        """Make the file, as it is, ready to run."""
        return ForeignPredictor(self)

    def write(self, path: Path) -> None:
        """Write the network with this project's input and output."""
        model = onnx.ModelProto()
        model.CopyFrom(self.model)
        graph = onnx.compose.add_prefix_graph(model.graph, "given/")
        width, height = self.size_wh
        device = device_contract(width, height)
        scale = np.array(self.normalisation.scale, np.float64)
        mean = np.array(self.normalisation.mean, np.float64)
        constants = {
            "from_device/factor": (device.scale / scale).reshape(1, 3, 1, 1),
            "from_device/offset": ((device.mean - mean) / scale).reshape(1, 3, 1, 1),
        }
        for name, value in constants.items():
            graph.initializer.append(numpy_helper.from_array(value.astype(np.float32), name))
        graph.initializer.append(
            numpy_helper.from_array(np.array([1, 1, height, width], np.int64), "to_map/shape")
        )
        given_input = _images(graph)[0].name
        normalised = "from_device/normalised" if self.channels_last else given_input
        before = [
            helper.make_node("Mul", [INPUT_NAME, "from_device/factor"], ["from_device/scaled"]),
            helper.make_node("Add", ["from_device/scaled", "from_device/offset"], [normalised]),
        ]
        if self.channels_last:
            before.append(
                helper.make_node("Transpose", [normalised], [given_input], perm=[0, 2, 3, 1])
            )
        blur = BLUR_MAP.output.name
        # The map's one channel may be anywhere: its values are in the same order.
        after = helper.make_node("Reshape", [graph.output[0].name, "to_map/shape"], [blur])
        whole = helper.make_graph(
            [*before, *graph.node, after],
            "blur",
            [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, (1, 3, height, width))],
            [helper.make_tensor_value_info(blur, TensorProto.FLOAT, (1, 1, height, width))],
            list(graph.initializer),
        )
        result = helper.make_model(
            whole, opset_imports=self.model.opset_import, ir_version=self.model.ir_version
        )
        set_metadata(result, device, ARCHITECTURE, BLUR_MAP)
        onnx.save(result, path)


class ForeignPredictor:
    """Runs an ONNX file as it was given, in onnxruntime."""

    def __init__(self, foreign: ForeignOnnx) -> None:
        self._session = open_session(foreign.path)
        self._foreign = foreign
        self.size_wh = foreign.size_wh
        self.channels = BlurNetwork.channels

    def predict(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        width, height = self.size_wh
        return self.run(photo).reshape(height, width)

    def run(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The output for a photo, of whatever shape the file gives it."""
        normalisation = self._foreign.normalisation
        mean = np.array(normalisation.mean, np.float32)
        scale = np.array(normalisation.scale, np.float32)
        image = (photo.astype(np.float32) - mean) / scale
        if not self._foreign.channels_last:
            image = image.transpose(2, 0, 1)
        name = self._session.get_inputs()[0].name
        (blur,) = self._session.run(None, {name: np.ascontiguousarray(image[None])})
        return unrounded(np.asarray(blur, np.float32))


def read_foreign_onnx(path: Path, normalisation: Normalisation | None) -> ForeignOnnx:
    """Read and check an ONNX file.

    Args:
        path: The file.
        normalisation: How its input is fed; None takes what its metadata says (``mean`` and
            ``scale``, as files from ``python -m export`` have).

    Raises:
        InputError: If the file is missing or damaged, does not take one RGB image and give one
            map of its size, does not say how it is fed, or has a weight that is not finite.
    """
    model = _read(path)
    opset = max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0)
    if not _OLDEST_OPSET <= opset <= _NEWEST_OPSET:
        raise InputError(
            f"{path} has opset {opset}; export it with opset {_OLDEST_OPSET} to {_NEWEST_OPSET}."
        )
    domains = sorted({node.domain for node in model.graph.node} - {"", "ai.onnx"})
    if domains:
        raise InputError(
            f"{path} has operators of {domains[0]}, which only their maker's runtime knows; export "
            "it with ONNX's own operators."
        )
    size_wh, channels_last = _check_input(model.graph, path)
    _check_output(model.graph, path)
    for weights in model.graph.initializer:
        values = numpy_helper.to_array(weights)
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise InputError(
                f"{path} has a value that is not finite in {weights.name}; it is unusable."
            )
    normalisation = normalisation or _stored(model, path)
    foreign = ForeignOnnx(path, model, size_wh, channels_last, normalisation)
    _try_out(foreign)
    return foreign


def _read(path: Path) -> onnx.ModelProto:
    advice = "give a whole ONNX file"
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model)
    except (OSError, DecodeError, onnx.checker.ValidationError) as error:
        reason = str(error).strip().split("\n")[0]
        raise InputError(f"{path} cannot be read as ONNX ({reason}); {advice}.") from error
    if not model.graph.node:
        raise InputError(f"{path} holds no network; {advice}.")
    return model


def _check_input(graph: onnx.GraphProto, path: Path) -> tuple[tuple[int, int], bool]:
    """Width and height of the image, and whether its channels are last."""
    images = _images(graph)
    expected = "expected one float32 RGB image, (1, 3, H, W) or (1, H, W, 3) of fixed size"
    if len(images) != 1:
        names = ", ".join(value.name for value in images)
        raise InputError(f"{path} takes {len(images)} inputs ({names}); {expected}.")
    shape, described = _described(images[0])
    channels_last = len(shape) == 4 and shape[1] != 3 and shape[3] == 3
    channels, sides = (shape[3:], shape[1:3]) if channels_last else (shape[1:2], shape[2:])
    is_float = images[0].type.tensor_type.elem_type == TensorProto.FLOAT
    # A free batch is a batch of one.
    fits = len(shape) == 4 and shape[0] in (1, None) and channels == [3] and all(sides)
    if not (is_float and fits):
        raise InputError(f"{path} takes {described}; {expected}.")
    height, width = (int(side or 0) for side in sides)
    return (width, height), channels_last


def _check_output(graph: onnx.GraphProto, path: Path) -> None:
    if len(graph.output) != 1:
        names = ", ".join(value.name for value in graph.output)
        raise InputError(
            f"{path} gives {len(graph.output)} outputs ({names}); expected one float32 map."
        )
    if graph.output[0].type.tensor_type.elem_type != TensorProto.FLOAT:
        _, described = _described(graph.output[0])
        raise InputError(f"{path} gives {described}; expected one float32 map.")


def _try_out(foreign: ForeignOnnx) -> None:
    """Run the file once: only that shows whether it runs, and what shape a free output has."""
    width, height = foreign.size_wh
    try:
        blur = foreign.open().run(np.zeros((height, width, 3), np.uint8))
    except Exception as error:
        # onnxruntime's exceptions have no common base but Exception.
        reason = str(error).strip().split("\n")[0]
        raise InputError(
            f"{foreign.path} does not run in onnxruntime ({reason}); give a file that does."
        ) from error
    if [side for side in blur.shape if side != 1] != [
        side for side in (height, width) if side != 1
    ]:
        shape = ", ".join(str(side) for side in blur.shape)
        raise InputError(
            f"{foreign.path} gives ({shape}); expected one map of {width}x{height}, "
            f"(1, 1, {height}, {width}) or alike."
        )


def _images(graph: onnx.GraphProto) -> list[onnx.ValueInfoProto]:
    """The inputs that are no weights, which old files name among them."""
    weights = {value.name for value in graph.initializer}
    return [value for value in graph.input if value.name not in weights]


def _described(value: onnx.ValueInfoProto) -> tuple[list[int | None], str]:
    """Its shape, None where it is free, and type and shape in words."""
    tensor = value.type.tensor_type
    shape = [dim.dim_value if dim.HasField("dim_value") else None for dim in tensor.shape.dim]
    sides = ", ".join("free" if side is None else str(side) for side in shape)
    dtype = TensorProto.DataType.Name(tensor.elem_type).lower()
    dtype = {"float": "float32", "double": "float64"}.get(dtype, dtype)
    return shape, f"{dtype} ({sides})"


def _stored(model: onnx.ModelProto, path: Path) -> Normalisation:
    stored = _metadata(model)
    try:
        mean, scale = float(stored["mean"]), float(stored["scale"])
        contract = NetworkContract(width=1, height=1, mean=mean, scale=scale)
    except (KeyError, ValueError) as error:
        raise InputError(
            f"{path} does not say how its input is normalised; give --mean and --scale (a pixel x "
            "from 0 to 255 is fed as (x - mean) / scale)."
        ) from error
    return Normalisation((contract.mean,) * 3, (contract.scale,) * 3)


def _metadata(model: onnx.ModelProto) -> dict[str, str]:
    return {entry.key: entry.value for entry in model.metadata_props}
