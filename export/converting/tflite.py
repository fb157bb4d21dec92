"""An ONNX file and calibration photos in, TFLite files out."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.errors import ConversionError
from export.kinds import Kind
from export.reading.onnx_file import INPUT_NAME
from networks import NetworkContract
from networks.device_input import device_contract

_CHECKOUT = Path(__file__).parents[2]

METHODS = ("min-max", "percentile", "mse")
"""Ways to choose the ranges that int8's steps cover, as ``export.converting.ranges`` says."""


@dataclass(frozen=True, kw_only=True)
class TfliteConverter:
    """Converts one network, in a process of its own for each step.

    The converters write to the terminal, look for files in the working directory, seed every
    random generator and, now and then, crash.

    Attributes:
        onnx_file: The simplified ONNX file.
        kind: What kind of network it is.
        contract: How its input is normalised; the TFLite files take the device's normalisation.
        about: ``name``, ``description``, ``version``, ``author`` and ``license``, for the metadata.
        folder: For the results, and for what is needed on the way.
        progress: Called with a step, how much of it is done, and of how much.
        verbose: Let the converters write to the terminal.
    """

    onnx_file: Path
    kind: Kind
    contract: NetworkContract
    about: Mapping[str, str]
    folder: Path
    progress: Callable[[str, int, int], None]
    verbose: bool

    def convert(
        self, precisions: Collection[str], calibration: NDArray[np.uint8] | None
    ) -> dict[str, Path]:
        """Write all files but ``int8-mixed``.

        Args:
            precisions: Which to write; float32, which the others are compared with, always is.
            calibration: (N, H, W, 3) uint8 RGB photos to measure int8's ranges on; needed if int8
                is among the precisions.

        Returns:
            The files by name of their precision; for int8 there is one by each of ``METHODS``,
            named "int8.METHOD".

        Raises:
            ConversionError: If a converter fails; the message holds its last line.
        """
        if calibration is not None:
            np.save(self.folder / "calibration.npy", calibration)
        self._run({"step": "convert", "precisions": sorted(precisions)})
        wanted = ["float32", *(name for name in ("float16", "dynamic") if name in precisions)]
        if "int8" in precisions:
            wanted += [f"int8.{method}" for method in METHODS]
        return {name: self.folder / f"{name}.tflite" for name in wanted}

    def mix(self, method: str, kept_float: Mapping[str, Sequence[str]]) -> dict[str, Path]:
        """Write int8 files with layers left in float32, of a network that ``convert`` had.

        Args:
            method: One of ``METHODS``.
            kept_float: By a name for each file, the layers to leave in float32, by the names of
                their outputs in the float32 file.

        Returns:
            The files by name.

        Raises:
            ConversionError: If a converter fails; the message holds its last line.
        """
        # Those of an earlier call stay.
        first = len(list(self.folder.glob("mixed.*.tflite")))
        files = {
            name: self.folder / f"mixed.{index}.tflite"
            for index, name in enumerate(kept_float, first)
        }
        task = {files[name].name: list(layers) for name, layers in kept_float.items()}
        self._run({"step": "mix", "method": method, "files": task})
        return files

    def _run(self, step: dict[str, Any]) -> None:
        device = device_contract(self.contract.width, self.contract.height)
        task = {
            "onnx": str(self.onnx_file.resolve()),
            "input": INPUT_NAME,
            "output": self.kind.output.name,
            "width": self.contract.width,
            "height": self.contract.height,
            "device_mean": device.mean,
            "device_scale": device.scale,
            # From the device's normalisation to the network's.
            "factor": device.scale / self.contract.scale,
            "offset": (device.mean - self.contract.mean) / self.contract.scale,
            "about": dict(self.about),
            "texts": {
                "image_description": self.kind.image_description,
                "output": self.kind.output.name,
                "output_description": self.kind.output.description,
                "labels": self.kind.output.labels,
                "labels_description": self.kind.output.labels_description,
                "is_segmenter": self.kind.is_segmenter,
            },
            **step,
        }
        log = self.folder / "converters.log"
        reading, writing = os.pipe()
        # Through a file: a list of layers may be longer than an argument can be.
        (self.folder / "task.json").write_text(json.dumps(task | {"progress": writing}))
        with log.open("wb") as chatter, os.fdopen(reading) as progress:
            process = subprocess.Popen(
                [sys.executable, "-m", "export.converting.tflite_worker"],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(_CHECKOUT), "TF_CPP_MIN_LOG_LEVEL": "2"},
                stdout=None if self.verbose else chatter,
                stderr=None if self.verbose else chatter,
                pass_fds=(writing,),
            )
            os.close(writing)
            try:
                for line in progress:
                    self.progress(*json.loads(line))
                status = process.wait()
            finally:
                # After an interruption nothing may go on writing into a folder that is going.
                process.kill()
                process.wait()
        if status != 0:
            lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
            last = next((line.strip() for line in reversed(lines) if line.strip()), "see above")
            raise ConversionError(
                f"The conversion to TFLite failed with status {status}: {last} "
                "(--verbose shows all that the converters say)."
            )
