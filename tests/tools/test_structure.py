"""Imports point one way: training -> export -> benchmarks, and the runtime knows none of them."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"dbd_mobile", "training", "export", "benchmarks", "tests"}
ALLOWED = {
    "dbd_mobile": set(),
    "training": set(),
    "export": {"training", "dbd_mobile"},
    "benchmarks": {"training", "export", "dbd_mobile"},
}


def imported_packages(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_package_imports_only_what_comes_before_it(package):
    files = sorted((ROOT / package).rglob("*.py"))
    assert files
    for path in files:
        foreign = set(imported_packages(path)) & PACKAGES - {package} - ALLOWED[package]
        assert not foreign, f"{path.relative_to(ROOT)} imports {sorted(foreign)}"


def test_measures_and_data_sets_need_no_torch():
    for name in ("measures.py", "datasets.py", "errors.py"):
        assert "torch" not in set(imported_packages(ROOT / "training" / name))
