"""What was measured of the peers in; a picture of errors against time, as SVG, out."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator, StrMethodFormatter

from benchmarks.svg_file import svg_of, svg_style

_OURS = ("lite", "nano", "judge")
_OUR_COLOUR = "tab:red"
_COLOURS = ("tab:blue", "tab:green", "tab:orange", "tab:purple", "tab:brown", "tab:grey")
_MARKERS = "os^DvPX*<>"
_STROKE: Any = {"marker": "|", "markersize": 9}
_STYLE: Any = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
}

_PANELS = (
    "sharp subject called bad, %",
    "blurred all over, not found, %",
    "1 - fmax of the map",
)


def draw_svg(result: Mapping[str, Any]) -> bytes:
    """Draw errors of verdicts and of maps against the time that a photo takes.

    Args:
        result: Of ``measuring.measure_peers``. A peer without any of these errors is a stroke at
            the upper edge, one that failed is left out.

    Returns:
        The SVG file.
    """
    rows = [row for row in result["peers"] if not row["failure"]]
    looks = _looks([row["name"] for row in rows])
    with svg_style(_STYLE):
        figure = Figure(figsize=(10, 3), layout="constrained", facecolor="white")
        panels = figure.subplots(1, len(_PANELS), sharex=True)
        for number, (axes, what) in enumerate(zip(panels, _PANELS, strict=True)):
            _prepare(axes, what)
            for row in rows:
                error, x = _errors(row)[number], row["ms"]["p50"]
                if error is not None:
                    axes.plot(x, error, linestyle="none", **looks[row["name"]])
                elif not any(one is not None for one in _errors(row)):
                    edge = axes.get_xaxis_transform()
                    stroke = {**looks[row["name"]], **_STROKE}
                    axes.plot(x, 0.98, linestyle="none", transform=edge, **stroke)
            low, high = axes.get_ylim()
            axes.set_ylim(-0.05 * high, 1.1 * high if high > low else 1)
        figure.legend(
            handles=[_in_legend(row, looks[row["name"]]) for row in rows],
            loc="outside right upper",
            frameon=False,
        )
        return svg_of(figure)


def _prepare(axes: Axes, what: str) -> None:
    axes.set_title(what, loc="left", fontsize=9)
    axes.set_xlabel("ms a photo, one core")
    axes.set_xscale("log")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.grid(alpha=0.3)


def _errors(row: Mapping[str, Any]) -> Sequence[float | None]:
    """Those of ``_PANELS``, None where the peer has none; the less the better."""
    bad, found, maps = row["called_bad"], row["found"], row["maps"]
    return (
        None if bad is None else 100 * bad / row["photos"],
        None if found is None else 100 - 100 * found / row["photos"],
        1 - maps["fmax"] if maps else None,
    )


def _looks(names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """How each peer is drawn: ours are red, all differ."""
    looks: dict[str, dict[str, Any]] = {}
    others = 0
    for name in names:
        is_ours = name in _OURS
        number = _OURS.index(name) if is_ours else others
        others += not is_ours
        looks[name] = {
            "color": _OUR_COLOUR if is_ours else _COLOURS[number % len(_COLOURS)],
            "marker": _MARKERS[number % len(_MARKERS)],
            "markersize": 6,
            "alpha": 0.8,
        }
    return looks


def _in_legend(row: Mapping[str, Any], look: dict[str, Any]) -> Line2D:
    is_stroke = all(error is None for error in _errors(row))
    drawn = {**look, **_STROKE} if is_stroke else look
    return Line2D([], [], linestyle="none", label=row["name"], **drawn)
