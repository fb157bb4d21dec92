"""Photos as their cameras wrote them, with ``list.csv``, in; which of them are held out, out.

The list has one photo a line: ``file`` (below the folder), ``source`` (the photo that it was cut
from), ``label`` (crisp where something in it is as sharp as its camera could), ``kind`` ("all
sharp", "macro", ...). Photos of one source go together: training sees all of them or none.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.blur_dataset import read_photo
from dbd_mobile.errors import InputError

_COLUMNS = ("file", "source", "label", "kind")
_ALL_SHARP = "all sharp"
_SOFT = "soft"
# Of the sources of crops in alphabetical order: every sixth, from the third.
_FIRST_HELD_OUT, _EVERY = 2, 6


@dataclass(frozen=True, kw_only=True)
class NativePhoto:
    """A photo in its camera's own pixels, or a part of one.

    Attributes:
        path: Where it lies.
        source: The photo that it was cut from.
        all_sharp: Whether all of it is in focus.
        soft: Whether none of it is crisp.
    """

    path: Path
    source: str
    all_sharp: bool
    soft: bool

    @property
    def is_crop(self) -> bool:
        """Whether it is a part of a photo, in ``crop/``, as training takes them."""
        return self.path.parent.name == "crop"

    def read(self) -> NDArray[np.uint8]:
        """Pixels as (H, W, 3) uint8 RGB.

        Raises:
            ImageError: If the file is missing or damaged.
        """
        return read_photo(self.path)


def list_native_photos(folder: Path) -> list[NativePhoto]:
    """The photos of a folder, in the order of its list.

    Raises:
        InputError: If there is no list, it lacks a column, or it names no photo.
    """
    path = folder / "list.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError:
        raise InputError(
            f"There is no {path}; give the folder of photos in their cameras' own pixels, which "
            "has a list.csv, or set DBD_DATA to the folder of the data sets."
        ) from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{path} cannot be read ({error}); give the folder of photos in their cameras' own "
            "pixels, which has a list.csv."
        ) from error
    if not rows or not rows[0].keys() >= set(_COLUMNS):
        raise InputError(
            f"{path} must have one photo a line, in columns {', '.join(_COLUMNS)} among others."
        )
    return [
        NativePhoto(
            path=folder / row["file"],
            source=row["source"],
            all_sharp=row["kind"] == _ALL_SHARP,
            soft=row["label"] == _SOFT,
        )
        for row in rows
    ]


def held_out_sources(photos: Iterable[NativePhoto]) -> frozenset[str]:
    """The sources that no training run sees."""
    sources = sorted({photo.source for photo in photos if photo.is_crop})
    return frozenset(sources[_FIRST_HELD_OUT::_EVERY])


def held_out(photos: Sequence[NativePhoto]) -> list[NativePhoto]:
    """The photos that no training run sees a part of."""
    sources = held_out_sources(photos)
    return [photo for photo in photos if photo.source in sources]
