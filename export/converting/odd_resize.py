"""A change of size that TFLite has not in; the same by matrices out.

TFLite maps the whole image to the whole: what is made 1.7 times as large and cut to whole pixels,
or averaged while it is made smaller, is something else. Which pixels give which, and by what
share, onnxruntime says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from evaluation.predictors import open_session


@dataclass(frozen=True)
class Replacement:
    """What to put in the place of a node.

    Attributes:
        nodes: The nodes, in their order.
        constants: What they need, by name.
    """

    nodes: list[onnx.NodeProto]
    constants: dict[str, NDArray[Any]]


def is_odd_resize(
    node: onnx.NodeProto,
    given: Sequence[int],
    made: Sequence[int],
    scales: NDArray[np.float32] | None,
) -> bool:
    """Whether TFLite has no operator for a change of size.

    Args:
        node: Of the kind Resize or Upsample.
        given: Shape of what it is given.
        made: Shape of what it gives.
        scales: What its sides are multiplied by, if it says so.
    """
    if len(given) != 4 or tuple(given[:2]) != tuple(made[:2]) or not all((*given, *made)):
        return False
    options = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    if options.get("antialias"):
        return True
    if node.op_type == "Upsample" and options.get("mode", b"nearest") != b"nearest":
        return True
    return scales is not None and bool(np.any(np.abs(np.asarray(given) * scales - made) > 1e-3))


def by_matrices(
    node: onnx.NodeProto,
    given: Sequence[int],
    made: Sequence[int],
    scales: NDArray[np.float32] | None,
    opsets: Sequence[onnx.OperatorSetIdProto],
) -> Replacement:
    """What gives the same as a change of size.

    Args:
        node: See ``is_odd_resize``.
        given: See there.
        made: See there.
        scales: See there.
        opsets: Of the network.
    """
    nodes: list[onnx.NodeProto] = []
    constants: dict[str, NDArray[Any]] = {}
    name, last = node.output[0], node.input[0]

    def add(operator: str, inputs: list[str], **attributes: Any) -> str:
        output = f"{name}/step{len(nodes)}"
        nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))
        return output

    for axis in (2, 3):
        shares = _shares(node, axis, given, made, scales, opsets)
        if np.array_equal(shares, np.eye(len(shares), shares.shape[1])):
            continue
        constants[f"{name}/shares{axis}"] = np.ascontiguousarray(shares.T)
        if axis == 2:
            last = add("Transpose", [last], perm=[0, 1, 3, 2])
        last = add("MatMul", [last, f"{name}/shares{axis}"])
        if axis == 2:
            last = add("Transpose", [last], perm=[0, 1, 3, 2])
    nodes.append(helper.make_node("Identity", [last], [name], f"{name}/resized"))
    return Replacement(nodes, constants)


def _shares(
    node: onnx.NodeProto,
    axis: int,
    given: Sequence[int],
    made: Sequence[int],
    scales: NDArray[np.float32] | None,
    opsets: Sequence[onnx.OperatorSetIdProto],
) -> NDArray[np.float32]:
    """How much each pixel along an axis gives to each that is made, (made, given) float32."""
    length = given[axis]
    # In channel n all is 0 but the nth pixel.
    shape, sides, factors = [1, length, 1, 1], [1, length, 1, 1], np.ones(4, np.float32)
    shape[axis], sides[axis] = length, made[axis]
    ones = np.eye(length, dtype=np.float32).reshape(shape)
    step = onnx.NodeProto()
    step.CopyFrom(node)
    step.output[:] = ["made"]
    if scales is not None:
        factors[axis] = scales[axis]
        tensor = numpy_helper.from_array(factors, "sides")
        step.input[:] = ["given", "sides"] if node.op_type == "Upsample" else ["given", "", "sides"]
    else:
        tensor = numpy_helper.from_array(np.array(sides, np.int64), "sides")
        step.input[:] = ["given", "", "", "sides"]
    graph = helper.make_graph(
        [step],
        "resize",
        [helper.make_tensor_value_info("given", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("made", TensorProto.FLOAT, sides)],
        [tensor],
    )
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    (values,) = open_session(model.SerializeToString()).run(None, {"given": ones})
    shares: NDArray[np.float32] = values.reshape(length, made[axis]).T
    return shares
