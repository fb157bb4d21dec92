"""A number of megapixels in; the path of a made JPEG of that size out, or of a folder of many.

They are the rendered scene of ``docs/scene.py``, sharp all over: beyond three megapixels it is laid
side by side with its mirror images, as an enlarged photo would be blurred. Noise as cameras have it
gives the files the size that photos have, so that decoding them is real work. Made once, they are
kept in ``build/``.
"""

import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from benchmarks.verdicts.scene import render_sharp
from dbd_mobile.atomic_file import atomic_file

FOLDER = Path(__file__).parents[1] / "build" / "made_photos"

_SCENE_WH = (2000, 1500)
_NOISE_SIGMA = 3.0
_QUALITY = 92
# Sides are multiples of this, as those of cameras are.
_STEP = 16


def size_of(megapixels: float) -> tuple[int, int]:
    """The (width, height) of about so many megapixels, 4:3; 12 gives 4000x3000."""
    width = max(round((megapixels * 1e6 * 4 / 3) ** 0.5 / _STEP), 5) * _STEP
    return width, width * 3 // 4


def made_photo(size_wh: tuple[int, int]) -> Path:
    """Give a JPEG of this (width, height), which is made if need be."""
    path = FOLDER / "{}x{}.jpg".format(*size_wh)
    if not path.exists():
        picture = _picture(_scene(), size_wh)
        with atomic_file(path) as file:
            picture.save(file, "JPEG", quality=_QUALITY)
    return path


def many_photos(photo: Path, count: int) -> Path:
    """Give a folder in which one photo is under so many names; it is made beside the photo."""
    folder = photo.with_name(f"{photo.stem}x{count}")
    if not folder.is_dir():
        # Under its own name only when it is whole.
        part = folder.with_name(f".{folder.name}.{os.getpid()}.part")
        part.mkdir()
        for number in range(count):
            _copy(photo, part / f"{number:05}.jpg")
        part.rename(folder)
    return folder


def _copy(photo: Path, name: Path) -> None:
    try:
        name.hardlink_to(photo)
    except OSError:
        # Not every system of files has links, nor has any of them without end.
        name.write_bytes(photo.read_bytes())


def _scene() -> Image.Image:
    path = FOLDER / "scene.png"
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(render_sharp(_SCENE_WH))
        with atomic_file(path) as file:
            picture.save(file, "PNG")
    with Image.open(path) as scene:
        return scene.convert("RGB")


def _picture(scene: Image.Image, size_wh: tuple[int, int]) -> Image.Image:
    if size_wh[0] <= scene.width:
        return _noisy(scene.resize(size_wh, Image.Resampling.LANCZOS), 0)
    turned = [scene, ImageOps.mirror(scene)]
    turned += [ImageOps.flip(tile) for tile in turned]
    tiles = [_noisy(tile, seed) for seed, tile in enumerate(turned)]
    picture = Image.new("RGB", size_wh, None)
    for row, top in enumerate(range(0, size_wh[1], scene.height)):
        for column, left in enumerate(range(0, size_wh[0], scene.width)):
            picture.paste(tiles[2 * (row % 2) + column % 2], (left, top))
    return picture


def _noisy(picture: Image.Image, seed: int) -> Image.Image:
    pixels = np.asarray(picture)
    noise = np.random.default_rng(seed).normal(0, _NOISE_SIGMA, pixels.shape)
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))
