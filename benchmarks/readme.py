"""Cards and stored results in, the tables of the README and of other pages out.

Each table stands between ``<!-- NAME -->`` and ``<!-- /NAME -->``.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.growth import page as growth_page
from benchmarks.verdicts.row import Row
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.catalogue import AccuracyCard, bundled_ids, load_card
from training.ablation import ablation_rows

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TRAINING = ROOT / "training" / "README.md"
GROWTH = ROOT / "docs" / "benchmarks-growth.md"
LATENCY = ROOT / "benchmarks" / "results" / "latency.json"
ABLATION = ROOT / "benchmarks" / "results" / "ablation.json"
JUDGE = ROOT / "benchmarks" / "results" / "judge.json"


def accuracy_rows() -> list[str]:
    """Markdown rows of the bundled models' accuracy, from their cards."""
    rows = [
        "| model | file | photos | fmax | F at 0.5 | ddff F | adaptive F | MAE | AUC |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    names = ("fmax", "f_at_half", "ddff", "adaptive", "mae", "auc")
    for model_id in bundled_ids("blur-map"):
        for entry in _merged(load_card(model_id)["accuracy"]):
            if entry["protocol"] == "composites":
                continue
            values = " | ".join(f"{entry['values'][name]:.4f}" for name in names)
            rows.append(
                f"| `{model_id}` | {entry['precision']} | {entry['dataset']}, "
                f"{entry['images']} photos | {values} |"
            )
    return rows


def composites_rows() -> list[str]:
    """Markdown rows of how the bundled models do on photos of known blur, from their cards."""
    rows = [
        "| model | scenes | sharp all over: mean map | blurred all over: mean map | blurred object "
        "before a sharp scene: MAE | sharp object before its blurred scene: MAE |",
        "|---|---|---|---|---|---|",
    ]
    names = ("sharp_mean", "blurred_mean", "foreground_mae", "background_mae")
    for model_id in bundled_ids("blur-map"):
        for entry in load_card(model_id)["accuracy"]:
            if entry["protocol"] == "composites":
                values = " | ".join(f"{entry['values'][name]:.3f}" for name in names)
                rows.append(f"| `{model_id}` | {entry['images']} | {values} |")
    return rows


def _merged(entries: list[AccuracyCard]) -> list[AccuracyCard]:
    """A card has one entry a protocol; the table has one row a file and data set."""
    rows: dict[tuple[str, str], AccuracyCard] = {}
    for entry in entries:
        key = (entry["dataset"], entry["precision"])
        values = {**rows[key]["values"], **entry["values"]} if key in rows else entry["values"]
        rows[key] = {**entry, "values": values}
    return list(rows.values())


def latency_rows() -> list[str]:
    """Markdown rows of the stored latency results."""
    report = json.loads(LATENCY.read_text(encoding="utf-8"))
    rows = [
        f"Measured on: {report['cpu']}, {report['cores']} cores; "
        f"{report['backend']}; a {report['photo']} photo, {report['runs']} runs; "
        "milliseconds, p50 (p90).",
        "",
        "| file | threads | pre-process | invoke | dequantise | full-size map |",
        "|---|---|---|---|---|---|",
    ]
    stages = ("preprocess", "invoke", "dequantise", "full_map")
    for row in report["rows"]:
        cells = " | ".join(
            f"{row['stages_ms'][stage]['p50']:.1f} ({row['stages_ms'][stage]['p90']:.1f})"
            for stage in stages
        )
        rows.append(f"| `{row['file']}` | {row['threads']} | {cells} |")
    return rows


def judge_rows() -> list[str]:
    """Markdown rows of the stored measures of verdicts."""
    report = json.loads(JUDGE.read_text(encoding="utf-8"))
    rows = [
        f"Measured with `{report['model']}` and `{report['detail']}` on: {report['cpu']}; "
        f"{report['backend']}; {report['photos']} native photos.",
        "",
        "| measure | what | of | value | target |",
        "|---|---|---|---|---|",
    ]
    for row in map(Row.from_dict, report["rows"]):
        target = row.target if row.passed else f"{row.target}, missed"
        rows.append(f"| {row.measure} | {row.what} | {row.count} | {row.shown} | {target} |")
    return rows


def ablation_table() -> list[str]:
    """Markdown rows of the stored ablation."""
    return ablation_rows(json.loads(ABLATION.read_text(encoding="utf-8")))


def _growth(rows: Callable[[Mapping[str, Any]], list[str]]) -> Callable[[], list[str]]:
    return lambda: rows(growth_page.read_growth(growth_page.RESULTS))


PAGES: dict[Path, dict[str, Callable[[], list[str]]]] = {
    README: {
        "accuracy": accuracy_rows,
        "composites": composites_rows,
        "latency": latency_rows,
        "judge": judge_rows,
        "growth": _growth(growth_page.sentences),
    },
    TRAINING: {"ablation": ablation_table},
    GROWTH: {
        "machine": _growth(growth_page.machine_rows),
        "sentences": _growth(growth_page.sentences),
        "sizes": _growth(growth_page.size_rows),
        "parallel": _growth(growth_page.parallel_rows),
        "counts": _growth(growth_page.count_rows),
    },
}
"""Page -> its tables, by name."""


def render(page: Path) -> str:
    """A page's text with its tables as the data says."""
    text = page.read_text(encoding="utf-8")
    for name, rows in PAGES[page].items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        text = "".join([before, start, *(row + "\n" for row in rows()), end, after])
    return text


def update() -> None:
    """Rewrite the tables of all pages."""
    for page in PAGES:
        content = render(page).encode()
        with atomic_file(page) as file:
            file.write(content)
