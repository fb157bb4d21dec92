"""A checkpoint and photos in, proven ONNX and TFLite files and a report on them out."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from export.accuracy import score
from export.calibration import (
    Calibration,
    evenly_spaced,
    generate_calibration,
    read_calibration,
)
from export.device_input import device_contract
from export.onnx_file import simplify_onnx, write_onnx
from export.parity import (
    FLOAT32_TOLERANCE,
    INT8_TOLERANCE,
    ONNX_TOLERANCE,
    Tolerance,
    compare_maps,
)
from export.predictors import OnnxPredictor, Predictor, TflitePredictor, TorchPredictor
from export.report import CalibrationFacts, CheckpointFacts, ExportedFile, Report, Stage
from export.tflite import convert_to_tflite
from export.tflite_facts import read_tflite_facts
from training.datasets import BlurDataset, squash
from training.errors import InputError
from training.networks import NetworkContract, measure_complexity
from training.weights import TrainedNetwork, load_weights

PRECISIONS = ("float32", "int8")

# Without evaluation photos; more would only take longer.
_COMPARED_PHOTOS = 50
_TOOLS = (
    "torch", "onnx", "onnxsim", "onnxruntime", "onnx2tf", "tensorflow", "ai-edge-litert",
    "numpy", "pillow",
)  # fmt: skip

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and of how much (None: unknown)."""


@dataclass(frozen=True, kw_only=True)
class ExportJob:
    """What to export, and what to prove it on.

    Attributes:
        checkpoint: Any that ``training.weights.load_weights`` reads.
        output: Folder for ``STEM.onnx``, ``STEM.<precision>.tflite`` and ``STEM.report.json``;
            made if missing. STEM is the checkpoint's.
        precisions: Which of ``PRECISIONS`` to write.
        calibration: Folder of photos, or data set with ``image/``, to calibrate int8 with; None
            takes generated images.
        calibration_list: Which of its photos; all if None.
        evaluation: Photos and masks for the task measures; None takes none.
        evaluation_name: What to call them.
        verbose: Whether the converters may write to the terminal.
    """

    checkpoint: Path
    output: Path
    precisions: tuple[str, ...] = PRECISIONS
    calibration: Path | None = None
    calibration_list: Path | None = None
    evaluation: BlurDataset | None = None
    evaluation_name: str | None = None
    verbose: bool = False


@dataclass(frozen=True)
class _Form:
    """One form of the network.

    Attributes:
        name: Of its stage in the report.
        file: Where it is.
        open: Makes it ready to run.
        tolerance: How it may differ from the form before it, which it was made from.
    """

    name: str
    file: Path
    open: Callable[[], Predictor]
    tolerance: Tolerance


def export_checkpoint(job: ExportJob, progress: Progress) -> Report:
    """Export a checkpoint.

    Every form of the network is compared with the one that it was made from, on the evaluation
    photos or else on some of the calibration photos (or generated images, where neither is given),
    up to the first that fails. A file is written only if it and all before it passed. Files of an
    earlier export that this one did not write are removed, so that the folder holds what its
    report describes.

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
    trained = load_weights(job.checkpoint)
    size_wh = (trained.contract.width, trained.contract.height)
    calibration = _calibration(job, size_wh, progress)
    photos = _compared_photos(job, calibration, size_wh, progress)
    with _work_folder(job.output) as work:
        forms = _make_forms(job, trained, calibration, work, progress)
        stages = _prove(forms, photos, job.evaluation, device_contract(*size_wh), progress)
        passed = {stage.name for stage in stages if not stage.failures}
        stem = job.checkpoint.stem
        names = {"simplified": f"{stem}.onnx"}
        names |= {precision: f"{stem}.{precision}.tflite" for precision in job.precisions}
        files = {names[f.name]: f for f in forms if f.name in passed and f.name in names}
        report = Report(
            checkpoint=_checkpoint_facts(job.checkpoint, trained),
            calibration=_calibration_facts(calibration) if calibration else None,
            evaluation=job.evaluation_name,
            stages=stages,
            files=[_file_facts(name, form) for name, form in files.items()],
            tools=_tool_versions(),
        )
        _publish(report, {name: form.file for name, form in files.items()}, job, work)
    return report


def _calibration(
    job: ExportJob, size_wh: tuple[int, int], progress: Progress
) -> Calibration | None:
    """The photos given, else generated images if there is a use for them."""
    if job.calibration is not None:
        return read_calibration(
            job.calibration, job.calibration_list, size_wh, partial(progress, "Calibration photos")
        )
    if "int8" in job.precisions or job.evaluation is None:
        return generate_calibration(size_wh)
    return None


def _compared_photos(
    job: ExportJob, calibration: Calibration | None, size_wh: tuple[int, int], progress: Progress
) -> Sequence[NDArray[np.uint8]]:
    """Photos to compare on, (H, W, 3) uint8: those of the evaluation, else of the calibration."""
    if job.evaluation is None:
        assert calibration is not None
        return evenly_spaced(list(calibration.photos), _COMPARED_PHOTOS)
    photos = []
    for index in range(len(job.evaluation)):
        photos.append(squash(job.evaluation.photo(index), size_wh))
        progress("Evaluation photos", index + 1, len(job.evaluation))
    return photos


@contextmanager
def _work_folder(output: Path) -> Iterator[Path]:
    """A temporary folder inside ``output``, so that moving a file out of it is one step."""
    try:
        output.mkdir(parents=True, exist_ok=True)
        folder = TemporaryDirectory(dir=output, prefix=".export-")
    except OSError as error:
        raise InputError(
            f"Nothing can be written to {output} ({error.strerror}); give another folder."
        ) from error
    with folder as name:
        yield Path(name).resolve()


def _make_forms(
    job: ExportJob,
    trained: TrainedNetwork,
    calibration: Calibration | None,
    work: Path,
    progress: Progress,
) -> list[_Form]:
    """Convert the network to all its forms, each made of the one before."""
    raw, simplified = work / "raw.onnx", work / "simplified.onnx"
    progress("ONNX", 0, None)
    write_onnx(trained, raw)
    simplify_onnx(raw, simplified)
    progress("ONNX", 1, 1)
    forms = [
        _Form("torch", job.checkpoint, partial(TorchPredictor, trained), Tolerance()),
        _Form("onnx", raw, partial(OnnxPredictor, raw), ONNX_TOLERANCE),
        _Form("simplified", simplified, partial(OnnxPredictor, simplified), ONNX_TOLERANCE),
    ]
    progress("TFLite", 0, None)
    int8_photos = calibration.photos if calibration and "int8" in job.precisions else None
    files = convert_to_tflite(simplified, trained.contract, int8_photos, work, verbose=job.verbose)
    progress("TFLite", 1, 1)
    tolerances = {"float32": FLOAT32_TOLERANCE, "int8": INT8_TOLERANCE}
    for precision, file in files.items():
        forms.append(_Form(precision, file, partial(TflitePredictor, file), tolerances[precision]))
    return forms


def _prove(
    forms: list[_Form],
    photos: Sequence[NDArray[np.uint8]],
    evaluation: BlurDataset | None,
    device: NetworkContract,
    progress: Progress,
) -> list[Stage]:
    """Compare every form with the one before, up to the first that fails."""
    stages: list[Stage] = []
    maps_before: list[NDArray[np.float32]] = []
    for form in forms:
        facts = read_tflite_facts(form.file) if form.name in PRECISIONS else None
        difference = accuracy = None
        failures = facts.violations(form.name, device) if facts else []
        # A file that is not what its name says may not even take the photos.
        if not failures:
            predictor = form.open()
            maps = []
            for photo in photos:
                maps.append(predictor.predict(photo))
                progress(f"Checking {form.name}", len(maps), len(photos))
            if not all(part.min() >= 0 and part.max() <= 1 for part in maps):
                failures = ["It gives values outside [0, 1], which are no probabilities."]
            elif evaluation is not None:
                accuracy = score(maps, evaluation)
            if stages and not failures:
                difference = compare_maps(maps_before, maps)
                failures = form.tolerance.violations(difference, stages[-1].accuracy, accuracy)
            maps_before = maps
        stages.append(
            Stage(
                name=form.name,
                difference=difference,
                tolerance=form.tolerance,
                accuracy=accuracy,
                tflite=facts,
                slow_spots=facts.slow_spots() if facts else [],
                failures=failures,
            )
        )
        if failures:
            break
    return stages


def _publish(report: Report, files: dict[str, Path], job: ExportJob, work: Path) -> None:
    """Move what passed into the output folder, and the report last."""
    stem = job.checkpoint.stem
    report_file = work / "report.json"
    report_file.write_text(report.to_json(), encoding="utf-8")
    for name in (f"{stem}.onnx", *(f"{stem}.{precision}.tflite" for precision in PRECISIONS)):
        if name in files:
            files[name].replace(job.output / name)
        else:
            (job.output / name).unlink(missing_ok=True)
    report_file.replace(job.output / f"{stem}.report.json")


def _checkpoint_facts(path: Path, trained: TrainedNetwork) -> CheckpointFacts:
    contract = trained.contract
    complexity = measure_complexity(trained.network, contract.width, contract.height)
    return CheckpointFacts(
        name=path.name,
        sha256=_sha256(path),
        architecture=trained.architecture,
        parameters=complexity.parameters,
        macs=complexity.macs,
        contract=contract,
        notes=trained.notes,
    )


def _calibration_facts(calibration: Calibration) -> CalibrationFacts:
    return CalibrationFacts(
        folder=calibration.folder,
        found=calibration.found,
        used=len(calibration.photos),
        sha256=calibration.sha256,
    )


def _file_facts(name: str, form: _Form) -> ExportedFile:
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
