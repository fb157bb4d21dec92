"""Photos of our own making that the runtime's tests share."""

import importlib.metadata

import numpy as np
import pytest
from PIL import Image, ImageFilter

from dbd_mobile.runtimes import RUNTIMES


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
    found = importlib.metadata.version

    def version(name):
        if name in {runtime.package for runtime in RUNTIMES} and name not in shown:
            raise importlib.metadata.PackageNotFoundError(name)
        return shown.get(name) or found(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    return shown
