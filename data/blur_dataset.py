"""Folders of photos and masks in, decoded RGB photos and their ground truth out. Needs no torch."""

import os
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from dbd_mobile.errors import InputError
from dbd_mobile.photo import load_pixels

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")


def data_root() -> Path:
    """Folder that holds the data sets: ``DBD_DATA``, or ``../shared/datasets``."""
    return Path(os.environ.get("DBD_DATA", "../shared/datasets"))


UNKNOWN = 128
"""Value of a mask's pixel of which nobody knows whether it is blurred."""


@dataclass(frozen=True)
class Truth:
    """Ground truth of one photo.

    Attributes:
        blurred: (H, W) bool, True = blurred; means nothing where it is not known.
        known: (H, W) bool, False = unknown, which counts in no measure and no loss; None where
            all of it is known.

    Raises:
        ValueError: If these are not such arrays.
    """

    blurred: NDArray[np.bool_]
    known: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        for name, values in (("what is blurred", self.blurred), ("what is known", self.known)):
            if values is not None and (
                values.dtype != np.bool_ or values.ndim != 2 or values.shape != self.blurred.shape
            ):
                raise ValueError(
                    f"Expected (H, W) bool for {name}, one shape for both; got {values.shape} "
                    f"{values.dtype}."
                )

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.blurred.shape[1], self.blurred.shape[0]

    def picture(self) -> NDArray[np.uint8]:
        """As a mask: (H, W) uint8, 255 = blurred, 0 = in focus, ``UNKNOWN``."""
        mask = np.uint8(255) * self.blurred
        return mask if self.known is None else np.where(self.known, mask, np.uint8(UNKNOWN))


@dataclass(frozen=True)
class BlurDataset:
    """Photos with a ground-truth mask each: ``image/NAME.*`` and ``mask/NAME.png``.

    A mask is white where the photo is blurred and black where it is in focus, or the other way
    round; 128 is ``UNKNOWN`` either way.

    Attributes:
        root: Folder with ``image/`` and ``mask/``.
        names: File names of the photos, in order.
        white_in_focus: Whether the mask files are white where the photo is in focus. The truth
            given out is True where it is blurred, whatever the files say.
    """

    root: Path
    names: tuple[str, ...]
    white_in_focus: bool = False

    @classmethod
    def from_folder(
        cls, root: Path, list_file: Path | None = None, *, white_in_focus: bool = False
    ) -> "BlurDataset":
        """Find the photos of a folder.

        Args:
            root: Folder with ``image/`` and ``mask/``.
            list_file: Text file with one photo's file name a line, with or without suffix; a bare
                list name is looked for in ``root`` too. All photos of ``image/`` if None.
            white_in_focus: As the attribute.

        Raises:
            InputError: If the folder or list is missing or empty, or a photo or mask is missing.
        """
        names = list_photos(root / "image", list_file, root)
        dataset = cls(root, tuple(names), white_in_focus)
        for name in names:
            if not dataset.mask_path(name).is_file():
                raise InputError(
                    f"Photo {name} has no mask; expected {dataset.mask_path(name)}. "
                    "Add it or leave the photo out of the list."
                )
        return dataset

    def __len__(self) -> int:
        return len(self.names)

    def mask_path(self, name: str) -> Path:
        """Where the mask of a photo lies."""
        return self.root / "mask" / f"{Path(name).stem}.png"

    def photo_path(self, index: int) -> Path:
        """Where a photo lies."""
        return self.root / "image" / self.names[index]

    def photo(self, index: int) -> NDArray[np.uint8]:
        """Photo as (H, W, 3) uint8 RGB, EXIF orientation applied."""
        return read_photo(self.photo_path(index))

    def truth(self, index: int) -> Truth:
        """What is blurred in a photo, at its size.

        Raises:
            InputError: If the mask is damaged, not of the photo's size, or unknown all over.
            ImageError: If the photo is missing or damaged.
        """
        path = self.mask_path(self.names[index])
        mask = read_map(path)
        # Of a JPEG only an eighth is decoded to learn its size.
        size = load_pixels(self.photo_path(index), needed_wh=(1, 1)).size_wh
        if mask.shape[::-1] != size:
            raise InputError(
                f"Mask {path} is {mask.shape[1]}x{mask.shape[0]} pixels but its photo is "
                f"{size[0]}x{size[1]}; a mask must have its photo's size."
            )
        white, unknown = mask >= 128, mask == UNKNOWN
        if unknown.all():
            raise InputError(
                f"Mask {path} is {UNKNOWN} all over, which stands for unknown; mark what is "
                "blurred and what is in focus, or leave its photo out."
            )
        return Truth(
            blurred=~white if self.white_in_focus else white,
            known=~unknown if unknown.any() else None,
        )


def list_photos(
    folder: Path, list_file: Path | None = None, list_folder: Path | None = None
) -> list[str]:
    """File names of the photos in ``folder``, sorted, or in the order of ``list_file``.

    Args:
        folder: Where the photos lie.
        list_file: Text file with one file name a line, with or without suffix.
        list_folder: Where a bare name of ``list_file`` is looked for if it is not a path.

    Raises:
        InputError: If the folder, the list or a listed photo is missing, or none is found.
    """
    if not folder.is_dir():
        raise InputError(
            f"Photo folder {folder} does not exist; give the folder that holds the photos, or "
            "set DBD_DATA to the folder of the data sets."
        )
    if list_file is None:
        names = sorted(p.name for p in folder.iterdir() if p.suffix.lower() in PHOTO_SUFFIXES)
    else:
        if not list_file.is_file() and list_folder is not None:
            list_file = list_folder / list_file
        try:
            lines = list_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"List {list_file} cannot be read ({error}); expected a text file with one "
                "photo's file name a line."
            ) from error
        by_stem = {Path(name).stem: name for name in sorted(os.listdir(folder))}
        names = []
        for entry in filter(None, map(str.strip, lines)):
            name = entry if (folder / entry).is_file() else by_stem.get(entry)
            if name is None:
                raise InputError(f"List {list_file} names {entry}, which is not in {folder}.")
            names.append(name)
    if not names:
        raise InputError(f"No photo found in {list_file or folder}; expected JPEG or PNG files.")
    return names


def read_photo(path: Path) -> NDArray[np.uint8]:
    """Decode a photo to (H, W, 3) uint8 RGB as the device does, EXIF orientation applied.

    Raises:
        ImageError: If the file is missing or damaged.
    """
    return load_pixels(path).to_array()


def read_map(path: Path) -> NDArray[np.uint8]:
    """Decode a blur map or mask to (H, W) uint8, 255 = blurred.

    Raises:
        InputError: If the file is missing or damaged.
    """
    try:
        with Image.open(path) as image:
            return np.asarray(ImageOps.exif_transpose(image).convert("L"))
    except (OSError, UnidentifiedImageError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(
            f"{path} cannot be read as an image ({error}); replace it or leave it out."
        ) from error


def squash(photo: NDArray[np.uint8], size_wh: tuple[int, int]) -> NDArray[np.uint8]:
    """Resize a photo or a map to a network's input size without keeping the aspect ratio.

    Pillow's BILINEAR widens its kernel when it shrinks, so the result is free of aliasing.

    Args:
        photo: (H, W, 3) or (H, W) uint8.
        size_wh: Target width and height in pixels.

    Returns:
        (height, width, 3) or (height, width) uint8.
    """
    return np.asarray(Image.fromarray(photo).resize(size_wh, Image.Resampling.BILINEAR))


def is_held_out_scene(name: str) -> bool:
    """Whether a photo that synthetic defocus could start from is kept for testing it.

    One in sixteen, by a checksum of the file's name; no training run sees them.
    """
    return zlib.crc32(name.encode()) % 16 == 0


def split_validation(
    names: tuple[str, ...], count: int, scene_of: Callable[[str], str] = str
) -> tuple[list[str], list[str]]:
    """Split file names into training and validation, the same way on every machine.

    Args:
        names: File names.
        count: How many to validate on, at least; whole scenes are taken until there are as many.
        scene_of: Gives the scene that a name's photo is of; each photo is one by itself.

    Returns:
        Training names and validation names, each in the given order. The choice depends on a
        checksum of each scene only.
    """
    sizes = Counter(map(scene_of, names))
    chosen: set[str] = set()
    taken = 0
    for scene in sorted(sizes, key=lambda scene: (zlib.crc32(scene.encode()), scene)):
        if taken >= count:
            break
        chosen.add(scene)
        taken += sizes[scene]
    return (
        [name for name in names if scene_of(name) not in chosen],
        [name for name in names if scene_of(name) in chosen],
    )
