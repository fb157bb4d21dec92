"""A result of ``measure_roofline`` in, tables for the screen out."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from rich.table import Table


def roofline_tables(result: dict[str, Any], worst: int) -> Iterator[Table]:
    """What the interpreter reaches, then of each model how far from it, by kind and by operator.

    Args:
        result: Of ``measure_roofline``.
        worst: How many operators of each model to list, those first that lose most.
    """
    yield _stacks_table(result)
    yield _models_table(result)
    for model in result["models"]:
        yield _kinds_table(model)
        yield _worst_table(model, worst)
    if result["untrained"]:
        yield _untrained_table(result)


def kinds_of(model: dict[str, Any]) -> list[dict[str, Any]]:
    """A model's operators summed up by kind, those first that take longest.

    Args:
        model: One of the ``models`` of a result.

    Returns:
        For each kind its name, how many there are, their MACs, microseconds, and those that they
        take longer than at the peak.
    """
    sums: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"count": 0, "macs": 0, "us": 0.0, "lost_us": 0.0}
    )
    for operator in model["operators"]:
        row = sums[operator["kind"]]
        row["count"] += 1
        for name in ("macs", "us", "lost_us"):
            row[name] += operator[name]
    rows = [{"kind": kind, **row} for kind, row in sums.items()]
    return sorted(rows, key=lambda row: -float(row["us"]))


def processor_of(result: dict[str, Any]) -> str:
    """The processor and what of it is used, in words."""
    vectors = [flag for flag in result["int8_instructions"] if not flag.startswith("amx")]
    used = ["amx_int8"] if result["matrix_unit"] else []
    used += vectors
    return f"{result['cpu']}, {', '.join(used) or 'no int8 instructions'}"


def _table(title: str, headings: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    first, *others = headings.split(", ")
    table.add_column(first)
    for heading in others:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _stacks_table(result: dict[str, Any]) -> Table:
    threads = f"{result['threads']} thread{'s' if result['threads'] > 1 else ''}"
    title = f"Peak of {result['backend']}, {threads}, {processor_of(result)}"
    table = _table(title, "four convolutions, MMAC, ms, p10-p90, GMAC/s")
    for stack in result["stacks"]:
        ms = stack["ms"]
        table.add_row(
            stack["what"],
            f"{stack['macs'] / 1e6:.0f}",
            f"{ms['p50']:.2f}",
            f"{ms['p10']:.2f}-{ms['p90']:.2f}",
            f"{stack['gmacs_s']:.0f}",
        )
    return table


def _models_table(result: dict[str, Any]) -> Table:
    peaks = result["peak_gmacs_s"]
    title = (
        f"Models; the peak is {peaks['all channels']:.0f} GMAC/s over all channels, "
        f"{peaks['depthwise']:.0f} depthwise"
    )
    table = _table(title, "model, MMAC, ms, p10-p90, GMAC/s, of the peak, of its operators' peaks")
    for model in result["models"]:
        ms = model["ms"]
        table.add_row(
            f"{model['model']}, {model['side']}x{model['side']}",
            f"{model['macs'] / 1e6:.0f}",
            f"{ms['p50']:.2f}",
            f"{ms['p10']:.2f}-{ms['p90']:.2f}",
            f"{model['gmacs_s']:.0f}",
            _share(model["share_of_peak"]),
            _share(model["share_of_its_operators_peaks"]),
        )
    return table


def _kinds_table(model: dict[str, Any]) -> Table:
    title = f"{model['model']} by kind of operator"
    table = _table(title, "kind, of, MMAC, us, of the time, GMAC/s, us above the peak")
    total = 1e3 * model["profiled_ms"]
    for row in kinds_of(model):
        table.add_row(
            row["kind"],
            str(row["count"]),
            f"{row['macs'] / 1e6:.0f}",
            f"{row['us']:.0f}",
            _share(row["us"] / total),
            f"{row['macs'] / row['us'] / 1e3:.0f}" if row["macs"] and row["us"] else "",
            f"{row['lost_us']:.0f}",
        )
    return table


def _worst_table(model: dict[str, Any], worst: int) -> Table:
    title = f"{model['model']}: the operators that lose most"
    table = _table(title, "operator, kind, MMAC, us, p10-p90, GMAC/s, us above the peak")
    for row in sorted(model["operators"], key=lambda row: -row["lost_us"])[:worst]:
        low, high = row["us_p10_p90"]
        table.add_row(
            f"{row['index']} {row['shapes']}",
            row["kind"],
            f"{row['macs'] / 1e6:.1f}",
            f"{row['us']:.0f}",
            f"{low:.0f}-{high:.0f}",
            f"{row['gmacs_s']:.0f}" if row["macs"] else "",
            f"{row['lost_us']:.0f}",
        )
    return table


def _untrained_table(result: dict[str, Any]) -> Table:
    headings = "shape, MMAC, depthwise, ms, p10-p90, GMAC/s, of the peak"
    table = _table("Networks of other shapes, untrained", headings)
    for row in result["untrained"]:
        ms = row["ms"]
        table.add_row(
            row["name"],
            f"{row['macs'] / 1e6:.0f}",
            f"{row['depthwise_macs'] / 1e6:.0f}",
            f"{ms['p50']:.2f}",
            f"{ms['p10']:.2f}-{ms['p90']:.2f}",
            f"{row['gmacs_s']:.0f}",
            _share(row["share_of_peak"]),
        )
    return table


def _share(share: float) -> str:
    return f"{100 * share:.0f} %"
