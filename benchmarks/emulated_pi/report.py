"""Models in; what they take on emulated Raspberry Pis, and the tables of it, out."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from benchmarks.emulated_pi.board import PI_2, PI_4, PI_5
from benchmarks.emulated_pi.emulated_pi import EmulatedPi
from benchmarks.emulated_pi.instructions import count_stages
from benchmarks.emulated_pi.memory import peak_memory
from benchmarks.emulated_pi.root import HOME, ROOT

BOARDS = (PI_4, PI_5, PI_2)
MEMORY_BOARD = PI_4
PHOTOS_WH = ((1155, 866), (4000, 3000), (12000, 9000))
STEPS = len(BOARDS) + 2 * len(PHOTOS_WH)

_SCENE = ROOT / "docs" / "scene.jpg"
_SMALL_WH = (300, 200)
_WRITING = ("-o", f"{HOME}/out")


def measure(models: Sequence[str], runs: int, on_step: Callable[[], None]) -> dict[str, Any]:
    """Count instructions on every board, and measure the memory that ``lite`` takes on one.

    Args:
        models: Ids of bundled models, whose instructions are counted.
        runs: Photos of which the median is taken.
        on_step: Called ``STEPS`` times, for a progress display.

    Returns:
        What the tables are made from; JSON-serialisable.

    Raises:
        InputError: No Raspberry Pi can be emulated here, or something failed on one.
    """
    instructions = []
    for board in BOARDS:
        counts = count_stages(EmulatedPi(board), models, runs)
        instructions += [
            {
                "board": board.model,
                "core": board.core,
                "bits": board.bits,
                "backend": counts.backend,
                "model": model,
                "millions": millions,
            }
            for model, millions in counts.millions.items()
        ]
        on_step()
    return {
        "runs": runs,
        "instructions": instructions,
        "memory_board": MEMORY_BOARD.model,
        "memory": _memory(on_step),
    }


def instruction_rows(report: dict[str, Any]) -> list[str]:
    """Markdown rows of the instructions by stage."""
    rows = [
        "Millions of instructions, one thread, a 1000x1000 photo in memory, median of "
        f"{report['runs']}; under QEMU.",
        "",
        "| board | processor | interpreter | model | pre-process | invoke | dequantise "
        "| full-size map |",
        "|---|---|---|---|---|---|---|---|",
    ]
    stages = ("preprocess", "invoke", "dequantise", "full_map")
    for row in report["instructions"]:
        cells = " | ".join(f"{row['millions'][stage]:.1f}" for stage in stages)
        rows.append(
            f"| {row['board']} | {row['core']}, {row['bits']}-bit | {row['backend']} | "
            f"`{row['model']}` | {cells} |"
        )
    return rows


def memory_rows(report: dict[str, Any]) -> list[str]:
    """Markdown rows of the largest resident memory."""
    rows = [
        f"MiB, `lite`, {report['memory_board']}; under QEMU, without its own.",
        "",
        "| photo | `detect`: the share only | `detect -o`: map, overlay and numbers written |",
        "|---|---|---|",
    ]
    peaks = {(row["width"], row["writing"]): row for row in report["memory"]}
    for row in report["memory"]:
        if not row["writing"]:
            both = (row, peaks[row["width"], True])
            cells = " | ".join(f"{peak['at_most_mb']:.0f}" for peak in both)
            size = f"{row['width']}x{row['height']}"
            rows.append(f"| {size}, {row['width'] * row['height'] / 1e6:.0f} MP | {cells} |")
    return rows


def _memory(on_step: Callable[[], None]) -> list[dict[str, Any]]:
    rows = []
    pi = EmulatedPi(MEMORY_BOARD)
    with TemporaryDirectory() as folder:
        small = _photo(Path(folder), _SMALL_WH)
        for size_wh in PHOTOS_WH:
            photo = _photo(Path(folder), size_wh)
            for options in ((), _WRITING):
                peak = peak_memory(pi, small, photo, options)
                rows.append(
                    {
                        "width": size_wh[0],
                        "height": size_wh[1],
                        "writing": bool(options),
                        "at_least_mb": round(peak.at_least_mb, 1),
                        "at_most_mb": round(peak.at_most_mb, 1),
                    }
                )
                on_step()
            (pi.home / photo.name).unlink()
    return rows


def _photo(folder: Path, size_wh: tuple[int, int]) -> Path:
    path = folder / "{}x{}.jpg".format(*size_wh)
    with Image.open(_SCENE) as scene:
        scene.resize(size_wh, Image.Resampling.BICUBIC).save(path, quality=90)
    return path
