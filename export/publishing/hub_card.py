"""A report and times on devices in, a model hub's card out: YAML that it reads, then Markdown."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jinja2

from data.terms import data_of, state_data
from export.kinds import KINDS
from export.proving.precision import PRECISIONS
from export.publishing.device_times import DeviceTime
from export.publishing.report import Report
from export.publishing.shipping import shipments

_TEMPLATE = Path(__file__).with_name("hub_card.md")
# As hubs write the names of licences that they know; others are "other", with their own name.
_LICENSES = ("apache-2.0", "mit", "bsd-3-clause", "bsd-2-clause", "cc-by-4.0", "cc0-1.0", "gpl-3.0")
_TAGS = ["blur-detection", "defocus-blur", "on-device", "tflite", "onnx"]


def hub_card(report: Report, times: Sequence[DeviceTime], base_model: str | None) -> str:
    """Write the card.

    Args:
        report: Of an export that passed.
        times: What files took on devices; those of other files are left out.
        base_model: What a hub calls the model that training started from; None if none is named.
    """
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    names = {file.sha256: file.name for file in report.files}
    kind = KINDS[report.kind]
    return template.render(
        front="\n".join(_yaml(_front(report, base_model))),
        report=report,
        about=report.checkpoint.about,
        kind=kind,
        shipments=shipments(report),
        meanings={name: precision.meaning for name, precision in PRECISIONS.items()},
        differences=kind.differences,
        results=list(_results(report)),
        times=[(names[time.sha256], time) for time in times if time.sha256 in names],
        statement=state_data(report.checkpoint.notes),
    )


def _front(report: Report, base_model: str | None) -> dict[str, Any]:
    """What the hub itself reads."""
    about = report.checkpoint.about
    license_id = about["license"].lower()
    is_known = license_id in _LICENSES
    front: dict[str, Any] = {
        "library_name": "litert",
        "pipeline_tag": KINDS[report.kind].hub_task,
        "license": license_id if is_known else "other",
    }
    if not is_known:
        front["license_name"] = about["license"]
    if base_model is not None:
        front["base_model"] = base_model
    front |= {"datasets": data_of(report.checkpoint.notes), "tags": _TAGS}
    metrics: dict[str, list[dict[str, Any]]] = {}
    for entry in _results(report):
        metrics.setdefault(entry["dataset"], []).extend(
            {"type": name, "value": value, "name": f"{name}, {entry['precision']}"}
            for name, value in entry["values"].items()
            # What could not be measured is told below; hubs want numbers.
            if value is not None
        )
    results = [
        {
            "task": {"type": KINDS[report.kind].hub_task},
            "dataset": {"type": dataset, "name": dataset},
            "metrics": measured,
        }
        for dataset, measured in metrics.items()
    ]
    if results:
        front["model-index"] = [{"name": about["name"], "results": results}]
    return front


def _results(report: Report) -> Iterator[dict[str, Any]]:
    """What was measured of the TFLite files, an entry for each protocol; ONNX gives float32's."""
    contract = report.checkpoint.contract
    size = f"{contract.width}x{contract.height}"
    for shipment in shipments(report):
        stage = report.stage(shipment.file.stage)
        if stage.name not in PRECISIONS or stage.accuracy is None or report.evaluation is None:
            continue
        kind = KINDS[report.kind]
        for entry in kind.card_accuracy(stage.accuracy, report.evaluation, stage.name, size):
            # How many photos had nothing to tell apart is no measure of the model.
            values = {n: v for n, v in entry["values"].items() if n != "one_class_images"}
            yield {**entry, "values": values}


def _yaml(value: Any, indent: str = "") -> Iterator[str]:
    """Lines of YAML: mappings and lists in blocks, all else as JSON, which YAML is too."""
    entries: list[tuple[str, Any]]
    if isinstance(value, dict):
        entries = [(f"{key}:", part) for key, part in value.items()]
    else:
        entries = [("-", part) for part in value]
    for head, part in entries:
        if isinstance(part, dict | list) and part:
            yield f"{indent}{head}"
            yield from _yaml(part, f"{indent}  ")
        else:
            yield f"{indent}{head} {json.dumps(part, ensure_ascii=False)}"
