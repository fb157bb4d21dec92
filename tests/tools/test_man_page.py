"""The manual page is that of the command as it is."""

import runpy
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def test_manual_page_is_made_from_the_commands_help():
    page = runpy.run_path(str(DOCS / "man_page.py"))["page"]()
    assert (DOCS / "dbd-mobile.1").read_text() == page, "run: python -m docs.man_page"
