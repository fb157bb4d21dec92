"""What an export is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from export.proving.precision import PRECISIONS
from export.reading.foreign_onnx import Normalisation
from export.reading.map_choice import WHOLE_MAP, MapChoice

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and of how much (None: unknown)."""


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """What to export, and what to prove it on.

    Attributes:
        checkpoint: Any that ``export.reading.source.read_source`` reads.
        output: Folder for ``STEM.onnx``, ``STEM.simplified.onnx``, ``STEM.<precision>.tflite``,
            ``STEM.report.json`` and ``STEM.report.html``; made if missing. STEM is the
            checkpoint's.
        precisions: Which of ``export.proving.precision.PRECISIONS`` to write.
        stated: What to say of the model in the files' metadata, whatever the checkpoint says: any
            of ``version``, ``author`` and ``license``.
        normalisation: How an ONNX file is fed that does not say so itself.
        choice: What of an ONNX file's output is the map.
        calibration: Folder of photos, or data set with ``image/``, to calibrate int8 with; None
            takes generated images.
        calibration_list: Which of its photos; all if None.
        evaluation: Folder of photos of which the truth is known, for the task measures: a data set
            with masks, or crisp photos for a network that measures blur; None takes none.
        evaluation_list: Which of its photos; all if None.
        keep_failing: Whether to write the files too that failed.
        verbose: Whether the converters may write to the terminal.
    """

    checkpoint: Path
    output: Path
    precisions: tuple[str, ...] = tuple(PRECISIONS)
    stated: Mapping[str, str] = field(default_factory=dict)
    normalisation: Normalisation | None = None
    choice: MapChoice = WHOLE_MAP
    calibration: Path | None = None
    calibration_list: Path | None = None
    evaluation: Path | None = None
    evaluation_list: Path | None = None
    keep_failing: bool = False
    verbose: bool = False
