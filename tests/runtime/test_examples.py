"""The examples in the package's docstrings give what they say."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "blur_map",
        "camera.focus_score",
        "camera.luma",
        "catalogue",
        "detector",
        "jobs.library.library_scan",
        "quantization",
        "radius_map",
        "strictness",
        "timing",
    ],
)
def test_examples_run(name):
    found = doctest.testmod(importlib.import_module(f"dbd_mobile.{name}"))
    assert found.attempted > 0
    assert found.failed == 0
