"""Makes the golden vectors of ``judge`` that the Python and the Java tests both read.

They lie in ``judge``. Numbers are to be met within 1e-6, all else exactly.

``constants.tsv``, ``radius_code.tsv``
    The numbers that verdicts come from, and what the codes stand for.
``tiles.tsv``
    A frame of ``squash.tsv``, turned upright, and the bytes of one tile of one of its levels.
``layout.tsv``
    A rectangle of cells, what is looked at around it, and the tiles that cover that.
``regions.tsv``
    A region of a photo: its bounding box, the part of the photo around it, and the cells that it
    holds, one bit each, row by row, as hexadecimal digits.
``focus.tsv``
    What a network says of a photo's levels, the bytes of each level one after another, coarsest
    first, and the verdict on a region or, with a blur map, on the subject.
``subjects.tsv``
    A blur map, its quantisation and the photo's size; the boxes of what may be the subject, best
    first, and that of the least blurred part.

Everything is made up. A new model makes none of it wrong; another constant does.
"""

from pathlib import Path

import make_golden
import numpy as np
from PIL import Image

from dbd_mobile import (
    Quantization,
    Strictness,
    coarse_to_fine,
    focus,
    judgement,
    pyramid,
    radius_code,
    reading,
    regions,
    strictness,
    subject,
    verdict,
)
from dbd_mobile.judgement import focus_on, focus_on_subject
from dbd_mobile.photo import Pixels
from dbd_mobile.pyramid import Cells, Pyramid
from dbd_mobile.reading import Reading
from dbd_mobile.regions import grid_box, region_of
from dbd_mobile.timing import StageTimer

FOLDER = Path(__file__).parent / "judge"

# By level, which pixel of a cell holds its code in the photos that are made up: none is part of
# another level's.
PLACES = {1: 1, 2: 2, 4: 2, 8: 7}

SIDES = ("left", "top", "right", "bottom")
NUMBERS = ("blur_radius_px", "lens_blur_px", "sharp_width_px", "score", "confidence")


def constants():
    """The numbers by the names that Java has for them."""
    low_radius, high_radius = radius_code.LOG2_RADIUS
    low_spread, high_spread = radius_code.LOG2_SPREAD
    return {
        "CELL": pyramid.CELL,
        "COARSEST_LEVEL": pyramid.LEVELS[-1],
        "SMALLEST_SIDE": pyramid.SMALLEST_SIDE,
        "MARGIN_CELLS": pyramid._MARGIN_CELLS,
        "LOWEST_LOG2_RADIUS": low_radius,
        "HIGHEST_LOG2_RADIUS": high_radius,
        "LOWEST_LOG2_SPREAD": low_spread,
        "HIGHEST_LOG2_SPREAD": high_spread,
        "TOLERANCE": radius_code.TOLERANCE,
        "CRISP_PX": radius_code.CRISP_PX,
        "MIN_CONFIDENCE": reading.MIN_CONFIDENCE,
        "RELIABLE_PX": reading.RELIABLE_PX,
        "SOFT_PX": reading.SOFT_PX,
        "MAX_TILES": coarse_to_fine.MAX_TILES,
        "FULL_LEVEL": coarse_to_fine.FULL_LEVEL,
        "FEW_TILES": coarse_to_fine.FEW_TILES,
        "SPREAD_FACTOR": coarse_to_fine._SPREAD_FACTOR,
        "SPREAD_BITS": coarse_to_fine._SPREAD_BITS,
        "WEIGHT_STEPS": coarse_to_fine._WEIGHT_STEPS,
        "POINT_RADIUS_PX": regions.POINT_RADIUS_PX,
        "MAX_RADIUS_PX": strictness.MAX_RADIUS_PX,
        "MAX_WIDTH": strictness.MAX_WIDTH,
        "QUANTILE": focus.QUANTILE,
        "SUBJECT_QUANTILE": focus.SUBJECT_QUANTILE,
        "MIN_CELLS": focus.MIN_CELLS,
        "MIN_SHARE": focus.MIN_SHARE,
        "SOFT_FACTOR": verdict.SOFT_FACTOR,
        "SCORE_WIDTH": focus.SCORE_WIDTH,
        "HALF_SCORE_PX": focus.HALF_SCORE_PX,
        "SCORE_POWER": focus.SCORE_POWER,
        "IS_MOTION": focus._IS_MOTION,
        "ROUNDING": focus._ROUNDING,
        "MAX_GRID": subject.MAX_GRID,
        "IN_FOCUS": subject.IN_FOCUS,
        "CENTRALITY": subject.CENTRALITY,
        "SMALLEST_SHARE": subject.SMALLEST_SHARE,
        "MOST_IN_FOCUS": subject.MOST_IN_FOCUS,
        "NEAR": subject.NEAR,
        "MAX_SUBJECTS": judgement.MAX_SUBJECTS,
    }


def read_table(name):
    """Rows of one of these tables as dictionaries."""
    return make_golden.read_table(f"judge/{name}")


def read_bytes(name, *shape):
    """A file's bytes as an array."""
    return make_golden.read_bytes(f"judge/{name}", *shape)


def write_table(name, rows):
    make_golden.write_table(f"judge/{name}", list(rows[0]), rows)


def numbers(text):
    """Numbers with commas between them."""
    return [float(number) for number in text.split(",")]


def spoken(values):
    return ",".join(str(value) for value in values)


# Tiles.


def tile_of(row):
    """The tile of a row of ``tiles.tsv``."""
    rgb = make_golden.upright(make_golden.frame_rgb(row), row)
    whole = Pixels(rgb=rgb, size_wh=(rgb.shape[1], rgb.shape[0]))
    tile_wh = int(row["tile_columns"]), int(row["tile_rows"])
    cells = Cells(*(int(row[side]) for side in SIDES))
    return Pyramid(whole, pyramid.LEVELS).tile(int(row["level"]), cells, tile_wh=tile_wh)


def make_tiles():
    """Every turn of two kinds of frame on a level each, and crops with odd corners."""
    frames = make_golden.read_table("squash.tsv")
    wanted = [(frame, 1 + number % 2) for number, frame in enumerate(frames[:16])]
    wanted += [(frame, level) for frame in frames[18:] for level in (1, 2, 4)]
    wanted += [(frame, 8) for frame in frames if frame["frame"] == "interleaved.bin"]
    rows = []
    for number, (frame, level) in enumerate(wanted):
        row = {key: value for key, value in frame.items() if "target" not in key}
        height, width = make_golden.upright(make_golden.frame_rgb(row), row).shape[:2]
        columns, lines = pyramid.cells_of((width // level, height // level))
        # The last cells, where the frame ends.
        right, bottom = columns, lines
        left, top = max(right - 3, 0), max(bottom - 2, 0)
        row |= {"level": level, "tile_columns": 3, "tile_rows": 2}
        row |= dict(zip(SIDES, (left, top, right, bottom), strict=True))
        row["expected"] = f"tile{number:02}.bin"
        row = {key: str(value) for key, value in row.items()}
        tile_of(row).tofile(FOLDER / row["expected"])
        rows.append(row)
    write_table("tiles.tsv", rows)


def layout_of(row):
    """What is looked at around the cells of a row of ``layout.tsv``, and its tiles."""
    tile_wh = int(row["tile_columns"]), int(row["tile_rows"])
    limits_wh = int(row["columns"]), int(row["rows"])
    cells = Cells(*(int(row[side]) for side in SIDES))
    around = cells.around(limits_wh=limits_wh, tile_wh=tile_wh)
    tiles = around.tiles(tile_wh)
    sides = [(cells.left, cells.top, cells.right, cells.bottom) for cells in (around, *tiles)]
    return [spoken(box) for box in sides]


def make_layout(generator):
    rows = []
    for _ in range(60):
        columns, lines = generator.integers(1, 70, 2).tolist()
        left, top = int(generator.integers(0, columns)), int(generator.integers(0, lines))
        right = int(generator.integers(left, columns)) + 1
        bottom = int(generator.integers(top, lines)) + 1
        row = {"columns": columns, "rows": lines}
        row |= dict(zip(SIDES, (left, top, right, bottom), strict=True))
        row |= dict(zip(("tile_columns", "tile_rows"), generator.integers(1, 17, 2), strict=True))
        around, *tiles = layout_of(row)
        rows.append({**row, "around": around, "tiles": ";".join(tiles)})
    write_table("layout.tsv", rows)


# Regions.


def region_in(row):
    """The region of a row of ``regions.tsv`` or ``focus.tsv``."""
    width, height = int(row["width"]), int(row["height"])
    given = {"box_xyxy": None, "polygon": None, "mask": None, "points": None}
    if row["region"] == "mask":
        rows, columns = np.ogrid[:height, :width]
        x, y, radius = numbers(row["numbers"])
        given["mask"] = (columns - x) ** 2 + (rows - y) ** 2 <= radius**2
    elif row["region"] == "box":
        given["box_xyxy"] = numbers(row["numbers"])
    else:
        given[row["region"]] = np.reshape(numbers(row["numbers"]), (-1, 2))
    return region_of((width, height), **given)


def cells_in(row):
    """The part of the photo around the region of a row, and its cells."""
    width, height = int(row["width"]), int(row["height"])
    region = region_in(row)
    coarsest = pyramid.levels_of((width, height))[-1]
    part = judgement._part_around(region, (1, 1), (width, height), coarsest, (16, 16))
    left, top, right, bottom = part
    columns, lines = pyramid.cells_of((right - left, bottom - top))
    xs = judgement._middles(left, right, columns)
    inside = region.cells(xs, judgement._middles(top, bottom, lines))
    return spoken(region.box_xyxy), spoken(part), np.packbits(inside).tobytes().hex()


def some_regions(generator, width, height):
    """Regions of every kind, large and small, whole numbers and not."""
    yield "box", (0, 0, width, height)
    yield "box", (-5.5, height / 3, width * 0.7, 3.0 * height)
    for share in (0.5, 0.1, 0.01):
        left, top = generator.uniform(0, (width * (1 - share), height * (1 - share))).round(2)
        yield "box", (left, top, left + width * share, top + height * share)
    corners = generator.uniform((-9, -9), (width + 9, height + 9), (7, 2)).round(1)
    yield "polygon", corners.ravel().tolist()
    yield "points", generator.uniform(0, (width, height), (3, 2)).round(1).ravel().tolist()
    yield "points", (width - 1, 0)
    yield "mask", (width // 2, height // 3, min(width, height) // 4)
    yield "mask", (width // 5, height // 2, 2)


def make_regions(generator):
    rows = []
    for width, height in ((700, 520), (333, 257), (64, 64), (2100, 1500), (131, 1100)):
        for kind, places in some_regions(generator, width, height):
            row = {"width": width, "height": height, "region": kind, "numbers": spoken(places)}
            box, part, inside = cells_in(row)
            rows.append({**row, "box": box, "part": part, "cells": inside})
    write_table("regions.tsv", rows)


# Verdicts.


class StoredCodes:
    """A network that says what is in a photo's pixels; see PLACES."""

    def __init__(self, tile_wh):
        self.tile_wh = tile_wh

    def read(self, levels, level, tiles):
        columns, lines = levels.cells_wh(level)
        codes = np.zeros((lines, columns, 3), np.uint8)
        looked = np.zeros((lines, columns), np.bool_)
        start = PLACES[level]
        for cells in tiles:
            tile = levels.tile(level, cells, tile_wh=self.tile_wh)
            said = tile[start :: pyramid.CELL, start :: pyramid.CELL]
            codes[cells.slices] = said[: cells.bottom - cells.top, : cells.right - cells.left]
            looked[cells.slices] = True
        return Reading(level=level, codes=codes, looked=looked)


def photo_of(codes):
    """A photo that holds the (rows, columns, 3) uint8 codes of its levels, cell by cell."""
    lines, columns = (pyramid.CELL * side for side in codes[1].shape[:2])
    photo = np.zeros((lines, columns, 3), np.uint8)
    for level, of_level in codes.items():
        for row in range(level):
            for column in range(level):
                first = level * PLACES[level]
                step = level * pyramid.CELL
                cells = photo[first + row :: step, first + column :: step]
                cells[...] = of_level[: cells.shape[0], : cells.shape[1]]
    return photo


def stored_codes(row):
    """The codes of a row of ``focus.tsv``, coarsest first."""
    width, height = int(row["width"]), int(row["height"])
    content = read_bytes(row["codes"], -1)
    codes = {}
    for level in reversed(pyramid.levels_of((width, height))):
        columns, lines = pyramid.cells_of((width // level, height // level))
        codes[level], content = np.split(content, [lines * columns * 3])
        codes[level] = codes[level].reshape(lines, columns, 3)
    assert not content.size
    return codes


def judged(row):
    """The verdict for a row of ``focus.tsv``."""
    width, height = int(row["width"]), int(row["height"])
    # Only whole cells hold all codes: the photo ends where its last cells do.
    pixels = Pixels(rgb=photo_of(stored_codes(row))[:height, :width], size_wh=(width, height))
    detail = StoredCodes((int(row["tile_columns"]), int(row["tile_rows"])))
    at_width = int(row["at_width"]) or None
    asked = Strictness(name="golden", max_radius_px=float(row["max_radius_px"]), at_width=at_width)
    given = {"strictness": asked, "at_width": at_width, "timer": StageTimer()}
    if row["region"] == "subject":
        return focus_on_subject(detail, pixels, probability_of(row), **given)
    return focus_on(detail, pixels, region_in(row), **given)


def focus_columns(found):
    """What ``focus.tsv`` says of a verdict."""
    said = {"verdict": found.verdict, "reason": found.reason}
    for name in NUMBERS:
        value = getattr(found, name)
        said[name] = "-" if value is None else repr(value)
    return {**said, "motion": int(found.motion), "box": spoken(found.box_xyxy)}


def smooth(generator, lines, columns, low, high, size):
    """Soft shapes between two numbers."""
    coarse = generator.uniform(low, high, (lines // size + 2, columns // size + 2))
    shapes = Image.fromarray(coarse.astype(np.float32)).resize((columns, lines), 2)
    return np.asarray(shapes, np.float64)


def make_codes(generator, width, height, log2_radius, unsure, moving):
    """Codes of all levels of a photo whose radius goes up and down.

    Args:
        log2_radius: Its lowest and highest.
        unsure: Share of the photo where no level is sure.
        moving: Share where the blur is one of motion.
    """
    columns, lines = pyramid.cells_of((width, height))
    radius = smooth(generator, lines, columns, *log2_radius, 6)
    texture = smooth(generator, lines, columns, 0, 1, 4)
    motion = smooth(generator, lines, columns, 0, 1, 9)
    codes = {}
    for level in pyramid.levels_of((width, height)):
        across, down = pyramid.cells_of((width // level, height // level))
        pick = np.s_[: down * level : level, : across * level : level]
        seen = np.maximum(radius[pick] - np.log2(level), 0) + generator.normal(
            0, 0.2, (down, across)
        )
        low, high = radius_code.LOG2_RADIUS
        sure = np.where(texture[pick] < unsure, 215, 110) + generator.normal(0, 25, (down, across))
        moved = np.where(motion[pick] < moving, 190, 60) + generator.normal(0, 20, (down, across))
        channels = (256 * (seen - low) / (high - low), sure, moved)
        codes[level] = np.clip(np.stack(channels, axis=-1), 0, 255).astype(np.uint8)
    return codes


def whole_photo_codes(codes, width, height):
    """The codes that a network reads in the photo that holds them: edges end within cells."""
    photo = photo_of(codes)[:height, :width]
    whole = Pyramid(Pixels(rgb=photo, size_wh=(width, height)), pyramid.levels_of((width, height)))
    detail = StoredCodes((16, 16))
    read = {}
    for level in reversed(whole.levels):
        cells = Cells(0, 0, *whole.cells_wh(level))
        read[level] = detail.read(whole, level, cells.tiles((16, 16))).codes
    return read


def make_focus(generator):
    rows = []
    for number, (width, height, tile_wh, log2_radius, unsure, moving) in enumerate(
        (
            (704, 528, (4, 4), (-0.3, 4.2), 0.3, 0.3),
            (704, 528, (16, 16), (-0.2, 1.2), 0.4, 0.0),
            (336, 272, (3, 2), (-0.3, 1.0), 0.2, 0.5),
            (344, 282, (5, 7), (1.0, 3.5), 0.5, 0.7),
            (64, 64, (16, 16), (-0.4, 1.5), 0.2, 0.2),
            (1616, 1208, (4, 4), (-0.3, 1.4), 0.2, 0.4),
            (1616, 808, (3, 5), (-0.3, 5.0), 0.6, 0.5),
            (528, 704, (16, 16), (-0.4, 0.4), 1.2, 0.0),
        )
    ):
        codes = make_codes(generator, width, height, log2_radius, unsure, moving)
        file = f"codes{number}.bin"
        with (FOLDER / file).open("wb") as out:
            for of_level in whole_photo_codes(codes, width, height).values():
                of_level.tofile(out)
        photo = {"width": width, "height": height, "codes": file}
        photo |= dict(zip(("tile_columns", "tile_rows"), tile_wh, strict=True))
        regions_here = [*some_regions(generator, width, height), *[("subject", ())] * 4]
        for place, (kind, places) in enumerate(regions_here):
            asked = {"max_radius_px": (1.6, 1.3, 1.4, 3.0)[place % 4]}
            asked |= {"at_width": (0, 1920, 0, 320, 200)[(number + place) % 5]}
            row = {**photo, "region": kind, "numbers": spoken(places) or "-", **asked}
            row |= make_map(generator, f"map{number}{place}.bin", kind == "subject")
            rows.append({**row, **focus_columns(judged(row))})
    write_table("focus.tsv", rows)


# Subjects.


def make_map(generator, file, is_wanted):
    """A blur map's file and size; lines where none is wanted."""
    if not is_wanted:
        return dict.fromkeys(("map", "map_width", "map_height", "scale", "zero_point"), "-")
    width, height = generator.integers(8, 90, 2).tolist()
    # In one of four nothing is in focus.
    darkest = 150 if generator.integers(4) == 0 else int(generator.integers(-60, 60))
    raw = smooth(generator, height, width, darkest, 315, int(generator.integers(3, 12)))
    np.clip(raw + generator.normal(0, 9, raw.shape), 0, 255).astype(np.uint8).tofile(FOLDER / file)
    quantization = [(float(np.float32(1 / 255)), 0), (float(np.float32(1 / 251)), 3)]
    scale, zero_point = quantization[int(generator.integers(2))]
    size = {"map": file, "map_width": width, "map_height": height}
    return {**size, "scale": repr(scale), "zero_point": zero_point}


def probability_of(row):
    """The blur map of a row of ``focus.tsv`` or ``subjects.tsv``."""
    raw = read_bytes(row["map"], int(row["map_height"]), int(row["map_width"]))
    quantization = Quantization(scale=float(row["scale"]), zero_point=int(row["zero_point"]))
    return quantization.dequantise(raw)


def subjects_of(row):
    """The boxes of a row of ``subjects.tsv``, and that of the least blurred part."""
    size_wh = int(row["width"]), int(row["height"])
    grid = subject.focus_grid(probability_of(row))
    boxes = [spoken(grid_box(part, size_wh)) for part in subject.subjects(grid, size_wh)]
    least = spoken(grid_box(subject.least_blurred(grid, size_wh), size_wh))
    return ";".join(boxes) or "-", least


def make_subjects(generator):
    rows = []
    for number in range(24):
        row = make_map(generator, f"subject{number:02}.bin", True)
        row |= dict(zip(("width", "height"), generator.integers(64, 5000, 2), strict=True))
        boxes, least = subjects_of(row)
        rows.append({**row, "boxes": boxes, "least_blurred": least})
    write_table("subjects.tsv", rows)


def main():
    """Write all files into the folder ``judge`` beside this one."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    generator = np.random.default_rng(21)
    write_table("constants.tsv", [{"name": k, "value": repr(v)} for k, v in constants().items()])
    tables = (radius_code.RADIUS_PX, radius_code.CONFIDENCE, radius_code.MOTION)
    names = ("radius_px", "confidence", "motion")
    write_table(
        "radius_code.tsv",
        [
            dict(zip(names, (repr(float(x)) for x in of_code), strict=True))
            for of_code in zip(*tables, strict=True)
        ],
    )
    make_tiles()
    make_layout(generator)
    make_regions(generator)
    make_focus(generator)
    make_subjects(generator)


if __name__ == "__main__":
    main()
