"""A folder in; ``SHA256SUMS`` out, which ``sha256sum --check`` reads."""

import hashlib
from pathlib import Path

SUMS = "SHA256SUMS"


def sha256(file: Path) -> str:
    """Give a file's SHA-256, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write_checksums(folder: Path) -> None:
    """Write a line for every file in a folder."""
    files = sorted(file for file in folder.iterdir() if file.name != SUMS)
    lines = [f"{sha256(file)}  {file.name}\n" for file in files]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
