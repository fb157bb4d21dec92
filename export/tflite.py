"""An ONNX file and calibration photos in, TFLite files out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from export.device_input import device_contract
from export.errors import ConversionError
from training.networks import NetworkContract

_CHECKOUT = Path(__file__).parents[1]


def convert_to_tflite(
    onnx_file: Path,
    contract: NetworkContract,
    calibration: NDArray[np.uint8] | None,
    folder: Path,
    *,
    verbose: bool,
) -> dict[str, Path]:
    """Write ``float32.tflite`` and, given calibration photos, ``int8.tflite``.

    The converters run in a process of their own: they write to the terminal, look for files in
    the working directory, seed every random generator and, now and then, crash.

    Args:
        onnx_file: The simplified ONNX file.
        contract: How its input is normalised; the TFLite files take the device's normalisation.
        calibration: (N, H, W, 3) uint8 RGB photos to measure the int8 ranges on.
        folder: A folder for the results and for what is needed on the way.
        verbose: Let the converters write to the terminal.

    Returns:
        The files by precision, in the order in which they are to be compared.

    Raises:
        ConversionError: If a converter fails; the message holds its last line.
    """
    if calibration is not None:
        np.save(folder / "calibration.npy", calibration)
    device = device_contract(contract.width, contract.height)
    task = {
        "onnx": str(onnx_file.resolve()),
        "width": contract.width,
        "height": contract.height,
        "device_mean": device.mean,
        "device_scale": device.scale,
        # From the device's normalisation to the network's.
        "factor": device.scale / contract.scale,
        "offset": (device.mean - contract.mean) / contract.scale,
        "int8": calibration is not None,
    }
    log = folder / "converters.log"
    with log.open("wb") as chatter:
        outcome = subprocess.run(
            [sys.executable, "-m", "export.tflite_worker", json.dumps(task)],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(_CHECKOUT), "TF_CPP_MIN_LOG_LEVEL": "2"},
            stdout=None if verbose else chatter,
            stderr=None if verbose else chatter,
            check=False,
        )
    if outcome.returncode != 0:
        lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
        last = next((line.strip() for line in reversed(lines) if line.strip()), "see above")
        raise ConversionError(
            f"The conversion to TFLite failed with status {outcome.returncode}: {last} "
            "(--verbose shows all that the converters say)."
        )
    precisions = ["float32"] if calibration is None else ["float32", "int8"]
    return {precision: folder / f"{precision}.tflite" for precision in precisions}
