"""Cards and stored results in, the tables and pictures of the READMEs and of the other pages out.

Each table stands between ``<!-- NAME -->`` and ``<!-- /NAME -->``; words within a sentence stand
between the same two, on one line, which starts with other words.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.devices import plots, released_models, store, tables
from benchmarks.devices.measurement import Measurement
from benchmarks.emulated_pi.report import instruction_rows, memory_rows
from benchmarks.growth import page as growth
from benchmarks.peers import plot, table
from benchmarks.roofline.markdown import roofline_rows, untrained_rows, worst_operator_rows
from benchmarks.verdicts.row import Row
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.catalogue import AccuracyCard, bundled_ids, load_card
from networks import BLUR_ARCHITECTURES, build, measure_complexity
from networks.weights import load_weights
from training.ablation import ablation_rows
from training.graph import GRAPH, read_graph
from training.graph_table import graph_rows

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
ACCURACY = ROOT / "docs" / "accuracy.md"
VERDICTS = ROOT / "docs" / "verdicts.md"
MODELS = ROOT / "docs" / "models.md"
PEERS_PAGE = ROOT / "docs" / "peers.md"
PYTHON = ROOT / "docs" / "python.md"
CAMERA = ROOT / "docs" / "camera.md"
METHOD = ROOT / "docs" / "method.md"
EXPERIMENTS_PAGE = ROOT / "docs" / "experiments.md"
TRAINING = ROOT / "training" / "README.md"
WEIGHTS = ROOT / "training" / "weights" / "README.md"
BENCHMARKS = ROOT / "docs" / "benchmarks.md"
GROWTH_PAGE = ROOT / "docs" / "benchmarks-growth.md"
DETAIL_WEIGHTS = ROOT / "training" / "weights" / "detail.safetensors"
PLOTS = ROOT / "docs" / "benchmarks"
ROOFLINE_PAGE = ROOT / "benchmarks" / "roofline" / "README.md"
RASPBERRY_PI = ROOT / "docs" / "raspberry-pi.md"
PEERS_PICTURE = ROOT / "docs" / "peers.svg"
RESULTS = ROOT / "benchmarks" / "results"
ABLATION = RESULTS / "ablation.json"
AUTOFOCUS = RESULTS / "autofocus.json"
EXPERIMENTS = RESULTS / "experiments.json"
EMULATED_PI = RESULTS / "raspberry_pi.json"
JUDGE = RESULTS / "judge.json"
PEERS = RESULTS / "peers.json"
ROOFLINE = RESULTS / "roofline.json"
ROOFLINE_WITHOUT_AMX = RESULTS / "roofline_no_amx.json"


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


def model_rows() -> list[str]:
    """Markdown rows of the bundled models: how large, how accurate on each data set, how fast."""
    sets = ("cuhk/test100", "szu/held-out", "mfif/held-out", "lfsd/held-out-near")
    rows = [
        "| model | MB | input | "
        + " | ".join(f"fmax, {name.split('/')[0].upper()}" for name in sets)
        + " | sharp photos: mean map | ms a photo |",
        "|---|---|---|" + "---|" * len(sets) + "---|---|",
    ]
    times = _times_ms()
    for model_id in bundled_ids("blur-map"):
        card = load_card(model_id)
        int8 = [e for e in _merged(card["accuracy"]) if e["precision"] == "int8"]
        fmax = {e["dataset"]: e["values"]["fmax"] for e in int8 if "fmax" in e["values"]}
        (sharp,) = (
            e["values"]["sharp_mean"] for e in card["accuracy"] if e["protocol"] == "composites"
        )
        rows.append(
            f"| `{model_id}` {card['version']} | {card['size_bytes'] / 1e6:.1f} "
            f"| {card['input']['width']}x{card['input']['height']} | "
            + " | ".join(f"{fmax[name]:.3f}" for name in sets)
            + f" | {sharp:.2f} | {times.get(model_id, '')} |"
        )
    return rows


def _times_ms() -> dict[str, str]:
    """Of int8 models, what a photo takes by the newest measurement of the usual photo."""
    times = {}
    for found in sorted(measurements(), key=lambda m: str(m.report["time_utc"])):
        released = found.released
        if released and released.precision == "int8" and found.photo == tables.USUAL_PHOTO:
            times[released.id] = f"{found.fastest['stages_ms']['total']['p50']:.1f}"
    return times


def card_rows() -> list[str]:
    """Markdown rows of all bundled models, and what each is."""
    cards = [load_card(model_id) for model_id in bundled_ids()]
    return [
        "| model | version | parameters | MMAC | size | input |",
        "|---|---|---|---|---|---|",
        *(
            f"| `{card['id']}` | {card['version']} | {card['parameters']:,} "
            f"| {card['macs'] / 1e6:.0f} | {card['size_bytes'] / 1e6:.2f} MB "
            f"| {card['input']['width']}x{card['input']['height']} |"
            for card in cards
        ),
        "",
        *(f"- `{card['id']}`: {card['description']}" for card in cards),
    ]


def terms_rows() -> list[str]:
    """Markdown paragraphs: what the bundled models were trained on, and the terms of that."""
    rows = []
    for model_id in bundled_ids():
        card = load_card(model_id)
        rows += [f"**`{model_id}`.** {card['training']['data']}", "", card["data_terms"], ""]
    return rows


def experiment_rows(name: str) -> list[str]:
    """Markdown rows of one of the stored tables of experiments."""
    return stored_rows(_stored(EXPERIMENTS)[name])


def stored_rows(table: Any) -> list[str]:
    """Markdown rows of a table that is stored as its columns and rows."""
    lines = [table["columns"], ["---"] * len(table["columns"]), *table["rows"]]
    return [f"| {' | '.join(cells)} |" for cells in lines]


@cache
def network_rows() -> list[str]:
    """Markdown rows of the networks that a recipe may name: how large, and what a photo takes."""
    rows = ["| `architecture` | input | parameters | GMAC |", "|---|---|---|---|"]
    for architecture in BLUR_ARCHITECTURES:
        # Shapes are enough to count by.
        with torch.device("meta"):
            network = build(architecture)
        width, height = network.contract.width, network.contract.height
        size = measure_complexity(network, width, height)
        rows.append(
            f"| `{architecture}` | {width}x{height} | {size.parameters / 1e6:.2f} M "
            f"| {size.macs / 1e9:.2f} |"
        )
    return rows


def detail_rows() -> list[str]:
    """Markdown rows of what `detail`'s weights say of the photos that its training held out."""
    measures = load_weights(DETAIL_WEIGHTS).notes["held_out"]
    assert isinstance(measures, dict)
    return [
        f"| file | {' | '.join(f'`{name}`' for name in measures)} |",
        "|" + "---|" * (1 + len(measures)),
        f"| `{DETAIL_WEIGHTS.name}` "
        + "".join(f"| {value:.3f} " for value in measures.values())
        + "|",
    ]


def _merged(entries: list[AccuracyCard]) -> list[AccuracyCard]:
    """A card has one entry a protocol; the table has one row a file and data set."""
    rows: dict[tuple[str, str], AccuracyCard] = {}
    for entry in entries:
        key = (entry["dataset"], entry["precision"])
        values = {**rows[key]["values"], **entry["values"]} if key in rows else entry["values"]
        rows[key] = {**entry, "values": values}
    return list(rows.values())


def measurements() -> list[Measurement]:
    """The stored measurements of devices that the tables and plots show."""
    return store.Store(store.FOLDER).measurements()


def sustained() -> list[Measurement]:
    """The stored measurements of minutes without a break that the tables and plots show."""
    return store.Store(store.FOLDER).sustained()


def sustained_rows(measured: Sequence[Measurement]) -> list[str]:
    """Markdown rows of minutes without a break, under a plot where there are any."""
    pictures = ["sustained"] if measured else []
    return tables.picture_rows(pictures, PLOTS.name) + tables.sustained_rows(measured)


def judge_rows(report: Any) -> list[str]:
    """Markdown rows of the stored measures of verdicts."""
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


def _stored(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _growth() -> dict[str, Any]:
    return growth.read_growth(growth.RESULTS)


PAGES: dict[Path, dict[str, Callable[[], list[str] | str]]] = {
    README: {
        "models": model_rows,
        "compared": lambda: table.short_rows(_stored(PEERS)),
    },
    MODELS: {"models": card_rows, "terms": terms_rows},
    ACCURACY: {"accuracy": accuracy_rows, "composites": composites_rows},
    VERDICTS: {"judge": lambda: judge_rows(_stored(JUDGE))},
    PEERS_PAGE: {"peers": lambda: table.markdown_rows(_stored(PEERS))},
    PYTHON: {"memory": lambda: growth.memory_words(_growth())},
    CAMERA: {"autofocus": lambda: stored_rows(_stored(AUTOFOCUS))},
    METHOD: {"networks": network_rows},
    EXPERIMENTS_PAGE: {
        **{
            n: partial(experiment_rows, n)
            for n in ("other-photos", "lite-history", "lite-test100", "no-help")
        },
        "ablation": lambda: ablation_rows(_stored(ABLATION)),
    },
    ROOFLINE_PAGE: {
        "worst": lambda: worst_operator_rows(_stored(ROOFLINE_WITHOUT_AMX)),
        "changes": partial(experiment_rows, "changes"),
        "untrained": lambda: untrained_rows(_stored(ROOFLINE), _stored(ROOFLINE_WITHOUT_AMX)),
    },
    TRAINING: {
        "graph": lambda: graph_rows(read_graph(ROOT / GRAPH)),
        "teachers": partial(experiment_rows, "teachers"),
    },
    WEIGHTS: {"weights": partial(experiment_rows, "weights"), "detail": detail_rows},
    BENCHMARKS: {
        "latency": lambda: tables.latency_rows(measurements()),
        "roofline": lambda: roofline_rows(_stored(ROOFLINE), _stored(ROOFLINE_WITHOUT_AMX)),
        "devices": lambda: tables.device_rows(measurements()),
        "plots": lambda: tables.picture_rows(list(plots.draw(measurements())), PLOTS.name),
        "stages": lambda: tables.stage_rows(measurements()),
        "sustained": lambda: sustained_rows(sustained()),
        "circumstances": lambda: tables.circumstance_rows(measurements()),
    },
    GROWTH_PAGE: {
        "machine": lambda: growth.machine_rows(_growth()),
        "sentences": lambda: growth.sentences(_growth()),
        "sizes": lambda: growth.size_rows(_growth()),
        "parallel": lambda: growth.parallel_rows(_growth()),
        "counts": lambda: growth.count_rows(_growth()),
    },
    RASPBERRY_PI: {
        "pi-instructions": lambda: instruction_rows(_stored(EMULATED_PI)),
        "pi-memory": lambda: memory_rows(_stored(EMULATED_PI)),
    },
}
"""Page -> what is made in it, by name: the rows of a table, or words within a sentence."""


def render(page: Path) -> str:
    """A page's text with its tables and measures as the data says."""
    text = page.read_text(encoding="utf-8")
    for name, make in PAGES[page].items():
        start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        before, _, rest = text.partition(start)
        _, _, after = rest.partition(end)
        made = make()
        inside = [made] if isinstance(made, str) else ["\n", *(row + "\n" for row in made)]
        text = "".join([before, start, *inside, end, after])
    return text


def files() -> dict[Path, bytes]:
    """All that is made from cards and stored results, and what is to be in it."""
    pictures = plots.draw(measurements(), sustained())
    return {
        released_models.RELEASED: released_models.released_text().encode(),
        **{PLOTS / f"{name}.svg": picture for name, picture in pictures.items()},
        PEERS_PICTURE: plot.draw_svg(_stored(PEERS)),
        **{page: render(page).encode() for page in PAGES},
    }


def update() -> None:
    """Rewrite all of it; a plot that there are no numbers for goes."""
    contents = files()
    for path in set(PLOTS.glob("*.svg")) - contents.keys():
        path.unlink()
    for path, content in contents.items():
        path.parent.mkdir(exist_ok=True)
        with atomic_file(path) as file:
            file.write(content)
