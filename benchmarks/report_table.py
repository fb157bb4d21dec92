"""Reports of benchmarks on one device in, a table for the screen out."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.bench_report import STAGES
from dbd_mobile.bench_report import device_of

# In characters: more than all stages take.
_WIDEST = 1000


def report_table(reports: Sequence[Mapping[str, Any]]) -> Table:
    """Put the percentiles of every model, photo and number of threads side by side."""
    title = f"Milliseconds, p50 (p90), {device_of(reports[0])}, {reports[0]['machine']['system']}"
    table = Table(title=title, box=None, pad_edge=False)
    used = reports[0]["latencies"][0]["stages_ms"]
    stages = [stage for stage in STAGES if stage in used]
    for heading in ("model", "photo", "threads", "load", "first", *stages):
        table.add_column(heading, justify="right", no_wrap=True)
    for report in reports:
        for row in report["latencies"]:
            values = (row["stages_ms"][stage] for stage in stages)
            table.add_row(
                PurePath(report["model"]["name"]).name,
                f"{report['photo']['width']}x{report['photo']['height']}",
                " ".join(filter(None, (row.get("delegate"), str(row["threads"])))),
                f"{row['load_ms']:.1f}",
                f"{row['first_run_ms']:.1f}",
                *(f"{value['p50']:.1f} ({value['p90']:.1f})" for value in values),
            )
    # As wide as its numbers: a narrower screen breaks its lines, where rich would cut them.
    table.width = Console(width=_WIDEST).measure(table).maximum
    table.caption = "; ".join(_circumstances(report) for report in reports)
    return table


def _circumstances(report: Mapping[str, Any]) -> str:
    """Cold start, memory, heat and what else ran of one report, in words."""
    parts = [PurePath(report["model"]["name"]).name]
    if report["cold_start_ms"] is not None:
        parts.append(f"cold start {report['cold_start_ms']:.0f} ms")
    if report["peak_memory_bytes"] is not None:
        parts.append(f"peak memory {report['peak_memory_bytes'] / 2**20:.0f} MiB")
    for name, heat in (("before", report["heat_before"]), ("after", report["heat_after"])):
        if heat["throttling"] is not None:
            parts.append(f"{name}: {', '.join(heat['throttling']) or 'not throttled'}")
    if report["load"]["others_share"] is not None:
        parts.append(f"others took {report['load']['others_share']:.0%} of all cores' time")
    return ", ".join(parts)
