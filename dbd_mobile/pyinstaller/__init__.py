"""PyInstaller asks here, by the entry point ``pyinstaller40``, what this package needs."""

from pathlib import Path


def hook_dirs() -> list[str]:
    """Give the folder with the hooks."""
    return [str(Path(__file__).parent)]
