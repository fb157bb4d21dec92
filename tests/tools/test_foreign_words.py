"""What an export says: of converters that fail, of runtimes that refuse, of large differences."""

import dataclasses

import numpy as np
import pytest

from export.converting.converter_words import failure_sentence
from export.kinds import BLUR_MAP
from export.kinds.map_difference import INT8_TOLERANCE, ONNX_TOLERANCE, MapDifference
from export.proving.runtimes import check_runtimes
from export.step_clock import StepClock

MAPS = {name: [np.full((4, 4), 0.5, np.float32)] for name in ("float32", "dynamic", "int8")}
PHOTOS = [np.zeros((4, 4, 3), np.uint8)]


@pytest.mark.parametrize(
    ("log", "status", "sentence"),
    [
        (
            "lowering: 40%\nNotImplementedError: flatbuffer_direct validation failed: op=Mod "
            "node=given/encoder/wrap reason_code=unsupported message=Mod with fmod=1 is not "
            "supported.\n",
            1,
            "TFLite cannot have Mod as node encoder/wrap has it (Mod with fmod=1 is not "
            "supported); export the network without it or in another form.",
        ),
        (
            "loc(\"given/head/Erf\"): error: 'tfl.erf' op is neither a custom op nor a flex op\n",
            1,
            "TFLite cannot have erf as node head/Erf has it (op is neither a custom op nor a flex "
            "op); export the network without it or in another form.",
        ),
        (
            "Traceback\n  File\nexport.errors.ConversionError: TFLite cannot have Conv as node "
            "given/mix has it; export the network without it.\n",
            1,
            "TFLite cannot have Conv as node mix has it; export the network without it.",
        ),
        (
            "Traceback\n  File\nValueError: no shape for given/cat.\nI0000 a last word\n",
            1,
            "The conversion to TFLite failed with status 1: ValueError: no shape for cat "
            "(--verbose shows all that the converters say).",
        ),
        (
            "I0000 working\n",
            -11,
            "The converter crashed (signal 11); --verbose shows all that it says, and --precision "
            "leaves a form out.",
        ),
    ],
)
def test_converter_that_fails_is_told_in_the_users_own_names(log, status, sentence):
    assert failure_sentence(log, status) == sentence


def test_old_runtime_that_refuses_dynamic_is_a_warning(monkeypatch):
    def run(python, kernels, files, photos):
        if kernels.runtime.package == "tflite-runtime":
            return {"float32": MAPS["float32"]}, dict.fromkeys(("dynamic", "int8"), "a new version")
        return {name: MAPS[name] for name in files}, {}

    monkeypatch.setattr("export.proving.runtimes.run_files", run)
    monkeypatch.setattr("export.proving.runtimes.python_with", lambda runtime: "python")
    monkeypatch.setattr("export.proving.runtimes._version", lambda python, runtime: "1.0")
    files = dict.fromkeys(MAPS, None)
    checks = check_runtimes(BLUR_MAP, files, MAPS, PHOTOS, lambda done, total: None)
    said = {
        name: ([s for c in found for s in c.failures], [s for c in found for s in c.warnings])
        for name, found in checks.items()
    }
    refusal = ["tflite-runtime 1.0 cannot run it: a new version."]
    assert said == {"float32": ([], []), "dynamic": ([], refusal), "int8": (refusal, [])}


def test_large_difference_of_a_pixel_is_explained_where_it_has_no_limit():
    difference = MapDifference(
        maximum=0.68, mean=0.004, worst_photo_mean=0.01, flipped=0.003, photos=4
    )
    (sentence,) = BLUR_MAP.remarks(difference, INT8_TOLERANCE)
    assert "its largest difference, 0.68, is that of a single pixel" in sentence
    assert "0.30% of the pixels change sides of 0.5 (at most 2.0%)" in sentence
    assert BLUR_MAP.remarks(difference, ONNX_TOLERANCE) == []
    small = dataclasses.replace(difference, maximum=0.05)
    assert BLUR_MAP.remarks(small, INT8_TOLERANCE) == []


def test_clock_gives_each_step_its_own_seconds_and_passes_progress_on(monkeypatch):
    now = iter([0.0, 1.0, 3.0, 6.0, 10.0])
    monkeypatch.setattr("export.step_clock.time.perf_counter", lambda: next(now))
    told = []
    clock = StepClock(lambda step, done, total: told.append((step, done, total)))
    for step, done in (("first", 1), ("first", 2), ("second", 0), ("second", 1)):
        clock(step, done, 2)
    # Up to its first word the time was the first step's.
    assert clock.seconds == {"first": 6.0, "second": 4.0}
    assert told == [("first", 1, 2), ("first", 2, 2), ("second", 0, 2), ("second", 1, 2)]
