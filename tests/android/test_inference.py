"""The library's own classes over TensorFlow Lite's native libraries for Android, run here."""

import os

import numpy as np
import pytest
import skimage.data
from PIL import Image

from dbd_mobile import BlurDetector
from dbd_mobile.catalogue import bundled_ids
from dbd_mobile.photo import load_pixels

from .conftest import ROOT

# One kernel family (XNNPACK on both sides), the same input: rounding at most.
SAME_INPUT_STEPS = 2
# The library's own squash may differ by 1 in 255 at any pixel of the input, and an int8 map then
# differs at edges, as much as between kernel families. A single photo may be all edges.
OWN_INPUT_MEAN_STEPS = 3
OWN_INPUT_FLIPS = 0.01
OWN_INPUT_FLIPS_OF_ONE = 0.02

# What is judged of each photo, as shares of its sides; the first is its subject.
BOXES = ((), (0, 0, 1, 1), (0.3, 0.2, 0.7, 0.6), (0.5, 0.5, 0.6, 0.6), (0.9, 0, 1.5, 0.1))


def photos():
    """Rendered, and real: from scikit-image's package."""
    scene = np.asarray(Image.open(ROOT / "docs" / "scene.jpg").convert("RGB"))
    return {
        "scene": scene,
        "astronaut": skimage.data.astronaut(),
        "coffee": skimage.data.coffee(),
        "chelsea": skimage.data.chelsea(),
    }


def written_arguments(folder, seen_as, images):
    """Write RGB files; the arguments of DetectPhotos for them, and the maps' paths."""
    arguments, maps = [], []
    for name, rgb in images.items():
        rgb.tofile(folder / f"{name}.rgb")
        height, width = rgb.shape[:2]
        arguments += [f"{seen_as}/{name}.rgb", width, height, f"{seen_as}/{name}.map"]
        maps.append(folder / f"{name}.map")
    return [str(argument) for argument in arguments], maps


def python_map(detector, rgb):
    """The raw uint8 output of the Python runtime."""
    quantization = detector.model_facts.output.quantization
    levels = detector.detect(rgb).model_probability / np.float32(quantization.scale)
    return np.rint(levels + quantization.zero_point).astype(int).ravel()


def compare(model_id, run, folder, seen_as, model_path, threads, images):
    """Check the maps of ready inputs and of whole photos."""
    with BlurDetector(model_id, threads=1) as detector:
        size_wh = detector.model_facts.input.size_wh
        ready = {f"{name}_ready": load_pixels(rgb).squash(size_wh) for name, rgb in images.items()}
        arguments, maps = written_arguments(folder, seen_as, {**images, **ready})
        run("org.dbdmobile.DetectPhotos", model_path, str(threads), *arguments)
        all_flips = []
        for (name, rgb), path in zip({**images, **ready}.items(), maps, strict=True):
            expected = python_map(detector, rgb)
            got = np.fromfile(path, np.uint8).astype(int)
            steps = np.abs(got - expected)
            assert got.min() < 64 and got.max() > 192, name
            if name in ready:
                assert steps.max() <= SAME_INPUT_STEPS, name
                continue
            all_flips.append(np.mean((got >= 128) != (expected >= 128)))
            assert steps.mean() <= OWN_INPUT_MEAN_STEPS, name
            assert all_flips[-1] <= OWN_INPUT_FLIPS_OF_ONE, name
        assert np.mean(all_flips) <= OWN_INPUT_FLIPS


def judge_arguments(folder, seen_as, images):
    """What JudgePhotos is given of photos, and what is asked of each."""
    arguments, asked = [], []
    for name, rgb in images.items():
        rgb.tofile(folder / f"{name}.rgb")
        height, width = rgb.shape[:2]
        for box in BOXES:
            sides = [
                round(share * side) for share, side in zip(box, (width, height) * 2, strict=False)
            ]
            where = ",".join(map(str, sides)) if sides else "subject"
            arguments += [f"{seen_as}/{name}.rgb", str(width), str(height), where]
            asked.append((rgb, sides or None))
    return arguments, asked


def compare_verdicts(run, folder, seen_as, root, images):
    """Check the verdicts on boxes and subjects of photos."""
    arguments, asked = judge_arguments(folder, seen_as, images)
    models = [f"{root}/dbd_mobile/models/{name}/model.tflite" for name in ("lite", "detail")]
    run("org.dbdmobile.JudgePhotos", *models, "1", f"{seen_as}/said.tsv", *arguments)
    lines = (folder / "said.tsv").read_text(encoding="utf-8").splitlines()
    with BlurDetector("lite", threads=1) as detector:
        for (rgb, box), line in zip(asked, lines, strict=True):
            verdict, radius, confidence, where, reason = line.split("\t")
            expected = detector.judge(rgb, box)
            if box is None:
                # Its own map may differ a little at edges, and so may the subject.
                differences = np.abs(np.subtract(box_of(where), expected.box_xyxy))
                assert differences.max() < 0.1 * max(expected.size_wh)
                continue
            assert box_of(where) == expected.box_xyxy
            assert (verdict, reason) == (expected.verdict, expected.reason)
            assert float(confidence) == pytest.approx(expected.confidence, abs=1e-6)
            if expected.blur_radius_px is not None:
                assert float(radius) == pytest.approx(expected.blur_radius_px, abs=1e-6)
    assert len({line.split("\t")[0] for line in lines}) > 1


def test_x86_64_library_judges_as_python_does(library, compiled_tests, tmp_path):
    # The last has all four levels, odd sides, and more tiles than are looked at.
    coffee = skimage.data.coffee()
    images = {
        "astronaut": skimage.data.astronaut(),
        "coffee": coffee,
        "large": np.asarray(Image.fromarray(coffee).resize((2301, 1533), Image.Resampling.LANCZOS)),
    }
    compare_verdicts(library.on_host, tmp_path, tmp_path, ROOT, images)


def test_arm64_library_judges_as_python_does(library, compiled_tests, emulation):
    folder = library.arm64_root() / "dbd" / "photos"
    os.makedirs(folder, exist_ok=True)
    images = {name: photos()[name] for name in ("scene", "astronaut")}
    compare_verdicts(library.on_arm64, folder, "/dbd/photos", "/dbd", images)


def box_of(text):
    """Four whole numbers with commas between them."""
    return tuple(int(side) for side in text.split(","))


def test_junit_suite_passes(library, capfd):
    library.test()
    out = capfd.readouterr().out
    assert "\nOK (" in out
    assert int(out.split("\nOK (")[1].split()[0]) >= 94


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("model_id", bundled_ids("blur-map"))
def test_x86_64_library_agrees_with_python(library, compiled_tests, tmp_path, model_id, threads):
    model_path = f"{ROOT}/dbd_mobile/models/{model_id}/model.tflite"
    compare(model_id, library.on_host, tmp_path, tmp_path, model_path, threads, photos())


@pytest.mark.parametrize("model_id", bundled_ids("blur-map"))
def test_arm64_library_agrees_with_python(library, compiled_tests, emulation, model_id):
    folder = library.arm64_root() / "dbd" / "photos"
    os.makedirs(folder, exist_ok=True)
    images = {name: photos()[name] for name in ("scene", "coffee")}
    model_path = f"/dbd/dbd_mobile/models/{model_id}/model.tflite"
    compare(model_id, library.on_arm64, folder, "/dbd/photos", model_path, 2, images)


def test_junit_suite_of_inference_passes_on_arm64(library, emulation, capfd):
    library.test_arm64()
    assert "\nOK (" in capfd.readouterr().out
