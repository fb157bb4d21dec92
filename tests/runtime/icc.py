"""ICC profiles of our own making: of three primaries and a gamma, and of a printer."""

import struct

import numpy as np

# Of D50, as profiles have them: the columns are red, green and blue.
SRGB = np.array([[0.4361, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7141]])
DISPLAY_P3 = np.array([[0.5151, 0.2920, 0.1571], [0.2412, 0.6922, 0.0666], [-0.001, 0.0419, 0.784]])
ADOBE_RGB = np.array([[0.6097, 0.2053, 0.1492], [0.3111, 0.6257, 0.0632], [0.0195, 0.0609, 0.7446]])


def rgb_profile(primaries, gamma=2.2):
    """Bytes of a profile whose primaries are the columns of (3, 3) XYZ."""
    tags = {b"wtpt": _xyz(0.9642, 1, 0.8249)}
    for channel, name in enumerate((b"r", b"g", b"b")):
        tags[name + b"XYZ"] = _xyz(*primaries[:, channel])
        tags[name + b"TRC"] = struct.pack(">4sIIH", b"curv", 0, 1, round(gamma * 256))
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def print_profile():
    """Bytes of a profile for print, by which the first ink, cyan elsewhere, is a red."""
    straight = bytes(range(256))
    lab = {(0, 0, 0, 0): (255, 128, 128), (1, 0, 0, 0): (136, 208, 195)}
    corners = b"".join(bytes(lab.get(inks, (0, 128, 128))) for inks in np.ndindex(2, 2, 2, 2))
    matrix = struct.pack(">9i", *(65536 * int(i % 4 == 0) for i in range(9)))
    table = struct.pack(">4sI4B", b"mft1", 0, 4, 3, 2, 0) + matrix
    table += 4 * straight + corners + 3 * straight
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"wtpt": _xyz(0.9642, 1, 0.8249), b"A2B0": table})


def _xyz(*values):
    return struct.pack(">4sI3i", b"XYZ ", 0, *(round(65536 * float(value)) for value in values))


def _profile(kind, space, connection, tags):
    text = b"Made for a test\0"
    tags[b"desc"] = struct.pack(">4sII", b"desc", 0, len(text)) + text + b"\0" * 78
    tags[b"cprt"] = struct.pack(">4sI", b"text", 0) + text
    directory, content = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        directory += struct.pack(">4sII", name, start + len(content), len(value))
        content += value + b"\0" * (-len(value) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s",
        start + len(content),
        b"",
        0x02100000,
        kind,
        space,
        connection,
        b"",
        b"acsp",
    )
    header = header.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + directory + content
