"""Runs in a peer's environment, which has none of our packages: photos in, what its tool finds out.

``python worker.py TOOL.py ARGUMENT`` opens the tool and says which version it is: a line of JSON on
stdout, ``{"version": ..}``. Then each line of stdin is a list of photos to look at, ``[{"photo":
PATH, "map": PATH or null}, ..]``, and each photo is answered by a line ``{"seconds": .., "score":
.., "bad": .., "memory_mb": ..}``: ``score`` is larger the more blurred, ``bad`` the tool's own
verdict, null where it gives none; ``memory_mb`` is the most that this process has held so far. A
map, where the tool gives one, is stored with numpy, (h, w) float32, 1 = blurred.

A tool is a module with ``VERSION`` and ``open_tool(argument)``, which gives a function of pixels,
(H, W, 3) uint8 RGB, or with ``TAKES_FILES = True`` of a list of paths. All runs on one core.
"""

import importlib.util
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from PIL import Image


def main(tool_file: str, argument: str) -> None:
    """Answer until stdin ends."""
    # What a tool prints is not an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # Threads that a library starts all the same take turns.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    tool = _load(Path(tool_file))
    look = tool.open_tool(argument)
    go_through = _files if getattr(tool, "TAKES_FILES", False) else _pixels
    _answer(answers, {"version": tool.VERSION})
    is_warm = False
    for line in sys.stdin:
        wanted = json.loads(line)
        photos = [entry["photo"] for entry in wanted]
        if not is_warm:
            list(go_through(look, photos[:1]))
            is_warm = True
        for entry, (seconds, found) in zip(wanted, go_through(look, photos), strict=True):
            if entry["map"] and "map" in found:
                np.save(entry["map"], np.asarray(found["map"], np.float32))
            _answer(
                answers,
                {
                    "seconds": seconds,
                    "score": found.get("score"),
                    "bad": found.get("bad"),
                    "memory_mb": _most_memory_mb(),
                },
            )


def _load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _pixels(
    look: Callable[[Any], dict[str, Any]], photos: Sequence[str]
) -> Iterator[tuple[float, dict[str, Any]]]:
    """Seconds of each look, without decoding, and what it found."""
    for photo in photos:
        with Image.open(photo) as image:
            pixels = np.array(image.convert("RGB"))
        start = time.perf_counter()
        found = look(pixels)
        yield time.perf_counter() - start, found


def _files(
    look: Callable[[Any], list[dict[str, Any]]], photos: Sequence[str]
) -> Iterator[tuple[float, dict[str, Any]]]:
    """Of each photo its part of the seconds of them all, with decoding, and what was found."""
    start = time.perf_counter()
    found = look(photos)
    seconds = (time.perf_counter() - start) / len(photos)
    yield from ((seconds, of_one) for of_one in found)


def _most_memory_mb() -> float:
    # What getrusage says begins with the size of the process that started this one.
    status = Path("/proc/self/status")
    if status.exists():
        peaks = (line.split() for line in status.read_text().splitlines())
        return next(int(words[1]) for words in peaks if words[0] == "VmHWM:") * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def _answer(answers: Any, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
