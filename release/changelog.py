"""A changelog in the form of Keep a Changelog in; the same with a version's own section out."""

import re
from datetime import date
from pathlib import Path

from release.error import ReleaseError
from release.version_number import VersionNumber

CHANGELOG = Path("CHANGELOG.md")
UNRELEASED = "## [Unreleased]"


def with_released(text: str, version: VersionNumber, day: date) -> str:
    """Give what was unreleased to a version, and begin an empty section.

    Args:
        text: The whole changelog.
        version: The version that has it from now on.
        day: The day of its release.

    Raises:
        ReleaseError: There is no section of what is unreleased, or no entry in it.
    """
    before, heading, after = text.partition(f"\n{UNRELEASED}\n")
    if not heading:
        raise ReleaseError(f"{CHANGELOG} has no line '{UNRELEASED}'.")
    section = re.split(r"^## ", after, maxsplit=1, flags=re.MULTILINE)[0]
    if re.search(r"^- \S", section, re.MULTILINE) is None:
        raise ReleaseError(
            f"{CHANGELOG} says nothing of what is new: write it under '{UNRELEASED}' first, a line"
            " with '- ' for each change."
        )
    return f"{before}{heading}\n## [{version}] - {day.isoformat()}\n{after}"
