"""A network and photos in; every form of it, each proven by the one that it is made from, out."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.predictors import OnnxPredictor, Predictor, TflitePredictor
from export.converting.simplified_onnx import simplify_onnx
from export.converting.tflite import METHODS, TfliteConverter
from export.evenly_spaced import evenly_spaced
from export.job import ExportJob, Progress
from export.kinds import Kind
from export.kinds.kind import Evaluation, Outputs, Pictures, Tolerance
from export.proving import layers, runtimes
from export.proving.device_check import device_refusal
from export.proving.latency import measure_latencies
from export.proving.precision import PRECISIONS
from export.proving.stage import Stage, Trial, WorstPhoto, best_trial
from export.proving.tflite_facts import read_tflite_facts
from export.proving.verdict import Evidence, Verdict, are_within_range, judge
from export.reading.calibration import MOST_COMPARED, Calibration
from export.reading.foreign_onnx import NAME_PREFIX
from export.reading.source import Source
from networks.device_input import device_contract

# A map that leaves [0, 1] a little, by an enlargement, would pass with one more sigmoid behind it.
_OUTSIDE_ADVICE = (
    "; --logits puts a sigmoid behind logits, any other map has to be cut off in the network"
)
# Each takes as long as int8 itself, and the first few are often enough.
_MIXED_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Form:
    """One form of the network.

    Attributes:
        name: Of its stage in the report.
        made_from: Name of the form that it must agree with.
        file: Where it is.
        open: Makes it ready to run.
        tolerance: How it may differ from the form that it is made from; None for the first.
        advice: What to do if it gives no values in [0, 1], to end that sentence with.
        trials, choice, kept_float: As in ``Stage``.
        missing: Why there is no such file, in a sentence; "" if there is one.
    """

    name: str
    made_from: str | None
    file: Path
    open: Callable[[], Predictor]
    tolerance: Tolerance | None
    advice: str = ""
    trials: tuple[Trial, ...] = ()
    choice: str | None = None
    kept_float: tuple[str, ...] = ()
    missing: str = ""

    @classmethod
    def of_precision(
        cls,
        kind: Kind,
        name: str,
        file: Path,
        trials: tuple[Trial, ...] = (),
        choice: str | None = None,
        kept_float: tuple[str, ...] = (),
        missing: str = "",
    ) -> "Form":
        return cls(
            name=name,
            made_from="simplified" if name == "float32" else "float32",
            file=file,
            open=partial(TflitePredictor, file),
            tolerance=kind.tolerances[name],
            trials=trials,
            choice=choice,
            kept_float=kept_float,
            missing=missing,
        )


class ProvenForms:
    """The way from the source through all forms; ``run`` fills ``forms`` and ``stages``."""

    def __init__(
        self,
        job: ExportJob,
        source: Source,
        calibration: Calibration | None,
        evaluation: Evaluation | None,
        photo_names: Sequence[str],
        photos: Sequence[NDArray[np.uint8]],
        work: Path,
        progress: Progress,
    ) -> None:
        self.job, self.source, self.calibration = job, source, calibration
        self.kind, self.evaluation = source.kind, evaluation
        self.photo_names, self.photos = photo_names, photos
        self.work, self.progress = work, progress
        self.forms: list[Form] = []
        self.stages: list[Stage] = []
        pointless = self.kind.pointless
        self._wanted = [name for name in job.precisions if name not in pointless]
        self.left_out = [pointless[name] for name in job.precisions if name in pointless]
        self.pictures: dict[str, list[Pictures]] = {}
        self._evidence: dict[str, Evidence] = {}
        self._files: dict[str, Path] = {}
        self._missing: dict[str, str] = {}
        self._device = device_contract(source.contract.width, source.contract.height)
        self._converter = TfliteConverter(
            onnx_file=work / "simplified.onnx",
            kind=source.kind,
            contract=source.contract,
            about=source.about,
            folder=work,
            progress=progress,
            verbose=job.verbose,
        )

    def run(self) -> None:
        wanted = self._wanted
        if not all(self._prove(form) for form in self._float_forms()):
            return
        self.left_out += runtimes.untried_runtimes()
        for name in ("float16", "dynamic"):
            if name in wanted:
                self._prove(self._form(name))
        if "int8" in wanted:
            int8 = self._make_int8()
            self._prove(int8)
            # A file that fails elsewhere needs rescue too.
            self._check_runtimes()
            if "int8-mixed" in wanted:
                self._rescue(int8)
        self._check_runtimes()
        self._measure_latencies()

    def _rescue(self, int8: Form) -> None:
        stage = self.stages[-1]
        if not stage.failures:
            self.left_out.append("int8-mixed is not needed: int8 passed.")
        elif fragile := layers.fragile_layers(self._files["float32"]):
            self._prove(self._make_without_fragile(fragile))
        elif int8.missing:
            self.left_out.append("int8-mixed is not tried: it is made like int8.")
        elif stage.difference is None:
            self.left_out.append("int8-mixed is not tried: it would not be what its name says.")
        else:
            assert int8.choice is not None
            self._prove(self._make_mixed(int8.choice, stage.layers, []))

    def _float_forms(self) -> Iterator[Form]:
        """The forms that the others are made from, each once the one before has passed."""
        raw, simplified = self.work / "raw.onnx", self.work / "simplified.onnx"
        source = self.source
        yield Form(
            name=source.stage,
            made_from=None,
            file=self.job.checkpoint,
            open=source.open,
            tolerance=None,
            advice=_OUTSIDE_ADVICE if source.stage == "given" else "",
        )
        self.progress("ONNX", 0, None)
        source.write(raw)
        simplify_onnx(raw, simplified)
        self.progress("ONNX", 1, 1)
        before = source.stage
        for name, file in (("onnx", raw), ("simplified", simplified)):
            yield Form(
                name=name,
                made_from=before,
                file=file,
                open=partial(OnnxPredictor, file),
                tolerance=self.kind.tolerances[name],
            )
            before = name
        self.progress("TFLite", 0, None)
        self._keep(*self._converter.convert_to_float32())
        self.progress("TFLite", 1, 1)
        yield self._form("float32")
        self.progress("Smaller forms", 0, None)
        images = self.calibration.images if self.calibration else None
        self._keep(*self._converter.quantise(self._wanted, images))
        self.progress("Smaller forms", 1, 1)

    def _keep(self, files: Mapping[str, Path], missing: Mapping[str, str]) -> None:
        """Note down what was made, and of that what LiteRT runs.

        That is found out in a process of its own: a file may take along the one that loads it.
        """
        refused: Mapping[str, str] = {}
        if files:
            photo = list(self.photos[:1])
            _, refused = runtimes.run_files(sys.executable, runtimes.LITERT_XNNPACK, files, photo)
        self._missing |= dict(missing)
        self._missing |= {
            name: f"LiteRT cannot run it: {why.rstrip('.')}." for name, why in refused.items()
        }
        self._files |= {name: file for name, file in files.items() if name not in refused}

    def _form(self, name: str) -> Form:
        """A precision of which there is one file, or none."""
        if name in self._missing:
            return self._no_form(name, self._missing[name])
        return Form.of_precision(self.kind, name, self.work / f"{name}.tflite")

    def _no_form(self, name: str, missing: str) -> Form:
        """A precision of which there is no file; ``missing`` says why."""
        return Form.of_precision(self.kind, name, self.work / f"{name}.tflite", missing=missing)

    def _make_int8(self) -> Form:
        """With the ranges, of those of all methods, that give most nearly what float32 gives."""
        dividing = layers.dividing_layer(self._files["float32"])
        if dividing is not None:
            reason = (
                f"Its layer {dividing.removeprefix(NAME_PREFIX)} divides by what the photo gives, "
                "which int8 rounds to 0 for some photos; int8-mixed leaves such layers in float32."
            )
            return self._no_form("int8", reason)
        names = {method: f"int8.{method}" for method in METHODS}
        files = {method: self._files[name] for method, name in names.items() if name in self._files}
        if not files:
            return self._no_form("int8", self._missing[names[METHODS[0]]])
        trials = self._try(files, None)
        best = best_trial(trials, self.kind.tolerances["int8"])
        return Form.of_precision(self.kind, "int8", files[best.name], tuple(trials), best.name)

    def _make_mixed(
        self, method: str, errors: Sequence[layers.LayerError], always: Sequence[str]
    ) -> Form:
        """With some layers in float32, and as few others as bring it within the tolerance."""
        choices = layers.float_choices(self._files["float32"], errors)
        kept = {name: list(dict.fromkeys([*always, *more])) for name, more in choices.items()}
        tolerance = self.kind.tolerances["int8-mixed"]
        files: dict[str, Path] = {}
        trials: list[Trial] = []
        for names in _parts(list(kept), _MIXED_AT_ONCE):
            self._keep(*self._converter.mix(method, {name: kept[name] for name in names}))
            made = {name: self._files[name] for name in names if name in self._files}
            if not made:
                continue
            files |= made
            trials += self._try(made, tolerance)
            if not tolerance.violations(trials[-1].difference, None, None):
                break
        if not trials:
            return self._no_form("int8-mixed", self._missing[next(iter(kept))])
        best = best_trial(trials, tolerance)
        return Form.of_precision(
            self.kind,
            "int8-mixed",
            files[best.name],
            tuple(trials),
            best.name,
            tuple(kept[best.name]),
        )

    def _make_without_fragile(self, kept: Sequence[str]) -> Form:
        """With the layers in float32 that int8 breaks, by the ranges that are good enough.

        Where none are, with more layers.
        """
        tolerance = self.kind.tolerances["int8-mixed"]
        files: dict[str, Path] = {}
        trials: list[Trial] = []
        for method in METHODS:
            self._keep(*self._converter.mix(method, {method: kept}))
            if method not in self._files:
                continue
            files[method] = self._files[method]
            trials += self._try({method: files[method]}, tolerance)
            if not tolerance.violations(trials[-1].difference, None, None):
                break
        if not trials:
            return self._no_form("int8-mixed", self._missing[METHODS[0]])
        best = best_trial(trials, tolerance)
        form = Form.of_precision(
            self.kind, "int8-mixed", files[best.name], tuple(trials), best.name, tuple(kept)
        )
        if tolerance.violations(best.difference, None, None):
            return self._make_mixed(best.name, self._measure_layers(form), kept)
        return form

    def _try(self, files: Mapping[str, Path], enough: Tolerance | None) -> list[Trial]:
        """Compare files with float32 on calibration images, up to the first that is good enough."""
        assert self.calibration is not None
        photos = evenly_spaced(list(self.calibration.images), MOST_COMPARED)
        reference = TflitePredictor(self._files["float32"])
        step = "Choosing " + ("layers" if enough else f"ranges by the {self.kind.compared}")
        total = len(photos) * (len(files) + 1)
        expected = self._predict(reference, photos, step, 0, total)
        trials: list[Trial] = []
        for name, file in files.items():
            done = len(photos) * (len(trials) + 1)
            outputs = self._predict(TflitePredictor(file), photos, step, done, total)
            trials.append(Trial(name, self.kind.compare(expected, outputs)))
            if enough and not enough.violations(trials[-1].difference, None, None):
                self.progress(step, total, total)
                break
        return trials

    def _prove(self, form: Form) -> bool:
        """Compare a form with the one that it is made from; whether it passed."""
        facts = None
        if form.name in PRECISIONS and not form.missing:
            facts = read_tflite_facts(form.file)
        found: Evidence | None = None
        violations = [form.missing] if form.missing else []
        if facts:
            violations = facts.violations(form.name, self._device, self.kind)
            violations += device_refusal(form.file)
        verdict = Verdict(failures=violations)
        # A file that is not what its name says may not even take the photos.
        if not verdict.failures:
            step = f"Checking {form.name}"
            predictor = form.open()
            outputs = self._predict(predictor, self.photos, step, 0, len(self.photos))
            found = Evidence(outputs=outputs, accuracy=self._measure(predictor, outputs))
            before = self._evidence[form.made_from] if form.made_from else None
            verdict = judge(self.kind, found, before, form.tolerance, advice=form.advice)
            self._evidence[form.name] = found
            if before:
                self.pictures[form.name] = [
                    Pictures(self.photos[i], before.outputs[i], outputs[i]) for i in verdict.worst
                ]
        stage = Stage(
            name=form.name,
            made_from=form.made_from,
            difference=verdict.difference,
            tolerance=form.tolerance,
            accuracy=found.accuracy if found else None,
            tflite=facts,
            trials=list(form.trials),
            choice=form.choice,
            kept_float=list(form.kept_float),
            worst=[
                WorstPhoto(self.photo_names[i], mean)
                for i, mean in zip(verdict.worst, verdict.worst_means, strict=True)
            ],
            runtimes=[],
            layers=[],
            slow_spots=facts.slow_spots() if facts else [],
            failures=list(verdict.failures),
        )
        self.forms.append(form)
        self.stages.append(self._with_layers(stage, form))
        return not verdict.failures

    def _measure(self, predictor: Predictor, outputs: Outputs) -> Any:
        if self.evaluation is None or not are_within_range(outputs):
            return None
        return self.evaluation.measure(predictor, outputs)

    def _predict(
        self,
        predictor: Predictor,
        photos: Sequence[NDArray[np.uint8]],
        step: str,
        done: int,
        total: int,
    ) -> Outputs:
        """What is given for photos, as a part of a step of which ``done`` of ``total`` are done."""
        outputs = []
        for photo in photos:
            outputs.append(predictor.predict(photo))
            self.progress(step, done + len(outputs), total)
        return outputs

    def _measure_layers(self, form: Form) -> list[layers.LayerError]:
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
        expected = {name: [self._evidence[name].outputs[i] for i in chosen] for name in files}
        photos = [self.photos[i] for i in chosen]
        step = partial(self.progress, "Other runtimes")
        checks = runtimes.check_runtimes(self.kind, files, expected, photos, step)
        for number in passed:
            found = checks[self.stages[number].name]
            failures = [sentence for check in found for sentence in check.failures]
            stage = replace(self.stages[number], runtimes=found, failures=failures)
            self.stages[number] = self._with_layers(stage, self.forms[number])

    def _measure_latencies(self) -> None:
        self.progress("Latency here", 0, 1)
        files = {
            form.name: form.file
            for form, stage in zip(self.forms, self.stages, strict=True)
            if stage.name in PRECISIONS and not stage.failures
        }
        latencies = measure_latencies(files, self.photos[0])
        self.stages = [
            replace(stage, latency_ms=latencies.get(stage.name)) for stage in self.stages
        ]
        self.progress("Latency here", 1, 1)

    def _with_layers(self, stage: Stage, form: Form) -> Stage:
        """With where the error comes from, if it failed."""
        if stage.failures and form.made_from == "float32" and not form.missing:
            return replace(stage, layers=self._measure_layers(form))
        return stage


def _parts(names: list[str], most: int) -> Iterator[list[str]]:
    """The names in their order, at most so many at a time."""
    for start in range(0, len(names), most):
        yield names[start : start + most]
