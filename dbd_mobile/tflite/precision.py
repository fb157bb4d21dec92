"""A TFLite file's tensors in; the name of what it computes in, as exported files have it, out."""

from dbd_mobile.tflite.graph import Graph
from dbd_mobile.tflite.tensor import BOOL, FLOAT16, FLOAT32, INT8, INT32, INT64

# Shapes, biases and conditions, which are so in every precision.
_IN_ALL = frozenset({INT32, INT64, BOOL})

# Element types of what is stored, and of what goes from layer to layer: they decide. A file with
# bytes in and out has them turned into int8 first.
_PRECISIONS = {
    (frozenset({FLOAT32}), frozenset({FLOAT32})): "float32",
    (frozenset({FLOAT16}), frozenset({FLOAT32})): "float16",
    (frozenset({FLOAT16, FLOAT32}), frozenset({FLOAT32})): "float16",
    (frozenset({INT8, FLOAT32}), frozenset({FLOAT32})): "dynamic",
    (frozenset({INT8}), frozenset({FLOAT32})): "dynamic",
    (frozenset({INT8}), frozenset({INT8})): "int8",
    (frozenset({INT8, FLOAT32}), frozenset({INT8, FLOAT32})): "int8-mixed",
    (frozenset({INT8}), frozenset({INT8, FLOAT32})): "int8-mixed",
}


def precision_of(graph: Graph) -> str | None:
    """Name what a model computes in.

    Returns:
        "float32"; "float16", weights stored in float16 and computed in float32; "dynamic", weights
        in int8 and everything between layers in float32; "int8", int8 throughout; "int8-mixed",
        int8 with some layers in float32. None where it is none of these.
    """
    return _PRECISIONS.get((graph.stored_types - _IN_ALL, graph.passed_types - _IN_ALL))
