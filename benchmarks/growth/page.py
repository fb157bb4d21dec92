"""The stored growth of cost in; tables, and the sentences that a user needs, out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.growth.sizes import STAGES
from benchmarks.json_schema import read_result
from benchmarks.spread import Spread, said

RESULTS = Path(__file__).parents[1] / "results" / "growth.json"

_STEPS = {"share": "`detect`, the share", "map": "`detect`, the float map", "judge": "`judge`"}
_WAYS = {
    "threads": "{} thread{s} of one process",
    "processes": "{} process{es} of one thread",
    "jobs": "`dbd-mobile scan --jobs {}`",
}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")

# Sentences speak of photos that are nearest to this.
_USUAL_MEGAPIXELS = 12


def read_growth(path: Path) -> dict[str, Any]:
    """Read what ``measure_growth`` gave.

    Raises:
        InputError: It is something else.
    """
    return read_result(path, "growth", expected="How cost grows")


def machine_rows(growth: Mapping[str, Any]) -> list[str]:
    """What it was measured on, as a paragraph."""
    return [f"Measured on: {growth['cpu']}, {growth['cores']} cores; {growth['backend']}."]


def size_rows(growth: Mapping[str, Any]) -> list[str]:
    """Markdown rows of one photo's cost by its size."""
    rows = [
        "| megapixels | file, MB | what | " + " | ".join(f"{name}, ms" for name in STAGES) + " | "
        "in all, ms | peak of the memory, MB |",
        "|" + "---|" * (5 + len(STAGES)),
    ]
    steps = list(_STEPS)
    for row in sorted(growth["sizes"], key=lambda row: steps.index(row["step"])):
        stages = " | ".join(_milliseconds(row["stages_ms"][stage]) for stage in STAGES)
        in_all = {name: 1000 * row["seconds"][name] for name in ("median", "spread")}
        rows.append(
            f"| {row['megapixels']:g} | {row['file_mb']:.1f} | {_STEPS[row['step']]} | {stages} "
            f"| {Spread(**in_all, count=row['seconds']['count'])} | {_spread(row['peak_mb'])} |"
        )
    return rows


def parallel_rows(growth: Mapping[str, Any]) -> list[str]:
    """Markdown rows of what several threads, processes and jobs gain."""
    rows = [
        "| megapixels | judged by | photos a second | of one thread's | peak of a process, MB "
        "| of all processes, MB |",
        "|---|---|---|---|---|---|",
    ]
    for row in growth["parallel"]:
        rate = row["photos_a_second"]["median"]
        alone = _rate_and_peak(growth, row["megapixels"], "threads", 1)
        gain = f"{rate / alone[0]:.2f}" if alone else ""
        processes = row["number"] if row["way"] == "processes" else 1
        rows.append(
            f"| {row['megapixels']:g} | {_way(row['way'], row['number'])} "
            f"| {_spread(row['photos_a_second'])} | {gain} | {_spread(row['peak_mb'])} "
            f"| {said(processes * row['peak_mb']['median'])} |"
        )
    return rows


def count_rows(growth: Mapping[str, Any]) -> list[str]:
    """Markdown rows of a scan's cost by the number of photos."""
    rows = [
        "| photos | seconds | photos a second | seconds of `--resume` with nothing to do "
        "| peak of the memory, MB |",
        "|---|---|---|---|---|",
    ]
    for row in growth["counts"]:
        rows.append(
            f"| {row['photos']:,} | {_spread(row['seconds'])} "
            f"| {said(row['photos'] / row['seconds']['median'])} "
            f"| {_spread(row['seconds_again'])} | {_spread(row['peak_mb'])} |"
        )
    return rows


def sentences(growth: Mapping[str, Any]) -> list[str]:
    """What a user needs to know of it, a list in Markdown."""
    found = [
        _parallel_sentence(growth),
        _size_sentence(growth),
        _count_sentence(growth),
        growth["was_busy"],
    ]
    return [f"- {sentence}" for sentence in found if sentence]


def memory_words(growth: Mapping[str, Any]) -> str:
    """What the largest photo takes of the memory where its share alone is asked for."""
    rows = [row for row in growth["sizes"] if row["step"] == "share"]
    row = max(rows, key=lambda row: float(row["megapixels"]))
    return f"{said(row['peak_mb']['median'])} MB for a JPEG of {row['megapixels']:g} megapixels"


def _parallel_sentence(growth: Mapping[str, Any]) -> str:
    sizes = [row["megapixels"] for row in growth["parallel"]]
    size = min(sizes, key=lambda megapixels: abs(megapixels - _USUAL_MEGAPIXELS))
    number = max(row["number"] for row in growth["parallel"])
    threads, processes, jobs = (
        _rate_and_peak(growth, size, way, number) for way in ("threads", "processes", "jobs")
    )
    if number == 1 or not (threads and processes and jobs):
        return ""
    many = _number(number)
    return (
        f"On {growth['cores']} cores {many} processes of one thread judge photos of {size:g} "
        f"megapixels {_times(processes[0] / threads[0])} as fast as one process of {many} threads, "
        f"and take {said(processes[1])} MB each; `dbd-mobile scan --jobs {number}` is "
        f"{_times(jobs[0] / threads[0])} as fast and takes {said(jobs[1])} MB in all."
    )


def _size_sentence(growth: Mapping[str, Any]) -> str:
    rows = [row for row in growth["sizes"] if row["step"] == "judge"]
    rows.sort(key=lambda row: row["megapixels"])
    small = min(rows, key=lambda row: abs(row["megapixels"] - _USUAL_MEGAPIXELS))
    large = rows[-1]
    if small is large:
        return ""
    more = {
        stage: large["stages_ms"][stage]["median"] - small["stages_ms"][stage]["median"]
        for stage in STAGES
    }
    stage = max(more, key=lambda name: more[name])
    grown = 1000 * (large["seconds"]["median"] - small["seconds"]["median"])
    return (
        f"To judge {large['megapixels']:g} megapixels takes "
        f"{_times(large['seconds']['median'] / small['seconds']['median'])} as long as to judge "
        f"{small['megapixels']:g} ({said(large['seconds']['median'])} s, "
        f"{said(small['seconds']['median'])} s): {100 * more[stage] / grown:.0f} % of what is "
        f"added is the stage `{stage}`. At the peak a process holds "
        f"{said(large['peak_mb']['median'])} MB instead of {said(small['peak_mb']['median'])} MB."
    )


def _count_sentence(growth: Mapping[str, Any]) -> str:
    rows = sorted(growth["counts"], key=lambda row: row["photos"])
    large = rows[-1]
    small = next((row for row in rows if row["photos"] >= 100), rows[0])
    if small is large:
        return ""
    more = large["peak_mb"]["median"] - small["peak_mb"]["median"]
    return (
        f"A scan of {large['photos']:,} photos holds {more:.1f} MB more at its peak than one of "
        f"{small['photos']:,}, and `--resume` passes over them in "
        f"{said(large['seconds_again']['median'])} s."
    )


def _rate_and_peak(
    growth: Mapping[str, Any], megapixels: float, way: str, number: int
) -> tuple[float, float] | None:
    asked = (megapixels, way, number)
    for row in growth["parallel"]:
        if (row["megapixels"], row["way"], row["number"]) == asked:
            return row["photos_a_second"]["median"], row["peak_mb"]["median"]
    return None


def _way(way: str, number: int) -> str:
    is_many = number > 1
    return _WAYS[way].format(number, s="s" if is_many else "", es="es" if is_many else "")


def _times(ratio: float) -> str:
    return f"{said(ratio)} times"


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def _spread(values: Mapping[str, Any]) -> str:
    return str(Spread(**values))


def _milliseconds(values: Mapping[str, Any]) -> str:
    """A stage's time; nothing where a step does without it."""
    return _spread(values) if values["median"] else ""
