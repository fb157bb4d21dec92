"""What weights and labels are known by: a name, a version and the SHA-256 of what is in them.

A reference is text such as ``teacher-lite2@2.0.0#sha256=70c9...``. The hash may be left out where
it is not known yet; text of another form is a path.
"""

import dataclasses
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dbd_mobile.errors import InputError

_REFERENCE = re.compile(r"([a-z0-9][\w.-]*)@(\d+\.\d+\.\d+)(?:#sha256=([0-9a-f]{64}))?", re.ASCII)


@dataclass(frozen=True)
class Reference:
    """A name that a file or folder goes by.

    Attributes:
        name: Such as "teacher-lite2".
        version: Such as "2.0.0".
        sha256: Of what is meant; any if empty.
    """

    name: str
    version: str
    sha256: str = ""

    def __str__(self) -> str:
        return f"{self.name}@{self.version}"

    def pinned(self) -> str:
        """The reference with its hash, if it has one."""
        return f"{self}#sha256={self.sha256}" if self.sha256 else str(self)


@dataclass(frozen=True, kw_only=True)
class Named:
    """Weights or labels, and what is in them.

    Attributes:
        name: What they are called.
        version: Theirs; ``data.terms.NO_VERSION`` if they have none.
        sha256: Of the weights file, or of the labels' maps.
        data: The data sets that they, or what they were made from, have seen.
    """

    name: str
    version: str
    sha256: str
    data: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}@{self.version} ({self.sha256[:12]})"


def find_reference(text: str) -> Reference | None:
    """The reference that a text is; None if it is a path."""
    match = _REFERENCE.fullmatch(text)
    return Reference(match[1], match[2], match[3] or "") if match else None


def read_reference(text: str) -> Reference:
    """As ``find_reference``.

    Raises:
        InputError: If the text is none.
    """
    reference = find_reference(text)
    if reference is None:
        raise InputError(f"{text!r} is no name and version; expected e.g. lite@2.0.0.")
    return reference


def pin_references(text: str, sha256_of: Callable[[Reference], str]) -> str:
    """Give the references in a longer text, such as a recipe's, the hash that they now have.

    Args:
        text: Has each reference in double quotes.
        sha256_of: Gives the hash of a reference without one; empty if it is not known.
    """

    def pinned(match: re.Match[str]) -> str:
        bare = Reference(match[1], match[2])
        return f'"{dataclasses.replace(bare, sha256=sha256_of(bare)).pinned()}"'

    return re.sub(f'"{_REFERENCE.pattern}"', pinned, text, flags=re.ASCII)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's content, as 64 hexadecimal digits.

    Raises:
        InputError: If the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}).") from error
