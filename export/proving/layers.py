"""The float32 file and one of another precision in; which layers that precision hurts out."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.predictors import open_interpreter, run_photo

PHOTOS = 4
"""How many show it: every photo has thousands of values of each layer."""

_DIVIDING = ("DIV", "SQRT", "RSQRT", "POW", "LOG", "SQUARED_DIFFERENCE")
_LEADING = (*_DIVIDING, "ADD", "SUB", "MUL", "MEAN", "SUM", "RESHAPE", "TRANSPOSE")


@dataclass(frozen=True, kw_only=True)
class LayerError:
    """How a layer's output differs from float32's.

    Errors are relative: mean square of the difference over mean square of the value, taken of each
    channel, at most 1, averaged. A channel whose values are all rounded away has 1.

    Attributes:
        name: Of the output.
        operator: What computes it.
        shape: Height, width and channels.
        error: With all that the layers before it did.
        own_error: Of rounding this output to its 256 steps alone; 0 where it is float.
    """

    name: str
    operator: str
    shape: tuple[int, ...]
    error: float
    own_error: float


def measure_layers(
    float_file: Path,
    file: Path,
    photos: Sequence[NDArray[np.uint8]],
    progress: Callable[[int, int], None],
) -> list[LayerError]:
    """Compare two files layer by layer.

    Args:
        float_file: In float32.
        file: Of another precision, converted from the same network: its layers have their names.
        photos: (H, W, 3) uint8.
        progress: Called with the photos done and their total after each photo.

    Returns:
        The layers that both have, in the order in which they are computed.
    """
    before = open_interpreter(float_file, show_all_tensors=True)
    after = open_interpreter(file, show_all_tensors=True)
    originals = {tensor["name"]: tensor for tensor in before.get_tensor_details()}
    others = {tensor["name"]: tensor for tensor in after.get_tensor_details()}
    layers = [
        (originals[name], others[name], operator["op_name"])
        for operator in before._get_ops_details()
        for name in _output_names(before, operator)
        # Places, and what a comparison gives, are rounded to no steps.
        if name in others and originals[name]["dtype"] == np.float32
    ]
    sums = np.zeros((len(layers), 2))
    for done, photo in enumerate(photos):
        for interpreter in (before, after):
            run_photo(interpreter, photo)
        for number, (original, other, _) in enumerate(layers):
            values = before.get_tensor(original["index"])
            got = after.get_tensor(other["index"])
            if got.dtype == np.float32:
                sums[number, 0] += _relative(values, got)
                continue
            scale, zero_point = other["quantization"]
            limits = np.iinfo(got.dtype)
            steps = np.rint(values / scale + zero_point).clip(limits.min, limits.max)
            sums[number, 0] += _relative(values, (np.float32(got) - zero_point) * scale)
            sums[number, 1] += _relative(values, (steps - zero_point) * scale)
        progress(done + 1, len(photos))
    return [
        LayerError(
            name=original["name"],
            operator=operator,
            shape=tuple(int(side) for side in original["shape"][1:]),
            error=float(error / len(photos)),
            own_error=float(own_error / len(photos)),
        )
        for (original, _, operator), (error, own_error) in zip(layers, sums, strict=True)
    ]


def float_choices(float_file: Path, errors: Sequence[LayerError]) -> dict[str, list[str]]:
    """Layers that may be left in float32, in two orders.

    Either the tensors that lose most when they are rounded: a tensor stays float only if what
    makes it and all that use it are, so each adds these. Or the layers from the photo on, whose
    errors all that follow inherit. What makes the file's output is never among them.

    Args:
        float_file: In float32.
        errors: Of its int8 file.

    Returns:
        Lists of outputs' names by what they are, the shortest first: for 1, 2, 4, 8... tensors or
        layers, up to half of all.
    """
    interpreter = open_interpreter(float_file, show_all_tensors=True)
    users: dict[int, list[str]] = {}
    indexes: dict[str, int] = {}
    for operator in interpreter._get_ops_details():
        names = _output_names(interpreter, operator)
        indexes.update(zip(names, map(int, operator["outputs"]), strict=True))
        for tensor in operator["inputs"]:
            users.setdefault(int(tensor), []).extend(names)
    output = interpreter.get_output_details()[0]["name"]
    inner = [layer for layer in errors if layer.name != output]
    ranked = sorted(inner, key=lambda layer: layer.own_error, reverse=True)
    choices: dict[str, list[str]] = {}
    count = 1
    while count <= len(inner) // 2:
        kept: dict[str, None] = {}
        for layer in ranked[:count]:
            kept |= dict.fromkeys([layer.name, *users.get(indexes[layer.name], [])])
        kept.pop(output, None)
        choices[f"the {len(kept)} layers at the {count} worst tensors"] = list(kept)
        choices[f"the first {count} layers"] = [layer.name for layer in inner[:count]]
        count *= 2
    return dict(sorted(choices.items(), key=lambda choice: len(choice[1])))


def dividing_layer(float_file: Path) -> str | None:
    """The first layer that divides by what a photo gives.

    Of some photos 256 steps round that to 0: an interpreter then gives up, or the map is wrong.

    Args:
        float_file: In float32.

    Returns:
        Name of its output; None if there is none.
    """
    interpreter = open_interpreter(float_file, show_all_tensors=True)
    operators = interpreter._get_ops_details()
    computed = {int(index) for operator in operators for index in operator["outputs"]}
    for operator in operators:
        is_division = operator["op_name"] == "DIV" and _is_by_computed(operator, computed)
        if is_division or operator["op_name"] == "RSQRT":
            return _output_names(interpreter, operator)[0]
    return None


def fragile_layers(float_file: Path) -> list[str]:
    """Layers that int8 breaks whatever its ranges are.

    Normalisations by a photo's own mean and deviation (LayerNorm, InstanceNorm) divide by a number
    that 256 steps round to 0. With them go the steps that lead to what they divide. And products of
    two tensors that a photo gives (attention): versions of XNNPACK differ in them.

    Args:
        float_file: In float32.

    Returns:
        Names of their outputs; that of the file's own output is never among them.
    """
    interpreter = open_interpreter(float_file, show_all_tensors=True)
    operators = interpreter._get_ops_details()
    makers = {int(index): operator for operator in operators for index in operator["outputs"]}
    found: dict[str, None] = {}
    wanted = [operator for operator in operators if operator["op_name"] in _DIVIDING]
    while wanted:
        operator = wanted.pop()
        (name,) = _output_names(interpreter, operator)
        if name in found:
            continue
        found[name] = None
        before = [makers[int(index)] for index in operator["inputs"] if int(index) in makers]
        wanted += [operator for operator in before if operator["op_name"] in _LEADING]
    for operator in operators:
        if operator["op_name"] == "BATCH_MATMUL" and _is_by_computed(operator, makers):
            found |= dict.fromkeys(_output_names(interpreter, operator))
    found.pop(interpreter.get_output_details()[0]["name"], None)
    return list(found)


def _is_by_computed(operator: dict[str, Any], makers: Container[int]) -> bool:
    """Whether an operator of two tensors takes no constant as the second."""
    return int(operator["inputs"][1]) in makers


def _output_names(interpreter: Any, operator: dict[str, Any]) -> list[str]:
    return [
        str(interpreter._get_tensor_details(int(index), 0)["name"]) for index in operator["outputs"]
    ]


def _relative(values: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    channels = values.shape[-1]
    noise = np.square(others - values).reshape(-1, channels).mean(axis=0, dtype=np.float64)
    power = np.square(values).reshape(-1, channels).mean(axis=0, dtype=np.float64)
    return float(np.minimum(noise / np.maximum(power, 1e-12), 1).mean())
