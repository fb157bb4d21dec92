"""A model and a data set in, a picture of the photos that it gets most wrong out."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from data.blur_dataset import BlurDataset
from dbd_mobile.atomic_file import atomic_file
from evaluation.mappers import Mapper
from evaluation.measures import absolute_error, known_part
from evaluation.scoring import map_photos

_CELL_WH = (240, 180)
_CAPTION = 16
_GAP = 4
_COLUMNS = 3


def draw_worst(mapper: Mapper, dataset: BlurDataset, count: int, picture: Path) -> list[str]:
    """Draw photo, ground truth and map of the photos with the largest mean absolute error.

    White is blurred, black in focus, and in the ground truth grey unknown.

    Args:
        mapper: What makes the maps.
        dataset: Photos and masks.
        count: How many to draw.
        picture: PNG file to write; the worst comes first, in rows of three.

    Returns:
        A line for each photo drawn: its name and error.

    Raises:
        DBDError: If a photo or a mask cannot be used.
    """
    judged = []
    for index, blur in enumerate(map_photos(mapper, dataset)):
        error = absolute_error(*known_part(blur, dataset.truth(index)))
        judged.append((error, index, blur))
    judged.sort(key=lambda entry: -entry[0])
    lines, cells = [], []
    for error, index, blur in judged[:count]:
        lines.append(f"{dataset.names[index]}  {error:.3f}")
        views = (
            dataset.photo(index),
            dataset.truth(index).picture(),
            (blur * 255 + 0.5).astype(np.uint8),
        )
        cells.append(_cell(views, lines[-1]))
    width, height = cells[0].size
    rows = -(-len(cells) // _COLUMNS)
    page = Image.new("RGB", (width * _COLUMNS, height * rows), "white")
    for place, cell in enumerate(cells):
        page.paste(cell, (place % _COLUMNS * width, place // _COLUMNS * height))
    picture.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(picture) as file:
        page.save(file, "PNG")
    return lines


def _cell(views: tuple[NDArray[np.uint8], ...], caption: str) -> Image.Image:
    width, height = _CELL_WH
    cell = Image.new("RGB", (len(views) * (width + _GAP) + _GAP, height + _CAPTION + _GAP), "white")
    for place, view in enumerate(views):
        small = Image.fromarray(view).convert("RGB").resize(_CELL_WH, Image.Resampling.BILINEAR)
        cell.paste(small, (place * (width + _GAP), _CAPTION))
    ImageDraw.Draw(cell).text((2, 2), caption, fill="black")
    return cell
