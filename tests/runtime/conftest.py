"""Photos of our own making, and a detector that says what they say, for the runtime's tests."""

import importlib.metadata
import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dbd_mobile import BlurDetector
from dbd_mobile.cli import main
from dbd_mobile.radius_code import CONFIDENCE, RADIUS_PX
from dbd_mobile.runtimes import RUNTIMES

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def half_sharp():
    """A (240, 320, 3) uint8 photo of fine texture, sharp on the left, blurred on the right."""
    rng = np.random.default_rng(5)
    coarse = Image.fromarray(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8))
    texture = coarse.resize((320, 240), Image.Resampling.BICUBIC)
    grain = rng.normal(0, 25, (240, 320, 1))
    photo = Image.fromarray(np.clip(np.asarray(texture) + grain, 0, 255).astype(np.uint8))
    blurred = photo.filter(ImageFilter.GaussianBlur(6))
    photo.paste(blurred.crop((160, 0, 320, 240)), (160, 0))
    return np.asarray(photo)


@pytest.fixture
def photo_file(tmp_path, half_sharp):
    """The same photo as a JPEG file."""
    path = tmp_path / "photo.jpg"
    Image.fromarray(half_sharp).save(path, quality=95)
    return path


@pytest.fixture
def without_interpreters(monkeypatch):
    """Hide every interpreter; fill the dictionary with name and version to show one again."""
    shown = {}
    version_of, spec_of = importlib.metadata.version, importlib.util.find_spec
    packages = {runtime.module.partition(".")[0]: runtime.package for runtime in RUNTIMES}

    def version(name):
        if name in packages.values() and name not in shown:
            raise importlib.metadata.PackageNotFoundError(name)
        return shown.get(name) or version_of(name)

    def find_spec(name, package=None):
        hidden = name in packages and packages[name] not in shown
        return None if hidden else spec_of(name, package)

    monkeypatch.setattr(importlib.metadata, "version", version)
    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    return shown


@pytest.fixture(scope="session")
def told_detector():
    """A detector that measures what a photo's colours tell it.

    In the brightest red of 16x16 pixels it sees the radius, in green how unsure that is and in blue
    motion: :class:`Told` paints them. Its blur map shows brightness: bright = blurred.
    """
    with BlurDetector(
        DATA / "tiny_int8.tflite", detail=DATA / "tiny_detail.tflite", threads=1
    ) as detector:
        yield detector


class Told:
    """Paints photos for ``told_detector``."""

    UNSURE = 255

    @staticmethod
    def red(radius_px):
        """The red that stands for a radius in pixels."""
        return int(np.abs(np.array([Told.radius(x) for x in range(256)]) - radius_px).argmin())

    @staticmethod
    def radius(red):
        """The radius that a red stands for."""
        return float(RADIUS_PX[Told.code(red)])

    @staticmethod
    def green(confidence):
        """The green that stands for a confidence."""
        known = CONFIDENCE[[Told.code(x) for x in range(256)]]
        return int(np.abs(known - confidence).argmin())

    @staticmethod
    def code(brightness):
        """The code that the model makes of a colour's brightness."""
        share = 1 / (1 + math.exp(-6 * (brightness - 127) / 128))
        return min(round(256 * share), 255)

    @staticmethod
    def flat(width, height, radius_px=1.0, *, green=0, blue=0):
        """A photo of one colour: every level says the same of its own pixels."""
        return np.full((height, width, 3), (Told.red(radius_px), green, blue), np.uint8)

    @staticmethod
    def photo(width, height, radius_px=1.0, *, green=0, blue=0):
        """A photo whose radius the finest level sees; reduced, it is crisp."""
        photo = Told.flat(width, height, min(radius_px, 1.0), green=green, blue=blue)
        Told.dot(photo, 0, Told.red(radius_px))
        return photo

    @staticmethod
    def dot(photo, channel, value):
        """Set one pixel of each cell: the finest level sees it, coarser ones hardly."""
        photo[8::16, 8::16, channel] = value


@pytest.fixture(scope="session")
def told():
    return Told


@pytest.fixture
def run_told():
    """The command, with the models of ``told_detector`` for one that judges photos."""
    models = ("--model", DATA / "tiny_int8.tflite", "--detail", DATA / "tiny_detail.tflite")

    def run(command, *arguments):
        # First: of an option that is given twice the last counts.
        return main([str(argument) for argument in (command, *models, *arguments)])

    return run


@pytest.fixture
def save_told(told, tmp_path):
    """Writes a photo of 640x480 that tells its radius to a file in ``tmp_path``."""

    def save(name, radius_px=1.0, **colors):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(told.photo(640, 480, radius_px, **colors)).save(path)
        return path

    return save
