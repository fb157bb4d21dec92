"""The exporter's folders are the network's way through it: imports lead back only."""

import ast
from pathlib import Path

import pytest

EXPORT = Path(__file__).parents[2] / "export"
ROOMS = ("kinds", "reading", "converting", "proving", "publishing")


def imported_rooms(path):
    """What a file imports of ``export``, by the first name below it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("export."))


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_only_from_those_before_it(room):
    files = sorted((EXPORT / room).glob("*.py"))
    assert len(files) > 1
    before = ROOMS[: ROOMS.index(room) + 1]
    for path in files:
        beyond = set(imported_rooms(path)) - {*before, "errors", "evenly_spaced"}
        assert not beyond, f"{path.relative_to(EXPORT)} imports {sorted(beyond)}"


def test_forms_are_made_and_proven_without_a_thought_of_publishing():
    assert set(imported_rooms(EXPORT / "forms.py")) >= {"reading", "converting", "proving"}
    assert "publishing" not in set(imported_rooms(EXPORT / "forms.py"))


def test_every_folder_of_the_exporter_is_one_of_the_rooms():
    assert {path.parent.name for path in EXPORT.glob("*/*.py")} == set(ROOMS)
