"""What was measured of the peers in; the table for the screen and those of the pages out."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table

from benchmarks.peers.peer import OURS

# In characters; a narrower screen breaks the lines.
_SCREEN_WIDTH = 110

_COLUMNS = {
    "a photo, ms (10 to 90 %)": "ms (10 to 90 %)",
    f"times `{OURS}` (quartiles)": f"times {OURS}",
    "memory, MB": "MB",
    "fmax": "fmax",
    "MAE": "MAE",
    "sharp subjects called bad": "called bad",
    "blurred photos found": "found",
    "AUC": "AUC",
}
"""Headings of the page, and those of the screen."""
_SHORT = (
    "a photo, ms (10 to 90 %)",
    "fmax",
    "sharp subjects called bad",
    "blurred photos found",
)


def screen_table(result: Mapping[str, Any]) -> Table:
    """All of it for the screen, with the reason why a peer was given up."""
    table = Table(
        title=_measured(result),
        title_justify="left",
        box=None,
        pad_edge=False,
        width=_SCREEN_WIDTH,
    )
    table.add_column("tool", no_wrap=True)
    for heading in _COLUMNS.values():
        table.add_column(heading, justify="right", no_wrap=True)
    for row in result["peers"]:
        table.add_row(row["name"], *_cells(row))
    table.caption = "\n".join(_plain(line) for line in _said(result))
    table.caption_justify = "left"
    return table


def markdown_rows(result: Mapping[str, Any]) -> list[str]:
    """Lines of the page."""
    headings = ("tool", *_COLUMNS)
    return [
        _measured(result),
        "",
        f"| {' | '.join(headings)} |",
        f"|{'---|' * len(headings)}",
        *(f"| {' | '.join((row['shown'], *_cells(row)))} |" for row in result["peers"]),
        "",
        *_said(result),
    ]


def short_rows(result: Mapping[str, Any]) -> list[str]:
    """Lines of the README: what a user asks first."""
    shown = [list(_COLUMNS).index(name) for name in _SHORT]
    return [
        f"| tool | {' | '.join(_SHORT)} |",
        f"|{'---|' * (len(_SHORT) + 1)}",
        *(
            f"| {' | '.join((row['shown'], *(_cells(row)[i] for i in shown)))} |"
            for row in result["peers"]
        ),
    ]


def _measured(result: Mapping[str, Any]) -> str:
    return (
        f"Measured on one core of: {result['cpu']}; {result['photos']} photos of "
        f"{result['data']}; times and ratios are medians."
    )


def _cells(row: Mapping[str, Any]) -> list[str]:
    if row["failure"]:
        return ["not measured", *[""] * (len(_COLUMNS) - 1)]
    ms, of_ours, maps = row["ms"], row["of_ours"], row["maps"]
    cells = [
        _with_spread(ms["p50"], ms["p10"], ms["p90"]),
        _with_spread(of_ours["p50"], of_ours["p25"], of_ours["p75"]) if of_ours else "",
        f"{row['memory_mb']:.0f}",
        *((f"{maps['fmax']:.3f}", f"{maps['mae']:.3f}") if maps else ("", "")),
    ]
    for count in (row["called_bad"], row["found"]):
        cells.append("" if count is None else f"{count} of {row['photos']}")
    return [*cells, "" if row["auc"] is None else f"{row['auc']:.4f}"]


def _said(result: Mapping[str, Any]) -> list[str]:
    """What does not fit into the table, a line a kind."""
    rows = result["peers"]
    few = [row for row in rows if not row["failure"] and row["photos"] < result["photos"]]
    said = {
        "Called bad where": _together(rows, "rule"),
        "Fewer photos": _together(few, "photos"),
        "Looks without a score, which the AUC leaves out": _together(rows, "without_score"),
        "Notes": _together(rows, "note"),
        "Not measured": _together(rows, "failure"),
        "Versions and licences": "; ".join(
            dict.fromkeys(f"{row['version']} ({row['licence']})" for row in rows if row["version"])
        ),
    }
    return [f"- *{what}*: {text.removesuffix('.')}." for what, text in said.items() if text]


def _together(rows: Iterable[Mapping[str, Any]], what: str) -> str:
    """What is said of tools, once for those of which the same is said."""
    tools: dict[str, list[str]] = {}
    for row in rows:
        if row[what]:
            tools.setdefault(str(row[what]), []).append(row["shown"])
    return "; ".join(f"{', '.join(names)}: {text}" for text, names in tools.items())


def _with_spread(middle: float, low: float, high: float) -> str:
    return f"{_number(middle)} ({_number(low)} to {_number(high)})"


def _number(value: float) -> str:
    """Two digits that say something, or all of a larger number."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def _plain(markdown: str) -> str:
    return markdown.replace("`", "").replace("*", "")
