"""Imports point one way: from what all floors need up to what reports on them."""

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = ("dbd_mobile", "data", "networks", "evaluation", "training", "export", "benchmarks")
"""Each may import those before it; but training and export know nothing of each other."""
TOOLS = FLOORS[1:]
PACKAGES = {*FLOORS, "release", "tests"}
PEERS_TOOLS = ROOT / "benchmarks" / "peers" / "tools"
"""They run in environments of their own."""
ALLOWED = {
    **{package: set(FLOORS[:floor]) for floor, package in enumerate(FLOORS)},
    "networks": {"dbd_mobile"},
    "export": {"dbd_mobile", "data", "networks", "evaluation"},
    "release": set(),
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


def test_no_module_of_the_runtime_imports_a_job():
    rooms = [ROOT / "dbd_mobile" / room for room in ("jobs", "cli")]
    for path in sorted((ROOT / "dbd_mobile").rglob("*.py")):
        if not any(room in path.parents for room in rooms):
            assert "dbd_mobile.jobs" not in path.read_text("utf-8"), path.relative_to(ROOT)


def test_measures_and_data_sets_need_no_torch():
    for name in ("evaluation/measures.py", "data/blur_dataset.py"):
        assert "torch" not in set(imported_packages(ROOT / name))


def test_every_package_that_the_tools_import_is_pinned():
    imported = {
        name
        for package in TOOLS
        for path in (ROOT / package).rglob("*.py")
        if path.parent != PEERS_TOOLS
        for name in imported_packages(path)
    } - PACKAGES
    places = ("requirements/tools.txt", "requirements/test.txt", "Makefile")
    said = "".join((ROOT / place).read_text() for place in places)
    said += "\n".join(importlib.metadata.requires("onnx2tf"))
    pinned = {name.lower() for name in re.findall(r"([\w-]+)(?:\[\w+\])?==", said)}
    makers = importlib.metadata.packages_distributions()
    for name in sorted(imported - sys.stdlib_module_names):
        assert {maker.lower().replace("_", "-") for maker in makers[name]} & pinned, name


def test_every_package_that_a_peers_tool_imports_is_pinned():
    imported = {
        name for path in PEERS_TOOLS.glob("*.py") for name in imported_packages(path)
    } - PACKAGES
    files = [*PEERS_TOOLS.parent.glob("requirements/*.txt"), ROOT / "requirements" / "tools.txt"]
    said = "".join(file.read_text() for file in files)
    said += "\n".join(importlib.metadata.requires("onnx2tf"))
    pinned = {name.lower() for name in re.findall(r"([\w-]+)==", said)}
    makers = importlib.metadata.packages_distributions()
    for name in sorted(imported - sys.stdlib_module_names):
        names = makers.get(name, [name])
        assert {maker.lower().replace("_", "-") for maker in names} & pinned, name


def test_environment_is_updated_when_the_makefile_installs_other_packages():
    (rule,) = re.findall(r"^\.venv-tools/installed:(.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert {"Makefile", "requirements/tools.txt"} <= set(rule.split())
