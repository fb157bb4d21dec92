"""Cards and stored results in, the tables of the README and of other guides out.

Each table stands between ``<!-- NAME -->`` and ``<!-- /NAME -->``.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.roofline.tables import kinds_of, processor_of
from benchmarks.verdicts.row import Row
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.catalogue import AccuracyCard, bundled_ids, load_card
from training.ablation import ablation_rows

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
TRAINING = ROOT / "training" / "README.md"
ROOFLINE_PAGE = ROOT / "benchmarks" / "roofline" / "README.md"
LATENCY = ROOT / "benchmarks" / "results" / "latency.json"
ABLATION = ROOT / "benchmarks" / "results" / "ablation.json"
JUDGE = ROOT / "benchmarks" / "results" / "judge.json"
ROOFLINE = ROOT / "benchmarks" / "results" / "roofline.json"
ROOFLINE_WITHOUT_AMX = ROOT / "benchmarks" / "results" / "roofline_no_amx.json"
WORST_OPERATORS = 10


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
    report = _read_json(LATENCY)
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


def roofline_rows() -> list[str]:
    """Markdown rows of what the models reach of the interpreter's peak, as it was stored."""
    rows = [
        "| processor | peak, GMAC/s: over all channels, depthwise | model | ms | GMAC/s | of the "
        "peak | of its operators' peaks | its time: depthwise, 1x1, 3x3, the rest |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for report in map(_read_json, (ROOFLINE, ROOFLINE_WITHOUT_AMX)):
        peaks = report["peak_gmacs_s"]
        for model in report["models"]:
            us = {row["kind"]: row["us"] for row in kinds_of(model)}
            total = sum(us.values())
            parts = [us.pop(kind, 0.0) for kind in ("depthwise", "1x1", "3x3")]
            shares = ", ".join(f"{100 * part / total:.0f} %" for part in (*parts, sum(us.values())))
            rows.append(
                f"| {processor_of(report)} | {peaks['all channels']:.0f}, {peaks['depthwise']:.0f} "
                f"| `{model['model']}` | {model['ms']['p50']:.1f} | {model['gmacs_s']:.0f} "
                f"| {100 * model['share_of_peak']:.0f} % "
                f"| {100 * model['share_of_its_operators_peaks']:.0f} % | {shares} |"
            )
    return rows


def worst_operator_rows() -> list[str]:
    """Markdown rows of the operators that lose most, without the matrix unit, as it was stored."""
    rows = [
        "| model | operator | kind | MMAC | us | GMAC/s | us above the peak |",
        "|---|---|---|---|---|---|---|",
    ]
    for model in _read_json(ROOFLINE_WITHOUT_AMX)["models"]:
        operators = sorted(model["operators"], key=lambda row: -float(row["lost_us"]))
        rows += [
            f"| `{model['model']}` | {row['index']}: {row['shapes']} | {row['kind']} "
            f"| {row['macs'] / 1e6:.1f} | {row['us']:.0f} "
            f"| {row['gmacs_s']:.0f} | {row['lost_us']:.0f} |"
            for row in operators[:WORST_OPERATORS]
        ]
    return rows


def untrained_rows() -> list[str]:
    """Markdown rows of what networks of other shapes would take, as it was stored."""
    rows = [
        "| shape | MMAC, of them depthwise | ms | of the peak | ms with AMX | of its peak |",
        "|---|---|---|---|---|---|",
    ]
    with_amx, without = (_read_json(path)["untrained"] for path in (ROOFLINE, ROOFLINE_WITHOUT_AMX))
    for row, other in zip(without, with_amx, strict=True):
        rows.append(
            f"| {row['name']} | {row['macs'] / 1e6:.0f}, {row['depthwise_macs'] / 1e6:.0f} "
            f"| {row['ms']['p50']:.1f} | {100 * row['share_of_peak']:.0f} % "
            f"| {other['ms']['p50']:.1f} | {100 * other['share_of_peak']:.0f} % |"
        )
    return rows


def _read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def judge_rows() -> list[str]:
    """Markdown rows of the stored measures of verdicts."""
    report = _read_json(JUDGE)
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
    return ablation_rows(_read_json(ABLATION))


PAGES: dict[Path, dict[str, Callable[[], list[str]]]] = {
    README: {
        "accuracy": accuracy_rows,
        "composites": composites_rows,
        "latency": latency_rows,
        "roofline": roofline_rows,
        "judge": judge_rows,
    },
    TRAINING: {"ablation": ablation_table},
    ROOFLINE_PAGE: {"worst": worst_operator_rows, "untrained": untrained_rows},
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
