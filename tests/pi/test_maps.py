"""The same photos on the boards and here: what the network sees, and the maps that it gives."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

SCRIPT = Path(__file__).with_name("write_maps.py")
MODELS = ("lite", "nano")

INPUT_STEPS = 1
# Both sides compute by XNNPACK.
SAME_KERNELS_STEPS = 2
# They round differently, which shows at edges.
OTHER_KERNELS_MEAN_STEPS = 3
OTHER_KERNELS_FLIPS = 0.01


@pytest.fixture(scope="session")
def maps_here(photos, tmp_path_factory):
    spec = importlib.util.spec_from_file_location("write_maps", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    out = tmp_path_factory.mktemp("maps") / "here.npz"
    module.main(out, ",".join(MODELS), *photos)
    found = np.load(out)
    assert all(found[f"{model} xnnpack"] for model in MODELS)
    return found


def maps_on(pi, photos, models=MODELS):
    paths = [pi.put(photo) for photo in photos]
    pi.read(pi.put(SCRIPT), "/home/pi/maps.npz", ",".join(models), *paths)
    return np.load(pi.home / "maps.npz")


def in_steps(found, here, key):
    """The difference in 255ths of each place."""
    scale = 1 if key.endswith("input") else 255
    return np.abs(found[key].astype(float) - here[key]) * scale


def check_across_kernels(found, here):
    for key in (key for key in found.files if not key.endswith("xnnpack")):
        steps = in_steps(found, here, key)
        if key.endswith("input"):
            assert steps.max() <= INPUT_STEPS, key
            continue
        assert steps.mean() <= OTHER_KERNELS_MEAN_STEPS, key
        flips = np.mean((found[key] >= 0.5) != (here[key] >= 0.5))
        assert flips <= OTHER_KERNELS_FLIPS, key


@pytest.mark.parametrize("board", ["pi_4", "pi_5"])
def test_maps_of_64_bits_are_those_of_x86(board, photos, maps_here, request):
    found = maps_on(request.getfixturevalue(board), photos)
    for model in MODELS:
        assert found[f"{model} xnnpack"]
    for key in (key for key in found.files if not key.endswith("xnnpack")):
        steps = in_steps(found, maps_here, key)
        assert steps.max() <= (INPUT_STEPS if key.endswith("input") else SAME_KERNELS_STEPS), key


def test_maps_without_xnnpack_differ_at_edges_only(unknown_board, photos, maps_here):
    found = maps_on(unknown_board, photos[:1], models=["lite"])
    assert not found["lite xnnpack"]
    check_across_kernels(found, maps_here)


def test_maps_of_32_bits_differ_at_edges_only(pi_2, photos, maps_here):
    found = maps_on(pi_2, photos)
    assert not any(found[f"{model} xnnpack"] for model in MODELS)
    check_across_kernels(found, maps_here)
