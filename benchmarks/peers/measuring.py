"""Peers and photos with masks in; what each peer takes and finds, side by side, out.

The peers look in turn at a few photos each, so that whatever else the machine does falls on all of
them. They look at the photos as they are, which have a subject in focus, most of them before a
blurred background, and those that judge photos also at the same photos blurred all over.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.peers.asking import Answer, PeerFailed, Worker
from benchmarks.peers.environment import python_with
from benchmarks.peers.peer import OURS, Peer
from data.blur_dataset import BlurDataset, Truth
from data.known_blur import blurred_by
from dbd_mobile.cli.screen import counting
from dbd_mobile.errors import DBDError
from dbd_mobile.machine import read_machine
from evaluation.measures import AccuracyMeter

RADIUS = 6.0
"""Of the disc that photos are blurred by, in their pixels."""

PATIENCE_S = 120.0
"""So long a peer may take to start, or to its next answer: cleanvision to a turn's photos."""

# Photos of a turn: cleanvision, which is made for folders, has them all in one call.
_TURN = 20


@dataclass(kw_only=True)
class _Looked:
    """What one peer found so far.

    Attributes:
        places: Which photos of the data set it looks at.
        as_they_are: Its answers on them, by their places.
        blurred: And when they are blurred.
        maps: The accuracy of its maps.
        version: Name and version of its tool.
        failure: Why it was given up; None if it was not.
    """

    places: frozenset[int]
    as_they_are: dict[int, Answer] = field(default_factory=dict)
    blurred: dict[int, Answer] = field(default_factory=dict)
    maps: AccuracyMeter = field(default_factory=AccuracyMeter)
    version: str = ""
    failure: str | None = None


def measure_peers(
    peers: Sequence[Peer],
    dataset: BlurDataset,
    *,
    cache: Path,
    on_making: Callable[[str], None],
    patience_s: float = PATIENCE_S,
) -> dict[str, Any]:
    """Have photos looked at by all peers, with progress on stderr.

    Args:
        peers: A peer that cannot be installed, dies, hangs or does not answer as it should is given
            up, and its row says why; the others go on.
        dataset: The photos and their masks.
        cache: Folder for the peers' environments.
        on_making: Called with the name of an environment or file that takes a while to make.
        patience_s: The longest that a peer may take to start, or to answer.

    Returns:
        What the tables and the plot are made from; JSON-serialisable.

    Raises:
        DBDError: If a photo or a mask cannot be used.
    """
    count = len(dataset)
    looked = {
        peer.name: _Looked(places=frozenset(evenly_spaced(count, peer.most_photos)))
        for peer in peers
    }
    with ExitStack() as ends, TemporaryDirectory() as folder:
        workers: dict[str, Worker] = {}
        for peer in peers:
            try:
                worker = ends.enter_context(_worker(peer, cache, on_making, patience_s))
                looked[peer.name].version = worker.version()
                workers[peer.name] = worker
            except (PeerFailed, DBDError, OSError) as error:
                looked[peer.name].failure = str(error)
        at_work = [peer for peer in peers if peer.name in workers]
        total = sum(len(looked[peer.name].places) * (2 if _judges(peer) else 1) for peer in at_work)
        with counting(total, "looks at photos") as on_look:
            for number, start in enumerate(range(0, count, _TURN)):
                photos = _Photos(dataset, range(start, min(start + _TURN, count)), Path(folder))
                first = number % len(at_work) if at_work else 0
                for peer in at_work[first:] + at_work[:first]:
                    its = looked[peer.name]
                    if its.failure:
                        continue
                    try:
                        _look(peer, workers[peer.name], photos, its, on_look)
                    except PeerFailed as error:
                        its.failure = str(error)
    machine = read_machine()
    ours = looked[OURS].as_they_are if OURS in looked and not looked[OURS].failure else {}
    return {
        "cpu": machine.board or machine.cpu,
        "photos": count,
        "data": f"{dataset.root.resolve().name}/test100",
        "radius": RADIUS,
        "peers": [_row(peer, looked[peer.name], ours) for peer in peers],
    }


def evenly_spaced(count: int, most: int | None) -> list[int]:
    """So many of 0 to count - 1 at most, evenly spaced; all of them for None."""
    number = count if most is None else min(most, count)
    return [index * count // number for index in range(number)]


def _judges(peer: Peer) -> bool:
    return peer.has_score or bool(peer.rule)


def _worker(peer: Peer, cache: Path, on_making: Callable[[str], None], patience_s: float) -> Worker:
    peer.prepare(on_making)
    return Worker(
        Path(sys.executable)
        if peer.requirements is None
        else python_with(peer.requirements, cache, on_making),
        peer.tool,
        peer.argument,
        knows_us=peer.requirements is None,
        patience_s=patience_s,
    )


class _Photos:
    """The photos of a turn, those that are blurred all over, made when asked for, and the truth."""

    def __init__(self, dataset: BlurDataset, places: range, folder: Path) -> None:
        self._dataset = dataset
        self.places = places
        self.folder = folder
        self._blurred: dict[int, Path] = {}
        self._truths: dict[int, Truth] = {}

    def as_is(self, place: int) -> Path:
        return self._dataset.photo_path(place)

    def blurred(self, place: int) -> Path:
        if place not in self._blurred:
            path = self.folder / f"{place}.png"
            pixels = blurred_by(self._dataset.photo(place), RADIUS)
            Image.fromarray(pixels).save(path, compress_level=1)
            self._blurred[place] = path
        return self._blurred[place]

    def truth(self, place: int) -> Truth:
        if place not in self._truths:
            self._truths[place] = self._dataset.truth(place)
        return self._truths[place]


def _look(
    peer: Peer, worker: Worker, photos: _Photos, its: _Looked, on_look: Callable[[], None]
) -> None:
    """Have a turn's photos looked at by one peer.

    Raises:
        PeerFailed: It cannot go on.
        DBDError: A photo or a mask cannot be used.
    """
    places = [place for place in photos.places if place in its.places]
    if not places:
        return
    maps = {place: photos.folder / f"{place}.npy" for place in places if peer.has_map}
    wanted = [(photos.as_is(place), maps.get(place)) for place in places]
    for place, answer in zip(places, worker.ask(wanted), strict=True):
        its.as_they_are[place] = _checked(peer, answer)
        on_look()
    for place, path in maps.items():
        _score(its.maps, path, photos.truth(place))
    if _judges(peer):
        wanted = [(photos.blurred(place), None) for place in places]
        for place, answer in zip(places, worker.ask(wanted), strict=True):
            its.blurred[place] = _checked(peer, answer)
            on_look()


def _checked(peer: Peer, answer: Answer) -> Answer:
    if peer.rule and answer.bad is None:
        raise PeerFailed("It gave no verdict on a photo.")
    return answer


def _score(meter: AccuracyMeter, path: Path, truth: Truth) -> None:
    try:
        blur_map = np.load(path)
        path.unlink()
        meter.add(blur_map, truth)
    except (OSError, ValueError) as error:
        raise PeerFailed(f"It gave no map that can be compared: {error}") from None


def _row(peer: Peer, its: _Looked, ours: dict[int, Answer]) -> dict[str, Any]:
    """What is told of one peer; the numbers are None where it has none."""
    row: dict[str, Any] = {
        "name": peer.name,
        "shown": peer.shown,
        "version": its.version,
        "licence": peer.licence,
        "rule": peer.rule,
        "note": peer.note,
        "failure": its.failure,
        "photos": len(its.as_they_are),
        **dict.fromkeys(
            ("ms", "of_ours", "memory_mb", "maps", "called_bad", "found", "auc", "without_score")
        ),
    }
    if its.failure:
        return row
    answers = its.as_they_are
    milliseconds = [1000 * answer.seconds for answer in answers.values()]
    row["ms"] = _percentiles(milliseconds, (10, 50, 90))
    ratios = [
        answer.seconds / ours[place].seconds for place, answer in answers.items() if place in ours
    ]
    if ratios:
        row["of_ours"] = _percentiles(ratios, (25, 50, 75))
    row["memory_mb"] = max(
        answer.memory_mb for answer in (*answers.values(), *its.blurred.values())
    )
    if peer.has_map:
        accuracy = asdict(its.maps.result())
        row["maps"] = {name: accuracy[name] for name in ("fmax", "mae", "images")}
    if peer.rule:
        row["called_bad"] = sum(bool(answer.bad) for answer in answers.values())
        row["found"] = sum(bool(answer.bad) for answer in its.blurred.values())
    if peer.has_score:
        of_sharp, of_blurred = (
            np.array([one.score for one in some.values() if one.score is not None])
            for some in (answers, its.blurred)
        )
        row["auc"] = area_under_curve(of_sharp, of_blurred)
        row["without_score"] = 2 * len(answers) - len(of_sharp) - len(of_blurred)
    return row


def _percentiles(values: Sequence[float], which: Sequence[int]) -> dict[str, float]:
    return {f"p{at}": float(np.percentile(values, at)) for at in which}


def area_under_curve(low: NDArray[np.float64], high: NDArray[np.float64]) -> float | None:
    """How probable it is that one of ``high`` is larger than one of ``low``; equal ones count half.

    Returns:
        0 to 1; None if there are none of one kind.
    """
    if not low.size or not high.size:
        return None
    above = np.sign(high[:, None] - low[None, :])
    return float((above.mean() + 1) / 2)
