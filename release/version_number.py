"""A version's number, and the one place where the project keeps it."""

import re
from dataclasses import dataclass
from pathlib import Path

from release.error import ReleaseError

VERSION_FILE = Path("dbd_mobile", "version.py")
"""Android's library and app read it too, and the npm package gets it when it is packed."""
_NUMBER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
_ASSIGNED = re.compile(r'^__version__ = "(.*)"$', re.MULTILINE)


@dataclass(frozen=True, order=True)
class VersionNumber:
    """Three numbers, which PyPI (PEP 440), npm (Semantic Versioning) and Maven order alike."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> "VersionNumber":
        """Read ``1.2.3``.

        Raises:
            ReleaseError: It is something else, such as ``v1.2.3``, ``1.2`` or ``1.2.3rc1``.
        """
        match = _NUMBER.fullmatch(text)
        if match is None:
            raise ReleaseError(
                f"A version is three numbers, such as 1.2.3, not {text!r}: PyPI and npm write"
                " everything else differently."
            )
        return cls(*map(int, match.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def tag(self) -> str:
        """The name of its tag in git."""
        return f"v{self}"


def read_version(checkout: Path) -> VersionNumber:
    """Give the version that a checkout has.

    Raises:
        ReleaseError: Its file has no line that says it.
    """
    return VersionNumber.parse(_assigned(checkout)[1])


def write_version(checkout: Path, version: VersionNumber) -> None:
    """Give a checkout another version."""
    match = _assigned(checkout)
    text = match.string[: match.start(1)] + str(version) + match.string[match.end(1) :]
    (checkout / VERSION_FILE).write_text(text, encoding="utf-8")


def _assigned(checkout: Path) -> re.Match[str]:
    match = _ASSIGNED.search((checkout / VERSION_FILE).read_text(encoding="utf-8"))
    if match is None:
        raise ReleaseError(f'{VERSION_FILE} has no line like __version__ = "1.2.3".')
    return match
