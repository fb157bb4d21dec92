"""A network's output in, the blur map out: once as ONNX nodes and once in numpy.

Whoever has both can prove one by the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from export.reading.map_choice import MapChoice


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where an output has its channels, rows and columns.

    Attributes:
        channels: How many.
        size_wh: Width and height.
        is_channels_last: Whether channels come after rows and columns.
        rank: How many sides the output has.
    """

    channels: int
    size_wh: tuple[int, int]
    is_channels_last: bool
    rank: int

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """The output's, with all four sides."""
        width, height = self.size_wh
        if self.is_channels_last:
            return (1, height, width, self.channels)
        return (1, self.channels, height, width)


def find_layout(shape: Sequence[int], image_wh: tuple[int, int]) -> Layout | None:
    """How an output is laid out: rows and columns are in the image's proportions.

    Args:
        shape: (1, C, h, w), (1, h, w, C), the same without the 1, or (h, w).
        image_wh: Width and height of the image.

    Returns:
        The layout that has the image's own size, if any has; None where none is in its
        proportions.
    """
    sides = list(shape)
    if [side for side in sides if side != 1] == [side for side in image_wh[::-1] if side != 1]:
        return Layout(channels=1, size_wh=image_wh, is_channels_last=False, rank=len(shape))
    while len(sides) > 3 and sides[0] == 1:
        sides.pop(0)
    if len(sides) == 2:
        sides.insert(0, 1)
    if len(sides) != 3:
        return None
    found = [
        Layout(
            channels=sides[0], size_wh=(sides[2], sides[1]), is_channels_last=False, rank=len(shape)
        ),
        Layout(
            channels=sides[2], size_wh=(sides[1], sides[0]), is_channels_last=True, rank=len(shape)
        ),
    ]
    width, height = image_wh
    for layout in found:
        if layout.size_wh == image_wh:
            return layout
    for layout in found:
        if layout.size_wh[0] * height == layout.size_wh[1] * width and layout.size_wh[0] <= width:
            return layout
    return None


def take_map(
    values: NDArray[np.float32], layout: Layout, choice: MapChoice, image_wh: tuple[int, int]
) -> NDArray[np.float32]:
    """The map of an output, in numpy.

    Args:
        values: The output, float32 of the layout's shape but for sides of 1.
        layout: Of the output.
        choice: What of it is the map.
        image_wh: Width and height of the image.

    Returns:
        (H, W) float32.
    """
    planes = values.reshape(layout.shape)[0]
    if layout.is_channels_last:
        planes = planes.transpose(2, 0, 1)
    chosen = choice.channel or 0
    if not choice.are_logits:
        return _enlarged(planes[chosen], image_wh)
    planes = np.stack([_enlarged(plane, image_wh) for plane in planes])
    if layout.channels == 1:
        # Of logits below -88, exp is infinite and the probability 0, as it should be.
        with np.errstate(over="ignore"):
            probability: NDArray[np.float32] = 1 / (1 + np.exp(-planes[0]))
        return probability
    shares = np.exp(planes - planes.max(0))
    softmax: NDArray[np.float32] = shares[chosen] / shares.sum(0)
    return softmax


def _enlarged(plane: NDArray[np.float32], size_wh: tuple[int, int]) -> NDArray[np.float32]:
    """Bilinearly, pixels being squares with their values at the centres."""
    for axis, length in ((0, size_wh[1]), (1, size_wh[0])):
        known = plane.shape[axis]
        if known == length:
            continue
        places = ((np.arange(length) + 0.5) * known / length - 0.5).clip(0, known - 1)
        before = np.floor(places).astype(np.intp)
        after = np.minimum(before + 1, known - 1)
        share = (places - before).astype(np.float32)
        share = share[:, None] if axis == 0 else share[None]
        plane = plane.take(before, axis) * (1 - share) + plane.take(after, axis) * share
    return plane


@dataclass(frozen=True)
class MapEnding:
    """What to put behind a network for the map that ``take_map`` gives.

    Attributes:
        nodes: The nodes, the last of which gives the map, (1, 1, H, W) float32.
        constants: What they need.
    """

    nodes: list[onnx.NodeProto]
    constants: list[onnx.TensorProto]


def make_ending(
    graph: onnx.GraphProto,
    output: str,
    layout: Layout,
    choice: MapChoice,
    image_wh: tuple[int, int],
    name: str,
) -> MapEnding:
    """Make the nodes.

    Args:
        graph: Of the network, opset 13 or later where more than another shape is asked for.
        output: Name of its output that holds the map.
        layout: Of that output.
        choice: What of it is the map.
        image_wh: Width and height of the image.
        name: What the map is to be called.
    """
    steps = _Steps()
    planes, squashing = output, ""
    if choice.are_logits:
        squashing = "Sigmoid" if layout.channels == 1 else "Softmax"
    elif layout.channels > 1:
        # The channel is taken before the last step: in int8 only what ends in a sigmoid has
        # steps of 1/256.
        last = next((node for node in graph.node if planes in node.output), None)
        if last is not None and _squashes_channels(last, layout):
            planes, squashing = last.input[0], last.op_type
    planes = steps.arranged(planes, layout)
    if layout.channels > 1:
        chosen = choice.channel or 0
        if squashing == "Softmax" and layout.channels == 2:
            # softmax(a, b)[0] is sigmoid(a - b).
            planes = steps.mixed(planes, [1.0, -1.0] if chosen == 0 else [-1.0, 1.0])
            squashing = "Sigmoid"
        elif squashing != "Softmax":
            planes = steps.picked(planes, chosen)
    is_smaller = layout.size_wh != image_wh
    # What is a probability already is enlarged as one, logits are before they become one.
    if is_smaller and choice.are_logits:
        planes = steps.resized(planes, layout.channels if squashing == "Softmax" else 1, image_wh)
    if squashing == "Softmax":
        planes = steps.picked(steps.add("Softmax", [planes], axis=1), choice.channel or 0)
    elif squashing == "Sigmoid":
        planes = steps.add("Sigmoid", [planes])
    if is_smaller and not choice.are_logits:
        planes = steps.resized(planes, 1, image_wh)
    shape = steps.constant("shape", np.array([1, 1, image_wh[1], image_wh[0]], np.int64))
    steps.nodes.append(helper.make_node("Reshape", [planes, shape], [name]))
    return MapEnding(steps.nodes, steps.constants)


def _squashes_channels(node: onnx.NodeProto, layout: Layout) -> bool:
    """Whether a node makes probabilities of the output's channels."""
    if node.op_type != "Softmax":
        return node.op_type == "Sigmoid"
    axis = next((a.i for a in node.attribute if a.name == "axis"), -1)
    return axis % layout.rank == layout.rank - (1 if layout.is_channels_last else 3)


class _Steps:
    """Nodes one after the other; every method gives the name of what its nodes give."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, operator: str, inputs: list[str], **attributes: Any) -> str:
        output = f"to_map/{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def constant(self, name: str, values: NDArray[Any]) -> str:
        name = f"to_map/{name}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def arranged(self, given: str, layout: Layout) -> str:
        """Channels first."""
        # With one channel the values are in the same order, wherever it is.
        is_last = layout.is_channels_last and layout.channels > 1
        shape = layout.shape if is_last else (1, layout.channels, *layout.size_wh[::-1])
        sides = self.constant("planes", np.array(shape, np.int64))
        planes = self.add("Reshape", [given, sides])
        return self.add("Transpose", [planes], perm=[0, 3, 1, 2]) if is_last else planes

    def picked(self, planes: str, channel: int) -> str:
        return self.add(
            "Gather", [planes, self.constant("channel", np.array([channel], np.int64))], axis=1
        )

    def mixed(self, planes: str, weights: list[float]) -> str:
        values = np.array(weights, np.float32).reshape(1, -1, 1, 1)
        return self.add("Conv", [planes, self.constant("weights", values)], kernel_shape=[1, 1])

    def resized(self, planes: str, channels: int, size_wh: tuple[int, int]) -> str:
        sides = np.array([1, channels, size_wh[1], size_wh[0]], np.int64)
        return self.add(
            "Resize",
            [planes, "", "", self.constant("sides", sides)],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )
