"""TFLite files and thread counts in, latency by stage side by side out."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from dbd_mobile.detector import BlurDetector
from dbd_mobile.interpreter import find_backend
from dbd_mobile.latency import PHOTO_WH, measure_latency, synthetic_photo
from dbd_mobile.machine import read_machine
from evaluation.chatter import without_chatter


def compare_latency(
    files: Sequence[Path], threads: Sequence[int], runs: int, on_run: Callable[[], None]
) -> dict[str, Any]:
    """Time every file at every thread count, as ``dbd-mobile bench`` times one.

    Args:
        files: TFLite files.
        threads: Thread counts.
        runs: Timed runs of each combination.
        on_run: Called after every run.

    Returns:
        What the README's table is made from; JSON-serialisable.

    Raises:
        DBDError: If a file cannot be used, or a number is impossible.
    """
    with without_chatter():
        # LiteRT announces its delegate once, which would run through the progress bar.
        BlurDetector(files[0]).close()
    photo = synthetic_photo()
    rows = [
        {
            "file": file.stem,
            **asdict(measure_latency(file, threads=n, runs=runs, photo=photo, on_run=on_run)),
        }
        for file in files
        for n in threads
    ]
    machine = read_machine()
    backend, _ = find_backend()
    return {
        "cpu": machine.board or machine.cpu,
        "cores": machine.usable_cores,
        "backend": f"{backend.name} {backend.version}",
        "photo": f"{PHOTO_WH[0]}x{PHOTO_WH[1]}",
        "runs": runs,
        "rows": rows,
    }


def latency_table(result: dict[str, Any]) -> Table:
    """A result of ``compare_latency`` for the screen."""
    table = Table(title=f"Milliseconds, p50 (p90), {result['photo']} photo, {result['cpu']}")
    stages = list(result["rows"][0]["stages_ms"])
    for heading in ("file", "threads", *stages):
        table.add_column(heading, justify="right")
    for row in result["rows"]:
        values = (row["stages_ms"][stage] for stage in stages)
        times = (f"{value['p50']:.2f} ({value['p90']:.2f})" for value in values)
        table.add_row(row["file"], str(row["threads"]), *times)
    return table
