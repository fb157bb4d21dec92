"""A report in, the bill of materials of its files out: CycloneDX 1.6 as JSON.

The same report gives the same bytes: there is no time in it, and its serial number is made of the
checksums.
"""

import json
import uuid
from typing import Any

from data.terms import data_of
from export.kinds import KINDS
from export.publishing.report import Report

_ONNX = "application/onnx"
_TFLITE = "application/vnd.tflite"


def software_bill(report: Report, base_model: str | None) -> str:
    """Say what a model is made of, and with which tools.

    Args:
        report: Of the export.
        base_model: What a hub calls the model that training started from; None if none is named.
    """
    about, checkpoint = report.checkpoint.about, report.checkpoint
    checksums = "".join([checkpoint.sha256, *(file.sha256 for file in report.files)])
    model: dict[str, Any] = {
        "type": "machine-learning-model",
        "bom-ref": "model",
        "name": about["name"],
        "version": about["version"],
        "description": about["description"],
        "authors": [{"name": about["author"]}],
        "licenses": [{"license": {"name": about["license"]}}],
        "hashes": [_sha256(checkpoint.sha256)],
        "modelCard": {
            "modelParameters": {
                "task": KINDS[report.kind].hub_task,
                "architectureFamily": checkpoint.architecture,
                "datasets": [
                    {"type": "dataset", "name": name} for name in data_of(checkpoint.notes)
                ],
                "inputs": [{"format": "image, RGB"}],
                "outputs": [{"format": KINDS[report.kind].output.meaning}],
            }
        },
    }
    if base_model is not None:
        ancestor = {"type": "machine-learning-model", "name": base_model}
        model["pedigree"] = {"ancestors": [ancestor]}
    files = [
        {
            "type": "file",
            "bom-ref": file.name,
            "name": file.name,
            "mime-type": _TFLITE if file.name.endswith(".tflite") else _ONNX,
            "hashes": [_sha256(file.sha256)],
        }
        for file in report.files
    ]
    tools = [
        {
            "type": "application",
            "name": name,
            "version": version,
            # Python is no package of its own index.
            **({} if name == "python" else {"purl": f"pkg:pypi/{name}@{version}"}),
        }
        for name, version in report.tools.items()
    ]
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, checksums)}",
        "version": 1,
        "metadata": {"tools": {"components": tools}, "component": model},
        "components": files,
        "dependencies": [{"ref": "model", "dependsOn": [file["bom-ref"] for file in files]}],
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def _sha256(checksum: str) -> dict[str, str]:
    return {"alg": "SHA-256", "content": checksum}
