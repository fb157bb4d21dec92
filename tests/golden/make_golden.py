"""Makes the golden vectors that the Python and the Java tests both read: ``make_golden.py``.

Tables (tab-separated, a header line) say what each ``.bin`` file holds:

``squash.tsv``
    A frame, how it is cropped, turned and mirrored, and the network input that comes of it, to
    be met within 1 of 255. A frame's bytes are its planes as a camera lays them out: RGB and
    RGBA have one, with ``row_stride`` bytes a row; YUV has luma at byte 0, chroma at ``u_at`` and
    ``v_at``.
``maps.tsv``, ``masks.tsv``, ``scores.tsv``
    A model's uint8 output and the photo as the model saw it; the masks, scores and pictures made of
    them, to be met exactly. Pictures are RGBA bytes, masks one byte a place, 255 = blurred.
``models.tsv``
    Damage done to one byte after another of ``tests/runtime/data/tiny_int8.tflite``, and whether
    the structural check finds it. What only Python's check of each operator's shapes finds is
    left out: the Android library knows windows alone.

Outputs are stored: two are made up, with all that a byte can hold, and one is what the bundled
``lite`` gave for ``docs/scene.jpg`` when this was last run. A new model makes none of them wrong.
"""

import csv
import itertools
from pathlib import Path

import numpy as np
from PIL import Image

from dbd_mobile import ArgumentError, BlurDetector, BlurMap, ModelError, Quantization
from dbd_mobile.photo import load_pixels
from dbd_mobile.tflite.flatbuffer import DamagedError
from dbd_mobile.tflite.graph import read_graph
from dbd_mobile.tflite.model_file import read_facts
from dbd_mobile.tflite.operation import OperatorError

FOLDER = Path(__file__).parent
SCENE = FOLDER.parents[1] / "docs" / "scene.jpg"
MODEL = FOLDER.parent / "runtime" / "data" / "tiny_int8.tflite"
TARGET_WH = (40, 30)
DAMAGED_BYTES = 400


def read_table(name):
    """Rows of a table as dictionaries."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def read_bytes(name, *shape):
    """A file's bytes as an array."""
    return np.fromfile(FOLDER / name, np.uint8).reshape(shape)


def frame_rgb(row):
    """The decoded (H, W, 3) RGB pixels of a frame of ``squash.tsv``."""
    memory = np.fromfile(FOLDER / row["frame"], np.uint8)
    width, height = int(row["width"]), int(row["height"])
    if row["kind"] != "yuv":
        channels = len(row["kind"])
        return plane(memory, 0, width, height, int(row["row_stride"]), channels, 3)
    chroma = {
        name: plane(
            memory,
            int(row[f"{name}_at"]),
            (width + 1) // 2,
            (height + 1) // 2,
            int(row["chroma_row_stride"]),
            int(row["chroma_pixel_stride"]),
            1,
        )[..., 0]
        for name in "uv"
    }
    luma = plane(memory, 0, width, height, int(row["row_stride"]), 1, 1)[..., 0]
    return yuv_to_rgb(luma, chroma["u"], chroma["v"])


def plane(memory, start, width, height, row_stride, pixel_stride, channels):
    """(height, width, channels) of a plane in memory."""
    rows, columns, channel = np.ogrid[:height, :width, :channels]
    return memory[start + rows * row_stride + columns * pixel_stride + channel]


def yuv_to_rgb(y, u, v):
    """Full-range BT.601; chroma of two by two pixels; 16-bit fixed point."""
    height, width = y.shape
    rows, columns = np.ogrid[:height, :width]
    y = y.astype(np.int32)
    u = u[rows // 2, columns // 2].astype(np.int32) - 128
    v = v[rows // 2, columns // 2].astype(np.int32) - 128
    red = y + ((91881 * v + 32768) >> 16)
    green = y + ((-22554 * u - 46802 * v + 32768) >> 16)
    blue = y + ((116130 * u + 32768) >> 16)
    return np.clip(np.stack([red, green, blue], axis=-1), 0, 255).astype(np.uint8)


def upright(rgb, row):
    """Crop, turn clockwise, mirror."""
    if row["crop"] != "whole":
        left, top, width, height = map(int, row["crop"].split(","))
        rgb = rgb[top : top + height, left : left + width]
    rgb = np.rot90(rgb, -int(row["rotation"]) // 90)
    return np.ascontiguousarray(rgb[:, ::-1] if row["mirrored"] == "1" else rgb)


def texture(generator, height, width, channels):
    """Soft shapes with hard noise over them, black and white included."""
    coarse = generator.integers(-60, 316, (height // 12 + 2, width // 12 + 2, channels))
    shapes = [
        Image.fromarray(coarse[..., i].astype(np.float32)).resize((width, height), 3)
        for i in range(channels)
    ]
    noise = generator.normal(0, 20, (height, width, channels))
    return np.clip(np.stack(shapes, axis=-1) + noise, 0, 255).astype(np.uint8)


def in_memory(pixels, row_stride, pixel_stride, generator):
    """A plane as a camera leaves it: gaps hold anything, the last row ends with its last pixel."""
    height, width, channels = pixels.shape
    size = (height - 1) * row_stride + (width - 1) * pixel_stride + channels
    memory = generator.integers(0, 256, size, dtype=np.uint8)
    rows, columns, channel = np.ogrid[:height, :width, :channels]
    memory[rows * row_stride + columns * pixel_stride + channel] = pixels
    return memory


def make_frames(generator):
    """The frames of ``squash.tsv`` without what is made of them."""

    def packed(name, kind, width, height, gap):
        channels = len(kind)
        pixels = texture(generator, height, width, channels)
        row_stride = width * channels + gap
        in_memory(pixels, row_stride, channels, generator).tofile(FOLDER / f"{name}.bin")
        return {
            "frame": f"{name}.bin",
            "kind": kind,
            "width": width,
            "height": height,
            "row_stride": row_stride,
        }

    def yuv(name, width, height, gap, chroma_pixel_stride, chroma_gap):
        luma = texture(generator, height, width, 1)
        columns, rows = (width + 1) // 2, (height + 1) // 2
        chroma_row_stride = columns * chroma_pixel_stride + chroma_gap
        y = in_memory(luma, width + gap, 1, generator)
        chroma = texture(generator, rows, columns, 2)
        if chroma_pixel_stride == 2:
            # Red and blue chroma side by side in one plane, as most cameras give it.
            both = in_memory(chroma, chroma_row_stride, 2, generator)
            parts, v_at, u_at = [y, both], len(y), len(y) + 1
        else:
            u = in_memory(chroma[..., :1], chroma_row_stride, chroma_pixel_stride, generator)
            v = in_memory(chroma[..., 1:], chroma_row_stride, chroma_pixel_stride, generator)
            parts, u_at, v_at = [y, u, v], len(y), len(y) + len(u)
        np.concatenate(parts).tofile(FOLDER / f"{name}.bin")
        return {
            "frame": f"{name}.bin",
            "kind": "yuv",
            "width": width,
            "height": height,
            "row_stride": width + gap,
            "u_at": u_at,
            "v_at": v_at,
            "chroma_row_stride": chroma_row_stride,
            "chroma_pixel_stride": chroma_pixel_stride,
        }

    return {
        "rgb": packed("rgb", "rgb", 161, 107, 0),
        "small": packed("small", "rgb", 17, 11, 5),
        "rgba": packed("rgba", "rgba", 96, 64, 12),
        "planar": yuv("planar", 131, 97, 13, 1, 3),
        "sparse": yuv("sparse", 57, 41, 0, 3, 2),
        "interleaved": yuv("interleaved", 320, 240, 16, 2, 16),
    }


def make_squash(generator):
    """Every turn of two kinds of frame, some of the others, and crops with odd corners."""
    every_turn = list(itertools.product((0, 90, 180, 270), (0, 1)))
    wanted = [
        *(("rgb", "whole", *turn) for turn in every_turn),
        *(("planar", "whole", *turn) for turn in every_turn),
        ("small", "whole", 0, 0),
        ("small", "3,1,9,7", 270, 1),
        ("rgba", "whole", 0, 0),
        ("rgba", "5,7,61,49", 90, 1),
        ("sparse", "whole", 180, 0),
        ("sparse", "1,3,55,37", 0, 1),
        ("interleaved", "whole", 0, 0),
        ("interleaved", "whole", 90, 0),
        ("interleaved", "41,17,207,183", 270, 0),
        ("rgb", "13,9,101,83", 90, 0),
    ]
    frames = make_frames(generator)
    rows = []
    for number, (frame, crop, rotation, mirrored) in enumerate(wanted):
        row = {**frames[frame], "crop": crop, "rotation": rotation, "mirrored": mirrored}
        row = {key: str(value) for key, value in row.items()}
        squashed = load_pixels(upright(frame_rgb(row), row)).squash(TARGET_WH)
        row |= dict(zip(("target_width", "target_height"), map(str, TARGET_WH), strict=True))
        row["expected"] = f"squash{number:02}.bin"
        squashed.tofile(FOLDER / row["expected"])
        rows.append(row)
    write_table("squash.tsv", [*rows[-3], *(key for key in rows[0] if key not in rows[-3])], rows)


def make_maps(generator):
    """Outputs with other quantisations and photo sizes, and what is made of them."""
    maps, masks, scores = [], [], []
    for name, raw, photo, quantization, photo_wh in (
        made_up("even", generator, 1 / 256, 0, (1280, 720)),
        made_up("uneven", generator, float(np.float32(1 / 252.3)), 2, (611, 1013)),
        of_the_scene(),
    ):
        height, width = raw.shape
        own_size = BlurMap(raw, size_wh=(width, height), quantization=quantization)
        of_photo = BlurMap(raw, size_wh=photo_wh, quantization=quantization)
        raw.tofile(FOLDER / f"{name}_map.bin")
        photo.tofile(FOLDER / f"{name}_photo.bin")
        pictures = {
            "heat_map": own_size.heat_map(),
            "focus_peaking": own_size.focus_peaking(photo, contrast=48),
        }
        for kind, picture in pictures.items():
            np.asarray(picture).tofile(FOLDER / f"{name}_{kind}.bin")
        maps.append(
            {
                "name": name,
                "width": width,
                "height": height,
                "scale": repr(quantization.scale),
                "zero_point": quantization.zero_point,
                "photo_width": photo_wh[0],
                "photo_height": photo_wh[1],
                "contrast": 48,
                "blurred_fraction": repr(own_size.blurred_fraction),
                "sharpness": repr(of_photo.sharpness()),
            }
        )
        for threshold in (0.0, 0.25, 0.5, 0.7309, 1.0):
            file = f"{name}_mask{round(1000 * threshold):04}.bin"
            (own_size.mask(threshold) * np.uint8(255)).tofile(FOLDER / file)
            masks.append({"map": name, "threshold": repr(threshold), "expected": file})
        for _ in range(40):
            left, right = sorted(generator.choice(photo_wh[0] + 1, 2, replace=False).tolist())
            top, bottom = sorted(generator.choice(photo_wh[1] + 1, 2, replace=False).tolist())
            box = (left, top, right, bottom)
            scores.append(
                {
                    "map": name,
                    **dict(zip(("left", "top", "right", "bottom"), box, strict=True)),
                    "sharpness": repr(of_photo.sharpness(box)),
                    "in_focus": int(of_photo.is_in_focus(box)),
                }
            )
    for table, rows in (("maps", maps), ("masks", masks), ("scores", scores)):
        write_table(f"{table}.tsv", list(rows[0]), rows)


def made_up(name, generator, scale, zero_point, photo_wh):
    """A ramp with noise, all values of a byte in it, over a texture."""
    width, height = TARGET_WH
    ramp = np.linspace(-30, 285, width)[np.newaxis] + generator.normal(0, 25, (height, width))
    raw = np.clip(ramp, 0, 255).astype(np.uint8)
    raw.ravel()[:256] = generator.permutation(256)
    photo = texture(generator, height, width, 3)
    return name, raw, photo, Quantization(scale=scale, zero_point=zero_point), photo_wh


def of_the_scene():
    """The bundled model's output for the demo's picture."""
    pixels = load_pixels(SCENE)
    with BlurDetector("lite", threads=1) as detector:
        facts = detector.model_facts
        blur_map = detector.detect(SCENE)
    read = facts.output.quantization
    raw = np.rint(blur_map.model_probability / np.float32(read.scale) + read.zero_point)
    # As Java's float holds it.
    quantization = Quantization(scale=float(np.float32(read.scale)), zero_point=read.zero_point)
    photo = pixels.squash(facts.input.size_wh)
    return "scene", raw.astype(np.uint8), photo, quantization, pixels.size_wh


# Damage (place, value) to operators that the Android library finds too: options, operands, heights
# and widths of those that slide a window.
FOUND_BY_BOTH = {
    (775, 1), (796, 0), (802, 0), (812, 6), (813, 128), (876, 40), (901, 255), (907, 4), (911, 128),
    (920, 1), (928, 1), (1600, 0), (1608, 255), (1612, 1), (1940, 0),
}  # fmt: skip


def make_models(generator):
    """One byte changed at a time, mostly where the structure lies."""
    content = MODEL.read_bytes()
    rows = []
    for place in sorted(generator.choice(len(content), DAMAGED_BYTES, replace=False).tolist()):
        value = int(generator.choice([0, 1, 127, 128, 255, content[place] ^ 4]))
        damaged = bytearray(content)
        damaged[place] = value
        if is_of_operators(bytes(damaged)) and (place, value) not in FOUND_BY_BOTH:
            continue
        rows.append({"place": place, "value": value, "refused": int(is_refused(bytes(damaged)))})
    write_table("models.tsv", list(rows[0]), rows)


def is_refused(content):
    """Whether a model file's structure, input or output is refused before any interpreter runs."""
    try:
        output = read_facts(content, name="damaged").output
        BlurMap(np.zeros((1, 1), np.uint8), size_wh=(1, 1), quantization=output.quantization)
    except (ArgumentError, ModelError):
        return True
    return False


def is_of_operators(content):
    """Whether a model file's operators do not give what it says, and its structure is whole."""
    try:
        read_graph(content)
    except OperatorError:
        return True
    except DamagedError:
        return False
    return False


def write_table(name, fields, rows):
    with (FOLDER / name).open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, fields, delimiter="\t", lineterminator="\n", restval="-")
        table.writeheader()
        table.writerows(rows)


def main():
    """Write all files beside this one."""
    for old in (*FOLDER.glob("*.bin"), *FOLDER.glob("*.tsv")):
        old.unlink()
    generator = np.random.default_rng(20)
    make_squash(generator)
    make_maps(generator)
    make_models(generator)


if __name__ == "__main__":
    main()
