"""A report and pictures in, one HTML page out that needs nothing else."""

import base64
import io
from pathlib import Path

import jinja2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from export.proving.layers import LayerError
from export.proving.precision import PRECISIONS
from export.proving.stage import Pictures, Stage
from export.publishing.report import Report

_TEMPLATE = Path(__file__).with_name("report_page.html")
# What the page has room for; the JSON report has all.
_MOST_LAYERS = 20
# A difference of this or more is shown at full strength.
_FULL_DIFFERENCE = 0.5


def report_page(report: Report, pictures: dict[str, list[Pictures]]) -> str:
    """Render the page.

    Args:
        report: What to show.
        pictures: Of each stage's worst photos, in their order, by the stage's name.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(
        report=report,
        meanings={name: precision.meaning for name, precision in PRECISIONS.items()},
        files={file.stage: file for file in report.files},
        worst={
            stage.name: [
                (worst, _addresses(shown))
                for worst, shown in zip(stage.worst, pictures[stage.name], strict=True)
            ]
            for stage in report.stages
            # Of the others nothing would be seen.
            if stage.worst and stage.made_from == "float32"
        },
        layers={stage.name: _worst_layers(stage) for stage in report.stages if stage.layers},
    )


def _addresses(pictures: Pictures) -> dict[str, str]:
    """Photo, maps (white = blurred) and difference, as addresses that hold the pictures.

    The difference is red where the map rose, blue where it fell.
    """
    difference = (pictures.after - pictures.before) / _FULL_DIFFERENCE
    rise, fall = difference.clip(0, 1), (-difference).clip(0, 1)
    signed = np.stack([1 - fall, 1 - np.maximum(rise, fall), 1 - rise], axis=-1)
    return {
        "photo": _address(pictures.photo, "JPEG"),
        "before": _address(_levels(pictures.before), "PNG"),
        "after": _address(_levels(pictures.after), "PNG"),
        "difference": _address(_levels(signed), "PNG"),
    }


def _worst_layers(stage: Stage) -> list[tuple[int, LayerError]]:
    """Number and error of the layers with the largest own error, in the network's order."""
    numbered = list(enumerate(stage.layers, 1))
    ranked = sorted(numbered, key=lambda entry: (entry[1].own_error, entry[1].error))
    return sorted(ranked[-_MOST_LAYERS:], key=lambda entry: entry[0])


def _levels(values: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.rint(values * 255).astype(np.uint8)


def _address(pixels: NDArray[np.uint8], kind: str) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, quality=85)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode()}"
