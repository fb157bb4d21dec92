"""A report and its int8 file in, a model folder of the device package out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.terms import state_data
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.catalogue import AccuracyCard, ModelCard
from export.kinds import KINDS
from export.publishing.report import Report

MODELS_FOLDER = Path(__file__).parents[2] / "dbd_mobile" / "models"
"""Where the device package keeps its models, one folder each."""


def write_bundle(
    report: Report,
    int8_file: Path,
    model_id: str,
    shipped: Mapping[str, Any],
    models: Path = MODELS_FOLDER,
) -> Path:
    """Write ``<id>/model.tflite`` and ``<id>/card.json``, which says all that is known of it.

    Args:
        report: Of an export that passed, with task measures.
        int8_file: The int8 file that it describes.
        model_id: Name of the model's folder, by which users will ask for it.
        shipped: Data set -> accuracy of the int8 file on it as its users run it, as its kind
            measures it; that of the report's evaluation first.
        models: The folder of all models.

    Returns:
        The model's folder.
    """
    folder = models / model_id
    folder.mkdir(parents=True, exist_ok=True)
    card = json.dumps(_make_card(report, model_id, shipped), indent=2) + "\n"
    contents = {"model.tflite": int8_file.read_bytes(), "card.json": card.encode()}
    for name, content in contents.items():
        with atomic_file(folder / name) as file:
            file.write(content)
    return folder


def _make_card(report: Report, model_id: str, shipped: Mapping[str, Any]) -> ModelCard:
    (file,) = (file for file in report.files if file.stage == "int8")
    facts = report.stage("int8").tflite
    assert facts is not None and report.evaluation is not None
    # Only ONNX files have none, and no card.
    assert report.checkpoint.macs is not None
    about, notes = report.checkpoint.about, report.checkpoint.notes
    statement = state_data(notes)
    recorded = {"data": statement.data, "weights_sha256": report.checkpoint.sha256}
    width, height = facts.input.shape[2], facts.input.shape[1]
    accuracy: list[AccuracyCard] = []
    kind = KINDS[report.kind]
    measures = [(name, "int8", measured) for name, measured in shipped.items()]
    measures.insert(1, (report.evaluation, "float32", report.stage("float32").accuracy))
    for name, precision, measured in measures:
        accuracy += kind.card_accuracy(measured, name, precision, f"{width}x{height}")
    return {
        "id": model_id,
        "kind": kind.name,
        "name": about["name"],
        "version": about["version"],
        "description": about["description"],
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "parameters": report.checkpoint.parameters,
        "macs": report.checkpoint.macs,
        "precision": "int8",
        "input": {
            "name": facts.input.name,
            "width": width,
            "height": height,
            "channels": facts.input.shape[3],
            "dtype": facts.input.dtype,
            "scale": facts.input.scale,
            "zero_point": facts.input.zero_point,
            "layout": "NHWC",
            "color": "RGB",
        },
        "output": {
            "name": facts.output.name,
            "width": facts.output.shape[2],
            "height": facts.output.shape[1],
            "dtype": facts.output.dtype,
            "scale": facts.output.scale,
            "zero_point": facts.output.zero_point,
            "meaning": kind.output.meaning,
        },
        "accuracy": accuracy,
        "calibration": kind.card_calibration(notes),
        "author": about["author"],
        "license": about["license"],
        "data_terms": statement.terms,
        # These two first, and as they are whatever the notes hold.
        "training": recorded | notes | recorded,
        "tools": report.tools,
    }
