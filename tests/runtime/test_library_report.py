"""The page that ``scan --report`` writes: whole, safe, and in order."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from dbd_mobile import InputError
from dbd_mobile.jobs.library import Record, write_report


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.cards, self.sections = [], [], []
        self._reads_title = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        self._reads_title = tag == "h2"
        if tag == "figure":
            self.cards.append({**attributes, "best": False, "pictures": []})
        if tag == "img":
            self.cards[-1]["pictures"].append(attributes["src"])
        if attributes.get("class") == "best":
            self.cards[-1]["best"] = True

    def handle_data(self, data):
        if self._reads_title:
            self.sections.append(data)
            self._reads_title = False


def page_of(path):
    return Page(path.read_text("utf-8"))


def picture(uri, kind):
    start = f"data:image/{kind};base64,"
    assert uri.startswith(start)
    return Image.open(BytesIO(base64.b64decode(uri.removeprefix(start))))


def test_page_shows_every_photo_by_verdict(run_told, save_told, tmp_path, capsys):
    for name, radius_px in (("a", 6.0), ("b", 1.0), ("c", 2.0), ("d", 1.0)):
        save_told(f"photos/{name}.png", radius_px)
    (tmp_path / "photos" / "e.jpg").write_bytes(b"no photo")
    report = tmp_path / "report.html"
    assert run_told("scan", tmp_path / "photos", "--report", report) == 1
    page = page_of(report)
    assert page.sections == ["Sharp", "Soft", "Blurred", "Not read"]
    assert [(card["data-name"], card["data-verdict"]) for card in page.cards] == [
        ("b.png", "sharp"),
        ("d.png", "sharp"),
        ("c.png", "soft"),
        ("a.png", "blurred"),
        ("e.jpg", "not read"),
    ]
    for card in page.cards[:-1]:
        photo, hatching = card["pictures"]
        with picture(photo, "jpeg") as image:
            assert image.size == (256, 192)
        with picture(hatching, "png") as image:
            assert image.size == (256, 192)
    assert page.cards[-1]["pictures"] == []
    # What it says goes on: of --where, from a store, in the place of an earlier page.
    store = ("--jsonl", tmp_path / "store", "--resume")
    for where, count in (("verdict == 'soft'", 1), ("verdict == 'none'", 0)):
        chosen = ("scan", tmp_path / "photos", *store, "--where", where, "--report", report)
        assert run_told(*chosen) == 1
        assert len(page_of(report).cards) == count


def test_hatching_is_where_the_map_says_blurred(told_detector, told, tmp_path):
    pixels = told.photo(640, 480)
    # Bright is blurred to the map.
    pixels[:, 320:] = 255
    photo = tmp_path / "photo.png"
    Image.fromarray(pixels).save(photo)
    report = tmp_path / "report.html"
    record = Record(photo=str(photo), judged_by="")
    write_report(report, [(photo, record)], told_detector)
    (card,) = page_of(report).cards
    with picture(card["pictures"][1], "png") as image:
        alpha = np.asarray(image.convert("RGBA"))[..., 3]
    assert alpha[:, :100].max() == 0
    assert 40 < alpha[:, 156:].mean() < 60


def test_page_loads_nothing_and_runs_nothing_but_its_own(run_told, save_told, tmp_path):
    save_told("photos/a.png")
    report = tmp_path / "report.html"
    assert run_told("scan", tmp_path / "photos", "--report", report) == 0
    text = report.read_text("utf-8")
    page = Page(text)
    (policy,) = (
        attributes["content"]
        for tag, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert (rules["default-src"], rules["img-src"]) == ("'none'", "data:")
    for tag in ("style", "script"):
        (own,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.S)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    for tag, attributes in page.tags:
        assert attributes.keys() & {"style", "onclick", "onload", "onerror"} == set()
        assert attributes.get("src", "data:").startswith("data:")
        assert tag == "a" or "href" not in attributes


NAMES = [
    "<script>alert(1)<!--.png",
    "\"' onload='x'.png",
    "&amp;.png",
    "\u202egnp.png",
    "\udcff.png",
]


def test_names_are_text_and_nothing_else(run_told, told, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    try:
        for name in NAMES:
            Image.fromarray(told.photo(64, 64)).save(folder / name)
    except OSError:
        pytest.skip("this file system does not take such names")
    report = tmp_path / "report.html"
    assert run_told("scan", folder, "--report", report) == 0
    page = page_of(report)
    shown = [name.replace("\u202e", "\\u202e").replace("\udcff", "\\udcff") for name in NAMES]
    assert sorted(card["data-name"] for card in page.cards) == sorted(shown)
    assert [tag for tag, _ in page.tags].count("script") == 1
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert all(re.fullmatch(r"file:///[\w%.~/&'!()*+,;=:@-]+", link) for link in links)


def test_best_shot_of_a_burst_is_first_and_marked(run_told, told, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    texture = np.random.default_rng(2).integers(0, 100, (16, 16), np.uint8)
    for number, (radius_px, second) in enumerate([(4.0, 0), (1.0, 1), (3.0, 3), (2.0, 30)]):
        pixels = told.photo(640, 480, radius_px)
        pixels[..., 1] = np.kron(texture, np.ones((30, 40), np.uint8)) // 8
        exif = Image.Exif()
        exif[0x0110] = "Camera"
        exif.get_ifd(0x8769)[0x9003] = f"2026:05:01 12:00:{second:02}"
        Image.fromarray(pixels).save(folder / f"{number}.png", exif=exif)
    report = tmp_path / "report.html"
    assert run_told("scan", folder, "--report", report) == 0
    page = page_of(report)
    assert page.sections == ["Burst of 3, 2026-05-01 12:00:00", "Soft"]
    assert [(card["data-name"], card["best"]) for card in page.cards] == [
        ("1.png", True),
        ("2.png", False),
        ("0.png", False),
        ("3.png", False),
    ]


def test_foreign_page_is_never_replaced(run_told, save_told, tmp_path, capsys):
    save_told("photos/a.png")
    foreign = tmp_path / "page.html"
    foreign.write_text("<!DOCTYPE html>\nmine")
    assert run_told("scan", tmp_path / "photos", "--report", foreign) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        f"dbd-mobile: {foreign} is no report that dbd-mobile wrote, and is not replaced: name "
        f"another file.\n"
    )
    assert foreign.read_text() == "<!DOCTYPE html>\nmine"
    for path in (tmp_path / "none" / "page.html", tmp_path):
        assert run_told("scan", tmp_path / "photos", "--report", path) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_page_that_cannot_be_written_is_one_sentence(told_detector, tmp_path):
    with pytest.raises(InputError, match="There is no folder"):
        write_report(tmp_path / "none" / "page.html", [], told_detector)
