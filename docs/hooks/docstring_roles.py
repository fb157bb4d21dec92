"""A hook of the site: what Sphinx's roles in docstrings name is shown as code, without the role."""

import re
from typing import Any

# :class:`Name`, :class:`~package.Name`, :meth:`words <package.Name.method>`, as Markdown has them.
_ROLE = re.compile(r":(?:attr|class|data|func|meth|mod):<code>(~?)(.*?)(?:\s*&lt;.*?&gt;)?</code>")


def on_page_content(html: str, **_: Any) -> str:
    """Leave the name alone, or its last part where a tilde asks for that."""
    return _ROLE.sub(lambda found: f"<code>{_shown(*found.groups())}</code>", html)


def _shown(tilde: str, name: str) -> str:
    return name.rpartition(".")[2] if tilde else name
