"""A checkpoint or ONNX file and photos in; proven ONNX and TFLite files and a report out."""

import hashlib
import importlib.metadata
import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import BlurDataset, squash
from dbd_mobile.errors import InputError
from evaluation.predictors import OnnxPredictor, Predictor, TflitePredictor
from evaluation.scoring import score
from export.converting.simplified_onnx import simplify_onnx
from export.converting.tflite import METHODS, TfliteConverter
from export.proving import layers, runtimes
from export.proving.parity import ONNX_TOLERANCE, Tolerance, compare_maps, photo_means
from export.proving.precision import PRECISIONS
from export.proving.tflite_facts import read_tflite_facts
from export.publishing.report import (
    CalibrationFacts,
    CheckpointFacts,
    ExportedFile,
    Report,
    Stage,
    Trial,
    WorstPhoto,
)
from export.publishing.report_page import Pictures, report_page
from export.reading.calibration import (
    Calibration,
    evenly_spaced,
    generate_calibration,
    read_calibration,
)
from export.reading.foreign_onnx import Normalisation
from export.reading.source import Source, read_source
from networks.device_input import device_contract

# Without evaluation photos, and to choose between files; more would only take longer.
_COMPARED_PHOTOS = 50
_WORST_PHOTOS = 3
_TOOLS = (
    "torch", "onnx", "onnxsim", "onnxruntime", "onnx2tf", "tensorflow", "ai-edge-litert",
    "tflite-runtime", "mediapipe", "flatbuffers", "numpy", "pillow",
)  # fmt: skip

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and of how much (None: unknown)."""

_Maps = Sequence[NDArray[np.float32]]


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
        calibration: Folder of photos, or data set with ``image/``, to calibrate int8 with; None
            takes generated images.
        calibration_list: Which of its photos; all if None.
        evaluation: Photos and masks for the task measures; None takes none.
        evaluation_name: What to call them.
        keep_failing: Whether to write the files too that failed.
        verbose: Whether the converters may write to the terminal.
    """

    checkpoint: Path
    output: Path
    precisions: tuple[str, ...] = tuple(PRECISIONS)
    stated: Mapping[str, str] = field(default_factory=dict)
    normalisation: Normalisation | None = None
    calibration: Path | None = None
    calibration_list: Path | None = None
    evaluation: BlurDataset | None = None
    evaluation_name: str | None = None
    keep_failing: bool = False
    verbose: bool = False


@dataclass(frozen=True, kw_only=True)
class _Form:
    """One form of the network.

    Attributes:
        name: Of its stage in the report.
        made_from: Name of the form that it must agree with.
        file: Where it is.
        open: Makes it ready to run.
        tolerance: How it may differ from the form that it is made from.
        trials, choice, kept_float: As in ``Stage``.
    """

    name: str
    made_from: str | None
    file: Path
    open: Callable[[], Predictor]
    tolerance: Tolerance
    trials: tuple[Trial, ...] = ()
    choice: str | None = None
    kept_float: tuple[str, ...] = ()

    @classmethod
    def of_precision(
        cls,
        name: str,
        file: Path,
        trials: tuple[Trial, ...] = (),
        choice: str | None = None,
        kept_float: tuple[str, ...] = (),
    ) -> "_Form":
        return cls(
            name=name,
            made_from="simplified" if name == "float32" else "float32",
            file=file,
            open=partial(TflitePredictor, file),
            tolerance=PRECISIONS[name].tolerance,
            trials=trials,
            choice=choice,
            kept_float=kept_float,
        )


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
    source = read_source(job.checkpoint, job.normalisation)
    source = replace(source, about=source.about | dict(job.stated))
    _check_output(job)
    size_wh = (source.contract.width, source.contract.height)
    calibration = _calibration(job, size_wh, progress)
    names, photos = _compared_photos(job, calibration, size_wh, progress)
    with _work_folder(job.output) as work:
        export = _Export(job, source, calibration, names, photos, work, progress)
        export.run()
        kept = {
            _file_name(job, form.name): form
            for form, stage in zip(export.forms, export.stages, strict=True)
            if _is_written(job, form.name) and (job.keep_failing or not stage.failures)
        }
        report = Report(
            checkpoint=_checkpoint_facts(job, source),
            calibration=_calibration_facts(calibration) if calibration else None,
            evaluation=job.evaluation_name,
            stages=export.stages,
            files=[_file_facts(name, form) for name, form in kept.items()],
            left_out=export.left_out,
            tools=_tool_versions(),
        )
        page = report_page(report, export.pictures)
        _publish(report, page, {name: form.file for name, form in kept.items()}, job, work)
    return report


class _Export:
    """The way from the source through all forms; ``run`` fills ``forms`` and ``stages``."""

    def __init__(
        self,
        job: ExportJob,
        source: Source,
        calibration: Calibration | None,
        photo_names: Sequence[str],
        photos: Sequence[NDArray[np.uint8]],
        work: Path,
        progress: Progress,
    ) -> None:
        self.job, self.source, self.calibration = job, source, calibration
        self.photo_names, self.photos = photo_names, photos
        self.work, self.progress = work, progress
        self.forms: list[_Form] = []
        self.stages: list[Stage] = []
        self.left_out: list[str] = []
        self.pictures: dict[str, list[Pictures]] = {}
        self._maps: dict[str, _Maps] = {}
        self._files: dict[str, Path] = {}
        self._device = device_contract(source.contract.width, source.contract.height)
        self._converter = TfliteConverter(
            onnx_file=work / "simplified.onnx",
            contract=source.contract,
            about=source.about,
            folder=work,
            progress=progress,
            verbose=job.verbose,
        )

    def run(self) -> None:
        wanted = self.job.precisions
        if not all(self._prove(form) for form in self._float_forms()):
            return
        for name in ("float16", "dynamic"):
            if name in wanted:
                self._prove(_Form.of_precision(name, self._files[name]))
        if "int8" in wanted:
            int8 = self._make_int8()
            self._prove(int8)
            # A file that fails elsewhere needs rescue too.
            self._check_runtimes()
            if "int8-mixed" in wanted:
                self._rescue(int8)
        self._check_runtimes()

    def _rescue(self, int8: _Form) -> None:
        stage = self.stages[-1]
        if not stage.failures:
            self.left_out.append("int8-mixed is not needed: int8 passed.")
        elif stage.difference is None:
            self.left_out.append("int8-mixed is not tried: it would not be what its name says.")
        else:
            self._prove(self._make_mixed(int8, stage.layers))

    def _float_forms(self) -> Iterator[_Form]:
        """The forms that the others are made from, each once the one before has passed."""
        raw, simplified = self.work / "raw.onnx", self.work / "simplified.onnx"
        source = self.source
        yield _Form(
            name=source.stage,
            made_from=None,
            file=self.job.checkpoint,
            open=source.open,
            tolerance=Tolerance(),
        )
        self.progress("ONNX", 0, None)
        source.write(raw)
        simplify_onnx(raw, simplified)
        self.progress("ONNX", 1, 1)
        before = source.stage
        for name, file in (("onnx", raw), ("simplified", simplified)):
            yield _Form(
                name=name,
                made_from=before,
                file=file,
                open=partial(OnnxPredictor, file),
                tolerance=ONNX_TOLERANCE,
            )
            before = name
        self.progress("TFLite", 0, None)
        photos = self.calibration.photos if self.calibration else None
        self._files = self._converter.convert(self.job.precisions, photos)
        self.progress("TFLite", 1, 1)
        yield _Form.of_precision("float32", self._files["float32"])

    def _make_int8(self) -> _Form:
        """With the ranges, of those of all methods, whose maps are most like float32's."""
        files = {method: self._files[f"int8.{method}"] for method in METHODS}
        trials = self._try(files, None)
        best = best_trial(trials, PRECISIONS["int8"].tolerance)
        return _Form.of_precision("int8", files[best.name], tuple(trials), best.name)

    def _make_mixed(self, int8: _Form, errors: Sequence[layers.LayerError]) -> _Form:
        """With as few layers in float32 as bring the maps within the tolerance."""
        assert int8.choice is not None
        kept = layers.float_choices(self._files["float32"], errors)
        files = self._converter.mix(int8.choice, kept)
        tolerance = PRECISIONS["int8-mixed"].tolerance
        trials = self._try(files, tolerance)
        best = best_trial(trials, tolerance)
        return _Form.of_precision(
            "int8-mixed", files[best.name], tuple(trials), best.name, tuple(kept[best.name])
        )

    def _try(self, files: Mapping[str, Path], enough: Tolerance | None) -> list[Trial]:
        """Compare files with float32 on calibration photos, up to the first that is good enough."""
        assert self.calibration is not None
        photos = evenly_spaced(list(self.calibration.photos), _COMPARED_PHOTOS)
        reference = TflitePredictor(self._files["float32"])
        step = "Choosing " + ("layers" if enough else "ranges by the maps")
        total = len(photos) * (len(files) + 1)
        expected = self._predict(reference, photos, step, 0, total)
        trials: list[Trial] = []
        for name, file in files.items():
            done = len(photos) * (len(trials) + 1)
            maps = self._predict(TflitePredictor(file), photos, step, done, total)
            trials.append(Trial(name, compare_maps(expected, maps)))
            if enough and not enough.violations(trials[-1].difference, None, None):
                self.progress(step, total, total)
                break
        return trials

    def _prove(self, form: _Form) -> bool:
        """Compare a form with the one that it is made from; whether it passed."""
        facts = read_tflite_facts(form.file) if form.name in PRECISIONS else None
        difference = accuracy = None
        worst: list[WorstPhoto] = []
        failures = facts.violations(form.name, self._device) if facts else []
        # A file that is not what its name says may not even take the photos.
        if not failures:
            step = f"Checking {form.name}"
            maps = self._predict(form.open(), self.photos, step, 0, len(self.photos))
            self._maps[form.name] = maps
            before = self._stage(form.made_from)
            if not all(part.min() >= 0 and part.max() <= 1 for part in maps):
                advice = "; end the network with a sigmoid" if form.name == "given" else ""
                failures = [f"It gives values outside [0, 1], which are no probabilities{advice}."]
            elif self.job.evaluation is not None:
                accuracy = score(maps, self.job.evaluation)
            if before and not failures:
                expected = self._maps[before.name]
                difference = compare_maps(expected, maps)
                worst = self._worst(form.name, expected, maps)
                failures = form.tolerance.violations(difference, before.accuracy, accuracy)
        stage = Stage(
            name=form.name,
            made_from=form.made_from,
            difference=difference,
            tolerance=form.tolerance,
            accuracy=accuracy,
            tflite=facts,
            trials=list(form.trials),
            choice=form.choice,
            kept_float=list(form.kept_float),
            worst=worst,
            runtimes=[],
            layers=[],
            slow_spots=facts.slow_spots() if facts else [],
            failures=failures,
        )
        self.forms.append(form)
        self.stages.append(self._with_layers(stage, form))
        return not failures

    def _predict(
        self,
        predictor: Predictor,
        photos: Sequence[NDArray[np.uint8]],
        step: str,
        done: int,
        total: int,
    ) -> _Maps:
        """The maps of photos, as a part of a step of which ``done`` of ``total`` are done."""
        maps = []
        for photo in photos:
            maps.append(predictor.predict(photo))
            self.progress(step, done + len(maps), total)
        return maps

    def _stage(self, name: str | None) -> Stage | None:
        return next((stage for stage in self.stages if stage.name == name), None)

    def _worst(self, name: str, expected: _Maps, maps: _Maps) -> list[WorstPhoto]:
        means = photo_means(expected, maps)
        order = np.argsort(means)[::-1][:_WORST_PHOTOS]
        self.pictures[name] = [Pictures(self.photos[i], expected[i], maps[i]) for i in order]
        return [WorstPhoto(self.photo_names[i], means[i]) for i in order]

    def _measure_layers(self, form: _Form) -> list[layers.LayerError]:
        photos = evenly_spaced(list(self.photos), layers.PHOTOS)
        step = partial(self.progress, f"Layers of {form.name}")
        return layers.measure_layers(self._files["float32"], form.file, photos, step)

    def _check_runtimes(self) -> None:
        """Run what passed, and was not yet run, elsewhere; what differs too much there fails."""
        passed = [
            number
            for number, stage in enumerate(self.stages)
            if stage.name in self.job.precisions and not (stage.failures or stage.runtimes)
        ]
        files = {self.forms[number].name: self.forms[number].file for number in passed}
        chosen = evenly_spaced(list(range(len(self.photos))), runtimes.PHOTOS)
        expected = {name: [self._maps[name][i] for i in chosen] for name in files}
        photos = [self.photos[i] for i in chosen]
        checks = runtimes.check_runtimes(
            files, expected, photos, partial(self.progress, "Other runtimes")
        )
        for number in passed:
            found = checks[self.stages[number].name]
            failures = [sentence for check in found for sentence in check.failures]
            stage = replace(self.stages[number], runtimes=found, failures=failures)
            self.stages[number] = self._with_layers(stage, self.forms[number])

    def _with_layers(self, stage: Stage, form: _Form) -> Stage:
        """With where the error comes from, if it failed."""
        if stage.failures and form.made_from == "float32":
            return replace(stage, layers=self._measure_layers(form))
        return stage


def best_trial(trials: Sequence[Trial], tolerance: Tolerance) -> Trial:
    """Whose maps are most like float32's, of those within the tolerance if any is."""
    return min(
        trials,
        key=lambda trial: (
            bool(tolerance.violations(trial.difference, None, None)),
            trial.difference.mean,
        ),
    )


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
) -> tuple[Sequence[str], Sequence[NDArray[np.uint8]]]:
    """Photos to compare on, (H, W, 3) uint8: those of the evaluation, else of the calibration."""
    if job.evaluation is None:
        assert calibration is not None
        chosen = evenly_spaced(list(range(len(calibration.photos))), _COMPARED_PHOTOS)
        return [calibration.names[i] for i in chosen], [calibration.photos[i] for i in chosen]
    photos = []
    for index in range(len(job.evaluation)):
        photos.append(squash(job.evaluation.photo(index), size_wh))
        progress("Evaluation photos", index + 1, len(job.evaluation))
    return job.evaluation.names, photos


@contextmanager
def _work_folder(output: Path) -> Iterator[Path]:
    """A temporary folder inside ``output``, so that moving a file out of it is one step."""
    is_new = not output.exists()
    try:
        output.mkdir(parents=True, exist_ok=True)
        folder = TemporaryDirectory(dir=output, prefix=".export-")
    except OSError as error:
        raise InputError(
            f"Nothing can be written to {output} ({error.strerror}); give another folder."
        ) from error
    try:
        with folder as name:
            yield Path(name).resolve()
    finally:
        # Only after a failure or an interruption is it empty.
        if is_new and not any(output.iterdir()):
            output.rmdir()


def _file_name(job: ExportJob, stage: str) -> str:
    stem = job.checkpoint.stem
    return {"onnx": f"{stem}.onnx", "simplified": f"{stem}.simplified.onnx"}.get(
        stage, f"{stem}.{stage}.tflite"
    )


def _file_names(job: ExportJob) -> list[str]:
    """All that an export of the checkpoint may write or remove, but the report."""
    return [_file_name(job, stage) for stage in ("onnx", "simplified", *PRECISIONS)]


def _check_output(job: ExportJob) -> None:
    for name in _file_names(job):
        if (job.output / name).resolve() == job.checkpoint.resolve():
            raise InputError(
                f"{job.output / name} is the file to export and would be overwritten; give another "
                "folder."
            )


def _is_written(job: ExportJob, stage: str) -> bool:
    return stage in ("onnx", "simplified") or stage in job.precisions


def _publish(report: Report, page: str, files: dict[str, Path], job: ExportJob, work: Path) -> None:
    """Move what passed into the output folder, and the report last."""
    stem = job.checkpoint.stem
    for suffix, text in (("html", page), ("json", report.to_json())):
        (work / f"report.{suffix}").write_text(text, encoding="utf-8")
    # An older report would be wrong from the first file on, should this be interrupted.
    for suffix in ("html", "json"):
        (job.output / f"{stem}.report.{suffix}").unlink(missing_ok=True)
    for name in _file_names(job):
        if name in files:
            files[name].replace(job.output / name)
        else:
            (job.output / name).unlink(missing_ok=True)
    for suffix in ("html", "json"):
        (work / f"report.{suffix}").replace(job.output / f"{stem}.report.{suffix}")


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
