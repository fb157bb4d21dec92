"""Measurements of devices in, pictures of them as SVG, the same bytes for the same numbers, out."""

import math
import warnings
from collections.abc import Mapping, Sequence
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from benchmarks.devices.measurement import Measurement
from benchmarks.svg_file import svg_of, svg_style
from dbd_mobile.latency import PHOTO_WH

_COLUMNS = 3
# For those who see colours differently too: Okabe and Ito's
# (https://jfly.uni-koeln.de/color/).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
_MARKERS = "osD^vP*X"

_Line = tuple[str, list[tuple[float, Mapping[str, float]]]]


def draw(
    measurements: Sequence[Measurement], sustained: Sequence[Measurement] = ()
) -> dict[str, bytes]:
    """Draw all that there is something to draw of.

    Args:
        measurements: Those that the pages show.
        sustained: Those that went on for minutes without a break.

    Returns:
        SVG files by name: "accuracy" (latency against accuracy), "threads" (latency by threads of
        each device), "photo_size" (latency by the photo's size, where there were several) and
        "sustained" (photos a second by minute).
    """
    usual = f"{PHOTO_WH[0]}x{PHOTO_WH[1]}"
    of_usual_size = [m for m in measurements if m.photo == usual]
    with svg_style({"font.size": 9}), warnings.catch_warnings():
        # A device's name may have letters that the font lacks: who looks at the SVG has them.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        pictures = {
            "accuracy": _accuracy(of_usual_size),
            "threads": _panels(_by_threads(of_usual_size), "threads", has_ticks=True),
            "photo_size": _panels(_by_size(measurements), "megapixels", has_ticks=False),
            "sustained": _sustained(sustained),
        }
        return {name: svg_of(figure) for name, figure in pictures.items() if figure is not None}


def _accuracy(measurements: Sequence[Measurement]) -> Figure | None:
    known = [
        (m, m.released.fmax) for m in measurements if m.released and m.released.fmax is not None
    ]
    if not known:
        return None
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    devices = list(dict.fromkeys(m.device for m, _ in known))
    models = sorted({m.model for m, _ in known})
    for measurement, fmax in known:
        fastest = measurement.fastest["stages_ms"]["total"]
        ms = fastest["p50"]
        axes.errorbar(
            [ms],
            [fmax],
            xerr=[[0], [fastest["p90"] - ms]],
            color=_COLOURS[devices.index(measurement.device) % len(_COLOURS)],
            marker=_MARKERS[models.index(measurement.model) % len(_MARKERS)],
            linestyle="none",
            capsize=3,
        )
    for number, device in enumerate(devices):
        axes.plot([], [], color=_COLOURS[number % len(_COLOURS)], label=_shown(device))
    for number, model in enumerate(models):
        marker = _MARKERS[number % len(_MARKERS)]
        axes.plot([], [], color="grey", marker=marker, linestyle="none", label=_shown(model))
    axes.set_xlabel("ms for a photo of 1000x1000, p50 to p90")
    axes.set_ylabel("fmax on cuhk/test100")
    axes.set_xlim(left=0)
    axes.margins(0.15)
    axes.grid(alpha=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


def _by_threads(measurements: Sequence[Measurement]) -> dict[str, list[_Line]]:
    """By device a line a model and kind of kernels, of those with several numbers of threads."""
    panels: dict[str, list[_Line]] = {}
    for measurement in measurements:
        kinds: dict[str | None, list[tuple[float, Mapping[str, float]]]] = {}
        for latency in measurement.photo_rows:
            point = (float(latency["threads"]), latency["stages_ms"]["total"])
            kinds.setdefault(latency.get("delegate"), []).append(point)
        for kind, points in kinds.items():
            label = measurement.model if kind is None else f"{measurement.model}, {kind}"
            if len(points) > 1:
                panels.setdefault(measurement.device, []).append((label, sorted(points, key=_x)))
    return panels


def _by_size(measurements: Sequence[Measurement]) -> dict[str, list[_Line]]:
    """By device a line a model, of those that several sizes of photos were measured with."""
    panels: dict[str, list[_Line]] = {}
    for (device, model), group in groupby(
        sorted(measurements, key=lambda m: (m.device, m.model)), key=lambda m: (m.device, m.model)
    ):
        points = sorted(((m.megapixels, m.fastest["stages_ms"]["total"]) for m in group), key=_x)
        if len({x for x, _ in points}) > 1:
            panels.setdefault(device, []).append((model, points))
    return panels


def _sustained(measurements: Sequence[Measurement]) -> Figure | None:
    """A panel a device: photos a second in every minute, and the temperature at its end."""
    devices: dict[str, list[Measurement]] = {}
    for measurement in measurements:
        devices.setdefault(measurement.device, []).append(measurement)
    if not devices:
        return None
    figure, places = _grid(len(devices))
    for (device, measured), axes in zip(devices.items(), places, strict=False):
        heat_axes = axes.twinx()
        for number, measurement in enumerate(measured):
            sustained = measurement.sustained
            assert sustained is not None
            colour = _COLOURS[number % len(_COLOURS)]
            minutes = list(enumerate(sustained["minutes"], start=1))
            rates = [minute["frames_per_second"] for _, minute in minutes]
            ends = [end for end, _ in minutes]
            threads = sustained["threads"]
            label = f"{measurement.model}, {threads} thread{'s' if threads > 1 else ''}"
            axes.plot(ends, rates, color=colour, marker="o", markersize=3, label=_shown(label))
            states = [(0, sustained["before"]), *((end, m["after"]) for end, m in minutes)]
            told = [(end, s) for end, s in states if s["temperature_c"] is not None]
            degrees = [state["temperature_c"] for _, state in told]
            if degrees:
                heat_axes.plot([end for end, _ in told], degrees, color=colour, linestyle="--")
        axes.set_title(_shown(device), fontsize=9)
        axes.set_xlabel("minutes")
        axes.set_ylabel("photos a second")
        axes.set_ylim(bottom=0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, fontsize=7, loc="lower left")
        heat_axes.set_ylabel("°C")
        heat_axes.set_visible(bool(heat_axes.lines))
    return figure


def _grid(count: int) -> tuple[Figure, list[Axes]]:
    """Places for so many panels; those that are left over are empty."""
    columns = min(_COLUMNS, count)
    rows = math.ceil(count / columns)
    figure = Figure(figsize=(max(4.5, 3.5 * columns), 3.4 * rows), layout="constrained")
    places = list(figure.subplots(rows, columns, squeeze=False).flat)
    for axes in places[count:]:
        axes.set_visible(False)
    return figure, places


def _x(point: tuple[float, Mapping[str, float]]) -> float:
    return point[0]


def _panels(
    panels: Mapping[str, Sequence[_Line]], x_label: str, *, has_ticks: bool
) -> Figure | None:
    if not panels:
        return None
    figure, places = _grid(len(panels))
    for (device, lines), axes in zip(panels.items(), places, strict=False):
        for number, (label, points) in enumerate(lines):
            colour = _COLOURS[number % len(_COLOURS)]
            xs = [x for x, _ in points]
            p50, p90, p99 = ([ms[key] for _, ms in points] for key in ("p50", "p90", "p99"))
            axes.plot(xs, p50, color=colour, marker="o", markersize=3, label=_shown(label))
            axes.fill_between(xs, p50, p90, color=colour, alpha=0.35, linewidth=0)
            axes.fill_between(xs, p90, p99, color=colour, alpha=0.15, linewidth=0)
        axes.set_title(_shown(device), fontsize=9)
        axes.set_xlabel(x_label)
        axes.set_ylabel("ms for a photo")
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        axes.legend(frameon=False, fontsize=7)
        if has_ticks:
            axes.set_xticks(sorted({x for _, points in lines for x, _ in points}))
    return figure


def _shown(text: str) -> str:
    """A text as it is, which matplotlib would take for a formula; at most a line of it."""
    return text[:60].replace("$", r"\$")
