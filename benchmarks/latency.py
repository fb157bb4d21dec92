"""Models in; their reports by ``dbd-mobile bench``, each from a process of its own, out."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.bench_report import read_report
from dbd_mobile.bench_report import report_name, shareable
from dbd_mobile.errors import InputError


def measure_model(
    model: str, *, threads: Sequence[int], runs: int, size: str, folder: Path
) -> dict[str, Any]:
    """Measure a model on this machine, so that its cold start and its memory are its own.

    Args:
        model: A bundled model's id, or a TFLite file.
        threads: Numbers of threads.
        runs: Timed photos of each.
        size: The photo's, e.g. "1000x1000".
        folder: An existing folder, where the report goes.

    Returns:
        The report.

    Raises:
        InputError: It cannot be measured; the message says why.
    """
    part = folder / ".bench.json"
    command = [sys.executable, "-m", "dbd_mobile", "bench", "--model", model, "--size", size]
    command += ["--threads", ",".join(map(str, threads)), "--runs", str(runs), "--json", str(part)]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            said = done.stderr.strip().splitlines() or ["it said nothing"]
            raise InputError(re.sub("^dbd-mobile( bench: error)?: ", "", said[-1]))
        report = read_report(part)
        part.replace(folder / report_name(shareable(report)))
    finally:
        part.unlink(missing_ok=True)
    return report
