"""The golden vectors' own tests, run on the boards."""

import shutil

import pytest

from .conftest import ROOT

TESTS = ("tests/runtime/test_golden.py", "tests/runtime/test_judge_golden.py")
NEEDED = ("tests/golden", "tests/runtime/data", "pyproject.toml", *TESTS)


@pytest.mark.parametrize("board", ["pi_4", "pi_2"])
def test_golden_vectors_are_met(board, request):
    pi = request.getfixturevalue(board)
    checkout = pi.home / "checkout"
    shutil.rmtree(checkout, ignore_errors=True)
    for path in NEEDED:
        to = checkout / path
        to.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / path).is_dir() else shutil.copy)(ROOT / path, to)
    there = "/home/pi/checkout"
    options = ["-q", "-p", "no:cacheprovider", "-c", f"{there}/pyproject.toml"]
    said = pi.read("-m", "pytest", *options, *(f"{there}/{test}" for test in TESTS))
    passed, *others = said.strip().splitlines()[-1].split(" in ")[0].split(", ")
    assert int(passed.split()[0]) > 50
    assert not others
