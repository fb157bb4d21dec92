"""A report and its int8 file in, a model folder of the device package out."""

import json
from dataclasses import dataclass
from pathlib import Path

from dbd_mobile.catalogue import AccuracyCard, ModelCard
from evaluation.measures import Accuracy
from export.report import Report

MODELS_FOLDER = Path(__file__).parents[1] / "dbd_mobile" / "models"
"""Where the device package keeps its models, one folder each."""


@dataclass(frozen=True)
class _Family:
    """What a card says of all models of one architecture, and a file's metadata of its name."""

    name: str
    description: str
    data: str
    data_terms: str


_DATA = (
    "CUHK out-of-focus photos and masks; DUTS photos, with synthetic defocus or judged by other "
    "networks trained on these; encoder initialised with ImageNet weights ({encoder})"
)
_DATA_TERMS = (
    "The weights were trained on the CUHK out-of-focus set and on DUTS photos. Both are research "
    "data, given for study: check their terms before commercial use. Neither is part of this "
    "package."
)

FAMILIES = {
    "lite": _Family(
        name="Lite",
        description=(
            "EfficientNet-Lite0 encoder and a depthwise-separable decoder: ReLU6 throughout, "
            "additions at the skips, made for int8."
        ),
        data=_DATA.format(encoder="EfficientNet-Lite0, Apache-2.0"),
        data_terms=_DATA_TERMS,
    ),
    "nano": _Family(
        name="Nano",
        description=(
            "The first five stages of EfficientNet-Lite0 and a depthwise-separable decoder, for "
            "224x224 pixels: a third of Lite's size and cost."
        ),
        data=_DATA.format(encoder="EfficientNet-Lite0, Apache-2.0"),
        data_terms=_DATA_TERMS,
    ),
    "teacher": _Family(
        name="Teacher",
        description=(
            "The teacher of Distill-DBDGAN (Jonna et al., TOMM 2023): SE-ResNeXt-101, DenseASPP "
            "and non-local attention."
        ),
        data=_DATA.format(encoder="SE-ResNeXt-101, as the recipe says"),
        data_terms=_DATA_TERMS,
    ),
    "teacher-lite2": _Family(
        name="Teacher Lite2",
        description="EfficientNet-Lite2 encoder in the design of Distill-DBDGAN's teacher.",
        data=_DATA.format(encoder="EfficientNet-Lite2, Apache-2.0"),
        data_terms=_DATA_TERMS,
    ),
    "paper": _Family(
        name="Paper",
        description=(
            "EfficientNet-B3 encoder and a U-Net decoder, the student of Distill-DBDGAN as "
            "published (Jonna et al., TOMM 2023)."
        ),
        data="not recorded in the checkpoint",
        data_terms=(
            "The checkpoint does not say what it was trained on: ask for its terms where it came "
            "from before using or passing on this model."
        ),
    ),
}


def write_bundle(
    report: Report, int8_file: Path, model_id: str, models: Path = MODELS_FOLDER
) -> Path:
    """Write ``<id>/model.tflite`` and ``<id>/card.json``, which says all that is known of it.

    Args:
        report: Of an export that passed, with task measures.
        int8_file: The int8 file that it describes.
        model_id: Name of the model's folder, by which users will ask for it.
        models: The folder of all models.

    Returns:
        The model's folder.
    """
    folder = models / model_id
    folder.mkdir(parents=True, exist_ok=True)
    card = json.dumps(_make_card(report, model_id), indent=2) + "\n"
    contents = {"model.tflite": int8_file.read_bytes(), "card.json": card.encode()}
    for name, content in contents.items():
        part = folder / f"{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)
    return folder


def _make_card(report: Report, model_id: str) -> ModelCard:
    (file,) = (file for file in report.files if file.stage == "int8")
    facts = report.stage("int8").tflite
    assert facts is not None and report.evaluation is not None
    # Only ONNX files have none, and no card.
    assert report.checkpoint.macs is not None
    family = FAMILIES[report.checkpoint.architecture]
    width, height = facts.input.shape[2], facts.input.shape[1]
    accuracy: list[AccuracyCard] = []
    for precision in ("int8", "float32"):
        measured = report.stage(precision).accuracy
        assert measured is not None
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
        "name": family.name,
        "version": report.checkpoint.about["version"],
        "description": family.description,
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
        "license": report.checkpoint.about["license"],
        "data_terms": family.data_terms,
        "training": {
            "data": family.data,
            "weights_sha256": report.checkpoint.sha256,
            **report.checkpoint.notes,
        },
        "tools": report.tools,
    }


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
        (protocol, where, {name: round(value, 5) for name, value in values.items()})
        for protocol, where, values in protocols
    ]
