"""A file's first bytes in; what kind of photo it is out, whatever its name says."""

from typing import IO, Any

RAW = "raw"
"""The kind of photos that hold what a camera's sensor saw."""

_OF_RAW = {"dng", "cr2", "cr3", "nef", "nrw", "arw", "raf", "orf", "rw2", "pef", "srw"}
_OF_PICTURES = {
    *("jpg", "jpeg", "jpe", "jfif", "mpo", "png", "webp", "tif", "tiff", "bmp", "gif"),
    *("ppm", "pgm", "pbm", "pnm", "avif", "jxl", "heic", "heif", "hif"),
}

RAW_ENDINGS = frozenset(f".{ending}" for ending in _OF_RAW)
"""What names of cameras' raw files end in, in lower case."""

PHOTO_ENDINGS = frozenset(f".{ending}" for ending in _OF_PICTURES | _OF_RAW)
"""What names of photos end in, in lower case."""

_SIGNATURES = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    *((b"P%d" % number, "PPM") for number in range(1, 7)),
    (b"Pf", "PPM"),
    (b"FUJIFILMCCD-RAW", RAW),
    # Olympus' and Panasonic's own.
    (b"IIRO", RAW),
    (b"IIRS", RAW),
    (b"MMOR", RAW),
    (b"IIU\0", RAW),
    # The classic ones, two that say their byte order wrongly, and those of files over 4 GB.
    *((start, "TIFF") for start in (b"II*\0", b"MM\0*", b"II\0*", b"MM*\0", b"II+\0", b"MM\0+")),
)
_HEIF_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1"}

# TIFF's tags, and what they are in a raw file's first directory.
_SUBFILE, _PHOTOMETRIC, _SUBDIRECTORIES, _DNG_VERSION = 254, 262, 330, 50706
_REDUCED, _SENSOR = 1, 32803


def format_of(file: IO[bytes]) -> str | None:
    """Say what kind of photo an open file holds.

    Args:
        file: It is read from its start, to where nothing follows from.

    Returns:
        "JPEG", "PNG", "WebP", "TIFF", "BMP", "GIF", "PPM", "AVIF", "JPEG XL", "HEIC" or
        :data:`RAW`; None for everything else.
    """
    file.seek(0)
    head = file.read(64)
    if head[4:8] == b"ftyp":
        return _format_of_boxes(head)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WebP"
    found = next((kind for start, kind in _SIGNATURES if head.startswith(start)), None)
    return RAW if found == "TIFF" and _is_raw(file, head) else found


def _format_of_boxes(head: bytes) -> str | None:
    """Tell by the brands of the first box, the main one and those that it is compatible with."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, end, 4))}
    if b"crx " in brands:
        return RAW
    if brands & {b"avif", b"avis"}:
        return "AVIF"
    return "HEIC" if brands & _HEIF_BRANDS else None


def _is_raw(file: IO[bytes], head: bytes) -> bool:
    """Tell a raw file from a picture: Pillow would take its thumbnail for the photo."""
    if head[8:10] == b"CR":
        return True
    # Where no TIFF file is met, it need not be loaded.
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    try:
        directory: Any = ImageFileDirectory_v2(head[: 16 if b"+" in head[:4] else 8])
        file.seek(directory.next)
        directory.load(file)
        is_thumbnail = directory.get(_SUBFILE, 0) == _REDUCED and _SUBDIRECTORIES in directory
        return (
            is_thumbnail or _DNG_VERSION in directory or directory.get(_PHOTOMETRIC, 0) == _SENSOR
        )
    except Exception:
        # Pillow's parser raises whatever it meets; who opens the file says what is wrong with it.
        return False
