"""Results of ``measure_roofline``, with and without the matrix unit, in; Markdown out."""

from typing import Any

from benchmarks.roofline.tables import kinds_of, processor_of

_WORST_OPERATORS = 10

Report = dict[str, Any]


def roofline_rows(with_amx: Report, without: Report) -> list[str]:
    """What the models reach of the interpreter's peak."""
    rows = [
        "| processor | peak, GMAC/s: over all channels, depthwise | model | ms | GMAC/s | of the "
        "peak | of its operators' peaks | its time: depthwise, 1x1, 3x3, the rest |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for report in (with_amx, without):
        peaks = report["peak_gmacs_s"]
        for model in report["models"]:
            us = {row["kind"]: row["us"] for row in kinds_of(model)}
            total = sum(us.values())
            parts = [us.pop(kind, 0.0) for kind in ("depthwise", "1x1", "3x3")]
            shares = ", ".join(f"{100 * part / total:.0f} %" for part in (*parts, sum(us.values())))
            rows.append(
                f"| {processor_of(report)} | {peaks['all channels']:.0f}, {peaks['depthwise']:.0f} "
                f"| `{model['model']}` | {model['ms']['p50']:.1f} | {model['gmacs_s']:.0f} "
                f"| {100 * model['share_of_peak']:.0f} % "
                f"| {100 * model['share_of_its_operators_peaks']:.0f} % | {shares} |"
            )
    return rows


def worst_operator_rows(report: Report) -> list[str]:
    """The operators that lose most."""
    rows = [
        "| model | operator | kind | MMAC | us | GMAC/s | us above the peak |",
        "|---|---|---|---|---|---|---|",
    ]
    for model in report["models"]:
        operators = sorted(model["operators"], key=lambda row: -float(row["lost_us"]))
        rows += [
            f"| `{model['model']}` | {row['index']}: {row['shapes']} | {row['kind']} "
            f"| {row['macs'] / 1e6:.1f} | {row['us']:.0f} "
            f"| {row['gmacs_s']:.0f} | {row['lost_us']:.0f} |"
            for row in operators[:_WORST_OPERATORS]
        ]
    return rows


def untrained_rows(with_amx: Report, without: Report) -> list[str]:
    """What networks of other shapes would take."""
    rows = [
        "| shape | MMAC, of them depthwise | ms | of the peak | ms with AMX | of its peak |",
        "|---|---|---|---|---|---|",
    ]
    for row, other in zip(without["untrained"], with_amx["untrained"], strict=True):
        rows.append(
            f"| {row['name']} | {row['macs'] / 1e6:.0f}, {row['depthwise_macs'] / 1e6:.0f} "
            f"| {row['ms']['p50']:.1f} | {100 * row['share_of_peak']:.0f} % "
            f"| {other['ms']['p50']:.1f} | {100 * other['share_of_peak']:.0f} % |"
        )
    return rows
