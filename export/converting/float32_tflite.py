"""A simplified ONNX file in, a TFLite model in float32 out.

Runs in the process of ``export.converting.tflite_worker``.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from ai_edge_litert import schema_py_generated as schema
from onnx import helper, numpy_helper

from export.converting.operator_versions import set_versions
from export.converting.tflite_model import TfliteModel
from export.errors import ConversionError

# It lets a runtime compute in float16 what the file promises in float32.
_REDUCED_PRECISION_ENTRY = "reduced_precision_support"


def float32_tflite(onnx_file: Path, factor: float, offset: float, folder: Path) -> TfliteModel:
    """Convert a network.

    Args:
        onnx_file: One image in, (1, 3, H, W) float32, and one output.
        factor: What the TFLite file is fed, times this and plus the offset, is what the ONNX file
            is fed.
        offset: The same.
        folder: For what onnx2tf writes.

    Returns:
        The same network, (1, H, W, 3) in.

    Raises:
        ConversionError: If TFLite has no operator for a node.
    """
    # Here, because it takes seconds, which the other steps do without.
    import onnx2tf

    network = onnx.load(onnx_file)
    if (factor, offset) != (1, 0):
        _feed_otherwise(network.graph, factor, offset)
    prepared = folder / "network.onnx"
    onnx.save(network, prepared)
    onnx2tf.convert(
        input_onnx_file_path=str(prepared),
        output_folder_path=str(folder / "onnx2tf"),
        not_use_onnxsim=True,
        copy_onnx_input_output_names_to_tflite=True,
        output_signaturedefs=True,
        non_verbose=True,
    )
    model = TfliteModel((folder / "onnx2tf" / "network_float32.tflite").read_bytes())
    _check_operators(model, network.graph)
    _fold_paddings(model)
    _fold_biases(model)
    _put_channel_last(model)
    model.drop_metadata(_REDUCED_PRECISION_ENTRY)
    for tensor in model.graph.tensors:
        # No side is free.
        tensor.shapeSignature = None
    set_versions(model)
    return model


def _check_operators(model: TfliteModel, network: onnx.GraphProto) -> None:
    """See that every operator is one of TFLite's: where it has none, onnx2tf makes a custom one."""
    for operator in model.graph.operators:
        if model.kind(operator) != schema.BuiltinOperator.CUSTOM:
            continue
        made = {model.name(int(place)) for place in operator.outputs}
        # Of a tensor that is laid out otherwise, the name has an ending.
        node = next(
            node for node in network.node if any(name.startswith(node.output[0]) for name in made)
        )
        raise ConversionError(
            f"TFLite cannot have {node.op_type} as node {node.name or node.output[0]} has it; "
            "export the network without it or in another form."
        )


def _feed_otherwise(graph: onnx.GraphProto, factor: float, offset: float) -> None:
    """Put ``x * factor + offset`` in front."""
    image = graph.input[0].name
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name == image:
                node.input[place] = "from_device/normalised"
    for name, value in (("from_device/factor", factor), ("from_device/offset", offset)):
        graph.initializer.append(numpy_helper.from_array(np.array([value], np.float32), name))
    scaled = "from_device/scaled"
    before = [
        helper.make_node("Mul", [image, "from_device/factor"], [scaled]),
        helper.make_node("Add", [scaled, "from_device/offset"], ["from_device/normalised"]),
    ]
    nodes = [*before, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _fold_paddings(model: TfliteModel) -> None:
    """Let convolutions pad as TFLite does ("SAME") what is padded so in front of them."""
    graph = model.graph
    kinds = schema.BuiltinOperator
    convolutions = (kinds.CONV_2D, kinds.DEPTHWISE_CONV_2D)
    paddings = {
        int(operator.outputs[0]): operator
        for operator in graph.operators
        if model.kind(operator) == kinds.PAD
    }
    for operator in graph.operators:
        padding = paddings.get(int(operator.inputs[0]))
        if (
            model.kind(operator) in convolutions
            and padding is not None
            and operator.builtinOptions.padding == schema.Padding.VALID
            and _is_same_padding(model, padding, operator)
        ):
            operator.inputs = [int(padding.inputs[0]), *operator.inputs[1:]]
            operator.builtinOptions.padding = schema.Padding.SAME
    used = {int(place) for operator in graph.operators for place in operator.inputs}
    used |= {int(place) for place in graph.outputs}
    graph.operators = [
        operator
        for operator in graph.operators
        if model.kind(operator) != kinds.PAD or int(operator.outputs[0]) in used
    ]


def _fold_biases(model: TfliteModel) -> None:
    """Let transposed convolutions add what is added after them: int8 would round in between."""
    graph = model.graph
    kinds = schema.BuiltinOperator
    uses = Counter(int(place) for operator in graph.operators for place in operator.inputs)
    uses.update(int(place) for place in graph.outputs)
    makers = {
        int(operator.outputs[0]): operator
        for operator in graph.operators
        if model.kind(operator) == kinds.TRANSPOSE_CONV and len(operator.inputs) == 3
    }
    folded = []
    for operator in graph.operators:
        if model.kind(operator) != kinds.ADD or operator.builtinOptions.fusedActivationFunction:
            continue
        first, second = map(int, operator.inputs)
        made, added = (first, second) if first in makers else (second, first)
        maker = makers.get(made)
        if maker is None or uses[made] != 1 or model.stored(added) is None:
            continue
        bias = model.values(added, np.float32)
        if len(bias) != graph.tensors[made].shape[-1]:
            continue
        place = model.add_constant(f"{model.name(made)}_addend", bias)
        maker.inputs = [*map(int, maker.inputs), place]
        maker.outputs = [int(operator.outputs[0])]
        folded.append(id(operator))
    graph.operators = [operator for operator in graph.operators if id(operator) not in folded]


def _put_channel_last(model: TfliteModel) -> None:
    """Let an output of one channel be (1, H, W, 1), as a picture is: onnx2tf may leave it first.

    The sides change before a sigmoid that comes last: the last in int8 has steps of a 256th.
    """
    graph = model.graph
    (given,) = map(int, graph.outputs)
    sides = [int(side) for side in graph.tensors[given].shape]
    if len(sides) != 4 or sides[1] != 1 or sides[3] == 1:
        return
    picture = [sides[0], *sides[2:], 1]
    last = next(operator for operator in graph.operators if given in map(int, operator.outputs))
    name = model.name(given)
    shape = model.add_constant(f"{name}_sides", np.array(picture, np.int32))
    if model.kind(last) == schema.BuiltinOperator.LOGISTIC:
        before = int(last.inputs[0])
        place = model.add_tensor(f"{name}_picture", picture, graph.tensors[before].type)
        last.inputs = [place]
        graph.tensors[given].shape = picture
        at = next(n for n, operator in enumerate(graph.operators) if operator is last)
    else:
        before, at = given, len(graph.operators)
        graph.tensors[before].name = f"{name}_planes".encode()
        place = model.add_tensor(name, picture, graph.tensors[before].type)
        graph.outputs = [place]
        for signature in model.model.signatureDefs or []:
            for entry in signature.outputs:
                entry.tensorIndex = place
    reshape = model.make_operator(schema.BuiltinOperator.RESHAPE, [before, shape], [place])
    graph.operators.insert(at, reshape)


def _is_same_padding(model: TfliteModel, padding: Any, convolution: Any) -> bool:
    """Whether a padding with zeros is what a convolution that pads itself would do."""
    options = convolution.builtinOptions
    sides = model.graph.tensors[padding.inputs[0]].shape
    kernel = model.graph.tensors[convolution.inputs[1]].shape
    wanted = [(0, 0)] * 4
    for axis, stride, dilation in (
        (1, options.strideH, options.dilationHFactor),
        (2, options.strideW, options.dilationWFactor),
    ):
        side = int(sides[axis])
        reach = (-(-side // stride) - 1) * stride + (int(kernel[axis]) - 1) * dilation + 1
        total = max(reach - side, 0)
        wanted[axis] = (total // 2, total - total // 2)
    given = model.values(padding.inputs[1], np.int32).reshape(-1, 2)
    return [tuple(pair) for pair in given.tolist()] == wanted
