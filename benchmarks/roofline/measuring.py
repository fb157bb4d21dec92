"""Models in; what their interpreter reaches on this processor, and what they reach of it, out.

Everything is run in turn, a run of each and then the next of each, so that what else the machine
does meets all alike; medians count. One thread is timed by what it had of the processor: what
others had of it meanwhile is left out.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import numpy as np

from benchmarks.roofline.matrix_unit import int8_instructions, may_use_matrix_unit
from benchmarks.roofline.operators import read_operators
from benchmarks.roofline.profiler import Profiler, Step, steps_of_operators
from benchmarks.roofline.stacks import Stack, stacks_for
from dbd_mobile.catalogue import bundled_ids, load_card, load_model
from dbd_mobile.errors import InputError
from dbd_mobile.interpreter import find_backend
from dbd_mobile.machine import read_machine
from dbd_mobile.runtimes import LITERT
from evaluation.chatter import without_chatter

_DEPTHWISE = "depthwise"


def measure_roofline(
    models: Sequence[str], *, threads: int, runs: int, on_run: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """Measure the peak of the interpreter, and models beside it.

    Args:
        models: Bundled ids, or paths of .tflite files with one input and one output.
        threads: Of the interpreter.
        runs: Timed runs of everything, at least 1.
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
        timed = [_TimedStack(s, threads) for side in sides for s in stacks_for(side)]
        for run in range(runs + 1):
            # The first of each prepares what later ones find ready.
            for timed_stack in timed:
                timed_stack.run(keep=run > 0)
            for subject in subjects:
                subject.run(keep=run > 0)
            if run:
                on_run()
    stacks = [item.result() for item in timed]
    peaks = _peaks(stacks)
    machine = read_machine()
    return {
        "cpu": machine.board or machine.cpu,
        "int8_instructions": int8_instructions(),
        "matrix_unit": may_use_matrix_unit(),
        "backend": str(backend),
        "threads": threads,
        "runs": runs,
        "peak_gmacs_s": peaks,
        "stacks": stacks,
        "models": [subject.result(peaks) for subject in subjects],
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


@dataclass
class _TimedStack:
    stack: Stack
    threads: int
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._interpreter = _open(self.stack.content(), self.threads)

    def run(self, *, keep: bool) -> None:
        seconds = _seconds(self._interpreter.invoke, self.threads)
        if keep:
            self.seconds.append(seconds)

    def result(self) -> dict[str, Any]:
        return {
            "kind": self.stack.kind,
            "what": self.stack.described,
            "macs": self.stack.macs,
            "ms": _spread_ms(self.seconds),
            "gmacs_s": _rate(self.stack.macs, median(self.seconds)),
        }


class _Subject:
    """A model: whole in the interpreter that the detector has, by steps in LiteRT's profiler."""

    def __init__(self, model: str, threads: int, stack: ExitStack) -> None:
        self._model = model
        self._threads = threads
        content = load_model(model).content
        self._operators = read_operators(content)
        self._interpreter = _open(content, threads)
        (image,) = self._interpreter.get_input_details()
        (output,) = self._interpreter.get_output_details()
        self.side = int(image["shape"][1])
        self._profiler = stack.enter_context(
            Profiler(
                content,
                threads,
                types=[np.dtype(t["dtype"]).name for t in (image, output)],
                shapes=[t["shape"] for t in (image, output)],
            )
        )
        self._seconds: list[float] = []
        self._steps: list[list[list[Step]]] = []

    def run(self, *, keep: bool) -> None:
        seconds = _seconds(self._interpreter.invoke, self._threads)
        steps = steps_of_operators(self._operators, self._profiler.run())
        if keep:
            self._seconds.append(seconds)
            self._steps.append(steps)

    def result(self, peaks: dict[str, float]) -> dict[str, Any]:
        whole = median(self._seconds)
        operators = self._operator_rows(peaks)
        macs = self._macs()
        attainable = sum(
            _least_us(operator["kind"], operator["macs"], peaks) for operator in operators
        )
        return {
            "model": self._model,
            "side": self.side,
            "macs": macs,
            "ms": _spread_ms(self._seconds),
            "gmacs_s": _rate(macs, whole),
            "share_of_peak": _rate(macs, whole) / peaks["all channels"],
            "share_of_its_operators_peaks": attainable / (1e6 * whole),
            "profiled_ms": sum(operator["us"] for operator in operators) / 1e3,
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
                    "gmacs_s": _rate(operator.macs, us / 1e6) if us else 0.0,
                    "lost_us": us - _least_us(operator.kind, operator.macs, peaks),
                }
            )
        return rows


def _least_us(kind: str, macs: int, peaks: dict[str, float]) -> float:
    """What an operator would take at the peak; nothing where there are no products."""
    peak = peaks[_DEPTHWISE] if kind == _DEPTHWISE else peaks["all channels"]
    return macs / peak / 1e3


def _open(content: bytes, threads: int) -> Any:
    _, interpreter_class = find_backend()
    interpreter = interpreter_class(model_content=content, num_threads=threads)
    interpreter.allocate_tensors()
    (image,) = interpreter.get_input_details()
    noise = np.random.default_rng(0).integers(-128, 128, image["shape"])
    values = noise / 128 if image["dtype"] == np.float32 else noise
    interpreter.set_tensor(image["index"], values.astype(image["dtype"]))
    return interpreter


def _seconds(run: Callable[[], object], threads: int) -> float:
    clock = time.thread_time if threads == 1 else time.perf_counter
    start = clock()
    run()
    return clock() - start


def _rate(macs: int, seconds: float) -> float:
    return macs / seconds / 1e9


def _spread_ms(seconds: Sequence[float]) -> dict[str, float]:
    low, middle, high = (1e3 * float(s) for s in np.percentile(seconds, (10, 50, 90)))
    return {"p10": low, "p50": middle, "p90": high}
