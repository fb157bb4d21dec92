"""Photos with their records in; one page that shows them, which needs nothing else, out."""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.burst import rank
from dbd_mobile.detector import BlurDetector
from dbd_mobile.errors import ImageError, InputError
from dbd_mobile.jobs.library.burst_groups import Look, bursts_of, look_of
from dbd_mobile.jobs.library.capture import capture_of
from dbd_mobile.jobs.library.record import Record
from dbd_mobile.jobs.library.shot_files import shots_of
from dbd_mobile.jobs.library.thumbnail import SIDE, Thumbnail, thumbnail_of
from dbd_mobile.photo import Pixels, load_pixels

_GENERATOR = '<meta name="generator" content="dbd-mobile scan">'
_START = f'<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n{_GENERATOR}\n'
_VERDICTS = ("sharp", "soft", "blurred", "undecidable", "not read")
_HELP = (
    "Under the pointer or the keyboard what is blurred is hatched, and the subject is in a box. "
    "Arrows go on, Enter enlarges, Escape goes back."
)

Found = Sequence[tuple[Path, Record]]
"""Photos, each with its record."""


def refuse_foreign_page(path: Path) -> None:
    """Refuse to replace what is no report, before the work is done.

    Raises:
        InputError: There is such a file, or no folder for one.
    """
    if not path.resolve().parent.is_dir():
        raise InputError(f"There is no folder for {path}.")
    try:
        with path.open("rb") as file:
            begins = file.read(len(_START))
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
    if begins != _START.encode():
        raise InputError(
            f"{path} is no report that dbd-mobile wrote, and is not replaced: name another file."
        )


def write_report(
    path: Path,
    found: Found,
    detector: BlurDetector,
    on_photo: Callable[[], None] = lambda: None,
) -> None:
    """Write a page with a thumbnail of each photo, by verdict, bursts first.

    Bursts are told by camera, capture time and a small grey picture; which shot of one is the best,
    by :meth:`BlurDetector.best_of <dbd_mobile.BlurDetector.best_of>`.

    Args:
        path: The page; a report that is there already is replaced.
        found: The photos.
        detector: Makes the maps that are laid over the thumbnails, and compares shots.
        on_photo: Called after each photo.

    Raises:
        InputError: The page cannot be written, or a file is there that is no report.
        DBDError: As ``detect`` and ``judge`` do, but for ``ImageError``.
    """
    refuse_foreign_page(path)
    try:
        with atomic_file(path.resolve()) as file:
            for part in _page(found, detector, on_photo):
                file.write(part.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None


def _page(found: Found, detector: BlurDetector, on_photo: Callable[[], None]) -> Iterator[str]:
    here = files("dbd_mobile.jobs.library")
    style, script = ((here / name).read_text("utf-8") for name in ("report.css", "report.js"))
    # Nothing from anywhere else, nothing that is not written here.
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; "
        f"script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )
    counts = Counter(_verdict(record) for _, record in found)
    yield (
        f'{_START}<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>Focus of {len(found)} '
        f"photos</title>\n<style>{style}</style>\n<header>\n<h1>Focus of {len(found)} photos</h1>\n"
    )
    for verdict in _VERDICTS:
        if counts[verdict]:
            yield (
                f'<label><input type="checkbox" value="{verdict}" checked> {verdict} '
                f"({counts[verdict]})</label>\n"
            )
    yield (
        '<input type="search" aria-label="Part of a name" placeholder="Part of a name">\n'
        f"<output></output>\n<p>{_HELP}</p>\n</header>\n<main>\n"
    )
    bursts = [_best_first(burst, found, detector) for burst in _bursts(found, detector)]
    in_bursts = {index for burst, _ in bursts for index in burst}
    for burst, has_best in bursts:
        times = [str(found[index][1].taken) for index in burst]
        yield _section(f"Burst of {len(burst)}, {min(times).replace('T', ' ')}")
        for place, index in enumerate(burst):
            yield _card(found[index], detector, is_best=has_best and place == 0)
            on_photo()
        yield "</div></section>\n"
    for verdict in _VERDICTS:
        rest = [
            index
            for index, (_, record) in enumerate(found)
            if _verdict(record) == verdict and index not in in_bursts
        ]
        if rest:
            yield _section(f"{verdict.capitalize()}")
            for index in sorted(rest, key=lambda i: -(found[i][1].score or 0)):
                yield _card(found[index], detector, is_best=False)
                on_photo()
            yield "</div></section>\n"
    yield f"</main>\n<dialog></dialog>\n<script>{script}</script>\n</html>\n"


def _verdict(record: Record) -> str:
    return record.verdict or "not read"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _section(title: str) -> str:
    return f'<section><h2>{escape(title)}</h2><div class="cards">\n'


def _bursts(found: Found, detector: BlurDetector) -> list[list[int]]:
    photos = [photo for photo, _ in found]
    captures = [capture_of(photo) for photo in photos]
    # A raw file and its JPEG are one shot.
    shots = [shot[0] for shot in shots_of(photos, captures)]

    def look_at(place: int) -> Look | None:
        try:
            return look_of(_load(photos[shots[place]], (SIDE, SIDE), detector))
        except ImageError:
            return None

    bursts = bursts_of([captures[index] for index in shots], look_at)
    return sorted([shots[place] for place in burst] for burst in bursts if len(burst) > 1)


def _best_first(burst: list[int], found: Found, detector: BlurDetector) -> tuple[list[int], bool]:
    """Sort a burst, and say whether there is something that it could be sorted by."""
    photos = [found[index][0] for index in burst]
    ranked = rank(detector, photos, None, on_unreadable=lambda place, error: None)
    order = [burst[shot.index] for shot in ranked]
    lost = [index for index in burst if index not in order]
    return [*order, *lost], bool(ranked) and ranked[0].radius_px is not None


def _load(photo: Path, needed_wh: tuple[int, int], detector: BlurDetector) -> Pixels:
    return load_pixels(photo, needed_wh=needed_wh, max_pixels=detector.max_pixels)


def _card(of: tuple[Path, Record], detector: BlurDetector, *, is_best: bool) -> str:
    photo, record = of
    verdict = _verdict(record)
    name = _text(photo.name)
    said = (
        verdict if record.blur_radius_px is None else f"{verdict}, {record.blur_radius_px:.1f} px"
    )
    size = f"{record.width} x {record.height}, " if record.width else ""
    try:
        pixels = _load(photo, detector.model_facts.input.size_wh, detector)
        picture = _picture(thumbnail_of(pixels, detector.detect(pixels)), record)
    except ImageError:
        # It has gone since, or never was one.
        picture = '<div class="picture"></div>'
    return (
        f'<figure class="card {verdict}" data-verdict="{verdict}" data-name="{name}" tabindex="-1" '
        f'role="button">{picture}{"<span class=best>best</span>" if is_best else ""}<figcaption>'
        f'<b title="{name}"><bdi>{name}</bdi></b><span class="verdict">{escape(said)}</span>'
        f"<small>{_text(record.reason or record.error or '')}</small>"
        f'<small class="path">{size}<bdi>{_text(record.photo)}</bdi></small>'
        f'<a href="{escape(photo.as_uri())}">Open the photo</a></figcaption></figure>\n'
    )


def _text(text: str) -> str:
    """Escape a text for an element or attribute; what has no picture is written as its number."""
    return escape("".join(c if c.isprintable() else ascii(c)[1:-1] for c in text))


def _picture(thumbnail: Thumbnail, record: Record) -> str:
    """Lay the hatching and the subject's box over the thumbnail; a browser scales them together."""
    width, height = thumbnail.size_wh
    jpeg, png = (base64.b64encode(b).decode() for b in (thumbnail.jpeg, thumbnail.hatching_png))
    box = ""
    if record.width and record.box_left is not None:
        scale = width / record.width
        sides = (record.box_left, record.box_top, record.box_right, record.box_bottom)
        left, top, right, bottom = (scale * (side or 0) for side in sides)
        corner = f'x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}"'
        box = f'<rect class="edge" {corner} height="{bottom - top:.1f}"/>' * 2
    return (
        f'<img class="picture" loading="lazy" decoding="async" alt="" '
        f'src="data:image/jpeg;base64,{jpeg}">'
        f'<img class="picture over" loading="lazy" decoding="async" alt="" '
        f'src="data:image/png;base64,{png}">'
        f'<svg class="picture over" viewBox="0 0 {width} {height}">{box}</svg>'
    )
