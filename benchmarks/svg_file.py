"""A figure in, an SVG file of it, the same bytes for the same numbers on any machine, out."""

import io
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import matplotlib.style
from matplotlib.figure import Figure

_STYLE = {"svg.hashsalt": "dbd-mobile", "svg.fonttype": "none"}


def svg_style(style: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Draw in the ``with`` block by matplotlib's own settings and these, whatever the user's are.

    Args:
        style: Settings of matplotlib, e.g. ``{"font.size": 9}``.
    """
    return matplotlib.style.context(["default", {**_STYLE, **style}], after_reset=True)


def svg_of(figure: Figure) -> bytes:
    """Give a figure, drawn in ``svg_style``, as an SVG file."""
    file = io.BytesIO()
    # Neither when it was drawn nor by what.
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    # A file of text ends its lines without spaces.
    return b"\n".join(line.rstrip() for line in file.getvalue().splitlines()) + b"\n"
