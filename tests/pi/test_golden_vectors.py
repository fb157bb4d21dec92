"""The golden vectors' own tests, run on the boards."""

import shutil

import pytest

from .conftest import ROOT

NEEDED = ("tests/golden", "tests/runtime/test_golden.py", "tests/runtime/data", "pyproject.toml")


@pytest.mark.parametrize("board", ["pi_4", "pi_2"])
def test_golden_vectors_are_met(board, request):
    pi = request.getfixturevalue(board)
    checkout = pi.home / "checkout"
    shutil.rmtree(checkout, ignore_errors=True)
    for path in NEEDED:
        to = checkout / path
        to.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if (ROOT / path).is_dir() else shutil.copy)(ROOT / path, to)
    options = ["-q", "-p", "no:cacheprovider", "--rootdir=/home/pi/checkout"]
    said = pi.read("-m", "pytest", *options, "-c", "/home/pi/checkout/pyproject.toml",
                   "/home/pi/checkout/tests/runtime/test_golden.py")  # fmt: skip
    passed, *others = said.strip().splitlines()[-1].split(" in ")[0].split(", ")
    assert int(passed.split()[0]) > 40
    assert not others
