"""The bundled int8 files in every TFLite runtime that users may have, on real photos."""

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skimage.data
from PIL import Image

from data.blur_dataset import BlurDataset, data_root, split_validation, squash
from dbd_mobile.catalogue import bundled_ids
from dbd_mobile.runtimes import RUNTIMES
from evaluation.predictors import open_predictor
from evaluation.scoring import score
from export.kinds import BLUR_MAP
from export.kinds.map_difference import (
    OTHER_KERNELS_TOLERANCE,
    SAME_KERNELS_TOLERANCE,
    compare_maps,
)
from export.proving.precision import PRECISIONS
from export.proving.runtimes import (
    LITERT_XNNPACK,
    OLDEST_PYTHON,
    OTHERS,
    check_runtimes,
    python_with,
    run_files,
)
from export.publishing.card import MODELS_FOLDER

from .conftest import leave_out, require_data

ROOT = Path(__file__).parents[2]
NEWEST = ROOT / ".venv" / "bin" / "python"
FILES = {
    model_id: MODELS_FOLDER / model_id / "model.tflite" for model_id in bundled_ids("blur-map")
}
LITERT_PLAIN, TFLITE_RUNTIME, TENSORFLOW = OTHERS


@pytest.fixture(scope="module")
def photos():
    scene = np.asarray(Image.open(ROOT / "docs" / "scene.jpg").convert("RGB"))
    return [scene, skimage.data.astronaut(), skimage.data.coffee(), skimage.data.chelsea()]


@pytest.fixture(scope="module")
def expected(photos):
    """What the tools' LiteRT gives, with XNNPACK."""
    return run(LITERT_XNNPACK, photos)


def run(kernels, photos, python=None):
    """Every model's maps of the photos at its own size."""
    python = python or python_with(kernels.runtime)
    if python is None:
        leave_out("tflite-runtime is not there; 'make oldest' installs it")
    maps = {}
    for model_id, file in FILES.items():
        size_wh = open_predictor(file).size_wh
        inputs = [squash(photo, size_wh) for photo in photos]
        given, reasons = run_files(str(python), kernels, {model_id: file}, inputs)
        assert reasons == {}
        maps |= given
    return maps


def check(expected, got, tolerance):
    for model_id in FILES:
        difference = compare_maps(expected[model_id], got[model_id])
        assert tolerance.violations(difference, None, None) == []
        assert all(part.min() < 0.2 and part.max() > 0.8 for part in got[model_id])


@pytest.mark.parametrize("python", [NEWEST, OLDEST_PYTHON], ids=["newest", "oldest"])
def test_oldest_and_newest_litert_give_the_same_map(photos, expected, python):
    if not python.is_file():
        pytest.skip(f"{python} is made by 'make demo' or 'make oldest'")
    code = "from importlib.metadata import version; print(version('ai-edge-litert'))"
    shown = [str(python), "-c", code]
    version = subprocess.run(shown, capture_output=True, check=True, text=True).stdout
    assert (tuple(map(int, version.split("."))) > (2, 1, 0)) == (python == NEWEST)
    check(expected, run(LITERT_XNNPACK, photos, python), SAME_KERNELS_TOLERANCE)


def test_tensorflow_gives_the_same_map(photos, expected):
    check(expected, run(TENSORFLOW, photos), SAME_KERNELS_TOLERANCE)


def test_tflite_runtime_runs_int8_without_xnnpack(photos, expected):
    got = run(TFLITE_RUNTIME, photos)
    without = run(replace(TFLITE_RUNTIME, resolver=LITERT_PLAIN.resolver), photos)
    for model_id in FILES:
        assert compare_maps(without[model_id], got[model_id]).maximum == 0
    # The optimised kernels of TensorFlow 2.14 and of LiteRT may round a sum to different steps.
    check(expected, got, OTHER_KERNELS_TOLERANCE)
    check(run(LITERT_PLAIN, photos), got, OTHER_KERNELS_TOLERANCE)


def test_reference_kernels_give_the_same_map_in_old_and_new_runtimes(photos):
    """What the file means has not changed, whatever its fast kernels make of it."""
    old, new = (
        run(replace(kernels, resolver="BUILTIN_REF"), photos[:1])
        for kernels in (TFLITE_RUNTIME, LITERT_XNNPACK)
    )
    for model_id in FILES:
        assert compare_maps(old[model_id], new[model_id]).maximum == 0


def test_files_are_tried_in_every_runtime_that_users_may_have():
    assert {kernels.runtime for kernels in OTHERS} == set(RUNTIMES)


@pytest.mark.parametrize("kernels", OTHERS, ids=lambda kernels: kernels.runtime.package)
def test_only_what_is_rounded_to_int8_may_differ_with_the_kernels(kernels):
    loose = {
        name for name in PRECISIONS if kernels.tolerance(BLUR_MAP, name) != SAME_KERNELS_TOLERANCE
    }
    anew = {"dynamic", "int8-mixed"}
    assert loose == (anew if kernels is TENSORFLOW else anew | {"int8"})


def test_file_that_crashes_a_runtime_takes_no_other_along(photos, tmp_path):
    file = FILES["lite"]
    # What lies in memory behind a cut file decides whether it is refused or crashes the process.
    cuts = {
        f"cut{size}": tmp_path / f"{size}.tflite" for size in range(500_000, 3_000_000, 500_000)
    }
    for name, cut in cuts.items():
        cut.write_bytes(file.read_bytes()[: int(name.removeprefix("cut"))])
    python = python_with(TFLITE_RUNTIME.runtime)
    if python is None:
        leave_out("tflite-runtime is not there; 'make oldest' installs it")
    photo = squash(photos[0], (320, 320))
    maps, reasons = run_files(python, TFLITE_RUNTIME, {**cuts, "whole": file}, [photo])
    assert list(maps) == ["whole"]
    assert maps["whole"][0].shape == (320, 320)
    assert list(reasons) == list(cuts)
    assert any(reason.startswith("it ended with status -") for reason in reasons.values())


def test_without_files_no_runtime_is_started(monkeypatch):
    monkeypatch.setattr(subprocess, "run", None)
    assert check_runtimes(BLUR_MAP, {}, {}, [], lambda done, total: None) == {}


def test_accuracy_hardly_depends_on_the_kernels():
    """On photos held out of training, which are research data and no part of the repository."""
    root = data_root() / "cuhk"
    require_data(root)
    every = BlurDataset.from_folder(root, Path("train604.txt"))
    held_out = BlurDataset(root, tuple(split_validation(every.names, 60)[1][::2]))
    photos = [held_out.photo(index) for index in range(len(held_out))]
    before, after = run(LITERT_XNNPACK, photos), run(TFLITE_RUNTIME, photos)
    for model_id in FILES:
        change = score(after[model_id], held_out).mae - score(before[model_id], held_out).mae
        assert abs(change) <= 0.002
