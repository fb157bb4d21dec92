"""A simplified ONNX network in; the same without what breaks in int8 or costs time for nothing.

What is computed stays the same to the last rounding; the gate on the simplified file proves it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
import onnx.shape_inference
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from export.converting import odd_resize
from export.reading.onnx_file import opset_of

# The least that these give, whatever they are given.
_LEAST_OF = {
    "Relu": 0.0,
    "Sigmoid": 0.0,
    "HardSigmoid": 0.0,
    "Softmax": 0.0,
    "HardSwish": -0.375,
}
# onnx2tf takes a least value nearer to 0 than this for 0, and whoever divides by it gets NaN.
_SURELY_NOT_0 = 2e-6
# These give none but values that they were given.
_PASSING = ("MaxPool", "Concat", "Identity", "Reshape", "Transpose", "Slice", "Gather")
# The first whose Pad is told by inputs how far, and not by attributes.
_PADS_AS_INPUT_OPSET = 11


def prepare(model: onnx.ModelProto) -> None:
    """Prepare a network, in place, for the converters.

    Args:
        model: Simplified: its constants are initializers.
    """
    inferred = onnx.shape_inference.infer_shapes(model).graph
    shapes = {
        value.name: tuple(dim.dim_value for dim in value.type.tensor_type.shape.dim)
        for value in (*inferred.input, *inferred.value_info, *inferred.output)
    }
    _Preparing(model, shapes).run()


class _Preparing:
    def __init__(self, model: onnx.ModelProto, shapes: Mapping[str, tuple[int, ...]]) -> None:
        graph = model.graph
        self._graph, self._shapes, self._opsets = graph, shapes, list(model.opset_import)
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        self._makers = {output: node for node in graph.node for output in node.output}

    def run(self) -> None:
        self._merge_first_steps()
        for node in list(self._graph.node):
            if node.op_type == "MaxPool":
                self._pad_pooling(node)
            elif node.op_type in ("Squeeze", "Unsqueeze"):
                self._name_shape(node)
            elif node.op_type == "Clip":
                self._keep_least(node)
            elif node.op_type == "Conv":
                self._make_flat(node)
            elif node.op_type in ("Resize", "Upsample"):
                self._replace_odd_resize(node)
        self._drop_unused_constants()

    def _pad_pooling(self, pooling: onnx.NodeProto) -> None:
        """Pad a pooling's input with values that are never the largest, as a step of its own.

        A pooling pads with -infinity, for which int8 would have steps of 1e36.
        """
        pads = self._pads(pooling)
        if pads is None or not any(pads):
            return
        least = self._least(pooling.input[0])
        if least is None and not _holds_its_mirror(pooling, pads):
            return
        padded, sides = f"{pooling.output[0]}/padded", len(pads) // 2
        around = [0, 0, *pads[:sides], 0, 0, *pads[sides:]]
        padding = self._padding(pooling, padded, around, least)
        pooling.input[0] = padded
        kept = [a for a in pooling.attribute if a.name not in ("pads", "ceil_mode")]
        del pooling.attribute[:]
        pooling.attribute.extend(kept)
        self._surround(pooling, [padding], [])
        self._makers[padded] = padding

    def _pads(self, pooling: onnx.NodeProto) -> list[int] | None:
        """How far a pooling pads before and after each side; None if that is not known."""
        kernel = _attribute(pooling, "kernel_shape")
        pads = list(_attribute(pooling, "pads") or [0] * 2 * len(kernel))
        if not _attribute(pooling, "ceil_mode"):
            return pads
        given, got = (self._shapes.get(name, ()) for name in (pooling.input[0], pooling.output[0]))
        if not (given and got and all(given) and all(got)):
            return None
        # Where the last window is not whole, what it lacks is padding too.
        ones = [1] * len(kernel)
        strides = _attribute(pooling, "strides") or ones
        dilations = _attribute(pooling, "dilations") or ones
        for i, side in enumerate(kernel):
            reach = (got[2 + i] - 1) * strides[i] + (side - 1) * dilations[i] + 1
            pads[len(kernel) + i] = max(0, reach - given[2 + i] - pads[i])
        return pads

    def _padding(
        self, pooling: onnx.NodeProto, padded: str, around: list[int], value: float | None
    ) -> onnx.NodeProto:
        """A node that pads what a pooling takes with a value, or with its mirror image if None."""
        given, name = pooling.input[0], f"{pooling.name}/padding"
        mode = "reflect" if value is None else "constant"
        if opset_of(self._opsets) < _PADS_AS_INPUT_OPSET:
            extra: dict[str, Any] = {} if value is None else {"value": value}
            return helper.make_node("Pad", [given], [padded], name, mode=mode, pads=around, **extra)
        constant = f"{pooling.output[0]}/padding"
        self._add_constant(constant, np.array(around, np.int64))
        inputs = [given, constant]
        if value is not None:
            self._add_constant(f"{constant}_value", np.float32(value))
            inputs.append(f"{constant}_value")
        return helper.make_node("Pad", inputs, [padded], name, mode=mode)

    def _name_shape(self, node: onnx.NodeProto) -> None:
        """Let a change of shape name the shape: converters compute it anew for each photo."""
        sides = self._shapes.get(node.output[0], ())
        if not sides or not all(sides):
            return
        shape = f"{node.output[0]}/shape"
        self._add_constant(shape, np.array(sides, np.int64))
        node.op_type = "Reshape"
        node.input[:] = [node.input[0], shape]
        del node.attribute[:]

    def _keep_least(self, clip: onnx.NodeProto) -> None:
        """Let a least value that is all but 0 be compared with where it is none of that.

        What is clipped is multiplied by a power of 2 and divided by it, which rounds nothing.
        """
        bounds = list(clip.input[1:])
        if not bounds or any(name and name not in self._constants for name in bounds):
            return
        least = float(self._values(bounds[0]).reshape(-1)[0]) if bounds[0] else 0.0
        if not 0 < abs(least) < _SURELY_NOT_0:
            return
        factor = 2.0 ** np.ceil(np.log2(_SURELY_NOT_0 / abs(least)))
        name, wide = clip.output[0], f"{clip.output[0]}/wide"
        self._add_constant(f"{name}/factor", np.float32(factor))
        self._add_constant(f"{name}/divisor", np.float32(1 / factor))
        for place, bound in enumerate(bounds, 1):
            if bound:
                clip.input[place] = f"{name}/bound{place}"
                self._add_constant(clip.input[place], np.float32(self._values(bound) * factor))
        before = helper.make_node("Mul", [clip.input[0], f"{name}/factor"], [wide], f"{wide}/mul")
        clip.input[0], clip.output[0] = wide, f"{wide}/clipped"
        after = helper.make_node("Mul", [clip.output[0], f"{name}/divisor"], [name], f"{name}/mul")
        self._surround(clip, [before], [after])

    def _make_flat(self, convolution: onnx.NodeProto) -> None:
        """Let a convolution along one axis be one of an image of one row.

        Converters take it for that too, but mix its sides up with those of a reshape before it.
        """
        given, weights = convolution.input[:2]
        sides = self._shapes.get(given, ())
        made = self._shapes.get(convolution.output[0], ())
        if len(sides) != 3 or len(made) != 3 or weights not in self._constants:
            return
        name = convolution.output[0]
        before = self._reshape(given, (*sides[:2], 1, sides[2]), f"{name}/row")
        values = self._values(weights)
        self._add_constant(f"{name}/weights", values[:, :, None])
        convolution.input[0], convolution.input[1] = before.output[0], f"{name}/weights"
        convolution.output[0] = f"{name}/flat"
        after = self._reshape(f"{name}/flat", made, name)
        for attribute in convolution.attribute:
            if attribute.name in ("kernel_shape", "strides", "dilations"):
                attribute.ints.insert(0, 1)
            elif attribute.name == "pads":
                attribute.ints[:] = [0, attribute.ints[0], 0, attribute.ints[1]]
        self._surround(convolution, [before], [after])

    def _replace_odd_resize(self, node: onnx.NodeProto) -> None:
        given, made = (self._shapes.get(name, ()) for name in (node.input[0], node.output[0]))
        # Where Resize has them from the second version on, and Upsample.
        place = 1 if node.op_type == "Upsample" else 2
        scales = None
        if len(node.input) > place and node.input[place]:
            if node.input[place] not in self._constants:
                return
            scales = self._values(node.input[place])
        if not odd_resize.is_odd_resize(node, given, made, scales):
            return
        found = odd_resize.by_matrices(node, given, made, scales, self._opsets)
        for name, values in found.constants.items():
            self._add_constant(name, values)
        self._surround(node, found.nodes, [])
        self._graph.node.remove(node)

    def _surround(
        self,
        node: onnx.NodeProto,
        before: Sequence[onnx.NodeProto],
        after: Sequence[onnx.NodeProto],
    ) -> None:
        """Put nodes before and after one, in their order: nodes stand in the order they run in."""
        place = list(self._graph.node).index(node)
        for step in reversed(after):
            self._graph.node.insert(place + 1, step)
        for step in reversed(before):
            self._graph.node.insert(place, step)

    def _reshape(self, given: str, sides: tuple[int, ...], made: str) -> onnx.NodeProto:
        self._add_constant(f"{made}/shape", np.array(sides, np.int64))
        return helper.make_node("Reshape", [given, f"{made}/shape"], [made], f"{made}/reshape")

    def _least(self, name: str) -> float | None:
        """A value that a tensor never lies below, if one is known."""
        maker = self._makers.get(name)
        if maker is None:
            return None
        if maker.op_type in _LEAST_OF:
            return _LEAST_OF[maker.op_type]
        if maker.op_type == "Clip" and len(maker.input) > 1 and maker.input[1] in self._constants:
            return float(self._values(maker.input[1]).reshape(-1)[0])
        if maker.op_type in _PASSING:
            given = maker.input if maker.op_type == "Concat" else maker.input[:1]
            bounds = [self._least(name) for name in given]
            known = [bound for bound in bounds if bound is not None]
            return min(known) if len(known) == len(bounds) else None
        return None

    def _merge_first_steps(self) -> None:
        """Make one 1x1 convolution of what is done to the image's channels before all else.

        Scaling, shifting and reordering: int8 rounds it once instead of at every step, and by one
        scale for each channel. Of several steps by constants converters have mixed these up.
        """
        image = self._graph.input[0].name
        name = image
        colours: tuple[NDArray[np.float64], NDArray[np.float64]] = (np.eye(3), np.zeros(3))
        steps: list[onnx.NodeProto] = []
        while len(users := [node for node in self._graph.node if name in node.input]) == 1:
            changed = self._step(users[0], name)
            if changed is None:
                break
            colours = changed(*colours)
            steps.append(users[0])
            name = users[0].output[0]
        if not steps or any(output.name == name for output in self._graph.output):
            return
        matrix, offset = colours
        self._add_constant("colours/weights", matrix.astype(np.float32).reshape(3, 3, 1, 1))
        self._add_constant("colours/bias", offset.astype(np.float32))
        for step in steps:
            self._graph.node.remove(step)
        convolution = helper.make_node(
            "Conv",
            [image, "colours/weights", "colours/bias"],
            [name],
            "colours",
            kernel_shape=[1, 1],
        )
        self._graph.node.insert(0, convolution)

    def _step(self, node: onnx.NodeProto, given: str) -> "_Change | None":
        """What a node does to the image's channels; None if that is no 1x1 convolution."""
        if node.op_type in ("Add", "Sub", "Mul", "Div"):
            other = node.input[1] if node.input[0] == given else node.input[0]
            values = self._per_channel(other)
            if values is None:
                return None
            return _arithmetic(node.op_type, values, node.input[0] == given)
        if node.op_type == "Gather" and _attribute(node, "axis") == 1:
            if node.input[1] not in self._constants:
                return None
            order: NDArray[Any] = self._values(node.input[1]).reshape(-1) % 3
        elif node.op_type == "Slice" and self._reverses_channels(node):
            order = np.array([2, 1, 0])
        else:
            return None
        if sorted(order) != [0, 1, 2]:
            return None
        return lambda matrix, offset: (matrix[order], offset[order])

    def _per_channel(self, name: str) -> NDArray[np.float64] | None:
        """A constant as one number for each channel; None if it is not."""
        if name not in self._constants:
            return None
        values = self._values(name).astype(np.float64)
        if values.size == 1:
            return np.full(3, float(values.reshape(-1)[0]))
        is_per_channel = values.ndim >= 3 and values.size == 3 == values.shape[-3]
        return values.reshape(3) if is_per_channel else None

    def _reverses_channels(self, node: onnx.NodeProto) -> bool:
        if len(node.input) != 5 or any(name not in self._constants for name in node.input[1:]):
            return False
        starts, ends, axes, steps = (self._values(name).tolist() for name in node.input[1:])
        return (axes, steps) == ([1], [-1]) and starts[0] in (-1, 2) and ends[0] < -3

    def _values(self, name: str) -> NDArray[Any]:
        return numpy_helper.to_array(self._constants[name])

    def _add_constant(self, name: str, values: NDArray[Any] | np.float32) -> None:
        self._constants[name] = numpy_helper.from_array(np.asarray(values), name)
        self._graph.initializer.append(self._constants[name])

    def _drop_unused_constants(self) -> None:
        used = {name for node in self._graph.node for name in node.input}
        for tensor in [t for t in self._graph.initializer if t.name not in used]:
            self._graph.initializer.remove(tensor)


_Colours = tuple[NDArray[np.float64], NDArray[np.float64]]
_Change = Callable[[NDArray[np.float64], NDArray[np.float64]], _Colours]


def _arithmetic(operator: str, values: NDArray[np.float64], is_first: bool) -> _Change | None:
    """What x + values and the like does; ``is_first`` says that x is before the operator."""
    if operator == "Add":
        return lambda matrix, offset: (matrix, offset + values)
    if operator == "Mul":
        return lambda matrix, offset: (matrix * values[:, None], offset * values)
    if operator == "Sub":
        sign = 1 if is_first else -1
        return lambda matrix, offset: (sign * matrix, sign * (offset - values))
    if is_first and values.all():
        return lambda matrix, offset: (matrix / values[:, None], offset / values)
    return None


def _holds_its_mirror(pooling: onnx.NodeProto, pads: Sequence[int]) -> bool:
    """Whether a window that reaches over the edge has in it all that is mirrored there.

    So it is from twice the padding and one pixel on: what is padded is never larger than the rest.
    """
    kernel = _attribute(pooling, "kernel_shape")
    dilations = _attribute(pooling, "dilations") or [1]
    return set(dilations) == {1} and all(
        2 * pad < side for side, pad in zip([*kernel, *kernel], pads, strict=True)
    )


def _attribute(node: onnx.NodeProto, name: str) -> Any:
    """Its value; None where the node does not say."""
    for attribute in node.attribute:
        if attribute.name == name:
            return helper.get_attribute_value(attribute)
    return None
