"""An ONNX network in; the same without loops and sequences that no photo changes out.

PyTorch's newer exporter writes such for what it could have computed: ``as_strided``, say, which
follows the mean over a channels-last image (``AdaptiveAvgPool2d(1)``).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from evaluation.predictors import open_session
from export.reading.photo_tensors import names_used, tensors_of_the_photo
from export.reading.unfit_nodes import OPEN_ENDED


def fold_constant_steps(model: onnx.ModelProto, image: NDArray[Any]) -> None:
    """Replace what is computed of constants and of the image's size by what it gives, in place.

    A network stays as it is where none of these steps is a loop, a sequence or alike.

    Args:
        model: The network. Its image has a size.
        image: Any of that size, as the network takes it.

    Raises:
        Exception: Whatever onnxruntime raises of a network that it cannot run.
    """
    graph = model.graph
    # A size that a photo changes comes of a step that stays, and is refused.
    changing = tensors_of_the_photo(graph, cut_at=("Shape", "Size"))
    fixed = [node for node in graph.node if changing.isdisjoint(node.output)]
    if not any(OPEN_ENDED.fullmatch(node.op_type) for node in fixed):
        return
    kept = [node for node in graph.node if not changing.isdisjoint(node.output)]
    used = {name for node in kept for name in names_used(node)}
    used |= {value.name for value in graph.output}
    wanted = sorted(used & {name for node in fixed for name in node.output})
    values = _computed(model, wanted, image) if wanted else []
    tensors = [value for value in values if isinstance(value, np.ndarray)]
    if len(tensors) == len(wanted):
        graph.initializer.extend(
            numpy_helper.from_array(value, name)
            for name, value in zip(wanted, tensors, strict=True)
        )
        del graph.node[:]
        graph.node.extend(kept)


def _computed(
    model: onnx.ModelProto, wanted: Sequence[str], image: NDArray[Any]
) -> list[NDArray[Any] | list[Any]]:
    """Tensors, and sequences of them as lists, inside a network."""
    opened = onnx.ModelProto()
    opened.CopyFrom(model)
    del opened.graph.output[:]
    # onnxruntime finds out their types.
    opened.graph.output.extend(onnx.ValueInfoProto(name=name) for name in wanted)
    session = open_session(opened.SerializeToString())
    values: list[NDArray[Any] | list[Any]] = session.run(
        wanted, {session.get_inputs()[0].name: image}
    )
    return values
