"""A network in float16 in, the same in float32 out."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def widen(model: onnx.ModelProto) -> None:
    """Turn every float16 of a network into float32, in place.

    Its weights are the same numbers then, and what lies between its layers is no longer rounded: it
    is what TFLite's float files compute.
    """
    graph = model.graph
    for value in (*graph.input, *graph.output, *graph.value_info):
        tensor = value.type.tensor_type
        if tensor.elem_type == TensorProto.FLOAT16:
            tensor.elem_type = TensorProto.FLOAT
    for weights in graph.initializer:
        _widen_tensor(weights)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                _widen_tensor(attribute.t)
            is_type = attribute.name in ("to", "dtype") and attribute.i == TensorProto.FLOAT16
            if is_type:
                attribute.CopyFrom(helper.make_attribute(attribute.name, TensorProto.FLOAT))


def _widen_tensor(tensor: onnx.TensorProto) -> None:
    if tensor.data_type == TensorProto.FLOAT16:
        values = numpy_helper.to_array(tensor).astype(np.float32)
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
