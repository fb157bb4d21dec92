"""The process of one TFLite runtime: model files and photos in, raw outputs out.

Started as a script, by any Python that has the runtime and numpy: what to do is JSON in the only
argument. Writes an .npz with the outputs of each file that ran, and prints a JSON object with the
reason of each that did not.
"""

import importlib
import json
import sys
from typing import Any

import numpy as np


def main() -> None:
    task = json.loads(sys.argv[1])
    runtime = importlib.import_module(task["module"])
    kernels = getattr(runtime.OpResolverType, task["kernels"])
    photos = np.load(task["photos"])
    outputs: dict[str, Any] = {}
    failures: dict[str, str] = {}
    for name, file in task["files"].items():
        try:
            interpreter = runtime.Interpreter(
                file, num_threads=1, experimental_op_resolver_type=kernels
            )
            outputs[name] = np.stack([_run(interpreter, photo, task) for photo in photos])
        except (ValueError, RuntimeError) as error:
            failures[name] = str(error)
    np.savez(task["outputs"], **outputs)
    print(json.dumps(failures))  # noqa: T201


def _run(interpreter: Any, photo: Any, task: dict[str, Any]) -> Any:
    interpreter.allocate_tensors()
    (taken,) = interpreter.get_input_details()
    (given,) = interpreter.get_output_details()
    image = photo
    if taken["dtype"] != np.uint8:
        image = (photo.astype(np.float32) - task["mean"]) / task["scale"]
    interpreter.set_tensor(taken["index"], image[np.newaxis])
    interpreter.invoke()
    return interpreter.get_tensor(given["index"])[0]


if __name__ == "__main__":
    main()
