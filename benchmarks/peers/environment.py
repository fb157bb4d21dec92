"""A file of pinned requirements in, the Python of an environment that has them out, made by uv."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.peers.process_group import last_line, process_group
from dbd_mobile.errors import InputError

ROOT = Path(__file__).parents[2]


def python_with(requirements: Path, cache: Path, on_making: Callable[[str], None]) -> Path:
    """Find a peer's environment, or make it.

    Args:
        requirements: A requirements file that pins everything: nothing else is installed.
        cache: Folder for the environments.
        on_making: Called with the name of what is made, before it is.

    Returns:
        The environment's Python; of the version that runs this.

    Raises:
        InputError: It cannot be made, e.g. without a network.
    """
    folder = cache / requirements.stem
    python, installed = folder / "bin" / "python", folder / "installed.txt"
    wanted = f"# Python {sys.version}\n{requirements.read_text(encoding='utf-8')}"
    if python.exists() and installed.exists() and installed.read_text("utf-8") == wanted:
        return python
    uv = shutil.which("uv") or ROOT / ".venv-uv" / "bin" / "uv"
    if not os.access(uv, os.X_OK):
        raise InputError("There is no uv to make its environment with; run: make tools")
    on_making(folder.name)
    cache.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    steps: tuple[list[str | Path], ...] = (
        ["venv", "--quiet", "--no-project", "--python", sys.executable, folder],
        ["pip", "install", "--quiet", "--no-deps", "--python", python, "-r", requirements],
    )
    for arguments in steps:
        with (
            tempfile.TemporaryFile() as errors,
            process_group(
                [uv, *arguments],
                output=errors,
                errors=errors,
                environment={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
            ) as process,
        ):
            if process.wait():
                raise InputError(f"Its environment cannot be made: {last_line(errors)}")
    installed.write_text(wanted, encoding="utf-8")
    return python
