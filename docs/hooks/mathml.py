"""A hook of the site: formulas in LaTeX in, MathML out, which browsers draw without a script."""

import re
from html import unescape
from typing import Any

from latex2mathml.converter import convert
from mkdocs.plugins import event_priority

_FORMULA = re.compile(
    r'<(span|div) class="arithmatex">\s*(?:\\\((.+?)\\\)|\\\[(.+?)\\\])\s*</\1>', re.S
)
# mkdocs-jupyter puts it on every page; it would load what draws formulas from elsewhere.
_SCRIPT = re.compile(r"<script data-mkdocs-jupyter-mathjax=.*?</script>\s*", re.S)


def on_page_content(html: str, **_: Any) -> str:
    """Replace what `pymdownx.arithmatex` marked."""
    return _FORMULA.sub(_mathml, html)


# After mkdocs-jupyter.
@event_priority(-100)
def on_post_page(output: str, **_: Any) -> str:
    """Take out the script that would draw formulas."""
    return _SCRIPT.sub("", output)


def _mathml(found: re.Match[str]) -> str:
    inline, block = found.group(2), found.group(3)
    return convert(unescape(inline or block), display="inline" if inline else "block")
