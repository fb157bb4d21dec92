"""A calibrated model and photos in, the same model with other ranges out: three ways to choose.

A tensor's range is what int8's 256 steps have to cover. From the smallest to the largest value ever
seen nothing is cut off, but one outlier makes all steps wide; the other methods cut tails off.
Runs in the process of ``export.converting.tflite_worker``.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from tensorflow.lite.tools import flatbuffer_utils

_BINS = 2048
_PERCENTILE = 99.99
# Shares of the whole range that the search for the smallest error tries.
_SHARES = np.linspace(0.1, 1, 46)
# Of a feature map's sides; neighbouring values are much alike.
_MOST_SAMPLES = 40


@dataclass(frozen=True)
class _Histogram:
    """How often values of a tensor lie in each of ``_BINS`` equal parts of its whole range."""

    low: float
    high: float
    counts: NDArray[np.int64]

    def add(self, values: NDArray[np.float32]) -> None:
        if values.ndim == 4:
            rows, columns = (-(-side // _MOST_SAMPLES) for side in values.shape[1:3])
            values = values[:, ::rows, ::columns]
        places = (values.ravel() - self.low) * (_BINS / (self.high - self.low))
        self.counts[:] += np.bincount(places.astype(np.int32).clip(0, _BINS - 1), minlength=_BINS)

    def percentile_range(self) -> tuple[float, float]:
        edges = np.linspace(self.low, self.high, _BINS + 1)
        share = np.cumsum(self.counts) / self.counts.sum()
        tail = (100 - _PERCENTILE) / 200
        first, last = np.searchsorted(share, [tail, 1 - tail])
        return float(edges[first]), float(edges[last + 1])

    def mse_range(self) -> tuple[float, float]:
        edges = np.linspace(self.low, self.high, _BINS + 1)
        centres = (edges[1:] + edges[:-1]) / 2
        errors = []
        for share in _SHARES:
            low, high = share * self.low, share * self.high
            cut_off = centres - centres.clip(low, high)
            # Rounding to the nearest of equal steps errs by a twelfth of a step squared.
            squared = np.where(cut_off == 0, ((high - low) / 255) ** 2 / 12, cut_off**2)
            errors.append(float(squared @ self.counts))
        share = _SHARES[int(np.argmin(errors))]
        return float(share * self.low), float(share * self.high)


def with_ranges(
    calibrated: bytes, inputs: Iterator[dict[str, NDArray[np.float32]]]
) -> dict[str, bytes]:
    """Choose the ranges by every method.

    Args:
        calibrated: A float model that says between which values each tensor lay in calibration.
        inputs: What to run it on, by the input's name.

    Returns:
        The model by method: with its own ranges ("min-max"), with those that leave out one value in
        10,000 ("percentile"), and with those of the smallest mean squared error ("mse"). Inputs
        and outputs keep theirs.
    """
    model = flatbuffer_utils.convert_bytearray_to_object(calibrated)
    (graph,) = model.subgraphs
    histograms = {
        index: _Histogram(
            float(tensor.quantization.min[0]),
            float(tensor.quantization.max[0]),
            np.zeros(_BINS, np.int64),
        )
        for index, tensor in enumerate(graph.tensors)
        if _has_range(tensor) and index not in {*graph.inputs, *graph.outputs}
    }
    interpreter = tf.lite.Interpreter(
        model_content=calibrated,
        num_threads=len(os.sched_getaffinity(0)),
        experimental_preserve_all_tensors=True,
        # A delegate would not show what lies inside it.
        experimental_op_resolver_type=(
            tf.lite.experimental.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        ),
    )
    run = interpreter.get_signature_runner()
    for image in inputs:
        run(**image)
        for index, histogram in histograms.items():
            histogram.add(interpreter.get_tensor(index))
    found = {"min-max": calibrated}
    for method, choose in (
        ("percentile", _Histogram.percentile_range),
        ("mse", _Histogram.mse_range),
    ):
        for index, histogram in histograms.items():
            chosen = choose(histogram)
            quantization = graph.tensors[index].quantization
            quantization.min, quantization.max = ([np.float32(value)] for value in chosen)
        found[method] = bytes(flatbuffer_utils.convert_object_to_bytearray(model))
    return found


def _has_range(tensor: Any) -> bool:
    seen = tensor.quantization
    return (
        seen is not None
        and seen.min is not None
        and len(seen.min) == 1
        and seen.min[0] < seen.max[0]
    )
