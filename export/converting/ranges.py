"""A float32 TFLite file and photos in; between which values each tensor lies, in three ways, out.

A tensor's range is what int8's 256 steps have to cover. From the smallest to the largest value ever
seen nothing is cut off, but one outlier makes all steps wide; the other methods cut tails off.
Runs in the process of ``export.converting.tflite_worker``.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

_BINS = 2048
_PERCENTILE = 99.99
# Shares of the whole range that the search for the smallest error tries.
_SHARES = np.linspace(0.1, 1, 46)
# Of a feature map's sides; neighbouring values are much alike.
_MOST_SAMPLES = 40

# What a sigmoid has in int8: so has the map of a network that ends otherwise.
_PROBABILITIES = (0.0, 255 / 256)

Ranges = Mapping[str, tuple[float, float]]
"""The smallest and the largest value of each tensor, by its name."""


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


class RangeFinder:
    """Runs a model and looks at all that it computes.

    Args:
        content: The file.
    """

    def __init__(self, content: bytes) -> None:
        self._interpreter = Interpreter(
            model_content=content,
            num_threads=len(os.sched_getaffinity(0)),
            experimental_preserve_all_tensors=True,
        )
        self._interpreter.allocate_tensors()
        self._input = int(self._interpreter.get_input_details()[0]["index"])
        self._output = int(self._interpreter.get_output_details()[0]["index"])
        # XNNPACK's delegate is among them, but not what it is asked to compute.
        computed = {int(i) for o in self._interpreter._get_ops_details() for i in o["outputs"]}
        details = (self._interpreter._get_tensor_details(i, 0) for i in sorted(computed))
        self._names = {d["index"]: str(d["name"]) for d in details if d["dtype"] is np.float32}
        self._input_name = str(self._interpreter.get_input_details()[0]["name"])

    def find(
        self,
        all_images: Iterable[NDArray[np.float32]],
        some_images: Iterable[NDArray[np.float32]],
    ) -> Mapping[str, Ranges]:
        """Choose the ranges by every method.

        Args:
            all_images: What to run it on, (1, H, W, 3), to find the smallest and largest values.
            some_images: Some of them, for what lies between these.

        Returns:
            The ranges by method: the whole ones ("min-max"), those that leave out one value in
            10,000 ("percentile"), and those of the smallest mean squared error ("mse"). The input
            keeps its own, the output has that of probabilities in steps of 1/256.
        """
        whole = self._whole(all_images)
        output = self._names[self._output]
        whole[output] = _PROBABILITIES
        ends = (output, self._input_name)
        histograms = {
            place: _Histogram(*whole[name], np.zeros(_BINS, np.int64))
            for place, name in self._names.items()
            if whole[name][0] < whole[name][1] and name not in ends
        }
        for image in some_images:
            self._run(image)
            for place, histogram in histograms.items():
                histogram.add(self._interpreter.tensor(place)())
        return {"min-max": whole} | {
            method: whole
            | {self._names[place]: choose(histogram) for place, histogram in histograms.items()}
            for method, choose in (
                ("percentile", _Histogram.percentile_range),
                ("mse", _Histogram.mse_range),
            )
        }

    def _whole(self, images: Iterable[NDArray[np.float32]]) -> dict[str, tuple[float, float]]:
        places = [self._input, *self._names]
        low = np.full(len(places), np.inf)
        high = np.full(len(places), -np.inf)
        for image in images:
            self._run(image)
            for number, place in enumerate(places):
                values = self._interpreter.tensor(place)()
                low[number] = min(low[number], values.min())
                high[number] = max(high[number], values.max())
                # The interpreter does not run while one of its own arrays is held.
                del values
        names = [self._input_name, *self._names.values()]
        return {
            name: (float(low[number]), float(high[number])) for number, name in enumerate(names)
        }

    def _run(self, image: NDArray[np.float32]) -> None:
        self._interpreter.set_tensor(self._input, image)
        self._interpreter.invoke()
