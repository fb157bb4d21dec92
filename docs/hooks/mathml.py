"""A hook of the site: formulas in LaTeX in, MathML out, which browsers draw without a script."""

import re
from html import unescape
from typing import Any

from latex2mathml.converter import convert

_FORMULA = re.compile(
    r'<(span|div) class="arithmatex">\s*(?:\\\((.+?)\\\)|\\\[(.+?)\\\])\s*</\1>', re.S
)


def on_page_content(html: str, **_: Any) -> str:
    """Replace what `pymdownx.arithmatex` marked."""
    return _FORMULA.sub(_mathml, html)


def _mathml(found: re.Match[str]) -> str:
    inline, block = found.group(2), found.group(3)
    return convert(unescape(inline or block), display="inline" if inline else "block")
