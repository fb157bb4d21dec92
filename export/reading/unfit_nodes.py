"""An ONNX network in, a sentence on the first node that no device file can be made of out."""

import re

import numpy as np
import onnx
from onnx import numpy_helper

from export.reading.photo_tensors import RANDOM, tensors_of_the_photo

_QUANTISED = re.compile("(Dynamic)?QuantizeLinear|DequantizeLinear|QLinear.*|.*Integer(ToFloat)?")
OPEN_ENDED = re.compile("Loop|Scan|NonMaxSuppression|NonZero|Unique|Compress|.*Sequence.*|String.*")
"""Operators that may run, or give, more or less often: as often as the photo says."""
# TFLite's has a memory of its own, which it keeps from photo to photo.
_REMEMBERING = "LSTM"
_VALUES = ("value", "value_float", "value_floats")


def find_unfit_node(graph: onnx.GraphProto) -> str | None:
    """What is wrong with a network, and what to do.

    Args:
        graph: Of the file.

    Returns:
        The end of a sentence that begins with the file's name; None if every node will do.
    """
    # What is computed of sizes alone is known once the image's is.
    changing = tensors_of_the_photo(graph, cut_at=("Shape", "Size"))
    for node in graph.node:
        what = f"{node.op_type}, node {node_name(node)}"
        if _QUANTISED.fullmatch(node.op_type):
            return (
                f"is quantised already ({what}); export the float network: the int8 file is "
                "made here, of photos."
            )
        if RANDOM.fullmatch(node.op_type):
            return f"gives another map each time ({what}); export it for inference."
        if OPEN_ENDED.fullmatch(node.op_type):
            return (
                f"has a step whose length depends on the photo ({what}), which TFLite has no "
                "operator for; export the network up to it."
            )
        if node.op_type == "If" and node.input[0] in changing:
            return (
                f"does one thing or another, as the photo is ({what}), which TFLite cannot; export "
                "what is done to photos."
            )
        if node.op_type == _REMEMBERING:
            return (
                f"has a step that remembers ({what}), and in TFLite would remember the photo "
                "before; export the network without it."
            )
        if node.op_type == "Constant" and _has_nan(node):
            return f"has a value that is not a number in {node.output[0]} ({what}); it is unusable."
    return None


def node_name(node: onnx.NodeProto) -> str:
    """What a node is called: by its own name or, where it has none, by its first output's."""
    return node.name or node.output[0]


def _has_nan(constant: onnx.NodeProto) -> bool:
    for attribute in constant.attribute:
        if attribute.name not in _VALUES:
            continue
        value = onnx.helper.get_attribute_value(attribute)
        values = numpy_helper.to_array(value) if attribute.name == "value" else np.asarray(value)
        # An infinity may be meant: it is the usual mask of what is not to be looked at.
        if values.dtype.kind == "f" and np.isnan(values).any():
            return True
    return False
