"""Results in; JSON on stdout, or a file of it, out."""

import json
from pathlib import Path
from typing import Any

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.cli.screen import say


def print_json(result: dict[str, Any]) -> None:
    """Print a result."""
    for line in json.dumps(result, indent=1).splitlines():
        say(line)


def write_json(path: Path, result: dict[str, Any]) -> None:
    """Write a result, into a folder that is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as file:
        file.write(f"{json.dumps(result, indent=1)}\n".encode())
