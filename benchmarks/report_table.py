"""Reports of benchmarks on one device in, a table for the screen out."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.bench_report import STAGES
from benchmarks.devices.measurement import row_marks
from benchmarks.devices.tables import frame_words
from dbd_mobile.bench_report import device_of

# In characters: more than all stages take.
_WIDEST = 1000


def report_table(reports: Sequence[Mapping[str, Any]]) -> Table:
    """Put the percentiles of every model, photo and number of threads side by side."""
    title = f"Milliseconds, p50 (p90), {device_of(reports[0])}, {reports[0]['machine']['system']}"
    table = Table(title=title, box=None, pad_edge=False)
    used = reports[0]["latencies"][0]["stages_ms"]
    stages = [stage for stage in STAGES if stage in used]
    rows = [(report, row) for report in reports for row in report["latencies"]]
    # A phone tells more of each row.
    has_rates = any("frames_per_second" in row for _, row in rows)
    more = ("a second", "marks") if has_rates else ()
    for heading in ("model", "photo", "threads", "load", "first", *stages, *more):
        table.add_column(heading, justify="right", no_wrap=True)
    for report, row in rows:
        values = (row["stages_ms"][stage] for stage in stages)
        told = (f"{row['frames_per_second']:.1f}", ", ".join(row_marks(row))) if has_rates else ()
        table.add_row(
            _name(report),
            _photo(report, row),
            _threads(row),
            f"{row['load_ms']:.1f}",
            f"{row['first_run_ms']:.1f}",
            *(f"{value['p50']:.1f} ({value['p90']:.1f})" for value in values),
            *told,
        )
    table.caption = "; ".join(_circumstances(report) for report in reports)
    return _whole(table)


def sustained_table(reports: Sequence[Mapping[str, Any]]) -> Table | None:
    """Put the minutes without a break one below the other; None where no report has any."""
    table = Table(title="Minutes without a break", box=None, pad_edge=False)
    for heading in (
        "model", "photo", "threads", "minute", "a second", "p50 (p90)", "°C", "headroom", "heat",
    ):  # fmt: skip
        table.add_column(heading, justify="right", no_wrap=True)
    for report in reports:
        sustained = report.get("sustained", {"minutes": []})
        for number, minute in enumerate(sustained["minutes"], start=1):
            total, after = minute["total_ms"], minute["after"]
            table.add_row(
                _name(report),
                _photo(report, sustained),
                _threads(sustained),
                str(number),
                f"{minute['frames_per_second']:.1f}",
                f"{total['p50']:.1f} ({total['p90']:.1f})",
                "" if after["temperature_c"] is None else f"{after['temperature_c']:.1f}",
                "" if after["headroom"] is None else f"{after['headroom']:.2f}",
                ", ".join(after["throttling"] or []),
            )
    return _whole(table) if table.row_count else None


def _name(report: Mapping[str, Any]) -> str:
    return PurePath(report["model"]["name"]).name


def _photo(report: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if "frame" in row:
        return frame_words(row["frame"])
    return f"{report['photo']['width']}x{report['photo']['height']}"


def _threads(row: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (row.get("delegate"), str(row["threads"]))))


def _whole(table: Table) -> Table:
    """As wide as its numbers: a narrower screen breaks its lines, where rich would cut them."""
    table.width = Console(width=_WIDEST).measure(table).maximum
    return table


def _circumstances(report: Mapping[str, Any]) -> str:
    """Cold start, memory, heat and what else ran of one report, in words."""
    parts = [_name(report)]
    if report["cold_start_ms"] is not None:
        parts.append(f"cold start {report['cold_start_ms']:.0f} ms")
    if report["peak_memory_bytes"] is not None:
        parts.append(f"peak memory {report['peak_memory_bytes'] / 2**20:.0f} MiB")
    for name, heat in (("before", report["heat_before"]), ("after", report["heat_after"])):
        if heat["throttling"] is not None:
            parts.append(f"{name}: {', '.join(heat['throttling']) or 'not throttled'}")
    if report["load"]["others_share"] is not None:
        parts.append(f"others took {report['load']['others_share']:.0%} of all cores' time")
    if "compiled" in report:
        parts.append(f"compiled for {report['compiled']}")
    if "order_seed" in report:
        parts.append(f"order {report['order_seed']}")
    return ", ".join(parts)
