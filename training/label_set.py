"""What made a folder of maps, kept beside them as ``labels.json``."""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from dbd_mobile.atomic_file import atomic_file
from dbd_mobile.errors import InputError
from training.named import Named, file_sha256

MANIFEST = "labels.json"


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class LabelSet:
    """Everything that decides what maps come out.

    Attributes:
        name: What the set is called.
        version: Its version.
        weights: The networks that judged the photos together.
        sides: Sizes that each of them saw a photo at; its own if empty.
        mirrored: Whether they saw mirrored photos too.
        objects: Whether the maps' edges follow objects' outlines.
        photos: Data set of the photos.
        photo_count: How many there were.
        photos_sha256: Of the list of their file names.
        maps_sha256: Of the maps, as ``maps_sha256`` says; empty until all are there.
    """

    name: str
    version: str
    weights: tuple[Named, ...]
    sides: tuple[int, ...]
    mirrored: bool
    objects: bool
    photos: str
    photo_count: int
    photos_sha256: str
    maps_sha256: str = ""

    def begin(self, folder: Path) -> None:
        """Make a folder ready for these labels, or for going on with them.

        Raises:
            InputError: If it holds other labels, maps that nobody knows the makers of, or maps
                that were changed after the labelling had ended.
        """
        folder.mkdir(parents=True, exist_ok=True)
        there = read_label_set(folder)
        if there is None:
            if any(folder.glob("*.png")):
                raise InputError(
                    f"{folder} holds maps, but no {MANIFEST} that says what made them; give "
                    "another folder with -o."
                )
            self._write(folder)
        else:
            for field in dataclasses.fields(self):
                old, new = getattr(there, field.name), getattr(self, field.name)
                if old != new and field.name != "maps_sha256":
                    raise InputError(
                        f"{folder} holds labels of other {field.name}: {_shown(old)}, not "
                        f"{_shown(new)}; give another folder with -o."
                    )
            if there.maps_sha256 not in ("", maps_sha256(folder)):
                raise InputError(
                    f"The maps in {folder} were changed after their labelling had ended; give "
                    "another folder with -o."
                )

    def end(self, folder: Path) -> None:
        """Say that all maps are there."""
        dataclasses.replace(self, maps_sha256=maps_sha256(folder))._write(folder)

    def _write(self, folder: Path) -> None:
        with atomic_file(folder / MANIFEST) as file:
            file.write(json.dumps(dataclasses.asdict(self), indent=1).encode())


def read_label_set(folder: Path) -> LabelSet | None:
    """What a folder of maps says of itself; None if it says nothing.

    Raises:
        InputError: If its manifest is damaged.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        return TypeAdapter(LabelSet).validate_json(path.read_bytes())
    except ValidationError as error:
        raise InputError(
            f"{path} is damaged ({error.errors()[0]['msg']}); label into another folder."
        ) from error


def list_sha256(names: Sequence[str]) -> str:
    """SHA-256 of a list of file names."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def maps_sha256(folder: Path) -> str:
    """SHA-256 of the names and the content of all maps in a folder.

    Raises:
        InputError: If there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(
            f"There is no folder of maps {folder}; make them with 'python -m training label'."
        )
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.png")):
        digest.update(f"{path.name} {file_sha256(path)}\n".encode())
    return digest.hexdigest()


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, tuple) else str(value)
