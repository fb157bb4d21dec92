"""Models in; what their interpreter reaches on this processor, and what they reach of it, out.

Everything is run in turn, a run of each and then the next of each, so that what else the machine
does meets all alike; medians count. One thread is timed by what it had of the processor: what
others had of it meanwhile is left out.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from statistics import median
from typing import Any

import numpy as np

from benchmarks.roofline.matrix_unit import int8_instructions, may_use_matrix_unit
from benchmarks.roofline.operators import read_operators
from benchmarks.roofline.profiler import Profiler, Step, steps_of_operators
from benchmarks.roofline.shapes import Shape, untrained_shapes
from benchmarks.roofline.stacks import Stack, stacks_for
from dbd_mobile.catalogue import bundled_ids, load_card, load_model
from dbd_mobile.errors import InputError
from dbd_mobile.interpreter import find_backend
from dbd_mobile.machine import read_machine
from dbd_mobile.runtimes import LITERT
from evaluation.chatter import without_chatter

_DEPTHWISE = "depthwise"


def measure_roofline(
    models: Sequence[str],
    *,
    threads: int,
    runs: int,
    untrained: bool = False,
    on_run: Callable[[], None] = lambda: None,
) -> dict[str, Any]:
    """Measure the peak of the interpreter, and models beside it.

    Args:
        models: Bundled ids, or paths of .tflite files with one input and one output.
        threads: Of the interpreter.
        runs: Timed runs of everything, at least 1.
        untrained: Networks of other shapes too, for photos of the first model's size.
        on_run: Called after each, for a progress display.

    Returns:
        Times, rates and shares; JSON-serialisable. Rates are 10^9 multiply-accumulates a second.

    Raises:
        DBDError: A model cannot be used, or the interpreter is none of LiteRT.
    """
    backend, _ = find_backend()
    if backend.name != LITERT.package:
        raise InputError(
            f"What an interpreter reaches is measured with {LITERT.package}, whose profiler is "
            f"used; the interpreter here is {backend}."
        )
    with without_chatter(), ExitStack() as stack:
        subjects = [_Subject(model, threads, stack) for model in models]
        sides = dict.fromkeys(subject.side for subject in subjects)
        stacks = [_TimedStack(s, threads) for side in sides for s in stacks_for(side)]
        shapes = untrained_shapes(subjects[0].side) if untrained else []
        timed_shapes = [_TimedShape(shape, threads) for shape in shapes]
        timed = [
            *(item.timed for item in stacks),
            *(item.timed for item in timed_shapes),
        ]
        for run in range(runs + 1):
            # The first of each prepares what later ones find ready.
            for item in timed:
                item.run(keep=run > 0)
            for subject in subjects:
                subject.run(keep=run > 0)
            if run:
                on_run()
    stack_rows = [item.result() for item in stacks]
    peaks = _peaks(stack_rows)
    machine = read_machine()
    return {
        "cpu": machine.board or machine.cpu,
        "int8_instructions": int8_instructions(),
        "matrix_unit": may_use_matrix_unit(),
        "backend": str(backend),
        "threads": threads,
        "runs": runs,
        "peak_gmacs_s": peaks,
        "stacks": stack_rows,
        "models": [subject.result(peaks) for subject in subjects],
        "untrained": [item.result(peaks) for item in timed_shapes],
    }


def _peaks(stacks: Sequence[dict[str, Any]]) -> dict[str, float]:
    """The fastest of the stacks, by what is summed: all channels, or each by itself."""
    best = {
        is_depthwise: max(
            s["gmacs_s"] for s in stacks if (s["kind"] == _DEPTHWISE) == is_depthwise
        )
        for is_depthwise in (False, True)
    }  # fmt: skip
    return {"all channels": best[False], _DEPTHWISE: best[True]}


class _Timed:
    """A file in an interpreter, and what its runs took."""

    def __init__(self, content: bytes, threads: int) -> None:
        _, interpreter_class = find_backend()
        self.interpreter = interpreter_class(model_content=content, num_threads=threads)
        self.interpreter.allocate_tensors()
        (image,) = self.interpreter.get_input_details()
        noise = np.random.default_rng(0).integers(-128, 128, image["shape"])
        values = noise / 128 if image["dtype"] == np.float32 else noise
        self.interpreter.set_tensor(image["index"], values.astype(image["dtype"]))
        self._clock = time.thread_time if threads == 1 else time.perf_counter
        self._seconds: list[float] = []

    def run(self, *, keep: bool) -> None:
        start = self._clock()
        self.interpreter.invoke()
        seconds = self._clock() - start
        if keep:
            self._seconds.append(seconds)

    def result(self, macs: int) -> dict[str, Any]:
        """Milliseconds and the rate."""
        low, middle, high = (1e3 * float(s) for s in np.percentile(self._seconds, (10, 50, 90)))
        return {
            "macs": macs,
            "ms": {"p10": low, "p50": middle, "p90": high},
            "gmacs_s": macs / middle / 1e6,
        }


class _TimedStack:
    def __init__(self, stack: Stack, threads: int) -> None:
        self._stack = stack
        self.timed = _Timed(stack.content(), threads)

    def result(self) -> dict[str, Any]:
        stack = self._stack
        return {"kind": stack.kind, "what": stack.described, **self.timed.result(stack.macs)}


class _TimedShape:
    def __init__(self, shape: Shape, threads: int) -> None:
        self._name = shape.name
        self._operators = read_operators(shape.content)
        self.timed = _Timed(shape.content, threads)

    def result(self, peaks: dict[str, float]) -> dict[str, Any]:
        result = self.timed.result(sum(o.macs for o in self._operators))
        return {
            "name": self._name,
            "depthwise_macs": sum(o.macs for o in self._operators if o.kind == _DEPTHWISE),
            **result,
            "share_of_peak": result["gmacs_s"] / peaks["all channels"],
        }


class _Subject:
    """A model: whole in the interpreter that the detector has, by steps in LiteRT's profiler."""

    def __init__(self, model: str, threads: int, stack: ExitStack) -> None:
        self._model = model
        content = load_model(model).content
        self._operators = read_operators(content)
        self._timed = _Timed(content, threads)
        (image,) = self._timed.interpreter.get_input_details()
        (output,) = self._timed.interpreter.get_output_details()
        self.side = int(image["shape"][1])
        self._profiler = stack.enter_context(
            Profiler(
                content,
                threads,
                types=[np.dtype(t["dtype"]).name for t in (image, output)],
                shapes=[t["shape"] for t in (image, output)],
            )
        )
        self._steps: list[list[list[Step]]] = []

    def run(self, *, keep: bool) -> None:
        self._timed.run(keep=keep)
        steps = steps_of_operators(self._operators, self._profiler.run())
        if keep:
            self._steps.append(steps)

    def result(self, peaks: dict[str, float]) -> dict[str, Any]:
        operators = self._operator_rows(peaks)
        whole = self._timed.result(self._macs())
        attainable_us = sum(_least_us(row["kind"], row["macs"], peaks) for row in operators)
        return {
            "model": self._model,
            "side": self.side,
            **whole,
            "share_of_peak": whole["gmacs_s"] / peaks["all channels"],
            "share_of_its_operators_peaks": attainable_us / 1e3 / whole["ms"]["p50"],
            "profiled_ms": sum(row["us"] for row in operators) / 1e3,
            "operators": operators,
        }

    def _macs(self) -> int:
        """Of the network: a file may have products with 0 which the network has not."""
        if self._model in bundled_ids("blur-map"):
            return load_card(self._model)["macs"]
        return sum(operator.macs for operator in self._operators)

    def _operator_rows(self, peaks: dict[str, float]) -> list[dict[str, Any]]:
        rows = []
        for place, operator in enumerate(self._operators):
            times = [sum(step.us for step in run[place]) for run in self._steps]
            us = median(times)
            rows.append(
                {
                    "index": operator.index,
                    "operator": operator.name,
                    "kind": operator.kind,
                    "shapes": operator.described,
                    "kernel": self._steps[0][place][0].kernel,
                    "macs": operator.macs,
                    "us": us,
                    "us_p10_p90": [float(p) for p in np.percentile(times, (10, 90))],
                    "gmacs_s": operator.macs / us / 1e3 if us else 0.0,
                    "lost_us": us - _least_us(operator.kind, operator.macs, peaks),
                }
            )
        return rows


def _least_us(kind: str, macs: int, peaks: dict[str, float]) -> float:
    """What an operator would take at the peak; nothing where there are no products."""
    peak = peaks[_DEPTHWISE] if kind == _DEPTHWISE else peaks["all channels"]
    return macs / peak / 1e3
