"""On the board: ``count_stages.py COUNTER RUNS MODEL...``; prints instructions by stage, as JSON.

The package's own measurement of latency, with the count of instructions for a clock.
"""

import json
import os
import sys
from types import SimpleNamespace

from dbd_mobile import timing
from dbd_mobile.interpreter import find_backend
from dbd_mobile.latency import measure_latency, synthetic_photo


def main(counter: str, runs: str, *models: str) -> None:
    """Print the interpreter, and what each model's stages take, in millions of instructions."""
    file = os.open(counter, os.O_RDONLY)

    def instructions() -> int:
        return int.from_bytes(os.pread(file, 8, 0), "little")

    # A stage's milliseconds, which are millionths of what this clock shows, are millions.
    timing.time = SimpleNamespace(perf_counter_ns=instructions)  # type: ignore[assignment]
    photo = synthetic_photo()
    found = {}
    for model in models:
        latency = measure_latency(model, threads=1, runs=int(runs), photo=photo)
        found[model] = {stage: counts.p50 for stage, counts in latency.stages_ms.items()}
    backend, _ = find_backend()
    print(json.dumps({"backend": str(backend), "millions": found}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
