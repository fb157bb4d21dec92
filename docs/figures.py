"""Draws the figures of the site's pages into ``docs/pictures``: ``python -m docs.figures``."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from benchmarks.svg_file import svg_of, svg_style

FOLDER = Path(__file__).with_name("pictures")
_STYLE = {"font.size": 9, "font.family": "sans-serif"}
_BLUE, _ORANGE, _GREY = "#1f5fa8", "#c8571b", "#777777"


def files() -> dict[Path, bytes]:
    """Every figure, and what is to be in its file."""
    return {FOLDER / f"{name}.svg": _drawn(draw) for name, draw in _FIGURES.items()}


def _drawn(draw: Callable[[], Figure]) -> bytes:
    with svg_style(_STYLE):
        return svg_of(draw())


def lens() -> Figure:
    """A thin lens, a point that it is focused on and one that is nearer."""
    figure = Figure(figsize=(7.2, 2.6), layout="constrained")
    axes = figure.subplots()
    focal, half = 2.0, 0.9
    sensor = 1 / (1 / focal - 1 / 6)
    near = 1 / (1 / focal - 1 / 4)
    for distance, meets, color in ((6.0, sensor, _BLUE), (4.0, near, _ORANGE)):
        for edge in (half, -half):
            axes.plot([-distance, 0, meets], [0, edge, 0], color=color, linewidth=1)
        axes.plot([-distance], [0], "o", color=color, markersize=5)
    at_sensor = half * (near - sensor) / near
    axes.plot([0, 0], [-1.05, 1.05], color="black", linewidth=3)
    axes.plot([sensor, sensor], [-1.0, 1.0], color=_GREY, linewidth=2)
    axes.plot([sensor, sensor], [-at_sensor, at_sensor], color=_ORANGE, linewidth=5)
    axes.axhline(0, color=_GREY, linewidth=0.5, linestyle=":")
    for x, y, text, align in (
        (-6, -0.3, "in focus", "center"),
        (-4, -0.3, "nearer", "center"),
        (0, 1.15, "lens", "center"),
        (sensor, 1.15, "sensor", "center"),
        (sensor + 0.12, 0.55, "circle of confusion", "left"),
    ):
        axes.text(x, y, text, ha=align)
    axes.set(xlim=(-6.5, 6.0), ylim=(-1.2, 1.4))
    axes.axis("off")
    return figure


def circle() -> Figure:
    """How large the circle of confusion is, against the distance."""
    figure = Figure(figsize=(7.2, 2.8), layout="constrained")
    axes = figure.subplots()
    focal, focused, pixel = 50e-3, 3.0, 6e-6
    distance = np.geomspace(1, 30, 200)
    for number, style in ((1.8, "-"), (4, "--"), (8, ":")):
        diameter = focal**2 / (number * (focused - focal)) * abs(distance - focused) / distance
        axes.plot(distance, diameter / 2 / pixel, style, color=_BLUE, label=f"f/{number}")
    axes.axhspan(0, 1, color=_GREY, alpha=0.25, linewidth=0)
    axes.text(29, 1.2, "a pixel", ha="right", color=_GREY)
    axes.set_xscale("log")
    axes.set_xticks([1, 2, 3, 5, 10, 20, 30], [1, 2, 3, 5, 10, 20, 30])
    axes.minorticks_off()
    axes.set(
        xlabel="distance, metres (50 mm lens focused at 3 m, pixels of 6 µm)",
        ylabel="radius, pixels",
        ylim=(0, 60),
    )
    axes.legend(frameon=False)
    return figure


def _flow(
    boxes: Mapping[str, tuple[float, float]],
    arrows: tuple[tuple[str, str, str], ...],
    size: tuple[float, float],
) -> Figure:
    """Boxes, by their text, with their places in inches; arrows from one to another with a word."""
    figure = Figure(figsize=size, layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, size[0]), ylim=(0, size[1]))
    axes.axis("off")
    halves = {text: _box(axes, text, place) for text, place in boxes.items()}
    for start, end, word in arrows:
        _arrow(axes, boxes[start], halves[start], boxes[end], halves[end], word)
    return figure


def _box(axes: Axes, text: str, place: tuple[float, float]) -> tuple[float, float]:
    lines = text.split("\n")
    half = 0.045 * max(map(len, lines)) + 0.08, 0.09 * len(lines) + 0.06
    corner = place[0] - half[0], place[1] - half[1]
    axes.add_patch(
        FancyBboxPatch(
            corner,
            2 * half[0],
            2 * half[1],
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="#eef3fa",
            edgecolor=_BLUE,
        )
    )
    axes.text(*place, text, ha="center", va="center", linespacing=1.3)
    return half


def _arrow(
    axes: Axes,
    start: tuple[float, float],
    start_half: tuple[float, float],
    end: tuple[float, float],
    end_half: tuple[float, float],
    word: str,
) -> None:
    """From edge to edge of the two boxes, on the line between their middles."""
    way = end[0] - start[0], end[1] - start[1]
    leaves, enters = (
        min(half[0] / max(abs(way[0]), 1e-9), half[1] / max(abs(way[1]), 1e-9))
        for half in (start_half, end_half)
    )
    tail = start[0] + way[0] * leaves, start[1] + way[1] * leaves
    tip = end[0] - way[0] * enters, end[1] - way[1] * enters
    axes.annotate("", tip, tail, arrowprops={"arrowstyle": "-|>", "color": _GREY, "lw": 1})
    middle = (tail[0] + tip[0]) / 2, (tail[1] + tip[1]) / 2 + 0.07
    axes.text(*middle, word, ha="center", va="bottom", color=_ORANGE, fontsize=8)


def training() -> Figure:
    """What the student learns from."""
    return _flow(
        {
            "photo": (0.6, 1.6),
            "student": (2.3, 2.3),
            "teacher, fixed": (2.3, 0.9),
            "student's map": (4.5, 2.3),
            "teacher's map": (4.5, 0.9),
            "ground truth": (7.2, 3.2),
            "content losses": (5.6, 3.2),
            "discriminator D2": (7.2, 2.3),
            "discriminator D3,\nconsistency": (6.9, 1.3),
            "feature constraint": (2.3, 1.6),
        },
        (
            ("photo", "student", ""),
            ("photo", "teacher, fixed", ""),
            ("student", "student's map", ""),
            ("teacher, fixed", "teacher's map", ""),
            ("student's map", "content losses", ""),
            ("ground truth", "content losses", ""),
            ("student's map", "discriminator D2", ""),
            ("ground truth", "discriminator D2", ""),
            ("student's map", "discriminator D3,\nconsistency", ""),
            ("teacher's map", "discriminator D3,\nconsistency", ""),
            ("student", "feature constraint", ""),
            ("teacher, fixed", "feature constraint", ""),
        ),
        (8.2, 3.6),
    )


def plan() -> Figure:
    """The folders of the repository, and which imports which."""
    return _flow(
        {
            "benchmarks": (2.0, 4.2),
            "training": (0.9, 3.3),
            "export": (3.1, 3.3),
            "evaluation": (2.0, 2.4),
            "data": (0.9, 1.5),
            "networks": (3.1, 1.5),
            "dbd_mobile": (2.0, 0.6),
            "dbd_mobile.jobs, .camera, .cli": (5.2, 0.6),
            "android_demo: the same\ncalculations in Java": (5.2, 1.5),
        },
        (
            ("benchmarks", "training", ""),
            ("benchmarks", "export", ""),
            ("training", "evaluation", ""),
            ("export", "evaluation", ""),
            ("evaluation", "data", ""),
            ("evaluation", "networks", ""),
            ("data", "dbd_mobile", ""),
            ("networks", "dbd_mobile", ""),
            ("dbd_mobile.jobs, .camera, .cli", "dbd_mobile", ""),
            ("android_demo: the same\ncalculations in Java", "dbd_mobile", "golden vectors"),
        ),
        (7.0, 4.6),
    )


_FIGURES: Mapping[str, Callable[[], Figure]] = {
    "circle": circle,
    "lens": lens,
    "plan": plan,
    "training": training,
}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for path, content in files().items():
        path.write_bytes(content)
