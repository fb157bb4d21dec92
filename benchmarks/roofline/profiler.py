"""A TFLite file in; how long each of its steps took inside LiteRT out.

LiteRT's Python package has no profiler, but its library has: that of its C API
(``litert/c/litert_profiler.h``), which is called here. XNNPACK then says of each of its own steps
which kernel ran and for how many microseconds. The C API is that of ai-edge-litert 2.1, which the
environment of the oldest runtimes has; it is another one since.
"""

import ctypes
import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.roofline.operators import Operator
from dbd_mobile.errors import BackendError, InputError
from export.proving.runtimes import OLDEST_PYTHON

_LIBRARY = "lib/python*/site-packages/ai_edge_litert/libLiteRt.so"
_CPU = 1
_WRITE = 1
# Of the C API's enumeration of a profiler's events: an operator of TFLite's own, and one of a
# delegate's.
_TIMED = {2, 8}
# XNNPACK clamps in a step of its own what an addition's activation cuts off.
_PART_OF_THE_STEP_BEFORE = "Clamp"
# What XNNPACK's names of steps begin with, by the schema's.
_STEPS = {
    "CONV_2D": ("Convolution", "Fully Connected"),
    "DEPTHWISE_CONV_2D": ("Convolution",),
    "FULLY_CONNECTED": ("Fully Connected",),
    "ADD": ("Add",),
    "RESIZE_BILINEAR": ("Resize",),
    "LOGISTIC": ("Sigmoid",),
}
# The C API's numbers of element types.
_ELEMENT_TYPES = {"float32": 1, "uint8": 3, "int8": 9}

_Handle = ctypes.c_void_p


class _Event(ctypes.Structure):
    """``ProfiledEventData``."""

    _fields_ = (
        ("tag", ctypes.c_char_p),
        ("type", ctypes.c_int),
        ("start_us", ctypes.c_uint64),
        ("elapsed_us", ctypes.c_uint64),
        ("memory", ctypes.c_uint64 * 6),
        ("metadata", ctypes.c_uint64 * 2),
        ("source", ctypes.c_int),
    )


class _TensorType(ctypes.Structure):
    """``LiteRtRankedTensorType``, without strides."""

    _fields_ = (
        ("element_type", ctypes.c_int),
        ("rank", ctypes.c_uint32),
        ("sides", ctypes.c_int32 * 8),
        ("strides", ctypes.c_uint32 * 8),
    )


@dataclass(frozen=True)
class Step:
    """One step of a run.

    Attributes:
        kernel: XNNPACK's name of it, or TFLite's of an operator that XNNPACK leaves.
        us: Microseconds.
    """

    kernel: str
    us: int


class Profiler:
    """A model in LiteRT with its profiler on. To be closed.

    Args:
        content: A TFLite file with one input and one output.
        threads: Of XNNPACK.
        types: Of the input and of the output: "uint8", "int8" or "float32".
        shapes: The same, with the batch.

    Raises:
        BackendError: LiteRT has no such library, or refuses the model.
    """

    def __init__(
        self,
        content: bytes,
        threads: int,
        types: Sequence[str],
        shapes: Sequence[Sequence[int]],
    ) -> None:
        self._library = _open_library()
        self._content = content
        with ExitStack() as stack:
            self._open(stack, threads, types, shapes)
            self._handles = stack.pop_all()

    def __enter__(self) -> "Profiler":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back what LiteRT holds."""
        self._handles.close()

    def run(self) -> list[Step]:
        """Run the model once; the steps in their order."""
        self._call("LiteRtResetProfiler", self._profiler)
        self._call("LiteRtStartProfiler", self._profiler)
        one = ctypes.c_size_t(1)
        first = ctypes.c_size_t(0)
        self._call(
            "LiteRtRunCompiledModel", self._compiled, first, one, self._inputs, one, self._outputs
        )
        self._call("LiteRtStopProfiler", self._profiler)
        count = ctypes.c_int()
        self._call("LiteRtGetNumProfilerEvents", self._profiler, ctypes.byref(count))
        events = (_Event * count.value)()
        self._call("LiteRtGetProfilerEvents", self._profiler, count, events)
        return [
            Step(event.tag.decode(), event.elapsed_us) for event in events if event.type in _TIMED
        ]

    def _open(
        self,
        stack: ExitStack,
        threads: int,
        types: Sequence[str],
        shapes: Sequence[Sequence[int]],
    ) -> None:
        environment = self._made(stack, "Environment", ctypes.c_int(0), None)
        size = ctypes.c_size_t(len(self._content))
        model = self._made(stack, "Model", self._content, size, maker="ModelFromBuffer")
        options = self._made(stack, "Options")
        self._call("LiteRtSetOptionsHardwareAccelerators", options, ctypes.c_int(_CPU))
        self._add_options(options, "Runtime", "EnableProfiling", ctypes.c_bool(True))
        self._add_options(options, "Cpu", "NumThread", ctypes.c_int(threads))
        self._compiled = self._made(stack, "CompiledModel", environment, model, options)
        self._profiler = _Handle()
        self._call("LiteRtCompiledModelGetProfiler", self._compiled, ctypes.byref(self._profiler))
        buffers = [
            self._buffer(stack, environment, side, kind, shape)
            for side, kind, shape in zip(("Input", "Output"), types, shapes, strict=True)
        ]
        self._inputs, self._outputs = ((_Handle * 1)(buffer) for buffer in buffers)
        self._fill(buffers[0], types[0], shapes[0])

    def _made(self, stack: ExitStack, what: str, *arguments: Any, maker: str = "") -> Any:
        """Make something that is to be destroyed."""
        handle = _Handle()
        self._call(f"LiteRtCreate{maker or what}", *arguments, ctypes.byref(handle))
        stack.callback(getattr(self._library, f"LiteRtDestroy{what}"), handle)
        return handle

    def _add_options(self, options: Any, kind: str, name: str, value: Any) -> None:
        """Set one option of a kind; the options then own it."""
        opaque, found = _Handle(), _Handle()
        self._call(f"LiteRtCreate{kind}Options", ctypes.byref(opaque))
        self._call(f"LiteRtFind{kind}Options", opaque, ctypes.byref(found))
        self._call(f"LiteRtSet{kind}Options{name}", found, value)
        self._call("LiteRtAddOpaqueOptions", options, opaque)

    def _buffer(
        self, stack: ExitStack, environment: Any, side: str, kind: str, shape: Sequence[int]
    ) -> Any:
        first = ctypes.c_size_t(0)
        wanted = _Handle()
        self._call(
            f"LiteRtGetCompiledModel{side}BufferRequirements",
            self._compiled, first, first, ctypes.byref(wanted),
        )  # fmt: skip
        type_ = _TensorType(_ELEMENT_TYPES[kind], len(shape))
        type_.sides[: len(shape)] = [int(length) for length in shape]
        return self._made(
            stack, "TensorBuffer", environment, ctypes.byref(type_), wanted,
            maker="ManagedTensorBufferFromRequirements",
        )  # fmt: skip

    def _fill(self, buffer: Any, kind: str, shape: Sequence[int]) -> None:
        """Put noise into the input: bytes of all values, or floats around 0."""
        noise = np.random.default_rng(0).integers(-128, 128, list(shape))
        values = (noise / 128 if kind == "float32" else noise).astype(kind)
        address = ctypes.c_void_p()
        self._call("LiteRtLockTensorBuffer", buffer, ctypes.byref(address), ctypes.c_int(_WRITE))
        ctypes.memmove(address, values.tobytes(), values.nbytes)
        self._call("LiteRtUnlockTensorBuffer", buffer)

    def _call(self, name: str, *arguments: Any) -> None:
        status = getattr(self._library, name)(*arguments)
        if status != 0:
            raise BackendError(f"LiteRT's profiler cannot be used: {name} failed with {status}.")


def steps_of_operators(operators: Sequence[Operator], steps: Sequence[Step]) -> list[list[Step]]:
    """Say which steps belong to which operator.

    Args:
        operators: Of the file.
        steps: Of a run of it.

    Returns:
        For each operator its steps: one, and what XNNPACK does in a step of its own.

    Raises:
        InputError: The steps are not those of the operators one by one.
    """
    groups: list[list[Step]] = []
    for step in steps:
        if step.kernel.startswith(_PART_OF_THE_STEP_BEFORE) and groups:
            groups[-1].append(step)
        else:
            groups.append([step])
    fit = len(groups) == len(operators) and all(
        group[0].kernel.startswith(_STEPS.get(operator.name, ("",)))
        for operator, group in zip(operators, groups, strict=True)
    )
    if not fit:
        raise InputError(
            f"The {len(groups)} steps that XNNPACK makes of the model's {len(operators)} operators "
            "are not theirs one by one: operators can be timed only where each is a step of its "
            "own, as in int8 throughout."
        )
    return groups


def _open_library() -> Any:
    found = sorted(OLDEST_PYTHON.parents[1].glob(_LIBRARY))
    if not found:
        raise BackendError(
            "LiteRT's profiler is in the library of ai-edge-litert 2.1, which is not here; "
            "run: make oldest"
        )
    # The names in it are those of the newer library too, which may be loaded.
    return ctypes.CDLL(str(found[0]), mode=ctypes.DEFAULT_MODE | os.RTLD_DEEPBIND)
