"""The site of `make docs`, as a host of files gives it: its links, and its pages in Chromium."""

import functools
import html.parser
import http.server
import threading
import urllib.parse
from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "build" / "site"
PAGES = sorted(SITE.rglob("*.html"))
pytestmark = pytest.mark.skipif(
    not PAGES, reason="The site is not built: `make docs`, with Python 3.12 or newer."
)
# Elements that a browser loads without being asked to.
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}


class Links(html.parser.HTMLParser):
    """What a page links to, what it loads, and what can be linked to in it."""

    def __init__(self, page):
        super().__init__()
        self.links, self.loaded, self.anchors = [], [], set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in LOADED and given.get(LOADED[tag]) and given.get("rel") != "canonical":
            self.loaded.append(given[LOADED[tag]])


@functools.cache
def links_of(page):
    return Links(page)


@pytest.fixture(scope="module")
def address():
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Quiet, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere():
    assert len(PAGES) > 20
    broken = []
    for page in PAGES:
        found = links_of(page)
        for link in [*found.links, *found.loaded]:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or parts.netloc:
                if parts.scheme != "data" and link in found.loaded:
                    broken.append(f"{page}: loads {link}")
                continue
            path = urllib.parse.unquote(parts.path)
            # The page of errors is given at any address, so its links begin at the root.
            base = SITE / "x" if path.startswith("/") else page
            target = (base.parent / path.lstrip("/")).resolve() if path else page
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                broken.append(f"{page}: {link}")
            elif parts.fragment and target.suffix == ".html":
                anchor = urllib.parse.unquote(parts.fragment)
                if anchor not in links_of(target).anchors:
                    broken.append(f"{page}: {link}")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("width", [1280, 360])
def test_pages_have_no_errors_and_fit_the_screen(chromium, address, width):
    # A window cannot be as narrow as a phone.
    chromium.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    chromium.get_log("browser")
    faults = []
    for page in PAGES:
        chromium.get(f"{address}/{page.relative_to(SITE).as_posix()}")
        scrolled = chromium.execute_script("return document.documentElement.scrollWidth")
        if scrolled > width:
            faults.append(f"{page}: {scrolled} pixels wide")
        faults += chromium.execute_script(
            "return performance.getEntriesByType('resource').map(r => r.name)"
            ".filter(name => !name.startsWith(location.origin) && !name.startsWith('data:'))"
        )
        faults += [f"{page}: {entry['message']}" for entry in chromium.get_log("browser")]
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert not faults, "\n".join(faults)


def test_tutorials_show_what_their_code_gave():
    tutorials = sorted((SITE.parents[1] / "docs" / "tutorials").glob("*.py"))
    assert len(tutorials) >= 4
    for tutorial in tutorials:
        page = SITE / "tutorials" / tutorial.stem / "index.html"
        text = page.read_text(encoding="utf-8")
        assert "data:image/png;base64" in text or "jp-OutputArea-output" in text, page
        assert "Traceback" not in text
