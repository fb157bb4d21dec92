"""Writes how often the focus is found: ``python -m tests.runtime.autofocus_table FILE``.

Each run has a scene, a place for it and for the lens, noise, play, latency and blur of its own, all
by chance, but the same each time.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from dbd_mobile.camera import Autofocus

from .stand_in_camera import SCENES, StandInCamera

STEP = 0.25
"""Dioptres."""
COLUMNS = (
    "scene",
    "runs",
    "within a step",
    "farther off",
    "nothing to focus on",
    "median error, steps",
    "largest",
    "frames looked at",
    "frames passed",
)


def run(scene, seed):
    """Seek the focus once -> (found a place, its error in steps, frames looked at, passed)."""
    rng = np.random.default_rng((seed, 3))
    camera = StandInCamera(
        scene,
        subject_dioptres=rng.uniform(0.25, 9.75),
        start_dioptres=rng.uniform(0, 10),
        noise=rng.uniform(1, 6),
        play_dioptres=rng.uniform(0, 0.4),
        latency_frames=int(rng.integers(0, 5)),
        px_per_dioptre=rng.choice([0.6, 1.1, 2.2]),
        seed=seed,
    )
    found = Autofocus(camera).focus()
    at_rest = not camera.moving_ms & {scored.start_ms for scored in found.scored}
    assert at_rest, "looked at a frame that was exposed while the lens moved"
    error = camera.error_dioptres / STEP
    return found.lens_dioptres is not None, error, len(found.scored), found.frames_passed


def row(scene, results):
    """The cells of one line of the table."""
    errors = [error for is_found, error, *_ in results if is_found]
    near = sum(error <= 1 for error in errors)
    median, largest = (f"{f(errors):.2f}" if errors else "" for f in (np.median, max))
    looked, passed = (np.median([result[place] for result in results]) for place in (2, 3))
    cells = [scene, len(results), near, len(errors) - near, len(results) - len(errors)]
    return [*map(str, cells), median, largest, f"{looked:.0f}", f"{passed:.0f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path, help="where the table goes")
    parser.add_argument("--runs", type=int, default=13, help="of each scene (default: %(default)s)")
    options = parser.parse_args()
    rows = []
    for number, scene in enumerate((*SCENES, "wall")):
        results = [run(scene, 1000 * number + seed) for seed in range(options.runs)]
        rows.append(row(scene, results))
        sys.stdout.write(" | ".join(rows[-1]) + "\n")
        sys.stdout.flush()
    table = {"columns": COLUMNS, "rows": rows}
    options.file.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
