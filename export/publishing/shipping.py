"""A report in; which of its files is for which device out."""

from dataclasses import dataclass

from export.publishing.report import ExportedFile, Report

_PROCESSORS = "phones, Raspberry Pis and all other processors"
_PLACES = {
    "int8": _PROCESSORS,
    "int8-mixed": f"{_PROCESSORS}, since int8 was refused",
    "float16": "graphics chips of phones, and stores that want small files",
    "dynamic": "processors, where int8's rounding is too much",
    "float32": "wherever each pixel counts more than size and time",
    "simplified": "browsers and servers, in onnxruntime",
    "onnx": "other converters",
}


@dataclass(frozen=True)
class Shipment:
    """A file and where it belongs.

    Attributes:
        file: The file.
        place: For which devices, in a few words.
        latency_ms: For one photo on the machine that exported it, on one thread; None for ONNX.
    """

    file: ExportedFile
    place: str
    latency_ms: float | None


def shipments(report: Report) -> list[Shipment]:
    """Those of the files that passed, the one for most devices first."""
    files = {file.stage: file for file in report.files if not report.stage(file.stage).failures}
    return [
        Shipment(files[stage], place, report.stage(stage).latency_ms)
        for stage, place in _PLACES.items()
        if stage in files
    ]
