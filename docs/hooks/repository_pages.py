"""A hook of the site: pages that lie elsewhere in the repository, and links to what is not a page.

A page whose head says ``source: FOLDER/README.md`` shows that file. Links lead to the site's pages;
of files that are no pages the name is left, for there is nothing to lead to.
"""

import os
import re
from pathlib import Path
from typing import Any

_LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s:#]+)(?P<anchor>#[^)\s]*)?\)"
)


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Any, **_: Any) -> str:
    """Take the file's text where there is one, and see to the links."""
    docs = Path(config["docs_dir"])
    root = docs.parent
    shown = docs / page.file.src_uri
    if "source" in page.meta:
        shown = root / page.meta["source"]
        markdown = shown.read_text(encoding="utf-8")
    sources = {
        str(root / other.page.meta["source"]): docs / other.src_uri
        for other in files.documentation_pages()
        if other.page and "source" in other.page.meta
    }

    def led(found: re.Match[str]) -> str:
        target = os.path.normpath(shown.parent / found["target"])
        target = str(sources.get(target, target))
        anchor = found["anchor"] or ""
        if target == str(docs / page.file.src_uri):
            return f"[{found['text']}]({anchor or '#'})"
        uri = os.path.relpath(target, docs)
        if files.get_file_from_path(uri):
            here = os.path.relpath(target, (docs / page.file.src_uri).parent)
            return f"{found['image']}[{found['text']}]({here}{anchor})"
        name = os.path.relpath(target, root)
        text = found["text"]
        return text if name in text or not text.strip("`") else f"{text} (`{name}`)"

    return _LINK.sub(led, markdown)
