"""A command in; its output, or a sentence on why it failed, out."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from release.error import ReleaseError

_SHOWN_LINES = 12
"""Of the output of a command that failed."""


def run(
    *command: str | Path, folder: Path | None = None, environment: Mapping[str, str] | None = None
) -> str:
    """Run a command silently, and give what it wrote to stdout.

    Args:
        command: The command and its arguments.
        folder: Where it runs; None for the current folder.
        environment: Variables beside those of this process.

    Raises:
        ReleaseError: It is missing or it failed; then with the end of what it wrote.
    """
    words = [str(part) for part in command]
    try:
        done = subprocess.run(
            words,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            capture_output=True,
            text=True,
            errors="replace",
            # What is packed keeps the rights of its files, which otherwise are this user's habit.
            umask=0o022,
        )
    except FileNotFoundError:
        raise ReleaseError(f"{words[0]} is missing: install it first.") from None
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().splitlines()[-_SHOWN_LINES:]
        name = " ".join(words[:4])
        raise ReleaseError("\n".join([f"'{name} ..' failed with {done.returncode}:", *said]))
    return done.stdout
