"""A checkpoint or ONNX file and photos in; proven ONNX and TFLite files and a report out."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from export.forms import Form, ProvenForms
from export.job import ExportJob, Progress
from export.kinds import Kind
from export.kinds.kind import Evaluation
from export.publishing.output_folder import OutputFolder
from export.publishing.report import CalibrationFacts, CheckpointFacts, ExportedFile, Report
from export.publishing.report_page import report_page
from export.reading.calibration import Calibration, generate_calibration, read_calibration
from export.reading.source import Source, read_source
from export.step_clock import StepClock

_TOOLS = (
    "torch", "onnx", "onnxsim", "onnxruntime", "onnx2tf", "litert-quantizer", "tensorflow",
    "ai-edge-litert", "mediapipe", "flatbuffers", "numpy", "pillow",
)  # fmt: skip


def export_checkpoint(job: ExportJob, progress: Progress) -> Report:
    """Export a checkpoint or an ONNX file.

    Every form of the network is compared with the one that it was made from, on the evaluation
    photos or else on some of the calibration photos (or generated images, where neither is given).
    Where one fails up to the float32 file, nothing is made of it; the other precisions stand and
    fall alone. A file is written only if it passed. Files of an earlier export that this one did
    not write are removed, so that the folder holds what its report describes.

    Args:
        job: What to export.
        progress: Called as the work goes on.

    Returns:
        The report, which is also in the output folder.

    Raises:
        InputError: If the checkpoint, a photo or the output folder cannot be used; nothing is
            written then.
        ConversionError: If a converter fails; nothing is written then.
    """
    progress = clock = StepClock(progress)
    source = read_source(job.checkpoint, job.normalisation, job.choice)
    source = replace(source, about=source.about | dict(job.stated))
    output = OutputFolder(job.output, job.checkpoint.stem)
    output.check(job.checkpoint)
    size_wh = (source.contract.width, source.contract.height)
    evaluation = None
    if job.evaluation is not None:
        evaluation = source.kind.open_evaluation(job.evaluation, job.evaluation_list)
    calibration = _calibration(job, source.kind, size_wh, progress)
    names, photos = _compared_photos(evaluation, calibration, size_wh, progress)
    with output.work_folder() as work:
        proven = ProvenForms(job, source, calibration, evaluation, names, photos, work, progress)
        proven.run()
        kept = {
            output.file_name(form.name): form
            for form, stage in zip(proven.forms, proven.stages, strict=True)
            if _is_written(job, form.name)
            and not form.missing
            and (job.keep_failing or not stage.failures)
        }
        report = Report(
            kind=source.kind.name,
            checkpoint=_checkpoint_facts(job, source),
            calibration=_calibration_facts(calibration) if calibration else None,
            evaluation=evaluation.name if evaluation else None,
            stages=proven.stages,
            files=[_file_facts(name, form) for name, form in kept.items()],
            left_out=proven.left_out,
            tools=_tool_versions(),
            seconds={step: round(seconds, 2) for step, seconds in clock.seconds.items()},
        )
        page = report_page(report, proven.pictures)
        files = {name: form.file for name, form in kept.items()}
        output.publish(files, report.to_json(), page, work)
    return report


def _calibration(
    job: ExportJob, kind: Kind, size_wh: tuple[int, int], progress: Progress
) -> Calibration | None:
    """The photos given, else generated images if there is a use for them."""
    if job.calibration is not None:
        step = partial(progress, "Calibration photos")
        return read_calibration(
            kind,
            job.calibration,
            job.calibration_list,
            size_wh,
            step,
            compares=job.evaluation is None,
        )
    if "int8" in job.precisions or job.evaluation is None:
        return generate_calibration(kind, size_wh)
    return None


def _compared_photos(
    evaluation: Evaluation | None,
    calibration: Calibration | None,
    size_wh: tuple[int, int],
    progress: Progress,
) -> tuple[Sequence[str], Sequence[NDArray[np.uint8]]]:
    """Images to compare on, (H, W, 3) uint8: those of the evaluation, else of the calibration."""
    if evaluation is None:
        assert calibration is not None
        return calibration.compared.names, list(calibration.compared.images)
    inputs = evaluation.inputs(size_wh, partial(progress, "Evaluation photos"))
    return inputs.names, list(inputs.images)


def _is_written(job: ExportJob, stage: str) -> bool:
    return stage in ("onnx", "simplified") or stage in job.precisions


def _checkpoint_facts(job: ExportJob, source: Source) -> CheckpointFacts:
    return CheckpointFacts(
        name=job.checkpoint.name,
        sha256=_sha256(job.checkpoint),
        architecture=source.architecture,
        parameters=source.parameters,
        macs=source.macs,
        contract=source.contract,
        about=source.about,
        notes=source.notes,
    )


def _calibration_facts(calibration: Calibration) -> CalibrationFacts:
    return CalibrationFacts(
        folder=calibration.folder,
        found=calibration.found,
        used=calibration.used,
        images=len(calibration.images),
        sha256=calibration.sha256,
        compared=len(calibration.compared.images),
        is_compared_on_others=calibration.is_compared_on_others,
        skipped=list(calibration.skipped),
    )


def _file_facts(name: str, form: Form) -> ExportedFile:
    return ExportedFile(
        name=name,
        stage=form.name,
        size_bytes=form.file.stat().st_size,
        sha256=_sha256(form.file),
    )


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _tool_versions() -> dict[str, str]:
    versions = {name: importlib.metadata.version(name) for name in _TOOLS}
    return {"python": platform.python_version(), **versions}
