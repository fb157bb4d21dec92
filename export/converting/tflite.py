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

from export.converting.converter_words import failure_sentence
from export.kinds import Kind
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
        verbose: Show what the converters wrote, after each step.
    """

    onnx_file: Path
    kind: Kind
    contract: NetworkContract
    about: Mapping[str, str]
    folder: Path
    progress: Callable[[str, int, int], None]
    verbose: bool

    def convert_to_float32(self) -> tuple[dict[str, Path], dict[str, str]]:
        """Write the file that the others are made from, and compared with.

        Returns:
            The file under the name "float32", or under that name why it could not be made.
        """
        missing = self._make(["float32"])
        return {} if missing else {"float32": self.folder / "float32.tflite"}, missing

    def quantise(
        self, precisions: Collection[str], calibration: NDArray[np.uint8] | None
    ) -> tuple[dict[str, Path], dict[str, str]]:
        """Write all files but ``float32``, which must be there, and ``int8-mixed``.

        Args:
            precisions: Which to write.
            calibration: (N, H, W, 3) uint8 RGB photos to measure int8's ranges on; needed if int8
                is among the precisions.

        Returns:
            The files by name of their precision; for int8 there is one by each of ``METHODS``,
            named "int8.METHOD". And by the same names, why those that are missing could not be
            made.
        """
        names = [name for name in ("float16", "dynamic") if name in precisions]
        if "int8" in precisions:
            assert calibration is not None
            np.save(self.folder / "calibration.npy", calibration)
            names += ["ranges", *(f"int8.{method}" for method in METHODS)]
        missing = self._make(names)
        if "ranges" in missing:
            reason = missing.pop("ranges")
            missing |= dict.fromkeys((f"int8.{method}" for method in METHODS), reason)
        wanted = [name for name in names if name != "ranges" and name not in missing]
        return {name: self.folder / f"{name}.tflite" for name in wanted}, missing

    def mix(
        self, method: str, kept_float: Mapping[str, Sequence[str]]
    ) -> tuple[dict[str, Path], dict[str, str]]:
        """Write int8 files with layers left in float32, of a network that ``quantise`` had.

        Args:
            method: One of ``METHODS``.
            kept_float: By a name for each file, the layers to leave in float32, by the names of
                their outputs in the float32 file.

        Returns:
            The files by name, and why those that are missing could not be made.
        """
        # Those of an earlier call stay.
        first = len(list(self.folder.glob("mixed.*.tflite")))
        numbered = {f"mixed.{number}": name for number, name in enumerate(kept_float, first)}
        layers = {number: list(kept_float[name]) for number, name in numbered.items()}
        missing = self._make(list(numbered), method=method, kept_float=layers)
        files = {
            name: self.folder / f"{number}.tflite"
            for number, name in numbered.items()
            if number not in missing
        }
        return files, {numbered[number]: reason for number, reason in missing.items()}

    def _make(self, names: Sequence[str], **more: Any) -> dict[str, str]:
        """Make files in their order; why those that are missing could not be made.

        Where a process dies it goes on in another one, without what it died of.
        """
        missing: dict[str, str] = {}
        left = list(names)
        while left:
            reason = self._run({"make": left, **more})
            if reason is None:
                break
            failed = next((name for name in left if not self._made(name).exists()), None)
            if failed is None:
                # It died with its work done.
                break
            missing[failed] = reason
            left = left[left.index(failed) + 1 :]
            if failed == "ranges":
                break
        return missing

    def _made(self, name: str) -> Path:
        return self.folder / ("ranges.json" if name == "ranges" else f"{name}.tflite")

    def _run(self, step: dict[str, Any]) -> str | None:
        """Run the converters; a sentence on what failed, None if nothing did."""
        device = device_contract(self.contract.width, self.contract.height)
        task = {
            "onnx": str(self.onnx_file.resolve()),
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
                env={**os.environ, "PYTHONPATH": str(_CHECKOUT)},
                stdout=chatter,
                stderr=chatter,
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
        said = log.read_text(encoding="utf-8", errors="replace")
        if self.verbose:
            sys.stderr.write(said)
        return None if status == 0 else failure_sentence(said, status)
