"""A peer's environment and photos in, what its tool answers about each out."""

import json
import math
import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard

from benchmarks.peers.process_group import last_line, process_group

_ROOT = Path(__file__).parents[2]
_WORKER = Path(__file__).with_name("worker.py")
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OPENCV_FOR_THREADS_NUM",
)
_CHUNK = 65536
# Of a line that is no answer, what is shown of it.
_SHOWN = 60


class PeerFailed(Exception):
    """A peer cannot be used any longer; the message, a sentence, says why."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a tool found in one photo.

    Attributes:
        seconds: How long it took.
        score: Larger the more blurred; None where it gives none.
        bad: Whether the tool calls the photo bad; None where it gives no verdict.
        memory_mb: The most that its process has held so far, in MB.
    """

    seconds: float
    score: float | None
    bad: bool | None
    memory_mb: float


class Worker:
    """A peer's tool in a process of its own; its end is that of the ``with`` block.

    Args:
        python: Of the peer's environment.
        tool: The tool's module.
        argument: What ``open_tool`` is given.
        knows_us: Whether the environment is that of the tools, which import our packages.
        patience_s: The longest that may pass without an answer.
    """

    def __init__(
        self, python: Path, tool: Path, argument: str, *, knows_us: bool, patience_s: float
    ) -> None:
        self._command: list[str | Path] = [python, "-u", _WORKER, tool, argument]
        self._environment = {**os.environ, **dict.fromkeys(_ONE_THREAD, "1")}
        self._environment.pop("PYTHONPATH", None)
        if knows_us:
            self._environment["PYTHONPATH"] = str(_ROOT)
        self._patience_s = patience_s
        self._unread = b""
        self._end = ExitStack()

    def __enter__(self) -> "Worker":
        self._errors = self._end.enter_context(tempfile.TemporaryFile())
        self._process = self._end.enter_context(
            process_group(
                self._command,
                output=subprocess.PIPE,
                errors=self._errors,
                environment=self._environment,
            )
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._end.close()

    def version(self) -> str:
        """Wait until the tool is open.

        Returns:
            Its name and version.

        Raises:
            PeerFailed: It is not, in time.
        """
        said = self._next()
        if not isinstance(said.get("version"), str):
            raise PeerFailed(f"It did not say its version but {_short(said)}.")
        return str(said["version"])

    def ask(self, photos: Sequence[tuple[Path, Path | None]]) -> Iterator[Answer]:
        """Have photos looked at.

        Args:
            photos: Each with where to store its map, None for nowhere.

        Yields:
            An answer for each, in their order.

        Raises:
            PeerFailed: There is none in time, or something else comes.
        """
        wanted = [
            {"photo": str(photo.absolute()), "map": str(place.absolute()) if place else None}
            for photo, place in photos
        ]
        assert self._process.stdin
        try:
            self._process.stdin.write(f"{json.dumps(wanted)}\n".encode())
            self._process.stdin.flush()
        except OSError:
            raise self._ended() from None
        for _ in photos:
            yield _answer(self._next())

    def _next(self) -> dict[str, Any]:
        line = self._line()
        try:
            said = json.loads(line)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise PeerFailed(f"It wrote {_short(line)} instead of an answer.")
        return said

    def _line(self) -> str:
        assert self._process.stdout
        patient_until_s = time.monotonic() + self._patience_s
        while b"\n" not in self._unread:
            left_s = patient_until_s - time.monotonic()
            if left_s <= 0 or not select.select([self._process.stdout], [], [], left_s)[0]:
                raise PeerFailed(f"It did not answer within {self._patience_s:g} seconds.")
            more = os.read(self._process.stdout.fileno(), _CHUNK)
            if not more:
                raise self._ended()
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode("utf-8", "replace")

    def _ended(self) -> PeerFailed:
        try:
            status = self._process.wait(self._patience_s)
        except subprocess.TimeoutExpired:
            return PeerFailed("It closed its stdout.")
        return PeerFailed(f"It ended with status {status}: {last_line(self._errors)}")


def _answer(said: dict[str, Any]) -> Answer:
    seconds, score, bad, memory_mb = map(said.get, ("seconds", "score", "bad", "memory_mb"))
    if not (
        _is_number(seconds)
        and seconds > 0
        and (score is None or _is_number(score))
        and (bad is None or isinstance(bad, bool))
        and _is_number(memory_mb)
    ):
        raise PeerFailed(f"It answered {_short(said)}.")
    return Answer(seconds=seconds, score=score, bad=bad, memory_mb=memory_mb)


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _short(said: object) -> str:
    text = repr(said)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}.."
