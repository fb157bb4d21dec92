"""The graph's hashes in, recipes that name weights and labels with them out."""

from pathlib import Path

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from training.graph import Graph
from training.named import pin_references


def pin_recipes(graph: Graph) -> list[Path]:
    """Write each hash that the graph knows behind the names in the recipes beside it.

    Returns:
        The recipes that were changed.

    Raises:
        InputError: If a recipe cannot be read, or names what the graph does not have.
    """
    changed = []
    for path in sorted((graph.folder / "recipes").glob("*.toml")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"Recipe {path} cannot be read as text ({error}).") from error
        pinned = pin_references(text, lambda reference: graph.node(reference).sha256)
        if pinned != text:
            with atomic_file(path) as file:
                file.write(pinned.encode())
            changed.append(path)
    return changed
