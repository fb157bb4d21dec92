"""Chromium without a window, and a page of a server with the bundled models in it."""

import shutil

import numpy as np
import pytest
from PIL import Image, ImageFilter
from selenium import webdriver


@pytest.fixture(scope="session")
def chromium():
    """A browser; what it wrote to its console is looked at when it ends."""
    for command in ("chromium", "chromedriver"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    with webdriver.Chrome(options, service) as browser:
        yield browser


@pytest.fixture(scope="session")
def server(start_serving):
    return start_serving("--threads", 1)


@pytest.fixture
def photo(tmp_path):
    """A photo of 640x480 as a file: fine texture, sharp on the left, blurred on the right."""
    rng = np.random.default_rng(5)
    coarse = Image.fromarray(rng.integers(0, 256, (120, 160, 3), dtype=np.uint8))
    texture = np.asarray(coarse.resize((640, 480), Image.Resampling.BICUBIC), float)
    sharp = np.clip(texture + rng.normal(0, 25, (480, 640, 1)), 0, 255).astype(np.uint8)
    image = Image.fromarray(sharp)
    image.paste(image.filter(ImageFilter.GaussianBlur(6)).crop((320, 0, 640, 480)), (320, 0))
    path = tmp_path / "my photo.png"
    image.save(path)
    return path
