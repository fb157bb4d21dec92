"""An ONNX file of any origin in; the same network with this project's input and output out.

The file must take one RGB image and give one map, or something that one is made of as
``export.reading.map_choice`` says; what else it does is its own affair. The result
looks as ``export.reading.onnx_file`` writes a network of our own: input ``image`` (1, 3, H, W)
float32 in the device's normalisation, output ``blur`` (1, 1, H, W).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnx.compose
import onnx.inliner
import onnxruntime
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from dbd_mobile.errors import InputError
from evaluation.predictors import open_session, unrounded
from export.kinds import BLUR_MAP
from export.reading.constant_steps import fold_constant_steps
from export.reading.map_choice import WHOLE_MAP, MapChoice
from export.reading.map_ending import Layout, find_layout, make_ending, take_map
from export.reading.onnx_file import INPUT_NAME, opset_of, set_metadata
from export.reading.photo_tensors import names_used
from export.reading.single_precision import make_single
from export.reading.unfit_nodes import find_unfit_node, node_name
from networks import BlurNetwork, NetworkContract
from networks.device_input import device_contract

ARCHITECTURE = "onnx"
"""What a report calls the architecture of a network that came as ONNX."""

NAME_PREFIX = "given/"
"""What the names of a file's own nodes and tensors have in front in the file that is written."""

# Up to the newest with which ``lite`` was seen to come through onnx2tf.
_OLDEST_OPSET, _NEWEST_OPSET = 9, 20
# The first whose Softmax is over one axis.
_OLDEST_CHOOSING_OPSET = 13
# What moves bytes and computes nothing.
_MOVING = ("Transpose", "Identity", "Reshape", "Squeeze", "Unsqueeze", "Gather", "Slice", "Flatten")


@dataclass(frozen=True)
class Normalisation:
    """How a pixel x of each channel is fed: ``(x - mean) / scale``.

    Attributes:
        mean: One value for R, G and B each.
        scale: The same.
    """

    mean: tuple[float, float, float]
    scale: tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class ForeignOnnx:
    """A checked ONNX file.

    Attributes:
        path: The file.
        model: Its content: in float32, the image's sides fixed, one output.
        size_wh: Width and height of its image.
        channels_last: Whether its input is (1, H, W, 3).
        takes_bytes: Whether its input is uint8: then it is fed the photo's bytes.
        normalisation: How its input is fed.
        choice: What of its output is the map.
        layout: Of that output.
    """

    path: Path
    model: onnx.ModelProto
    size_wh: tuple[int, int]
    channels_last: bool
    takes_bytes: bool
    normalisation: Normalisation
    choice: MapChoice
    layout: Layout

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
        graph = onnx.compose.add_prefix_graph(model.graph, NAME_PREFIX)
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
        given_input = _images(graph)[0].name
        # Where the network takes bytes, its first step makes floats of them: of these, more floats.
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
        ending = make_ending(
            graph, graph.output[0].name, self.layout, self.choice, self.size_wh, blur
        )
        whole = helper.make_graph(
            [*before, *graph.node, *ending.nodes],
            "blur",
            [helper.make_tensor_value_info(INPUT_NAME, TensorProto.FLOAT, (1, 3, height, width))],
            [helper.make_tensor_value_info(blur, TensorProto.FLOAT, (1, 1, height, width))],
            [*graph.initializer, *ending.constants],
        )
        result = helper.make_model(
            whole, opset_imports=self.model.opset_import, ir_version=self.model.ir_version
        )
        set_metadata(result, device, ARCHITECTURE, BLUR_MAP)
        onnx.save(result, path)


class ForeignPredictor:
    """Runs a checked ONNX file in onnxruntime, and takes the map of what it gives."""

    def __init__(self, foreign: ForeignOnnx) -> None:
        # Its content, not its path: the sides of its image are fixed, weights beside it read.
        self._session = open_session(foreign.model.SerializeToString())
        self._foreign = foreign
        self.size_wh = foreign.size_wh
        self.channels = BlurNetwork.channels

    def predict(self, photo: NDArray[np.uint8]) -> NDArray[np.float32]:
        foreign = self._foreign
        image: NDArray[np.uint8] | NDArray[np.float32] = photo
        if not foreign.takes_bytes:
            mean = np.array(foreign.normalisation.mean, np.float32)
            scale = np.array(foreign.normalisation.scale, np.float32)
            image = (photo.astype(np.float32) - mean) / scale
        if not foreign.channels_last:
            image = image.transpose(2, 0, 1)
        values = _run(self._session, np.ascontiguousarray(image[None]))
        return unrounded(take_map(values, foreign.layout, foreign.choice, foreign.size_wh))


def _run(session: onnxruntime.InferenceSession, image: NDArray[Any]) -> NDArray[np.float32]:
    """What a file gives for an image as it takes it, of whatever shape."""
    (values,) = session.run(None, {session.get_inputs()[0].name: image})
    return np.asarray(values, np.float32)


def read_foreign_onnx(
    path: Path, normalisation: Normalisation | None, choice: MapChoice = WHOLE_MAP
) -> ForeignOnnx:
    """Read and check an ONNX file.

    Args:
        path: The file.
        normalisation: How its input is fed; None takes what its metadata says (``mean`` and
            ``scale``, as files from ``python -m export`` have), and the photo's bytes where the
            input is uint8.
        choice: What of its output is the map.

    Raises:
        InputError: If the file is missing or damaged, does not take one RGB image, does not give
            the map that was chosen, does not say how it is fed, or holds a node or a value that
            nothing can be made of.
    """
    model = _read(path)
    opset = opset_of(model.opset_import)
    if not _OLDEST_OPSET <= opset <= _NEWEST_OPSET:
        raise InputError(
            f"{path} has opset {opset}; export it with opset {_OLDEST_OPSET} to {_NEWEST_OPSET}."
        )
    make_single(model)
    _drop_unused_inputs(model.graph)
    size_wh, channels_last, takes_bytes = _fix_input(model.graph, path, choice)
    _fold(model, path, _black(size_wh, channels_last, takes_bytes))
    # First: a dynamically quantised file has operators of a maker too, and this is what helps.
    unfit = find_unfit_node(model.graph)
    if unfit is not None:
        raise InputError(f"{path} {unfit}")
    domains = sorted({node.domain for node in model.graph.node} - {"", "ai.onnx"})
    if domains:
        raise InputError(
            f"{path} has operators of {domains[0]}, which only their maker's runtime knows; export "
            "it with ONNX's own operators."
        )
    for weights in model.graph.initializer:
        values = numpy_helper.to_array(weights)
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise InputError(
                f"{path} has a value that is not finite in {weights.name}; it is unusable."
            )
    _choose_output(model.graph, path, choice)
    normalisation = _normalisation(model, path, takes_bytes, normalisation)
    shape = _try_out(model, path, _black(size_wh, channels_last, takes_bytes))
    return ForeignOnnx(
        path=path,
        model=model,
        size_wh=size_wh,
        channels_last=channels_last,
        takes_bytes=takes_bytes,
        normalisation=normalisation,
        choice=choice,
        layout=_find_map(shape, path, size_wh, choice, opset),
    )


def _read(path: Path) -> onnx.ModelProto:
    advice = "give a whole ONNX file"
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model)
        model = onnx.inliner.inline_local_functions(model)
    except (OSError, DecodeError, onnx.checker.ValidationError) as error:
        reason = str(error).strip().split("\n")[0]
        raise InputError(f"{path} cannot be read as ONNX ({reason}); {advice}.") from error
    if not model.graph.node:
        raise InputError(f"{path} holds no network; {advice}.")
    return model


def _drop_unused_inputs(graph: onnx.GraphProto) -> None:
    """Leave out inputs that no node takes, unless none takes any."""
    used = {name for node in graph.node for name in names_used(node)}
    kept = [value for value in graph.input if value.name in used]
    if kept:
        del graph.input[:]
        graph.input.extend(kept)


def _fold(model: onnx.ModelProto, path: Path, image: NDArray[Any]) -> None:
    try:
        fold_constant_steps(model, image)
    except Exception as error:
        raise _not_running(path, error) from error


def _fix_input(
    graph: onnx.GraphProto, path: Path, choice: MapChoice
) -> tuple[tuple[int, int], bool, bool]:
    """Fix the image's sides: width and height, whether channels are last, whether it is bytes."""
    images = _images(graph)
    expected = "expected one float32 RGB image, (1, 3, H, W) or (1, H, W, 3), or one of uint8"
    if len(images) != 1:
        names = ", ".join(value.name for value in images)
        raise InputError(f"{path} takes {len(images)} inputs ({names}); {expected}.")
    (image,) = images
    shape, described = _described(image)
    channels_last = len(shape) == 4 and shape[1] != 3 and shape[3] == 3
    channels, sides = (shape[3:], shape[1:3]) if channels_last else (shape[1:2], shape[2:])
    dtype = image.type.tensor_type.elem_type
    is_image = dtype in (TensorProto.FLOAT, TensorProto.UINT8) and channels == [3]
    # A free batch is a batch of one.
    if not (is_image and len(shape) == 4 and shape[0] in (1, None)):
        raise InputError(f"{path} takes {described}; {expected}.")
    if choice.size_wh is None and not all(sides):
        raise InputError(f"{path} takes {described}; {expected}: --size says how large.")
    wanted = list(choice.size_wh[::-1]) if choice.size_wh else sides
    if any(side not in (None, want) for side, want in zip(sides, wanted, strict=True)):
        raise InputError(f"{path} takes {described} and no other size; leave --size out.")
    height, width = (int(side or 0) for side in wanted)
    fixed = (1, height, width, 3) if channels_last else (1, 3, height, width)
    image.CopyFrom(helper.make_tensor_value_info(image.name, dtype, fixed))
    takes_bytes = dtype == TensorProto.UINT8
    if takes_bytes:
        _check_bytes(graph, image.name, path)
    return (width, height), channels_last, takes_bytes


def _check_bytes(graph: onnx.GraphProto, image: str, path: Path) -> None:
    """See that nothing is computed with bytes before they become floats."""
    held = {image}
    for node in graph.node:
        if not held & set(node.input) or node.op_type == "Cast":
            continue
        if node.op_type not in _MOVING:
            raise InputError(
                f"{path} computes with bytes ({node.op_type}, node {node_name(node)}); turn the "
                "image into float32 before."
            )
        held |= set(node.output)


def _choose_output(graph: onnx.GraphProto, path: Path, choice: MapChoice) -> None:
    """Leave only the output that is the map, or that it is made of."""
    names = ", ".join(value.name for value in graph.output)
    if choice.output is None and len(graph.output) != 1:
        raise InputError(
            f"{path} gives {len(graph.output)} outputs ({names}); expected one float32 map: "
            "--output-name says which."
        )
    chosen = [value for value in graph.output if choice.output in (None, value.name)]
    if not chosen:
        raise InputError(f"{path} gives no output {choice.output}; it gives {names}.")
    output = onnx.ValueInfoProto()
    output.CopyFrom(chosen[0])
    if output.type.tensor_type.elem_type != TensorProto.FLOAT:
        _, described = _described(output)
        raise InputError(f"{path} gives {described}; expected one float32 map.")
    del graph.output[:]
    graph.output.append(output)


def _normalisation(
    model: onnx.ModelProto, path: Path, takes_bytes: bool, given: Normalisation | None
) -> Normalisation:
    if not takes_bytes:
        return given or _stored(model, path)
    if given is not None:
        raise InputError(
            f"{path} takes uint8, the photo's bytes as they are; leave --mean and --scale out."
        )
    return Normalisation((0.0,) * 3, (1.0,) * 3)


def _black(size_wh: tuple[int, int], channels_last: bool, takes_bytes: bool) -> NDArray[Any]:
    """An image as the network takes it, all zeros."""
    width, height = size_wh
    shape = (1, height, width, 3) if channels_last else (1, 3, height, width)
    return np.zeros(shape, np.uint8 if takes_bytes else np.float32)


def _try_out(model: onnx.ModelProto, path: Path, image: NDArray[Any]) -> tuple[int, ...]:
    """Run the file once: only that shows whether it runs, and what shape a free output has."""
    try:
        return _run(open_session(model.SerializeToString()), image).shape
    except Exception as error:
        raise _not_running(path, error) from error


def _not_running(path: Path, error: Exception) -> InputError:
    """What onnxruntime raises, whose exceptions have no common base but ``Exception``, told."""
    reason = str(error).strip().split("\n")[0]
    return InputError(f"{path} does not run in onnxruntime ({reason}); give a file that does.")


def _find_map(
    shape: tuple[int, ...], path: Path, size_wh: tuple[int, int], choice: MapChoice, opset: int
) -> Layout:
    """How the output is laid out, if the map can be taken of it."""
    width, height = size_wh
    sides = ", ".join(str(side) for side in shape)
    refusal = (
        f"{path} gives ({sides}); expected one map of {width}x{height}, "
        f"(1, 1, {height}, {width}) or alike"
    )
    layout = find_layout(shape, size_wh)
    if layout is None:
        raise InputError(f"{refusal}.")
    if layout.size_wh != size_wh and not choice.is_enlarged:
        raise InputError(f"{refusal}; --resize-output enlarges a smaller one.")
    if layout.channels > 1 and choice.channel is None:
        raise InputError(
            f"{refusal}; --channel says which of the {layout.channels} is that of blur, from 0."
        )
    if (choice.channel or 0) >= layout.channels:
        raise InputError(
            f"{path} gives {layout.channels} channels, counted from 0; there is no channel "
            f"{choice.channel}."
        )
    is_plain = layout.channels == 1 and layout.size_wh == size_wh
    if opset < _OLDEST_CHOOSING_OPSET and not is_plain:
        raise InputError(
            f"{path} has opset {opset}; --channel and --resize-output need opset "
            f"{_OLDEST_CHOOSING_OPSET} or later: export it with that."
        )
    return layout


def _images(graph: onnx.GraphProto) -> list[onnx.ValueInfoProto]:
    """The inputs that are no weights, which old files name among them."""
    weights = {value.name for value in graph.initializer}
    return [value for value in graph.input if value.name not in weights]


def _described(value: onnx.ValueInfoProto) -> tuple[list[int | None], str]:
    """Its shape, None where it is free, and type and shape in words."""
    tensor = value.type.tensor_type
    # Where a side is free, some exporters write none, others a name, 0 or -1.
    shape = [dim.dim_value if dim.dim_value > 0 else None for dim in tensor.shape.dim]
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
