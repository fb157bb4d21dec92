"""A report and its int8 file in, a model folder of the device package out."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.terms import state_data
from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.catalogue import AccuracyCard, CalibrationCard, ModelCard
from evaluation.measures import Accuracy
from export.publishing.report import Report

MODELS_FOLDER = Path(__file__).parents[2] / "dbd_mobile" / "models"
"""Where the device package keeps its models, one folder each."""

# Of what was measured; more would be of this machine's rounding.
_DIGITS = 5


def write_bundle(
    report: Report,
    int8_file: Path,
    model_id: str,
    shipped: Accuracy,
    models: Path = MODELS_FOLDER,
) -> Path:
    """Write ``<id>/model.tflite`` and ``<id>/card.json``, which says all that is known of it.

    Args:
        report: Of an export that passed, with task measures.
        int8_file: The int8 file that it describes.
        model_id: Name of the model's folder, by which users will ask for it.
        shipped: Accuracy of the int8 file on the report's data as the device package runs it.
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


def _make_card(report: Report, model_id: str, shipped: Accuracy) -> ModelCard:
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
    float32 = report.stage("float32").accuracy
    assert float32 is not None
    for precision, measured in (("int8", shipped), ("float32", float32)):
        for protocol, size, values in _by_protocol(measured, f"{width}x{height}"):
            accuracy.append(
                {
                    "dataset": report.evaluation,
                    "images": measured.images,
                    "protocol": protocol,
                    "size": size,
                    "precision": precision,
                    "values": values,
                }
            )
    return {
        "id": model_id,
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
            "meaning": "probability of blur, 1 = blurred",
        },
        "accuracy": accuracy,
        "calibration": _calibration(notes),
        "author": about["author"],
        "license": about["license"],
        "data_terms": statement.terms,
        # These two first, and as they are whatever the notes hold.
        "training": recorded | notes | recorded,
        "tools": report.tools,
    }


def _calibration(notes: Mapping[str, Any]) -> CalibrationCard:
    """How well calibrated the float network is: int8's map is not measured for it."""
    measured = notes.get("calibration", {})
    firmness = _firmness(notes)
    # Where a mean is of firm weights, it was measured without its own factor alone.
    is_whole = firmness == notes.get("firmness", 1)
    return {
        "firmness": firmness,
        "photos": measured.get("photos"),
        "bins": measured.get("bins"),
        "ece": _rounded(measured.get("ece")),
        "ece_without_firmness": _rounded(
            measured.get("ece_without_firmness") if is_whole else None
        ),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)


def _firmness(notes: Mapping[str, Any]) -> float | None:
    """The factor on the logits: notes name their own, 1 if none; that of a mean comes on top.

    None where there is no recipe, or where members of a mean have different ones.
    """
    own = float(notes.get("firmness", 1))
    if "averaged" in notes:
        (of_members, *others) = {_firmness(member) for member in notes["averaged"]}
        return None if others or of_members is None else own * of_members
    return own if "recipe" in notes else None


def _by_protocol(accuracy: Accuracy, size: str) -> list[tuple[str, str, dict[str, float]]]:
    """Protocol, at which size, and the measures, in the card's order."""
    one_class = {"one_class_images": accuracy.one_class_images}
    protocols: list[tuple[str, str, dict[str, float]]] = [
        ("fmax", "native", {"fmax": accuracy.fmax, "f_at_half": accuracy.f_at_half} | one_class),
        ("ddff", "native", {"ddff": accuracy.ddff} | one_class),
        ("adaptive", size, {"adaptive": accuracy.adaptive} | one_class),
        ("mae", "native", {"mae": accuracy.mae}),
    ]
    return [
        (protocol, where, {name: round(value, _DIGITS) for name, value in values.items()})
        for protocol, where, values in protocols
    ]
