"""A checkout in; the Android library as one file, and as a Maven repository, out."""

import shutil
import sys
from datetime import datetime
from pathlib import Path

from release.archives import zip_folder
from release.command import run
from release.version_number import read_version

TOOLS = ("javac", "javadoc", "mvn")


def missing_tools() -> list[str]:
    """Commands that packing needs and that are not here."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def pack_android(checkout: Path, out: Path, moment: datetime) -> None:
    """Build ``dbd-VERSION.aar`` and ``dbd-VERSION-maven.zip``.

    Java's compiler writes the same bytes only where it is the same.

    Args:
        checkout: Folder to build; files of the build are left in it.
        out: Folder that both go to.
        moment: The time that the zip's files bear.

    Raises:
        ReleaseError: They cannot be built.
    """
    builder = checkout / "android_demo" / "build.py"
    for task in ("aar", "maven"):
        run(sys.executable, builder, task)
    name = f"dbd-{read_version(checkout)}"
    shutil.copy(checkout / "dist" / f"{name}.aar", out)
    zip_folder(checkout / "dist" / "maven", out / f"{name}-maven.zip", moment)
