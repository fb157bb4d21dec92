"""A raw file of our own making: a Bayer pattern as a DNG, with or without a preview."""

import struct
from io import BytesIO

import numpy as np
from PIL import Image

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 10: 8}


def dng_of(rgb, *, preview=None, orientation=1, is_gray=False, shown_wh=None):
    """Bytes of a DNG file.

    Args:
        rgb: (H, W, 3) uint8, even sides: what the sensor saw, in its own colours.
        preview: (h, w, 3) uint8: the camera's own picture, kept as JPEG as the sensor lies.
        orientation: EXIF's number of the turn that the photo needs.
        is_gray: The sensor has no colour filter; ``rgb`` is grey too.
        shown_wh: The part of the sensor, from its corner, that the photo shows.
    """
    mosaic = np.zeros(rgb.shape[:2], np.uint16)
    for row, column, channel in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        linear = (rgb[row::2, column::2, channel] / 255.0) ** 2.2
        mosaic[row::2, column::2] = np.round(linear * 65535)
    height, width = mosaic.shape
    ones = struct.pack("<6i", 1, 1, 0, 1, 0, 1), struct.pack("<6i", 0, 1, 1, 1, 0, 1)
    identity = ones[0] + ones[1] + struct.pack("<6i", 0, 1, 0, 1, 1, 1)
    sensor = [
        (254, 4, 0),
        (256, 4, width),
        (257, 4, height),
        (258, 3, 16),
        (259, 3, 1),
        (262, 3, 34892 if is_gray else 32803),
        (277, 3, 1),
        (278, 4, height),
        (279, 4, mosaic.nbytes),
        (33421, 3, struct.pack("<2H", 2, 2)),
        (33422, 1, bytes([0, 1, 1, 2])),
    ]
    camera = [
        (271, 2, b"Nobody\0"),
        (272, 2, b"Test\0"),
        (274, 3, orientation),
        (50706, 1, bytes([1, 4, 0, 0])),
        (50708, 2, b"Nobody Test\0"),
        (50721, 10, identity),
        (50728, 5, struct.pack("<6I", *(1, 1) * 3)),
        (50778, 3, 21),
    ]
    if shown_wh is not None:
        sensor.append((50829, 4, struct.pack("<4I", 0, 0, *shown_wh[::-1])))
    if preview is None:
        first = [*sensor, *camera, (273, 4, 8)]
        return _file(mosaic.tobytes(), [first])
    jpeg = BytesIO()
    Image.fromarray(preview).save(jpeg, "JPEG", quality=95, subsampling=0)
    data = mosaic.tobytes() + jpeg.getvalue()
    second = [*sensor, (273, 4, 8)]
    first = [
        (254, 4, 1),
        (256, 4, preview.shape[1]),
        (257, 4, preview.shape[0]),
        (258, 3, struct.pack("<3H", 8, 8, 8)),
        (259, 3, 7),
        (262, 3, 6),
        (273, 4, 8 + mosaic.nbytes),
        (277, 3, 3),
        (279, 4, len(jpeg.getvalue())),
        *camera,
    ]
    return _file(data, [second, first])


def _file(data, directories):
    """The header, the data, and directories; of two the last is the first, and names the other."""
    data += b"\0" * (len(data) % 2)
    content, start = data, 0
    for tags in directories:
        if start:
            tags = [*tags, (330, 4, start)]
        start = 8 + len(content)
        content += _directory(sorted(tags), start)
    return struct.pack("<2sHI", b"II", 42, start) + content


def _directory(tags, start):
    entries, values = b"", b""
    after = start + 2 + 12 * len(tags) + 4
    for tag, kind, value in tags:
        if isinstance(value, int):
            value = struct.pack("<H" if kind == 3 else "<I", value)
        count = len(value) // _SIZES[kind]
        if len(value) > 4:
            field = struct.pack("<I", after + len(values))
            values += value + b"\0" * (len(value) % 2)
        else:
            field = value.ljust(4, b"\0")
        entries += struct.pack("<HHI", tag, kind, count) + field
    return struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0) + values
