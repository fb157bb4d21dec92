"""Emulated Raspberry Pis with the wheel installed, and photos to compare them with this machine."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from benchmarks.emulated_pi.board import PI_2, PI_4, PI_5
from benchmarks.emulated_pi.emulated_pi import EmulatedPi
from benchmarks.emulated_pi.root import missing_tools

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session", autouse=True)
def emulation():
    """Leave all of it out where a Raspberry Pi cannot be emulated."""
    if missing := missing_tools():
        pytest.skip(f"a Raspberry Pi is emulated with {', '.join(missing)}")


@pytest.fixture(scope="session")
def pi_4():
    """A Raspberry Pi 4 with Debian for 64 bits."""
    return EmulatedPi(PI_4)


@pytest.fixture(scope="session")
def pi_5():
    """A Raspberry Pi 5 with Debian for 64 bits."""
    return EmulatedPi(PI_5)


@pytest.fixture(scope="session")
def unknown_board():
    """A board of 64 bits that does not say what its processor is."""
    return EmulatedPi(PI_4, says_what_it_is=False)


@pytest.fixture(scope="session")
def pi_2():
    """A Raspberry Pi 2 with Debian for 32 bits, and its numpy and Pillow."""
    return EmulatedPi(PI_2)


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """Photos without loss: rendered, and of noise, half of it blurred."""
    folder = tmp_path_factory.mktemp("photos")
    scene = Image.open(ROOT / "docs" / "scene.jpg").convert("RGB")
    rng = np.random.default_rng(7)
    coarse = Image.fromarray(rng.integers(0, 256, (60, 80, 3), np.uint8))
    noise = coarse.resize((640, 480), Image.Resampling.BICUBIC)
    noise.paste(noise.filter(ImageFilter.GaussianBlur(12)).crop((320, 0, 640, 480)), (320, 0))
    paths = []
    for name, photo in (("scene", scene), ("noise", noise)):
        paths.append(folder / f"{name}.png")
        photo.save(paths[-1])
    return paths
