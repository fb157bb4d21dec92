"""A report and pictures in, one HTML page out that needs nothing else."""

import base64
import io
from pathlib import Path

import jinja2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from export.kinds import KINDS
from export.kinds.kind import Pictures, View
from export.proving.layers import LayerError
from export.proving.precision import PRECISIONS
from export.proving.stage import Stage
from export.publishing.report import Report
from export.publishing.shipping import shipments

_TEMPLATE = Path(__file__).with_name("report_page.html")
# What the page has room for; the JSON report has all.
_MOST_LAYERS = 20


def report_page(report: Report, pictures: dict[str, list[Pictures]]) -> str:
    """Render the page.

    Args:
        report: What to show.
        pictures: Of each stage's worst photos, in their order, by the stage's name.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    kind = KINDS[report.kind]
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        report=report,
        kind=kind,
        differences=kind.differences,
        accuracies=kind.accuracies if report.evaluation else (),
        meanings={name: precision.meaning for name, precision in PRECISIONS.items()},
        files={file.stage: file for file in report.files},
        worst={
            stage.name: [
                (worst, _addresses(kind.views(shown, "float32", stage.name)))
                for worst, shown in zip(stage.worst, pictures[stage.name], strict=True)
            ]
            for stage in report.stages
            # Of the others nothing would be seen.
            if stage.worst and stage.made_from == "float32"
        },
        shipments=shipments(report),
        layers={stage.name: _worst_layers(stage) for stage in report.stages if stage.layers},
    )


def _addresses(views: list[View]) -> list[tuple[str, str]]:
    """Caption of each picture, and an address that holds it; the photo, the first, as JPEG."""
    kinds = ["JPEG", *["PNG"] * (len(views) - 1)]
    return [
        (view.caption, _address(view.pixels, kind)) for view, kind in zip(views, kinds, strict=True)
    ]


def _worst_layers(stage: Stage) -> list[tuple[int, LayerError]]:
    """Number and error of the layers with the largest own error, in the network's order."""
    numbered = list(enumerate(stage.layers, 1))
    ranked = sorted(numbered, key=lambda entry: (entry[1].own_error, entry[1].error))
    return sorted(ranked[-_MOST_LAYERS:], key=lambda entry: entry[0])


def _address(pixels: NDArray[np.uint8], kind: str) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, quality=85)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"
