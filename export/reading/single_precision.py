"""A network in float16 or float64, or with parts in these, in; the same in float32 out."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_OTHERS = (TensorProto.FLOAT16, TensorProto.DOUBLE)


def make_single(model: onnx.ModelProto) -> None:
    """Turn every float16 and float64 of a network into float32, in place.

    Of float16 the weights are the same numbers then, and what lies between the layers is no longer
    rounded: it is what TFLite's float files compute. Of float64 no device file computes anything.
    """
    graph = model.graph
    for value in (*graph.input, *graph.output, *graph.value_info):
        tensor = value.type.tensor_type
        if tensor.elem_type in _OTHERS:
            tensor.elem_type = TensorProto.FLOAT
    for weights in graph.initializer:
        _make_tensor_single(weights)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                _make_tensor_single(attribute.t)
            if attribute.name in ("to", "dtype") and attribute.i in _OTHERS:
                attribute.CopyFrom(helper.make_attribute(attribute.name, TensorProto.FLOAT))


def _make_tensor_single(tensor: onnx.TensorProto) -> None:
    if tensor.data_type in _OTHERS:
        # The usual mask of float64, its least number, is to stay a number.
        most = np.finfo(np.float32).max
        values = numpy_helper.to_array(tensor)
        values = np.where(np.isfinite(values), values.clip(-most, most), values)
        tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float32), tensor.name))
