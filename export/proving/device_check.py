"""A TFLite file in, whether the runtime of this project takes it out."""

import re
from pathlib import Path

from dbd_mobile.tflite.flatbuffer import DamagedError
from dbd_mobile.tflite.graph import read_graph
from export.converting.tflite_model import TfliteModel
from export.reading.foreign_onnx import NAME_PREFIX

_PLACE = re.compile(r"operator (\d+)")


def device_refusal(file: Path) -> list[str]:
    """A sentence on why the runtime refuses a file, if it does.

    The runtime knows the operators that image networks are made of, and takes no file that has
    others, or sizes and places that are computed anew for each photo.
    """
    content = file.read_bytes()
    try:
        read_graph(content)
    except DamagedError as error:
        found = _PLACE.match(str(error))
        where = f" ({_given_by(content, int(found[1]))})" if found else ""
        return [
            f"dbd-mobile would refuse it: {error}{where}; export the network without it or in "
            "another form."
        ]
    return []


def _given_by(content: bytes, place: int) -> str:
    """What an operator gives, by the name that it has in the user's file."""
    model = TfliteModel(content)
    return "it gives " + model.name(int(model.graph.operators[place].outputs[0])).replace(
        NAME_PREFIX, ""
    )
